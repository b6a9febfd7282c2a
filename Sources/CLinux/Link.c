#define _GNU_SOURCE

#include "CLinux.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>

// Room for one descriptor beside a message.
union note {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

ssize_t supervise_send_message(int link, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    union note note;
    if (descriptor >= 0) {
        memset(&note, 0, sizeof note);
        note.header.cmsg_level = SOL_SOCKET;
        note.header.cmsg_type = SCM_RIGHTS;
        note.header.cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(&note.header), &descriptor, sizeof descriptor);
        message.msg_control = &note;
        message.msg_controllen = sizeof note;
    }
    ssize_t sent;
    do sent = sendmsg(link, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t supervise_receive_message(int link, void *bytes, size_t count, int *descriptor) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    union note note;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &note, .msg_controllen = sizeof note};
    ssize_t received;
    do received = recvmsg(link, &message, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    *descriptor = -1;
    if (received < 0) return received;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    }
    return received;
}

int supervise_signal_descriptor(const int *signals, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
    sigprocmask(SIG_SETMASK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int supervise_next_signal(int descriptor) {
    struct signalfd_siginfo signal;
    return read(descriptor, &signal, sizeof signal) == sizeof signal ? (int)signal.ssi_signo : 0;
}

bool supervise_notify(const char *address, const void *bytes, size_t count) {
    if (!address) return false;
    struct sockaddr_un target = {.sun_family = AF_UNIX};
    size_t length = strlen(address);
    if (length == 0 || length > sizeof target.sun_path) return false;
    memcpy(target.sun_path, address, length);
    if (target.sun_path[0] == '@') target.sun_path[0] = 0;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return false;
    socklen_t size = offsetof(struct sockaddr_un, sun_path) + length;
    ssize_t sent = sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&target, size);
    close(descriptor);
    return sent == (ssize_t)count;
}
