// The floor: what moving bytes between two sockets costs when nothing else is done.
//
// Accepts, connects, receives, sends and waits; no counters, no log lines, no time limits, no choice of a server. Its
// read buffer is as large as supervise's, and like it, it writes right after each read and keeps what the sink does not
// take. A benchmark's ruler, not a proxy: errors end the session, and running out of descriptors ends the program.
//
//     relay LISTEN-PORT SERVER-PORT        (both on 127.0.0.1)
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_SIZE = 256 * 1024, EVENTS_PER_TURN = 256, BACKLOG = 4096 };

struct session;

// One socket of a session, and what was read from the other one and waits to be written here.
struct side {
    struct session *session;
    struct side *other;
    int descriptor;
    bool is_readable;  // may have bytes: from its event until a short read
    bool is_closing;   // its peer's end is there to be read
    bool has_ended;    // its peer's end was read
    bool is_shut;      // nothing more is written to it
    char *rest;
    size_t start, end;
};

struct session {
    struct side client, server;
    bool has_failed;
    struct session *next_ended;
};

static char scratch[READ_SIZE];
static int poller;
static struct session *ended;  // freed after the turn: its other socket's event may be in the same turn

static void fail(const char *operation) {
    perror(operation);
    exit(1);
}

static void close_session(struct session *session) {
    if (session->has_failed) return;
    session->has_failed = true;
    close(session->client.descriptor);
    close(session->server.descriptor);
    session->next_ended = ended;
    ended = session;
}

static void keep(struct side *sink, const char *bytes, size_t count) {
    sink->rest = malloc(count);
    if (!sink->rest) fail("malloc");
    memcpy(sink->rest, bytes, count);
    sink->start = 0;
    sink->end = count;
}

// True when nothing is left to write.
static bool write_rest(struct side *sink) {
    if (!sink->rest) return true;
    ssize_t count = send(sink->descriptor, sink->rest + sink->start, sink->end - sink->start, MSG_NOSIGNAL);
    if (count < 0) {
        if (errno != EAGAIN) close_session(sink->session);
        return false;
    }
    sink->start += (size_t)count;
    if (sink->start < sink->end) return false;
    free(sink->rest);
    sink->rest = NULL;
    return true;
}

// Moves what there is from one side to the other.
static void move(struct side *source) {
    struct side *sink = source->other;
    if (!write_rest(sink)) return;
    while (source->is_readable && !source->session->has_failed && !source->has_ended) {
        ssize_t count = recv(source->descriptor, scratch, READ_SIZE, 0);
        if (count < 0) {
            source->is_readable = false;
            if (errno != EAGAIN) close_session(source->session);
            return;
        }
        if (count == 0) {
            source->has_ended = true;
            break;
        }
        ssize_t sent = send(sink->descriptor, scratch, (size_t)count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            close_session(source->session);
            return;
        }
        if (sent < 0) sent = 0;
        if (sent < count) {
            keep(sink, scratch + sent, (size_t)(count - sent));
            return;
        }
        if (count < READ_SIZE && !source->is_closing) {
            source->is_readable = false;
            return;
        }
    }
    if (source->has_ended && !sink->is_shut) {
        sink->is_shut = true;
        if (source->is_shut) {
            close_session(source->session);
        } else {
            shutdown(sink->descriptor, SHUT_WR);
        }
    }
}

static void watch(struct side *side) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = side};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, side->descriptor, &event) < 0) fail("epoll_ctl");
}

static void open_session(int client, const struct sockaddr_in *target) {
    int one = 1;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server < 0) fail("socket");
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(server, (const struct sockaddr *)target, sizeof *target) < 0 && errno != EINPROGRESS) fail("connect");
    struct session *session = calloc(1, sizeof *session);
    if (!session) fail("calloc");
    session->client = (struct side){.session = session, .other = &session->server, .descriptor = client};
    session->server = (struct side){.session = session, .other = &session->client, .descriptor = server};
    watch(&session->client);
    watch(&session->server);
}

static void accept_all(int listener, const struct sockaddr_in *target) {
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client >= 0) {
            open_session(client, target);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            fail("accept4");
        }
    }
}

static void ready(struct side *side, uint32_t events) {
    struct session *session = side->session;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) side->is_closing = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        side->is_readable = true;
        move(side);
    }
    // Also when a connection attempt has ended: the client's bytes may have waited for it.
    if (!session->has_failed && (events & EPOLLOUT)) move(side->other);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: relay LISTEN-PORT SERVER-PORT\n");
        return 2;
    }
    int one = 1;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    own.sin_addr.s_addr = target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&own, sizeof own) < 0) fail("bind");
    if (listen(listener, BACKLOG) < 0) fail("listen");
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1");
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &interest) < 0) fail("epoll_ctl");

    for (;;) {
        struct epoll_event events[EVENTS_PER_TURN];
        int ready_count = epoll_wait(poller, events, EVENTS_PER_TURN, -1);
        for (int index = 0; index < ready_count; index++) {
            struct side *side = events[index].data.ptr;
            if (!side) {
                accept_all(listener, &target);
            } else if (!side->session->has_failed) {
                ready(side, events[index].events);
            }
        }
        while (ended) {
            struct session *session = ended;
            ended = session->next_ended;
            free(session->client.rest);
            free(session->server.rest);
            free(session);
        }
    }
}
