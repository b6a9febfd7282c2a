// The Linux interfaces that Swift's Glibc module does not export. Only what EventLoop uses.
//
// _GNU_SOURCE stays out of this header: with it, types such as fd_set would differ from those of the Glibc module.
#ifndef SUPERVISE_CLINUX_H
#define SUPERVISE_CLINUX_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

// epoll_event is packed on x86-64 and its payload a union; these give and take its two halves.
static inline int supervise_epoll_control(int poller, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return epoll_ctl(poller, operation, descriptor, &event);
}

static inline uint64_t supervise_epoll_token(const struct epoll_event *event) { return event->data.u64; }

static inline uint32_t supervise_epoll_events(const struct epoll_event *event) { return event->events; }

// The flags as plain numbers: as enum members Swift imports them with an awkward type.
static const uint32_t SUPERVISE_EPOLLIN = EPOLLIN;
static const uint32_t SUPERVISE_EPOLLOUT = EPOLLOUT;
static const uint32_t SUPERVISE_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t SUPERVISE_EPOLLHUP = EPOLLHUP;
static const uint32_t SUPERVISE_EPOLLERR = EPOLLERR;
static const uint32_t SUPERVISE_EPOLLET = EPOLLET;

// An epoll instance, closed on exec.
int supervise_epoll_create(void);

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC.
int supervise_accept(int descriptor, struct sockaddr_storage *address, socklen_t *length);

// A non-blocking stream or datagram socket, closed on exec.
int supervise_stream_socket(int family);
int supervise_datagram_socket(int family);

// Sends datagrams that lie one after the other, in one call, without waiting; at most SUPERVISE_DATAGRAMS_AT_ONCE.
// Gives how many the kernel took, or -1 when the first one failed.
#define SUPERVISE_DATAGRAMS_AT_ONCE 64
int supervise_send_datagrams(int descriptor, void *bytes, const uint16_t *lengths, int count);

// A non-blocking eventfd, closed on exec.
int supervise_event_descriptor(void);

// Names the calling thread; longer names are cut to 15 bytes.
void supervise_name_thread(const char *name);

#endif
