import CLinux
@preconcurrency import Glibc

/// The process that holds the listening sockets and starts the supervisor, again and again.
///
/// One thread, one wait: signals, what supervisors say on their links, and what they write to standard error, which it passes
/// on and of which it remembers the end. What follows from what happens is decided by `GuardianLife`.
struct Guardian {
    private static let mostBytes = 4096
    /// So much of what a supervisor wrote is remembered.
    private static let tailBytes = 2048
    /// Supervisors wait for a standard error that takes no more.
    private static let mostPendingBytes = 65_536
    /// So long a new guardian may take to say whether it can go on, in seconds.
    private static let trialSeconds: UInt32 = 2

    private var state: GuardianState
    private let signals: Int32
    /// How the last supervisor ended, and what it last wrote, as the next one is told.
    private var crash: String?
    private var retryAt: Int64?

    /// Begins anew, or goes on where the guardian was that has become this one.
    init() {
        signals = supervise_signal_descriptor([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD], 6)
        signal(SIGPIPE, SIG_IGN)
        // Where Swift's tools are, a backtrace of a crash takes many seconds, in which nobody serves.
        setenv("SWIFT_BACKTRACE", "enable=no", 0)
        state = .inherited ?? GuardianState()
        start(successorOf: state.life.current)
    }

    /// Runs until the last supervisor has ended in order.
    mutating func run() -> Never {
        while true {
            wait()
            while case let number = supervise_next_signal(signals), number != 0 {
                switch number {
                case SIGCHLD: collect()
                case SIGUSR2: take(.upgradeOrdered)
                case SIGTERM, SIGINT: take(.ordered(number))
                default: take(.forwarded(number))
                }
            }
            for (process, supervisor) in state.supervisors { listen(to: process, supervisor) }
            if let due = retryAt, supervise_milliseconds() >= due {
                retryAt = nil
                take(.retryDue)
            }
            // Last: what becomes another program has nothing half done.
            if state.life.beginUpgrade() { renew() }
        }
    }

    private mutating func wait() {
        let isFull = state.pending.count >= Self.mostPendingBytes
        let readable = state.supervisors.values.flatMap { isFull ? [$0.link] : [$0.link, $0.messages] } + [signals]
        // A descriptor of -1 is waited for by nobody.
        var polls = [pollfd(fd: state.pending.isEmpty ? -1 : STDERR_FILENO, events: Int16(POLLOUT), revents: 0)]
        polls += readable.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let time = retryAt.map { Int32(max(0, $0 - supervise_milliseconds())) } ?? -1
        guard poll(&polls, nfds_t(polls.count), time) > 0, polls[0].revents != 0 else { return }
        // No more than a pipe takes without waiting once it takes anything. What nobody can read any more is dropped.
        let count = write(STDERR_FILENO, state.pending, min(state.pending.count, Self.mostBytes))
        state.pending.removeFirst(count > 0 ? count : errno == EAGAIN || errno == EINTR ? 0 : state.pending.count)
    }

