// What benchmarks do to a proxy, and the servers behind it.
//
//     load servers                              echo servers on one port of every 127.x.y.z, and a syslog sink
//     load echo PORT CONNECTIONS BYTES COUNT    COUNT exchanges of BYTES over CONNECTIONS connections
//     load short PORT CONNECTIONS BYTES COUNT   COUNT times: connect, exchange BYTES, close; CONNECTIONS at a time
//     load tls-echo|tls-short …                 the same over TLS, each connection with a whole handshake
//     load tls-again …                          as tls-short, but each connection goes on with the session of the one before
//
// A number of operations and not a time, so that a proxy's processor time divides by work that is the same for all.
// `servers` prints `{"port":…,"syslog":…}`, answers each line on standard input with what it has counted, and ends with
// standard input. The others connect, print `ready`, wait for a line, do their work, print one line of JSON and hold
// their connections until standard input ends: closing them is not part of what is measured.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SCRATCH_SIZE = 1024 * 1024, EVENTS_PER_TURN = 256, BACKLOG = 8192 };

static char scratch[SCRATCH_SIZE];
static int poller;

static void fail(const char *operation) {
    perror(operation);
    exit(1);
}

static uint64_t now(void) {
    struct timespec reading;
    clock_gettime(CLOCK_MONOTONIC, &reading);
    return (uint64_t)reading.tv_sec * 1000000000u + (uint64_t)reading.tv_nsec;
}

static struct sockaddr_in address(uint32_t host, unsigned port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    result.sin_addr.s_addr = htonl(host);
    return result;
}

static void watch(int descriptor, uint32_t events, void *owner) {
    struct epoll_event event = {.events = events, .data.ptr = owner};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
}

static void set(int descriptor, int level, int option, int value) {
    if (setsockopt(descriptor, level, option, &value, sizeof value) < 0) fail("setsockopt");
}

// MARK: - Latencies: buckets whose width grows with the value, 1/64 of it at the most

enum { SUB_BITS = 6, SUB = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB };

static uint64_t buckets[BUCKETS];
static uint64_t measured, longest;

static unsigned bucket(uint64_t value) {
    if (value < SUB) return (unsigned)value;
    unsigned shift = 63u - (unsigned)__builtin_clzll(value) - SUB_BITS;
    return (shift + 1) * SUB + (unsigned)((value >> shift) - SUB);
}

static uint64_t bucket_end(unsigned index) {
    if (index < SUB) return index;
    unsigned shift = index / SUB - 1;
    return (((uint64_t)(index % SUB) + SUB + 1) << shift) - 1;
}

static void measure(uint64_t nanoseconds) {
    buckets[bucket(nanoseconds)]++;
    measured++;
    if (nanoseconds > longest) longest = nanoseconds;
}

static uint64_t percentile(double share) {
    uint64_t wanted = (uint64_t)((double)measured * share), seen = 0;
    for (unsigned index = 0; index < BUCKETS; index++) {
        seen += buckets[index];
        if (seen > wanted) return bucket_end(index) < longest ? bucket_end(index) : longest;
    }
    return longest;
}

static void report(uint64_t began, uint64_t count) {
    double seconds = (double)(now() - began) / 1e9;
    printf("{\"seconds\":%.6f,\"count\":%llu,\"p50_us\":%.2f,\"p90_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f,"
           "\"max_us\":%.2f}\n",
           seconds, (unsigned long long)count, (double)percentile(0.5) / 1e3, (double)percentile(0.9) / 1e3,
           (double)percentile(0.99) / 1e3, (double)percentile(0.999) / 1e3, (double)longest / 1e3);
    fflush(stdout);
}

// MARK: - Servers

// What a server has read and the client has not taken yet.
struct echo {
    int descriptor;
    bool has_ended;
    char *rest;
    size_t start, end;
};

static void close_echo(struct echo *echo) {
    close(echo->descriptor);
    free(echo->rest);
    free(echo);
}

