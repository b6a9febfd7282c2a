/// One change of what traffic sees of a server, with everything that explains it.
public struct TransitionRecord: Sendable, Hashable, Codable {
    /// When it happened.
    public var at: Timestamp
    /// Which server changed.
    public var server: ServerIdentity
    /// The state before.
    public var from: ServerState
    /// The state since.
    public var to: ServerState
    /// How the deciding check ended; `nil` for a person's act.
    public var status: CheckStatus?
    /// The check protocol's own code.
    public var code: Int?
    /// What the check said, such as `Connection refused`; where the server follows another one, first which (`via p/s`).
    public var detail: String?
    /// How long the deciding check took, in milliseconds.
    public var checkMilliseconds: Int?
    /// How long `from` had lasted, in milliseconds; `nil` when that is not known.
    public var lastedMilliseconds: Int64?
    /// Sessions on the server at that moment.
    public var sessions: Int
    /// Active servers that take traffic afterwards.
    public var activeServers: Int
    /// Backup servers that are usable afterwards.
    public var backupServers: Int
    /// The servers that take the traffic afterwards, in the file's order; empty when there is none, and when there are more
    /// than `mostCarriers`: how many there are is known then.
    public var carriers: [String] = []
    /// How many of the sessions were ended because of it; `nil` when none had to be.
    public var sessionsCut: Int?
    /// Who ordered it; `nil` for a check's verdict.
    public var actor: String?
    /// Why it was ordered, in that person's words.
    public var reason: String?
    /// For how long checks had said so before they were believed, in milliseconds: from the first check of `fall` or `rise`
    /// in a row to the last; `nil` where one was enough.
    public var turningMilliseconds: Int64?

    /// Most servers that are named as those that take the traffic: with hundreds of them, each change would name hundreds.
    public static let mostCarriers = 8

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - at: when it happened.
    ///   - server: which server changed.
    ///   - from: the state before.
    ///   - to: the state since.
    public init(at: Timestamp, server: ServerIdentity, from: ServerState, to: ServerState) {
        self.at = at
        self.server = server
        self.from = from
        self.to = to
        self.sessions = 0
        self.activeServers = 0
        self.backupServers = 0
    }
}

/// Session counts of one server, frontend or backend over one sampling interval.
public struct SessionSample: Sendable, Hashable, Codable {
    /// The name under which a proxy's frontend side is sampled.
    public static let frontendName = "FRONTEND"
    /// The name under which a proxy's backend side is sampled.
    public static let backendName = "BACKEND"

    /// The end of the interval.
    public var at: Timestamp
    /// What was counted; `server` is a server's name, `FRONTEND` or `BACKEND`.
    public var subject: ServerIdentity
    /// The interval that the sample covers, in milliseconds.
    public var intervalMilliseconds: Int64
    /// Sessions at the end of the interval.
    public var current: Int
    /// Most sessions at one moment of the interval.
    public var max: Int
    /// Sessions that began in the interval.
    public var new: Int
    /// Bytes from clients in the interval.
    public var bytesIn: Int64
    /// Bytes to clients in the interval.
    public var bytesOut: Int64
    /// Sessions that wait for a server at the end of the interval.
    public var queued = 0
    /// Connections to servers that could not be made in the interval.
    public var connectErrors = 0
    /// Repeated attempts to connect in the interval.
    public var retries = 0
    /// Sessions that went to another server than the one chosen first, in the interval.
    public var redispatches = 0
    /// Checks of a server in the interval that failed and left it up, since `fall` was not reached.
    public var softFailures = 0
    /// Checks of a server in the interval that passed and left it down, since `rise` was not reached.
    public var softPasses = 0
    /// How long the checks of a server took that ended in the interval; `nil` when none did.
    public var checkTimes: CheckTimes?

