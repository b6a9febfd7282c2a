// The Linux interfaces that Swift's Glibc module does not export. Only what EventLoop and Guardian use.
//
// _GNU_SOURCE stays out of this header: with it, types such as fd_set would differ from those of the Glibc module.
#ifndef SUPERVISE_CLINUX_H
#define SUPERVISE_CLINUX_H

#include <arpa/nameser.h>
#include <crypt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

// epoll_event is packed on x86-64 and its payload a union; these give and take its two halves.
static inline int supervise_epoll_control(int poller, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return epoll_ctl(poller, operation, descriptor, &event);
}

static inline uint64_t supervise_epoll_token(const struct epoll_event *event) { return event->data.u64; }

static inline uint32_t supervise_epoll_events(const struct epoll_event *event) { return event->events; }

// The calls of every message, past the C library's wrappers: in a process with several threads these prepare for
// pthread_cancel at each call, with two locked instructions, and nobody here cancels a thread.
static inline ssize_t supervise_receive(int descriptor, void *bytes, size_t count) {
    return syscall(SYS_recvfrom, descriptor, bytes, count, 0, 0, 0);
}

static inline ssize_t supervise_send(int descriptor, const void *bytes, size_t count) {
    return syscall(SYS_sendto, descriptor, bytes, count, MSG_NOSIGNAL, 0, 0);
}

static inline int supervise_epoll_wait(int poller, struct epoll_event *events, int most, int milliseconds) {
    return (int)syscall(SYS_epoll_pwait, poller, events, most, milliseconds, 0, 0);
}

// The flags as plain numbers: as enum members Swift imports them with an awkward type.
static const uint32_t SUPERVISE_EPOLLIN = EPOLLIN;
static const uint32_t SUPERVISE_EPOLLOUT = EPOLLOUT;
static const uint32_t SUPERVISE_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t SUPERVISE_EPOLLHUP = EPOLLHUP;
static const uint32_t SUPERVISE_EPOLLERR = EPOLLERR;
static const uint32_t SUPERVISE_EPOLLET = EPOLLET;
static const uint32_t SUPERVISE_EPOLLEXCLUSIVE = EPOLLEXCLUSIVE;

// An epoll instance, closed on exec.
int supervise_epoll_create(void);

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC.
int supervise_accept(int descriptor, struct sockaddr_storage *address, socklen_t *length);

// A non-blocking stream or datagram socket, closed on exec.
int supervise_stream_socket(int family);
int supervise_datagram_socket(int family);

// Sends datagrams that lie one after the other, in one call, without waiting; at most SUPERVISE_DATAGRAMS_AT_ONCE.
// Gives how many the kernel took, or -1 when the first one failed. is_cut_by_kernel hands those of equal length over in one
// piece, which the kernel cuts up after it has found the way to the receiver (udp(7), UDP_SEGMENT): UDP only.
#define SUPERVISE_DATAGRAMS_AT_ONCE 64
int supervise_send_datagrams(int descriptor, void *bytes, const uint16_t *lengths, int count, bool is_cut_by_kernel);

// A timer of the monotonic clock, not running, closed on exec; and when it is to ring, in nanoseconds since the machine
// started.
int supervise_alarm_descriptor(void);
int supervise_set_alarm(int descriptor, int64_t nanoseconds);

// Puts the calling thread into another network namespace, given by a descriptor of it.
int supervise_enter_network_namespace(int descriptor);

// Readable once a process has ended, closed on exec.
int supervise_process_descriptor(int process);

// A non-blocking eventfd, closed on exec.
int supervise_event_descriptor(void);

// Lets the calling thread keep what root may do when it becomes another user; and gives all of that up but for the right to listen
// below port 1024, which programs that are started from then on have, too.
int supervise_keep_capabilities(void);
int supervise_keep_low_ports_alone(void);

// Names the calling thread; longer names are cut to 15 bytes.
void supervise_name_thread(const char *name);

// One message on a link between processes (SOCK_SEQPACKET), with a descriptor beside it unless that is -1. What comes in has
// a descriptor of -1 where none came with it; one that came is closed on exec.
ssize_t supervise_send_message(int link, const void *bytes, size_t count, int descriptor);
ssize_t supervise_receive_message(int link, void *bytes, size_t count, int *descriptor);

// One message with several descriptors beside it, on a stream of Unix sockets; what comes in is closed on exec, and there must be
// room for SUPERVISE_SOCKETS_AT_ONCE.
#define SUPERVISE_SOCKETS_AT_ONCE 252
ssize_t supervise_send_sockets(int link, const void *bytes, size_t count, const int *sockets, int socket_count);
ssize_t supervise_receive_sockets(int link, void *bytes, size_t count, int *sockets, int *socket_count);

// Shows what /proc/self/task has in another folder, to this process alone: it gets its own view of what is mounted where.
int supervise_show_own_threads(const char *folder);

// A file that is in memory only, closed on exec, with a text in it; -1 when that cannot be.
int supervise_memory_file(const char *name, const void *bytes, size_t count);

// Becomes a program, which has some descriptors that are closed on exec otherwise; returns when that cannot be.
void supervise_become(const char *program, char *const words[], const int *inherited, size_t count);

// For processes with one thread: starts a program as a child that leads a process group, with all signals at their defaults.
// It has some descriptors that are closed on exec otherwise, a link (SOCK_SEQPACKET) and a file with a text, whose numbers
// its environment has as SUPERVISE_GUARDIAN. Gives its number and the other ends, which never wait: of the link, and of the pipe
// that is its standard error; -1 when it cannot be, errno says why.
pid_t supervise_start(
    const char *program, char *const words[], const void *text, size_t length, const int *inherited, size_t count,
    int ends[2]);

// The same for a program that has a file and is waited for, some seconds at the most, before SIGALRM ends it. Gives what
// waitpid(2) says of it; -1 when it cannot be started, errno says why.
int supervise_try(const char *program, char *const words[], int file, unsigned seconds);

// The time on the clock that nobody sets.
int64_t supervise_milliseconds(void);

// Blocks some signals and is readable while one of them waits, non-blocking, closed on exec; and the signal's number, 0 for
// none.
int supervise_signal_descriptor(const int *signals, size_t count);
int supervise_next_signal(int descriptor);

// Sends a datagram to the Unix socket of a service manager; a first '@' of its name stands for a zero byte (sd_notify(3)).
// Gives whether it was taken; false without an address.
bool supervise_notify(const char *address, const void *bytes, size_t count);

// The calling thread's number for supervise_backtrace, whose signal it takes from now on.
int supervise_thread_number(void);

// Where a thread of this process is at the moment: interrupts it for that with the signal SIGRTMAX - 1. Gives the number of
// return addresses, the innermost first; 0 when the thread did not answer in time. One caller at a time.
int supervise_backtrace(int thread, void **addresses, int capacity, int patience_milliseconds);

// What is loaded at an address (dladdr(3)): the file, where it begins in memory, and the function, NULL where the dynamic
// linker doesn't know it. Gives whether anything is.
bool supervise_find_symbol(const void *address, const char **file, uintptr_t *base, const char **function);

#endif
