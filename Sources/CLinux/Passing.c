#define _GNU_SOURCE

#include "CLinux.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

// Room for the descriptors beside one message.
union notes {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(SUPERVISE_SOCKETS_AT_ONCE * sizeof(int))];
};

ssize_t supervise_send_sockets(int link, const void *bytes, size_t count, const int *sockets, int socket_count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    union notes notes;
    if (socket_count > SUPERVISE_SOCKETS_AT_ONCE) {
        errno = EINVAL;
        return -1;
    }
    if (socket_count > 0) {
        memset(&notes, 0, sizeof notes);
        notes.header.cmsg_level = SOL_SOCKET;
        notes.header.cmsg_type = SCM_RIGHTS;
        notes.header.cmsg_len = CMSG_LEN((size_t)socket_count * sizeof(int));
        memcpy(CMSG_DATA(&notes.header), sockets, (size_t)socket_count * sizeof(int));
        message.msg_control = &notes;
        message.msg_controllen = CMSG_SPACE((size_t)socket_count * sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(link, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t supervise_receive_sockets(int link, void *bytes, size_t count, int *sockets, int *socket_count) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    union notes notes;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &notes, .msg_controllen = sizeof notes};
    ssize_t received;
    *socket_count = 0;
    do received = recvmsg(link, &message, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0) return received;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        *socket_count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(sockets, CMSG_DATA(header), (size_t)*socket_count * sizeof(int));
    }
    return received;
}

int supervise_show_own_threads(const char *folder) {
    if (unshare(CLONE_NEWNS) != 0) return -1;
    // What is mounted from here on stays this process's own; what others mount still comes in.
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return -1;
    if (mount("/proc/self/task", folder, NULL, MS_BIND, NULL) != 0) return -1;
    return mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}