    /// Makes a sample.
    ///
    /// - Parameters:
    ///   - at: the end of the interval.
    ///   - subject: what was counted.
    ///   - intervalMilliseconds: how long the interval was.
    ///   - current: sessions at its end.
    ///   - max: most sessions at one moment of it.
    ///   - new: sessions that began in it.
    ///   - bytesIn: bytes from clients in it.
    ///   - bytesOut: bytes to clients in it.
    public init(
        at: Timestamp, subject: ServerIdentity, intervalMilliseconds: Int64, current: Int, max: Int, new: Int,
        bytesIn: Int64, bytesOut: Int64
    ) {
        self.at = at
        self.subject = subject
        self.intervalMilliseconds = intervalMilliseconds
        self.current = current
        self.max = max
        self.new = new
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }
}

/// How long checks took.
public struct CheckTimes: Sendable, Hashable, Codable {
    /// How many there were.
    public private(set) var count = 0
    /// All of them together, in microseconds.
    public private(set) var microseconds: Int64 = 0
    /// The slowest, in microseconds.
    public private(set) var slowestMicroseconds: Int64 = 0

    /// Begins with one check.
    ///
    /// - Parameter microseconds: how long it took.
    public init(microseconds: Int64) { add(microseconds: microseconds) }

    /// What is known of several checks.
    ///
    /// - Parameters:
    ///   - count: how many, at least one.
    ///   - microseconds: all of them together.
    ///   - slowestMicroseconds: the slowest.
    public init(count: Int, microseconds: Int64, slowestMicroseconds: Int64) {
        self.count = count
        self.microseconds = microseconds
        self.slowestMicroseconds = slowestMicroseconds
    }

    /// Adds a check.
    ///
    /// - Parameter microseconds: how long it took.
    public mutating func add(microseconds: Int64) {
        count += 1
        self.microseconds += microseconds
        slowestMicroseconds = max(slowestMicroseconds, microseconds)
    }

    /// Adds what is known of other checks.
    ///
    /// - Parameter other: those.
    public mutating func add(_ other: CheckTimes) {
        count += other.count
        microseconds += other.microseconds
        slowestMicroseconds = max(slowestMicroseconds, other.slowestMicroseconds)
    }

    /// How long one took on average, in microseconds.
    public var meanMicroseconds: Double { Double(microseconds) / Double(max(1, count)) }
}

/// What can happen to an instance or to the supervisor, as `supervise events` lists it.
public enum EventKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The supervisor came up.
    case supervisorStarted = "SUPERVISOR_STARTED"
    /// The supervisor ended in order.
    case supervisorStopped = "SUPERVISOR_STOPPED"
    /// An earlier run of the supervisor ended without saying so.
    case supervisorLost = "SUPERVISOR_LOST"
    /// An instance came up.
    case started = "STARTED"
    /// An instance was stopped by order.
    case stopped = "STOPPED"
    /// An instance got a new worker by order.
    case restarted = "RESTARTED"
    /// An instance took a new configuration.
    case reloaded = "RELOADED"
    /// A new configuration was refused; the old one goes on.
    case reloadRefused = "RELOAD_REFUSED"
    /// An instance's configuration differs from the one it ran with before.
    case configurationChanged = "CONFIGURATION_CHANGED"
    /// An instance could not be started and will be tried again.
    case backoff = "BACKOFF"
    /// An instance failed too often.
    case fatal = "FATAL"
    /// A worker ended by itself; without an instance, the supervisor did, and its guardian started another one.
    case crashed = "CRASHED"
    /// A worker's loop is stuck in one turn; the detail says in what.
    case stalled = "STALLED"
    /// Another supervisor, perhaps of a newer version, took over.
    case upgraded = "UPGRADED"
    /// A person ordered a server to drain.
    case drain = "DRAIN"
    /// A person ordered a server into maintenance.
    case maint = "MAINT"
    /// A person gave a server back to traffic.
    case ready = "READY"
    /// A person changed something else of a running instance, which the detail names.
    case changed = "CHANGED"
    /// The name of a server has another address.
    case addressChanged = "ADDRESS_CHANGED"
    /// So few servers of a proxy were up that their checks were not believed any more.
    case panic = "PANIC"
    /// The checks of a proxy's servers were believed again.
    case calm = "CALM"
    /// Active servers of a proxy are back, and its new sessions stay on the backups for now.
    case held = "HELD"
    /// New sessions of a proxy go to its active servers again.
    case failback = "FAILBACK"
    /// Sessions of a proxy are being closed so that its servers get even.
    case rebalance = "REBALANCE"
    /// That is over.
    case rebalanced = "REBALANCED"
    /// No connections were accepted for want of descriptors or memory.
    case acceptingPaused = "ACCEPT_PAUSED"
    /// Connections were accepted again.
    case acceptingResumed = "ACCEPT_RESUMED"
    /// The system's clock was set back, by as much as the detail says.
    case clockSetBack = "CLOCK_SET_BACK"
    /// The system's clock was set forward, by as much as the detail says.
    case clockSetForward = "CLOCK_SET_FORWARD"
    /// An alert could not be delivered; the detail says which, where to, and why.
    case alertFailed = "ALERT_FAILED"
    /// The recorder dropped records, which the detail counts.
    case gap = "GAP"
    /// The database was set aside or could not be used for a while.
    case historyTrouble = "HISTORY_TROUBLE"
}

