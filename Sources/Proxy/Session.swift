import Balancing
import EventLoop
import Model

/// One client's connection through the instance, from accept to log line.
///
/// Plain data, kept in a slot of the worker's `SessionPool`; only the worker's thread touches it.
struct Session {
    /// Where a session is in its life.
    enum Phase: UInt8 {
        /// The slot is not in use.
        case free
        /// It waits for the header that says who the client is; it counts as a connection, and not as a session yet.
        case greeting
        /// It waits for the end of the client's TLS handshake, and is no session yet, either.
        case handshaking
        /// It waits for bytes of the client that its rules ask for.
        case inspecting
        /// It waits for a server with a free slot.
        case queued
        /// A connection to a server is being made.
        case connecting
        /// The server refused; the same one is tried again in a moment.
        case pausing
        /// The connection to a server is made, and its TLS handshake goes on.
        case securing
        /// Bytes move.
        case established
        /// Bytes move, and at least one side has TLS.
        case secured
        /// The client's bytes move, and those of the server wait for what rules say of them.
        case answering
    }

    /// What decides how a session ends once everything that was read has been passed on.
    enum Outcome: UInt8 {
        /// Nothing: it ends when both sides are done.
        case running
        /// The server's connection broke.
        case serverFailed
        /// Its server was marked down (`on-marked-down`).
        case serverDown
        /// An active server was marked up, and it is on a backup (`on-marked-up`).
        case activeUp
        /// It was ended by order.
        case killed
        /// Its client is to come back to another server.
        case moved
        /// It was as old as it may get.
        case aged
        /// A rule ended its server's connection.
        case cut
    }

    /// Whether it is a connection that has not become a session yet.
    var isArriving: Bool { phase == .greeting || phase == .handshaking }
    /// Whether it has a server, and bytes move.
    var isRelaying: Bool { phase == .established || phase == .secured || phase == .answering }

    /// Grows with each use of the slot, so that late events of an earlier session are recognized.
    var generation: UInt32 = 0
    /// The slot's own number.
    var index: UInt32 = 0
    /// What tells it from all other sessions of its instance.
    var identifier: SessionIdentifier { SessionIdentifier(slot: index, generation: generation) }
    /// Where it is in its life.
    var phase = Phase.free
    /// What rules have made of it.
    var marks: RuleMarks = []
    /// The client's socket.
    var client: Int32 = -1
    /// The server's socket, -1 while there is none.
    var server: Int32 = -1
    /// The frontend's index in the instance.
    var frontend: Int32 = 0
    /// The address's index in `ProxyConfiguration.binds`.
    var bind: Int32 = 0
    /// The backend's index in the instance.
    var backend: Int32 = 0
    /// The index in the backend of the server that was chosen, -1 while none is.
    var serverIndex: Int32 = -1
    /// Attempts after the first.
    var retries: Int32 = 0
    /// Milliseconds from accept to the last choice of a server, -1 before it.
    var queuedMilliseconds: Int32 = -1
    /// Milliseconds from there to the connection, -1 before it.
    var connectMilliseconds: Int32 = -1
    /// Others of the server's queue that were served while this session waited there.
    var serverQueuePosition: Int32 = 0
    /// The same for the backend's queue.
    var backendQueuePosition: Int32 = 0
    /// Whether it counts among its server's sessions.
    var holdsServer = false
    /// Whether the next attempt chooses a server anew.
    var isRedispatching = false
    /// Whether it was sent to another server than the one that was chosen first.
    var isRedispatched = false
    /// What has become of it; what was read before is still passed on.
    var outcome = Outcome.running
    /// Which side was silent for too long first.
    var silence = Silence.none
    /// Whether more is to be moved in the next turn.
    var isPending = false
    /// Whether its line in the log is written already.
    var isLogged = false
    /// The client's address.
    var peer = IPEndpoint.none
    /// When it was accepted.
    var acceptedAt = MonotonicTime(nanoseconds: 0)
    /// When the current attempt to connect began, or the pause after it, or the wait in a queue.
    var attemptedAt = MonotonicTime(nanoseconds: 0)
    /// When bytes last moved in either direction, or a direction ended; before, when its client was let in.
    var lastActivity = MonotonicTime(nanoseconds: 0)
    /// When its timer fires.
    var deadline = MonotonicTime(nanoseconds: 0)
    /// Its only timer.
    var timer = TimerHandle.none
    /// Its place in a queue.
    var ticket: WaitQueue.Ticket?
    /// From the client to the server.
    var upload = Direction()
    /// From the server to the client.
    var download = Direction()
}
