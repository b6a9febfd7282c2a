#define _GNU_SOURCE

#include "CLinux.h"

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

int supervise_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int supervise_accept(int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(descriptor, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int supervise_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int supervise_datagram_socket(int family) { return socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int supervise_send_datagrams(int descriptor, void *bytes, const uint16_t *lengths, int count) {
    struct mmsghdr messages[SUPERVISE_DATAGRAMS_AT_ONCE];
    struct iovec parts[SUPERVISE_DATAGRAMS_AT_ONCE];
    char *next = bytes;
    if (count > SUPERVISE_DATAGRAMS_AT_ONCE) count = SUPERVISE_DATAGRAMS_AT_ONCE;
    memset(messages, 0, (size_t)count * sizeof *messages);
    for (int index = 0; index < count; index++) {
        parts[index].iov_base = next;
        parts[index].iov_len = lengths[index];
        messages[index].msg_hdr.msg_iov = &parts[index];
        messages[index].msg_hdr.msg_iovlen = 1;
        next += lengths[index];
    }
    return sendmmsg(descriptor, messages, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int supervise_event_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void supervise_name_thread(const char *name) {
    char short_name[16] = {0};
    strncpy(short_name, name, sizeof short_name - 1);
    pthread_setname_np(pthread_self(), short_name);
}
