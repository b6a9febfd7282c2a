#define _GNU_SOURCE

#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

static void mark(const int *descriptors, size_t count, int flags) {
    for (size_t i = 0; i < count; i++) fcntl(descriptors[i], F_SETFD, flags);
}

static void close_all(const int *descriptors, size_t count) {
    int code = errno;
    for (size_t i = 0; i < count; i++) {
        if (descriptors[i] >= 0) close(descriptors[i]);
    }
    errno = code;
}

int supervise_memory_file(const char *name, const void *bytes, size_t count) {
    int file = memfd_create(name, MFD_CLOEXEC);
    for (size_t written = 0; file >= 0 && written < count;) {
        ssize_t more = pwrite(file, (const char *)bytes + written, count - written, written);
        if (more < 0) {
            close_all(&file, 1);
            return -1;
        }
        written += more;
    }
    return file;
}

void supervise_become(const char *program, char *const words[], const int *inherited, size_t count) {
    mark(inherited, count, 0);
    execv(program, words);
    int code = errno;
    mark(inherited, count, FD_CLOEXEC);
    errno = code;
}

// `own` are two more that it inherits.
static pid_t start(
    const char *program, char *const words[], const int *inherited, size_t count, const int own[2], int messages,
    unsigned seconds) {
    // The child shares this process's memory until it has become the program, so that it can leave its error there.
    // Descriptors, signals and the alarm are its own.
    volatile int code = 0;
    pid_t child = vfork();
    if (child == 0) {
        setpgid(0, 0);
        for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        alarm(seconds);
        mark(inherited, count, 0);
        mark(own, 2, 0);
        if (dup2(messages, STDERR_FILENO) >= 0) execv(program, words);
        code = errno;
        _exit(127);
    }
    if (child < 0 || code == 0) return child;
    waitpid(child, NULL, 0);
    errno = code;
    return -1;
}

int supervise_try(const char *program, char *const words[], int file, unsigned seconds) {
    int own[2] = {file, file}, status = 0;
    pid_t child = start(program, words, NULL, 0, own, STDERR_FILENO, seconds);
    if (child < 0 || waitpid(child, &status, 0) < 0) return -1;
    return status;
}

pid_t supervise_start(
    const char *program, char *const words[], const void *text, size_t length, const int *inherited, size_t count,
    int ends[2]) {
    // Four ends, of which this process keeps the first of each pair, and the file.
    enum { link = 0, messages = 2, file = 4, all = 5 };
    int descriptors[all] = {-1, -1, -1, -1, supervise_memory_file("handover", text, length)};
    char numbers[32] = "";
    pid_t child = -1;
    if (descriptors[file] >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &descriptors[link]) == 0 &&
        pipe2(&descriptors[messages], O_CLOEXEC) == 0 &&
        // The child's ends may wait.
        fcntl(descriptors[link], F_SETFL, O_NONBLOCK) == 0 && fcntl(descriptors[messages], F_SETFL, O_NONBLOCK) == 0 &&
        snprintf(numbers, sizeof numbers, "%d %d", descriptors[link + 1], descriptors[file]) > 0 &&
        setenv("SUPERVISE_GUARDIAN", numbers, 1) == 0) {
        int own[2] = {descriptors[link + 1], descriptors[file]};
        child = start(program, words, inherited, count, own, descriptors[messages + 1], 0);
    }
    if (child > 0) {
        ends[0] = descriptors[link];
        ends[1] = descriptors[messages];
        descriptors[link] = descriptors[messages] = -1;
    }
    close_all(descriptors, all);
    return child;
}

int64_t supervise_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
