import Glibc

/// A process that this one has started, and whose end it has to take in.
///
/// A process with threads cannot be forked and go on, so a child is always a program that begins anew (posix_spawn(3)).
public struct ChildProcess: Sendable, Hashable {
    /// How to start one.
    public struct Plan: Sendable {
        /// The program's file.
        public var program: String
        /// Its words, the name by which it is called first.
        public var arguments: [String]
        /// All of its environment.
        public var environment: [String: String]
        /// Descriptors that it has under the same numbers, beside those that are not closed on exec.
        public var inherited: [Int32] = []
        /// What its standard output is; `nil` for the same as here.
        public var output: Int32?
        /// What its standard error is; `nil` for the same as here.
        public var errorOutput: Int32?
        /// Whether it begins a session of its own, so that the terminal's end is not the end of it; its input is empty then.
        public var leadsSession = false

        /// Makes a plan for a child that has everything from this process.
        ///
        /// - Parameters:
        ///   - program: the program's file.
        ///   - arguments: its words, the name by which it is called first.
        ///   - environment: all of its environment.
        public init(program: String, arguments: [String], environment: [String: String]) {
            self.program = program
            self.arguments = arguments
            self.environment = environment
        }
    }

    /// How a process ended.
    public enum End: Sendable, Hashable {
        /// By itself, with a code.
        case code(Int32)
        /// By a signal.
        case signal(Int32)

        /// As a shell tells it: the code, or 128 and the signal's number.
        public var status: Int32 {
            switch self {
            case .code(let code): code
            case .signal(let number): 128 + number
            }
        }
    }

    /// Its number.
    public let identifier: Int32

    /// The program that runs now, also when its file was replaced meanwhile.
    public static let ownProgram = "/proc/self/exe"

    /// Starts a process with default signals, none of them blocked.
    ///
    /// - Parameter plan: what and how.
    /// - Throws: `SystemError` when it cannot be started.
    public init(_ plan: Plan) throws(SystemError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if plan.leadsSession {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        if let output = plan.output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        if let errors = plan.errorOutput { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        // A descriptor that is put in its own place is not closed on exec any more.
        for descriptor in plan.inherited { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        ChildProcess.giveDefaultSignals(&attributes, leadsSession: plan.leadsSession)

        ChildProcess.withholdConnections(but: plan.inherited)
        var arguments = plan.arguments.map { strdup($0) } + [nil]
        var environment = plan.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in arguments + environment { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, plan.program, &actions, &attributes, &arguments, &environment)
        guard code == 0 else { throw SystemError("start", plan.arguments.first ?? plan.program, code: code) }
        self.identifier = identifier
    }

    /// Waits until it has ended.
    ///
    /// Blocks the calling thread; to be called once.
    ///
    /// - Returns: how it ended.
    public func waitUntilEnded() -> End {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 {
            guard errno == EINTR else { preconditionFailure("process \(identifier) is no child that still counts") }
        }
        // wait(2): the low seven bits are the signal that ended it, the next byte is its exit code.
        return status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F)
    }

    /// Sends it a signal; one that has ended gets none.
    ///
    /// - Parameter number: the signal.
    public func send(_ number: Int32) {
        _ = kill(identifier, number)
    }

    /// Keeps the connections of this process from its children: a library's sockets are not closed on exec, and a client
    /// would wait for the end of one that a child has, too.
    private static func withholdConnections(but inherited: [Int32]) {
        guard let folder = opendir("/proc/self/fd") else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let descriptor = Int32(name), descriptor > STDERR_FILENO, !inherited.contains(descriptor) else {
                continue
            }
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let isConnected = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 }
            }
            if isConnected { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
    }

    /// What this process ignores or blocks would be ignored or blocked there too.
    ///
    /// - Source: posix_spawnattr_setflags(3); glibc's `POSIX_SPAWN_SETSID` is 0x80 (spawn.h).
    private static func giveDefaultSignals(_ attributes: inout posix_spawnattr_t, leadsSession: Bool) {
        let setSessionID = 0x80
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int(POSIX_SPAWN_SETSIGMASK) | Int(POSIX_SPAWN_SETSIGDEF) | (leadsSession ? setSessionID : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}