// Sends back what has come; false when the connection has ended.
static bool answer(struct echo *echo) {
    for (;;) {
        if (echo->rest) {
            ssize_t sent = send(echo->descriptor, echo->rest + echo->start, echo->end - echo->start, MSG_NOSIGNAL);
            if (sent < 0) return errno == EAGAIN;
            echo->start += (size_t)sent;
            if (echo->start < echo->end) return true;
            free(echo->rest);
            echo->rest = NULL;
        }
        ssize_t count = recv(echo->descriptor, scratch, SCRATCH_SIZE, 0);
        if (count < 0) return errno == EAGAIN;
        if (count == 0) return false;
        ssize_t sent = send(echo->descriptor, scratch, (size_t)count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent < 0) sent = 0;
        if (sent < count) {
            echo->rest = malloc((size_t)(count - sent));
            if (!echo->rest) fail("malloc");
            echo->start = 0;
            echo->end = (size_t)(count - sent);
            memcpy(echo->rest, scratch + sent, echo->end);
            return true;
        }
        if (count < SCRATCH_SIZE) return true;
    }
}

static unsigned bound_port(int descriptor) {
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    if (getsockname(descriptor, (struct sockaddr *)&own, &length) < 0) fail("getsockname");
    return ntohs(own.sin_port);
}

static int bound(int type, uint32_t host) {
    struct sockaddr_in own = address(host, 0);
    int descriptor = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&own, sizeof own) < 0) fail("bind");
    return descriptor;
}

static int serve(void) {
    uint64_t accepted = 0, lines = 0;
    int listener = bound(SOCK_STREAM, INADDR_ANY), sink = bound(SOCK_DGRAM, INADDR_LOOPBACK);
    set(listener, IPPROTO_TCP, TCP_NODELAY, 1);
    if (listen(listener, BACKLOG) < 0) fail("listen");
    set(sink, SOL_SOCKET, SO_RCVBUF, 8 * 1024 * 1024);
    watch(listener, EPOLLIN, &listener);
    watch(sink, EPOLLIN, &sink);
    watch(STDIN_FILENO, EPOLLIN, NULL);
    printf("{\"port\":%u,\"syslog\":%u}\n", bound_port(listener), bound_port(sink));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS_PER_TURN];
        int count = epoll_wait(poller, events, EVENTS_PER_TURN, -1);
        for (int index = 0; index < count; index++) {
            void *owner = events[index].data.ptr;
            if (owner == NULL) {
                ssize_t bytes = read(STDIN_FILENO, scratch, SCRATCH_SIZE);
                if (bytes <= 0) return 0;
                printf("{\"accepted\":%llu,\"lines\":%llu}\n", (unsigned long long)accepted,
                       (unsigned long long)lines);
                fflush(stdout);
            } else if (owner == &sink) {
                while (recv(sink, scratch, SCRATCH_SIZE, 0) >= 0) lines++;
            } else if (owner == &listener) {
                int client;
                while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    struct echo *echo = calloc(1, sizeof *echo);
                    if (!echo) fail("calloc");
                    echo->descriptor = client;
                    accepted++;
                    watch(client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, echo);
                }
            } else if (!answer(owner)) {
                close_echo(owner);
            }
        }
    }
}

// MARK: - Clients

struct client {
    int descriptor;
    // NULL without TLS.
    SSL *stream;
    // Of the connection before, for the next one; NULL where each is to begin anew.
    SSL_SESSION *session;
    bool is_busy;
    size_t sent, received;
    uint64_t began;
};

static struct sockaddr_in target;
static char *message;
static size_t message_size;
static uint64_t left, done;
// NULL without TLS.
static SSL_CTX *tls;
static bool goes_on;
static uint64_t resumed;

