import CLinux
import Glibc

/// A supervisor's connection to the guardian that started it: what the guardian hands over at the start, what each tells the
/// other afterwards, and the guardian's end.
///
/// Sending is allowed from every thread; one thread receives. A word is one message: a letter, then text, and beside a socket
/// that the guardian is to hold, that socket's descriptor.
public struct GuardianLink: Sendable, Hashable {
    /// The environment's name for the descriptors of the link and of the file with what is handed over.
    public static let variable = "SUPERVISE_GUARDIAN"
    /// The guardian's file, which lies beside the program's.
    public static let program = "supervise-guardian"

    /// What the guardian says.
    public enum Word: Sendable, Hashable {
        /// A successor serves: stop accepting, and end when the last session has ended.
        case leave
        /// The predecessor accepts no more, and has given up its control socket.
        case predecessorLeft
        /// The program that an upgrade started has ended, or could not be started; why.
        case upgradeFailed(String)
        /// The guardian has ended.
        case ended
    }

    /// Longest text of a word; a socket's path and interface fit.
    private static let mostBytes = 4096

    private let descriptor: Int32

    /// Takes the end that came with the process.
    ///
    /// - Parameter descriptor: its socket.
    public init(inherited descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Has a listening socket held, so that it outlives this process.
    ///
    /// - Parameters:
    ///   - socket: its descriptor; stays this process's own, too.
    ///   - name: by which it is handed to a successor.
    /// - Returns: whether the guardian got it.
    @discardableResult
    public func hold(_ socket: Int32, as name: String) -> Bool { send("K", name, descriptor: socket) }

    /// Gives a socket back: the guardian closes its descriptor.
    ///
    /// - Parameter name: its name.
    public func release(_ name: String) { send("F", name) }

    /// Everything serves.
    public func reportReady() { send("R", "") }

    /// Asks for a successor: the program as its file is now.
    public func requestUpgrade() { send("U", "") }

    /// This process accepts no more, and has given up its control socket.
    public func reportLeft() { send("L", "") }

    /// Has the service manager told; the guardian is the process that it listens to.
    ///
    /// - Parameter lines: such as `READY=1`.
    public func notify(_ lines: [String]) { send("N", lines.joined(separator: "\n")) }

    @discardableResult
    private func send(_ letter: Character, _ text: String, descriptor socket: Int32 = -1) -> Bool {
        let bytes = Array("\(letter)\(text)".utf8.prefix(Self.mostBytes))
        // Lost on a guardian that has ended; its end is told by `receive`.
        return supervise_send_message(descriptor, bytes, bytes.count, socket) >= 0
    }

    /// Waits for the guardian's next word, or for its end; blocks the calling thread.
    ///
    /// - Returns: the word; after `ended` there is none.
    public func receive() -> Word {
        while true {
            var socket: Int32 = -1
            var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
            let count = supervise_receive_message(descriptor, &bytes, bytes.count, &socket)
            if socket >= 0 { Socket.close(socket) }
            guard count > 0 else { return .ended }
            switch bytes[0] {
            case UInt8(ascii: "l"): return .leave
            case UInt8(ascii: "p"): return .predecessorLeft
            case UInt8(ascii: "f"): return .upgradeFailed(String(decoding: bytes[1..<count], as: UTF8.self))
            // A newer guardian may say more than this program knows.
            default: continue
            }
        }
    }
}

/// What a guardian hands to the supervisor that it starts.
public struct GuardianHandover: Sendable, Hashable {
    /// Why the supervisor was started.
    public enum Cause: Sendable, Hashable {
        /// A person, or the system, started the guardian.
        case order
        /// The one before ended by itself; how, and what it last wrote to standard error.
        case crash(String)
        /// It is to take over from a process that serves until this one does.
        case upgrade(of: Int32)
    }

    /// Why the supervisor was started.
    public var cause: Cause
    /// The descriptors of the sockets that were held, by their names.
    public var sockets: [String: Int32]

    /// Makes a handover.
    ///
    /// - Parameters:
    ///   - cause: why the supervisor was started.
    ///   - sockets: the descriptors of the sockets that were held, by their names.
    public init(cause: Cause, sockets: [String: Int32]) {
        self.cause = cause
        self.sockets = sockets
    }

    /// Reads what the guardian wrote: lines `order`, `crash TEXT` or `upgrade PID` first, then `DESCRIPTOR NAME`; a line feed in
    /// the text is a zero byte.
    ///
    /// - Parameter text: the text.
    public init?(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true)[...]
        guard let first = lines.popFirst() else { return nil }
        let words = first.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = words.count > 1 ? String(words[1]) : ""
        switch words[0] {
        case "order": cause = .order
        case "crash": cause = .crash(String(rest.map { $0 == "\0" ? "\n" : $0 }))
        case "upgrade":
            guard let process = Int32(rest) else { return nil }
            cause = .upgrade(of: process)
        default: return nil
        }
        sockets = [:]
        for line in lines {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let descriptor = Int32(words[0]) else { return nil }
            sockets[String(words[1])] = descriptor
        }
    }

    /// Whether a guardian has started this process.
    ///
    /// - Parameter environment: the process's environment.
    /// - Returns: whether it came with what a guardian hands over.
    public static func isPresent(in environment: [String: String]) -> Bool {
        environment[GuardianLink.variable] != nil
    }

    /// Takes what came with this process; the sockets are closed on exec from then on.
    ///
    /// - Parameter environment: the process's environment.
    /// - Returns: the link and what was handed over; `nil` for a process without a guardian.
    /// - Throws: `SystemError` when the environment promises what is not there.
    public static func receive(environment: [String: String]) throws(SystemError) -> (GuardianLink, GuardianHandover)? {
        guard let numbers = environment[GuardianLink.variable] else { return nil }
        let words = numbers.split(separator: " ").compactMap { Int32($0) }
        guard words.count == 2 else { throw SystemError("read", GuardianLink.variable, code: EINVAL) }
        defer { close(words[1]) }
        guard let handover = GuardianHandover(try contents(of: words[1])) else {
            throw SystemError("read", "what the guardian hands over", code: EINVAL)
        }
        for socket in handover.sockets.values {
            guard fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 else { throw SystemError("inherit", "descriptor \(socket)") }
        }
        return (GuardianLink(inherited: words[0]), handover)
    }

    private static func contents(of file: Int32) throws(SystemError) -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = pread(file, &part, part.count, off_t(bytes.count))
            guard count >= 0 else { throw SystemError("read", "what the guardian hands over") }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<count]
        }
    }
}
