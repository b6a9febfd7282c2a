import EventLoop

/// A turn of a worker's loop that is under way.
public struct WorkerTurn: Sendable, Hashable {
    /// When it began.
    public var began: MonotonicTime
    /// What the loop is busy with, in a person's words.
    public var work: String
    /// The thread's number, for `StackTrace`.
    public var thread: Int32

    /// Makes a turn.
    ///
    /// - Parameters:
    ///   - began: when it began.
    ///   - work: what the loop is busy with.
    ///   - thread: the thread's number.
    public init(began: MonotonicTime, work: String, thread: Int32) {
        self.began = began
        self.work = work
        self.thread = thread
    }

    init(_ turn: LoopPulse.Turn) {
        self.init(began: turn.began, work: WorkerTurn.words(for: turn.work), thread: turn.thread)
    }

    private static func words(for work: UInt8) -> String {
        switch WorkerLoop.Subject(rawValue: work) {
        case .client: "a client's bytes"
        case .server: "a server's bytes"
        case .listener: "accepting connections"
        case .check: "a health check"
        case .mailbox: "an order"
        case .session: "a session's time limit"
        case .sample: "counting sessions for the history"
        case .resume: "accepting connections again"
        case .stop: "stopping"
        case .warmup: "a server's slow start"
        case .lookUp: "a name of the system's"
        case .log: "log lines"
        case .nameServer: "a name server's answer"
        case .question: "a question to a name server"
        case .ring, .ringTimer: "lines for a log over TCP"
        case .peer, .peerListener, .peerTimer: "peers that share stick tables"
        case .hold: "the return of active servers"
        case .departure: "sessions that come back elsewhere"
        case .alarm, nil: "timers"
        }
    }
}