// Of a stream's operation that moved nothing: whether an event will tell when to go on, as errno says it for a socket.
static ssize_t stream_result(struct client *client, int result) {
    if (result > 0) return result;
    int error = SSL_get_error(client->stream, result);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

static ssize_t put(struct client *client, const void *bytes, size_t count) {
    if (!client->stream) return send(client->descriptor, bytes, count, MSG_NOSIGNAL);
    return stream_result(client, SSL_write(client->stream, bytes, (int)count));
}

static ssize_t take(struct client *client, size_t count) {
    if (!client->stream) return recv(client->descriptor, scratch, count, 0);
    return stream_result(client, SSL_read(client->stream, scratch, (int)count));
}

static void close_client(struct client *client) {
    if (client->stream) {
        if (goes_on) {
            resumed += (uint64_t)SSL_session_reused(client->stream);
            SSL_SESSION_free(client->session);
            client->session = SSL_get1_session(client->stream);
        }
        SSL_shutdown(client->stream);
        SSL_free(client->stream);
        client->stream = NULL;
    }
    close(client->descriptor);
}

static void connect_client(struct client *client, int flags) {
    client->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (client->descriptor < 0) fail("socket");
    set(client->descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    if (connect(client->descriptor, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS) {
        fail("connect");
    }
    if (!tls) return;
    client->stream = SSL_new(tls);
    if (!client->stream || !SSL_set_fd(client->stream, client->descriptor)) fail("SSL_new");
    if (client->session && !SSL_set_session(client->stream, client->session)) fail("SSL_set_session");
    SSL_set_connect_state(client->stream);
}

// Connected and used once before the work begins, so that setting up a session is not part of it.
static void open_for_exchanges(struct client *client) {
    connect_client(client, 0);
    if (put(client, message, 1) != 1) fail("send");
    if (take(client, 1) != 1) fail("recv");
    if (fcntl(client->descriptor, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
    watch(client->descriptor, EPOLLIN | EPOLLOUT | EPOLLET, client);
}

static void write_message(struct client *client) {
    while (client->sent < message_size) {
        ssize_t count = put(client, message + client->sent, message_size - client->sent);
        if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
        if (count < 0) fail("send");
        client->sent += (size_t)count;
    }
}

// True when the whole answer has come.
static bool read_answer(struct client *client) {
    while (client->received < client->sent) {
        ssize_t count = take(client, SCRATCH_SIZE);
        if (count < 0 && errno == EAGAIN) return false;
        if (count < 0) fail("recv");
        if (count == 0) {
            fprintf(stderr, "load: the proxy ended a connection in the middle of an exchange\n");
            exit(1);
        }
        client->received += (size_t)count;
        if (count < SCRATCH_SIZE && !client->stream) break;
    }
    return client->received == message_size;
}

static void begin(struct client *client, bool is_short) {
    left--;
    client->is_busy = true;
    client->sent = client->received = 0;
    client->began = now();
    if (is_short) {
        connect_client(client, SOCK_NONBLOCK);
        watch(client->descriptor, EPOLLIN | EPOLLOUT | EPOLLET, client);
    } else {
        write_message(client);
    }
}

static void turn(bool is_short) {
    struct epoll_event events[EVENTS_PER_TURN];
    int count = epoll_wait(poller, events, EVENTS_PER_TURN, -1);
    for (int index = 0; index < count; index++) {
        struct client *client = events[index].data.ptr;
        if (!client->is_busy) continue;
        if (client->sent < message_size) write_message(client);
        if (!(events[index].events & EPOLLIN) || !read_answer(client)) continue;
        measure(now() - client->began);
        client->is_busy = false;
        done++;
        if (is_short) close_client(client);
        if (left > 0) begin(client, is_short);
    }
}

static void wait_for_line(void) {
    char line[64];
    if (!fgets(line, sizeof line, stdin)) exit(1);
}

static int load(bool is_short, size_t connections, uint64_t count) {
    struct client *clients = calloc(connections, sizeof *clients);
    message = malloc(message_size);
    if (!clients || !message) fail("malloc");
    memset(message, 'x', message_size);
    for (size_t index = 0; !is_short && index < connections; index++) open_for_exchanges(&clients[index]);
    printf("ready\n");
    fflush(stdout);
    wait_for_line();
    uint64_t began = now();
    left = count;
    for (size_t index = 0; left > 0 && index < connections; index++) begin(&clients[index], is_short);
    while (done < count) turn(is_short);
    // The first of each client begins anew.
    if (goes_on && resumed + connections < count) {
        fprintf(stderr, "load: %llu of %llu connections went on\n", (unsigned long long)resumed, (unsigned long long)count);
        exit(1);
    }
    report(began, count);
    while (getchar() != EOF) {
    }
    return 0;
}

int main(int count, char **arguments) {
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1");
    if (count == 2 && !strcmp(arguments[1], "servers")) return serve();
    const char *kind = count == 6 ? arguments[1] : "";
    if (!strncmp(kind, "tls-", 4)) {
        kind += 4;
        tls = SSL_CTX_new(TLS_client_method());
        if (!tls) fail("SSL_CTX_new");
        SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    goes_on = tls && !strcmp(kind, "again");
    bool is_short = goes_on || !strcmp(kind, "short");
    if (!is_short && strcmp(kind, "echo")) {
        fprintf(stderr, "usage: load servers | load [tls-]echo|[tls-]short|tls-again PORT CONNECTIONS BYTES COUNT\n");
        return 2;
    }
    target = address(INADDR_LOOPBACK, (unsigned)atoi(arguments[2]));
    message_size = (size_t)atoll(arguments[4]);
    return load(is_short, (size_t)atoll(arguments[3]), (uint64_t)atoll(arguments[5]));
}
