#define _GNU_SOURCE

#include "CLinux.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <semaphore.h>
#include <time.h>

// backtrace(3) loads a library when it is first called, which a signal handler must not do: the first call is made outside.
// It then only reads the stack and the tables of the program; a thread that was interrupted in malloc is no harm to it.

#define MOST_ADDRESSES 64

static void *found[MOST_ADDRESSES];
static volatile int found_count;
static sem_t answered;

static void note_addresses(int number) {
    (void)number;
    int saved = errno;
    found_count = backtrace(found, MOST_ADDRESSES);
    sem_post(&answered);
    errno = saved;
}

// A thread has the blocked signals of the one that made it, and libraries' threads block all.
int supervise_thread_number(void) {
    sigset_t question;
    sigemptyset(&question);
    sigaddset(&question, SIGRTMAX - 1);
    pthread_sigmask(SIG_UNBLOCK, &question, NULL);
    return gettid();
}

static bool prepare(void) {
    static bool is_prepared;
    if (is_prepared) return true;
    backtrace(found, MOST_ADDRESSES);
    if (sem_init(&answered, 0, 0) != 0) return false;
    struct sigaction action = {.sa_handler = note_addresses, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    is_prepared = sigaction(SIGRTMAX - 1, &action, NULL) == 0;
    return is_prepared;
}

int supervise_backtrace(int thread, void **addresses, int capacity, int patience_milliseconds) {
    if (!prepare()) return 0;
    // A late answer to an earlier question is not one to this.
    while (sem_trywait(&answered) == 0) {}
    if (tgkill(getpid(), thread, SIGRTMAX - 1) != 0) return 0;
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    int64_t nanoseconds = deadline.tv_nsec + (int64_t)patience_milliseconds * 1000000;
    deadline.tv_sec += nanoseconds / 1000000000;
    deadline.tv_nsec = nanoseconds % 1000000000;
    while (sem_timedwait(&answered, &deadline) != 0) {
        if (errno != EINTR) return 0;
    }
    int count = found_count < capacity ? found_count : capacity;
    for (int index = 0; index < count; index++) addresses[index] = found[index];
    return count;
}

bool supervise_find_symbol(const void *address, const char **file, uintptr_t *base, const char **function) {
    Dl_info info;
    if (dladdr(address, &info) == 0) return false;
    *file = info.dli_fname;
    *base = (uintptr_t)info.dli_fbase;
    *function = info.dli_sname;
    return true;
}
