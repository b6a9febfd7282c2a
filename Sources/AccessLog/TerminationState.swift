/// The first event that led to a session's end.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.5, first character.
public enum TerminationCause: UInt8, Sendable, Hashable, CaseIterable {
    /// Both sides closed in order.
    case normal = 0x2D  // -
    /// The client ended it early.
    case client = 0x43  // C
    /// The server ended it early, or refused it.
    case server = 0x53  // S
    /// A limit or a rule of the proxy ended it.
    case proxy = 0x50  // P
    /// The proxy answered by itself (statistics).
    case local = 0x4C  // L
    /// A resource was exhausted (memory, sockets, ports).
    case resource = 0x52  // R
    /// A broken invariant.
    case `internal` = 0x49  // I
    /// The server was found DOWN, and such sessions are ended.
    case serverDown = 0x44  // D
    /// An active server came UP, and the backups' sessions are ended.
    case activeUp = 0x55  // U
    /// A person ended it.
    case killed = 0x4B  // K
    /// It was closed so that its client comes back to another server (`rebalance`, which HAProxy doesn't have).
    case moved = 0x4D  // M
    /// It was as old as it may get (`max-session-age`, which HAProxy doesn't have).
    case aged = 0x41  // A
    /// The client was silent for too long.
    case clientTimeout = 0x63  // c
    /// The server was silent for too long, or a connection or a place took too long.
    case serverTimeout = 0x73  // s
}

/// Where a session was when it ended.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.5, second character.
public enum TerminationPhase: UInt8, Sendable, Hashable, CaseIterable {
    /// Everything was transferred.
    case normal = 0x2D  // -
    /// The request was not complete (HTTP).
    case request = 0x52  // R
    /// It waited for a free server.
    case queue = 0x51  // Q
    /// The connection to the server was being made.
    case connect = 0x43  // C
    /// The answer's headers were not complete (HTTP).
    case headers = 0x48  // H
    /// Bytes were being transferred.
    case data = 0x44  // D
    /// The server had finished, and the last bytes were on their way to the client.
    case last = 0x4C  // L
    /// It was held up on purpose (HTTP).
    case tarpit = 0x54  // T
}

/// How a session ended, as the log's two characters say it: `--`, `SD`, `cD`, `sC` ...
public struct TerminationState: Sendable, Hashable, CustomStringConvertible {
    /// The first event that led to the end.
    public var cause: TerminationCause
    /// Where the session was then.
    public var phase: TerminationPhase

    /// A session that both sides closed in order.
    public static let normal = TerminationState(.normal, .normal)

    /// Makes a state.
    ///
    /// - Parameters:
    ///   - cause: the first event that led to the end.
    ///   - phase: where the session was then.
    public init(_ cause: TerminationCause, _ phase: TerminationPhase) {
        self.cause = cause
        self.phase = phase
    }

    /// The two characters.
    public var description: String {
        String(decoding: [cause.rawValue, phase.rawValue], as: UTF8.self)
    }
}