    private mutating func collect() {
        var status: Int32 = 0
        while case let process = waitpid(-1, &status, WNOHANG), process > 0 {
            guard let supervisor = state.supervisors[process] else { continue }
            listen(to: process, supervisor, most: Self.mostPendingBytes)
            // The next one is told in one line: zero bytes stand for line feeds.
            let tail = state.supervisors.removeValue(forKey: process)?.tail.map { $0 == 10 ? 0 : $0 } ?? []
            for end in [supervisor.link, supervisor.messages] { close(end) }
            let words = "the supervisor (pid \(process)) \(Self.words(for: status))"
            if process == state.life.main { crash = "crash \(words)\0\(String(decoding: tail, as: UTF8.self))" }
            if status != 0, state.life.hasServed { say(words) }
            take(.ended(process, status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)))
        }
    }

    /// How a process ended.
    private static func words(for status: Int32) -> String {
        let number = status & 0x7F
        guard number > 0 else { return "ended with code \(status >> 8 & 0xFF)" }
        return "was killed by signal \(number) (\(String(cString: strsignal(number))))"
    }

    /// Takes in what a supervisor has written and said since.
    private mutating func listen(to process: Int32, _ supervisor: Supervisor, most: Int = Guardian.mostBytes) {
        var bytes = [UInt8](repeating: 0, count: most)
        if most > Self.mostBytes || state.pending.count < Self.mostPendingBytes,
            case let count = read(supervisor.messages, &bytes, most), count > 0
        {
            state.pending += bytes[..<count]
            state.supervisors[process]?.tail = (supervisor.tail + bytes[..<count]).suffix(Self.tailBytes)
        }
        var socket: Int32 = -1
        while case let count = supervise_receive_message(supervisor.link, &bytes, bytes.count, &socket), count > 0 {
            let text = String(decoding: bytes[1..<count], as: UTF8.self)
            switch bytes[0] {
            case UInt8(ascii: "K"), UInt8(ascii: "F"):
                if let old = state.held[text] { close(old) }
                state.held[text] = socket >= 0 ? socket : nil
            case UInt8(ascii: "R"): take(.ready(process))
            case UInt8(ascii: "U"): take(.upgradeOrdered)
            case UInt8(ascii: "L"): take(.left(process))
            case UInt8(ascii: "N"): _ = supervise_notify(getenv("NOTIFY_SOCKET"), text, text.utf8.count)
            default: break
            }
        }
    }

    private mutating func take(_ event: GuardianLife.Event) {
        for action in state.life.take(event, at: supervise_milliseconds()) {
            switch action {
            case .start(let former): start(successorOf: former)
            case .send(let number, let process): kill(process, number)
            case .tell(let word, let process):
                guard let supervisor = state.supervisors[process] else { break }
                _ = supervise_send_message(supervisor.link, word.rawValue, word.rawValue.utf8.count, -1)
            case .retry(let delay):
                say("it is started again\(delay > 0 ? " in \(delay) ms" : "")")
                retryAt = supervise_milliseconds() + delay
            case .exit(let code):
                _ = write(STDERR_FILENO, state.pending, state.pending.count)
                exit(code)
            }
        }
    }

    private mutating func say(_ text: String) { state.pending += Array("supervise-guardian: \(text)\n".utf8) }

    private mutating func start(successorOf former: Int32?) {
        let cause = former.map { "upgrade \($0)" } ?? crash ?? "order"
        let text = Array(([cause] + state.held.map { "\($0.value) \($0.key)" }).joined(separator: "\n").utf8)
        let (words, held) = (CommandLine.unsafeArgv + 1, Array(state.held.values))
        var ends: [Int32] = [-1, -1]
        let process = supervise_start(words[0], words + 1, text, text.count, held, held.count, &ends)
        guard process > 0 else {
            say("\(CommandLine.arguments[1]) cannot be started: \(String(cString: strerror(errno)))")
            return take(.startFailed)
        }
        state.supervisors[process] = Supervisor(link: ends[0], messages: ends[1])
        take(.started(process))
    }

    /// Becomes the guardian as its file is now, and goes on there, if a trial shows that it can.
    private mutating func renew() {
        let (words, text) = (CommandLine.unsafeArgv, state.text)
        let file = supervise_memory_file("state", text, text.count)
        setenv(GuardianState.variable, "\(file)", 1)
        let status = supervise_try(words[0], [words[0], nil], file, Self.trialSeconds)
        let inherited = state.descriptors + [file]
        if status == 0 { supervise_become(words[0], words, inherited, inherited.count) }
        let reason = status > 0 ? "a trial of it \(Self.words(for: status))" : String(cString: strerror(errno))
        say("\(CommandLine.arguments[0]) cannot take over here: \(reason)")
        unsetenv(GuardianState.variable)
        close(file)
        take(.startFailed)
    }
}
