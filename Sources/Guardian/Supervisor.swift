import CLinux
@preconcurrency import Glibc

/// A supervisor that was started: its process, and this process's ends of its link and of its standard error.
struct Supervisor {
    let process: pid_t
    let link: Int32
    let messages: Int32

    /// Starts one in a process group of its own, so that what a terminal sends reaches it once: through its guardian.
    ///
    /// Is `nil` when that cannot be; `errno` says why.
    ///
    /// - Parameters:
    ///   - program: the program's file.
    ///   - arguments: its words.
    ///   - handover: what it is told in a file in memory.
    ///   - sockets: which sockets it gets.
    init?(_ program: String, _ arguments: [String], handover: String, _ sockets: some Collection<Int32>) {
        var (links, pipes): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        let file = supervise_memory_file("handover")
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &links) == 0,
            pipe(&pipes) == 0, write(file, handover, handover.utf8.count) == handover.utf8.count,
            // The supervisor's ends may wait.
            fcntl(links[0], F_SETFL, O_NONBLOCK) == 0, fcntl(pipes[0], F_SETFL, O_NONBLOCK) == 0,
            fcntl(pipes[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(pipes[1], F_SETFD, FD_CLOEXEC) == 0,
            setenv("SUPERVISE_GUARDIAN", "\(links[1]) \(file)", 1) == 0,
            // Where Swift's tools are, a backtrace of a crash takes many seconds, in which nobody serves.
            setenv("SWIFT_BACKTRACE", "enable=no", 0) == 0,
            let process = Self.spawn(program, arguments, messages: pipes[1], inherited: sockets + [links[1], file])
        else {
            let code = errno
            for descriptor in links + pipes + [file] { close(descriptor) }
            errno = code
            return nil
        }
        for descriptor in [links[1], pipes[1], file] { close(descriptor) }
        (self.process, link, messages) = (process, links[0], pipes[0])
    }

    private static func spawn(
        _ program: String, _ arguments: [String], messages: Int32, inherited: [Int32]
    ) -> pid_t? {
        var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO)
        // A descriptor that is put in its own place is not closed on exec any more.
        for descriptor in inherited { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var (words, process) = (arguments.map { strdup($0) } + [nil], pid_t())
        errno = posix_spawn(&process, program, &actions, &attributes, &words, environ)
        for word in words { free(word) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        return errno == 0 ? process : nil
    }
}
