#define _GNU_SOURCE

#include "CLinux.h"

#include <pthread.h>
#include <sched.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

int supervise_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int supervise_accept(int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(descriptor, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int supervise_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int supervise_datagram_socket(int family) { return socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

// One message's worth of datagrams: how many, and the note to the kernel that says how long each of them is.
struct run {
    int count;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
    } note;
};

// How many datagrams from the first one on the kernel can cut out of one piece: all as long as the first, but for the
// last, which may be shorter.
static int run_length(const uint16_t *lengths, int count) {
    int length = 1;
    while (length < count && lengths[length - 1] == lengths[0] && lengths[length] <= lengths[0]) length++;
    return length;
}

static void cut_into(uint16_t length, struct run *run, struct msghdr *message) {
    memset(&run->note, 0, sizeof run->note);
    run->note.header.cmsg_level = IPPROTO_UDP;
    run->note.header.cmsg_type = UDP_SEGMENT;
    run->note.header.cmsg_len = CMSG_LEN(sizeof length);
    memcpy(CMSG_DATA(&run->note.header), &length, sizeof length);
    message->msg_control = &run->note;
    message->msg_controllen = sizeof run->note;
}

int supervise_send_datagrams(int descriptor, void *bytes, const uint16_t *lengths, int count, bool is_cut_by_kernel) {
    struct mmsghdr messages[SUPERVISE_DATAGRAMS_AT_ONCE];
    struct iovec parts[SUPERVISE_DATAGRAMS_AT_ONCE];
    struct run runs[SUPERVISE_DATAGRAMS_AT_ONCE];
    char *next = bytes;
    unsigned used = 0;
    if (count > SUPERVISE_DATAGRAMS_AT_ONCE) count = SUPERVISE_DATAGRAMS_AT_ONCE;
    for (int index = 0; index < count; index += runs[used++].count) {
        struct msghdr *message = &messages[used].msg_hdr;
        memset(&messages[used], 0, sizeof messages[used]);
        message->msg_iov = &parts[used];
        message->msg_iovlen = 1;
        runs[used].count = is_cut_by_kernel ? run_length(lengths + index, count - index) : 1;
        parts[used].iov_base = next;
        parts[used].iov_len = 0;
        for (int datagram = 0; datagram < runs[used].count; datagram++) parts[used].iov_len += lengths[index + datagram];
        next += parts[used].iov_len;
        if (runs[used].count > 1) cut_into(lengths[index], &runs[used], message);
    }
    int taken = sendmmsg(descriptor, messages, used, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0) return -1;
    int datagrams = 0;
    for (int index = 0; index < taken; index++) datagrams += runs[index].count;
    return datagrams;
}

int supervise_alarm_descriptor(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); }

int supervise_set_alarm(int descriptor, int64_t nanoseconds) {
    struct itimerspec setting = {.it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &setting, NULL);
}

int supervise_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int supervise_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int supervise_event_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void supervise_name_thread(const char *name) {
    char short_name[16] = {0};
    strncpy(short_name, name, sizeof short_name - 1);
    pthread_setname_np(pthread_self(), short_name);
}
