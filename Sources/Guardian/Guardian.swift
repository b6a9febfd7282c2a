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
    private static let signals = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD]

    private struct Child {
        var link: Int32
        var messages: Int32
        var tail: [UInt8] = []
    }

    let program: String
    let arguments: [String]
    private var life = GuardianLife()
    private var children: [Int32: Child] = [:]
    private var held: [String: Int32] = [:]
    /// How the last supervisor ended, and what it last wrote.
    private var crash: String?
    private var retryAt: Int64?
    private var pending: [UInt8] = []
    private let signals: Int32

    /// Runs until the last supervisor has ended in order.
    static func run(_ program: String, _ arguments: [String]) -> Never {
        var guardian = Guardian(program: program, arguments: arguments)
        guardian.run()
    }

    private init(program: String, arguments: [String]) {
        self.program = program
        self.arguments = arguments
        var set = sigset_t()
        sigemptyset(&set)
        for number in Self.signals { sigaddset(&set, number) }
        sigprocmask(SIG_SETMASK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        signals = supervise_signal_descriptor(&set)
    }

    private mutating func run() -> Never {
        start(successorOf: nil)
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
            for (process, child) in children { listen(to: process, child) }
            if let due = retryAt, Self.now >= due {
                retryAt = nil
                take(.retryDue)
            }
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private mutating func wait() {
        var polls = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
        if !pending.isEmpty { polls.append(pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)) }
        for child in children.values {
            polls.append(pollfd(fd: child.link, events: Int16(POLLIN), revents: 0))
            guard pending.count < Self.mostPendingBytes else { continue }
            polls.append(pollfd(fd: child.messages, events: Int16(POLLIN), revents: 0))
        }
        let time = retryAt.map { Int32(max(0, $0 - Self.now)) } ?? -1
        guard poll(&polls, nfds_t(polls.count), time) > 0, !pending.isEmpty, polls[1].revents != 0 else { return }
        // No more than a pipe takes without waiting once it takes anything. What nobody can read any more is dropped.
        let count = write(STDERR_FILENO, pending, min(pending.count, Self.mostBytes))
        pending.removeFirst(count > 0 ? count : errno == EAGAIN || errno == EINTR ? 0 : pending.count)
    }

    private mutating func collect() {
        var status: Int32 = 0
        while case let process = waitpid(-1, &status, WNOHANG), process > 0 {
            guard let child = children[process] else { continue }
            listen(to: process, child)
            let rest = readMessages(of: child, most: Self.mostPendingBytes)
            let tail = ((children.removeValue(forKey: process)?.tail ?? []) + rest).suffix(Self.tailBytes)
            close(child.link)
            close(child.messages)
            let (number, code) = (status & 0x7F, (status >> 8) & 0xFF)
            let how =
                number == 0
                ? "ended with code \(code)" : "was killed by signal \(number) (\(String(cString: strsignal(number))))"
            let words = "the supervisor (pid \(process)) \(how)"
            if process == life.current { crash = "\(words)\n\(String(decoding: tail, as: UTF8.self))" }
            if status != 0, life.hasServed { say(words) }
            take(.ended(process, number == 0 ? .code(code) : .signal(number)))
        }
    }

    /// Takes in what a supervisor has written and said since.
    private mutating func listen(to process: Int32, _ child: Child) {
        if pending.count < Self.mostPendingBytes {
            let written = readMessages(of: child, most: Self.mostBytes)
            if !written.isEmpty { children[process]?.tail = (child.tail + written).suffix(Self.tailBytes) }
        }
        var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
        var socket: Int32 = -1
        while case let count = supervise_receive_message(child.link, &bytes, bytes.count, &socket), count > 0 {
            let text = String(decoding: bytes[1..<count], as: UTF8.self)
            switch bytes[0] {
            case UInt8(ascii: "K"):
                if socket >= 0, let old = held.updateValue(socket, forKey: text) { close(old) }
            case UInt8(ascii: "F"): if let old = held.removeValue(forKey: text) { close(old) }
            case UInt8(ascii: "R"): take(.ready(process))
            case UInt8(ascii: "U"): take(.upgradeOrdered)
            case UInt8(ascii: "L"): take(.left(process))
            case UInt8(ascii: "N"):
                if let address = getenv("NOTIFY_SOCKET") { _ = supervise_notify(address, text, text.utf8.count) }
            default: break
            }
        }
    }

    private mutating func readMessages(of child: Child, most: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = read(child.messages, &bytes, most)
        guard count > 0 else { return [] }
        pending += bytes[..<count]
        return Array(bytes[..<count])
    }

    private mutating func take(_ event: GuardianLife.Event) {
        for action in life.take(event, at: Self.now) {
            switch action {
            case .start(let former): start(successorOf: former)
            case .send(let number, let process): kill(process, number)
            case .tell(let word, let process):
                guard let child = children[process] else { break }
                _ = supervise_send_message(child.link, word.rawValue, word.rawValue.utf8.count, -1)
            case .retry(let delay):
                say("it is started again\(delay > 0 ? " in \(delay) ms" : "")")
                retryAt = Self.now + delay
            case .exit(let code):
                _ = write(STDERR_FILENO, pending, pending.count)
                exit(code)
            }
        }
    }

    private mutating func say(_ text: String) { pending += Array("supervise-guardian: \(text)\n".utf8) }

    private mutating func start(successorOf former: Int32?) {
        let cause =
            former.map { "upgrade \($0)" } ?? crash.map { "crash \(String($0.map { $0 == "\n" ? "\0" : $0 }))" }
            ?? "order"
        let lines = held.map { "\($0.value) \($0.key)" }
        let started = Supervisor(program, arguments, handover: ([cause] + lines).joined(separator: "\n"), held.values)
        guard let started else {
            say("\(program) cannot be started: \(String(cString: strerror(errno)))")
            return take(.startFailed)
        }
        children[started.process] = Child(link: started.link, messages: started.messages)
        take(.started(started.process))
    }
}