/// Something that happened to an instance, or to the supervisor as a whole.
public struct EventRecord: Sendable, Hashable, Codable {
    /// When it happened.
    public var at: Timestamp
    /// Which instance; `nil` for the supervisor itself.
    public var instance: String?
    /// What happened.
    public var kind: EventKind
    /// Who ordered it, such as `uid 1000 (ada)`; `nil` when nobody did.
    public var actor: String?
    /// Why, in that person's words.
    public var reason: String?
    /// What else is known.
    public var detail: String?

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - at: when it happened.
    ///   - instance: which instance, or `nil` for the supervisor.
    ///   - kind: what happened.
    ///   - actor: who ordered it.
    ///   - reason: why.
    ///   - detail: what else is known.
    public init(
        at: Timestamp, instance: String?, kind: EventKind, actor: String? = nil, reason: String? = nil,
        detail: String? = nil
    ) {
        self.at = at
        self.instance = instance
        self.kind = kind
        self.actor = actor
        self.reason = reason
        self.detail = detail
    }
}

/// What a worker or the supervisor hands to the history.
public enum HistoryRecord: Sendable, Hashable {
    /// A server changed its state.
    case transition(TransitionRecord)
    /// Session counts, all of one moment.
    case samples([SessionSample])
    /// Something happened to an instance or the supervisor.
    case event(EventRecord)
    /// The servers that an instance has from now on, whether or not anything is known of their state yet.
    case inventory(at: Timestamp, instance: String, servers: [ServerIdentity])
}

/// Where workers and the supervisor leave what is to be remembered.
///
/// Callable from every thread; never blocks on the disk. A sink that is full drops the record, counts it and shows the
/// gap later by itself.
public protocol HistorySink: Sendable {
    /// Hands over one record.
    ///
    /// - Parameter record: what happened.
    func offer(_ record: HistoryRecord)

    /// How it does; `nil` when nothing is kept.
    var load: HistoryLoad? { get }
}

extension HistorySink {
    /// Of one that keeps nothing, nothing is to be said.
    public var load: HistoryLoad? { nil }
}

/// How the history does at one moment.
public struct HistoryLoad: Sendable, Hashable {
    /// Records that wait to be written.
    public var queued: Int
    /// Records that were dropped since the start.
    public var dropped: Int
    /// Records that were written since the start.
    public var written: Int
    /// Whether nothing can be written at the moment.
    public var isFailing: Bool

    /// Makes a load.
    ///
    /// - Parameters:
    ///   - queued: records that wait to be written.
    ///   - dropped: records that were dropped since the start.
    ///   - written: records that were written since the start.
    ///   - isFailing: whether nothing can be written at the moment.
    public init(queued: Int, dropped: Int, written: Int, isFailing: Bool) {
        self.queued = queued
        self.dropped = dropped
        self.written = written
        self.isFailing = isFailing
    }
}
