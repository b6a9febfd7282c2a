/// Everything that can be seen of an instance at one moment: an immutable value made by its worker on request.
public struct InstanceSnapshot: Sendable {
    /// The instance.
    public var instance: String
    /// When it was made.
    public var at: Timestamp
    /// How long the worker has been turning, in milliseconds.
    public var uptimeMilliseconds: Int64 = 0
    /// Client connections now.
    public var currentConnections = 0
    /// Client connections since the start.
    public var totalConnections = 0
    /// Most client connections allowed.
    public var maxconn = 0
    /// New connections in the last second.
    public var connectionRate = RateSnapshot()
    /// New sessions in the last second.
    public var sessionRate = RateSnapshot()
    /// Bytes sent to clients and servers since the start.
    public var totalBytesOut: Int64 = 0
    /// Bytes sent to clients and servers in the last second.
    public var bytesOutRate: Int64 = 0
    /// Log lines that could not be sent.
    public var droppedLogLines = 0
    /// Open listeners.
    public var listeners = 0
    /// The share of time that the worker's loop slept in the last second or so, 0 to 100.
    public var idlePercent = 100
    /// How long the worker's loop took for its turns, the waiting left out.
    public var turns = TurnLengths()
    /// The certificates that its proxies show.
    public var certificates: [CertificateSnapshot] = []
    /// The proxies in the file's order.
    public var proxies: [ProxySnapshot] = []

    /// Makes a snapshot without proxies.
    ///
    /// - Parameters:
    ///   - instance: the instance.
    ///   - at: when it was made.
    public init(instance: String, at: Timestamp) {
        self.instance = instance
        self.at = at
    }
}

/// Events per second.
public struct RateSnapshot: Sendable, Hashable {
    /// In the last second, sliding.
    public var current = 0
    /// The most in any second.
    public var max = 0
    /// The configured limit; 0 is none.
    public var limit = 0

    /// No events yet.
    public init() {}
}

/// One proxy at one moment.
public struct ProxySnapshot: Sendable {
    /// Its name.
    public var name: String
    /// Its number.
    public var id: Int
    /// Whether it is `mode http`.
    public var isHTTP = false
    /// Its description, if configured.
    public var description: String?
    /// The side that accepts, unless it is a `backend`.
    public var frontend: FrontendSnapshot?
    /// Its servers in the file's order.
    public var servers: [ServerSnapshot] = []
    /// The side that connects, unless it is a `frontend`.
    public var backend: BackendSnapshot?

    /// Makes a proxy without sides.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - id: its number.
    public init(name: String, id: Int) {
        self.name = name
        self.id = id
    }
}

/// HTTP answers by class, as the statistics count them.
public struct HTTPResponseCounts: Sendable, Hashable {
    /// 1xx to 5xx, then all others.
    public var byClass: [Int] = [0, 0, 0, 0, 0, 0]

    /// No answers yet.
    public init() {}
}

/// The accepting side of a proxy at one moment.
public struct FrontendSnapshot: Sendable {
    /// `OPEN`, `FULL` or `STOP`.
    public var status = "OPEN"
    /// Sessions now.
    public var currentSessions = 0
    /// Most sessions at one moment.
    public var maxSessions = 0
    /// Most sessions allowed.
    public var sessionLimit = 0
    /// Sessions since the start.
    public var totalSessions = 0
    /// Bytes from clients.
    public var bytesIn: Int64 = 0
    /// Bytes to clients.
    public var bytesOut: Int64 = 0
    /// Connections that rules refused (`dcon`).
    public var deniedConnections = 0
    /// Connections of known clients that rules refused (`dses`).
    public var deniedSessions = 0
    /// Requests that were denied.
    public var deniedRequests = 0
    /// Answers that were denied.
    public var deniedResponses = 0
    /// Requests that were not understood.
    public var requestErrors = 0
    /// New sessions a second.
    public var sessionRate = RateSnapshot()
    /// New connections a second.
    public var connectionRate = RateSnapshot()
    /// Connections since the start.
    public var totalConnections = 0
    /// HTTP requests a second; `nil` in TCP mode.
    public var requestRate: RateSnapshot?
    /// HTTP requests since the start; `nil` in TCP mode.
    public var totalRequests: Int?
    /// HTTP answers; `nil` in TCP mode.
    public var responses: HTTPResponseCounts?
    /// HTTP requests that were answered here (statistics).
    public var interceptedRequests = 0
    /// The addresses it listens on, in the file's order.
    public var addresses: [String] = []
    /// The same one by one with what came in there; empty unless they are counted apart (`option socket-stats`).
    public var listeners: [ListenerSnapshot] = []

    /// A side without sessions.
    public init() {}
}

/// One listening socket of a proxy at one moment.
public struct ListenerSnapshot: Sendable {
    /// Its name.
    public var name: String
    /// Its number.
    public var id: Int
    /// Its address as `host:port` or a path.
    public var address: String
    /// `OPEN`, `FULL` or `WAITING`.
    public var status = "OPEN"
    /// Connections now.
    public var currentSessions = 0
    /// Most connections at one moment.
    public var maxSessions = 0
    /// Most connections allowed by a limit of its own; 0 is none.
    public var sessionLimit = 0
    /// Connections since the start.
    public var totalSessions = 0
    /// Bytes from clients.
    public var bytesIn: Int64 = 0
    /// Bytes to clients.
    public var bytesOut: Int64 = 0
    /// What rules kept out.
    public var refusals = RefusalCounts()

    /// A socket without connections.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - id: its number.
    ///   - address: its address.
    public init(name: String, id: Int, address: String) {
        self.name = name
        self.id = id
        self.address = address
    }
}

/// Averages over the last 1024 sessions and maxima of the phases of a session, in milliseconds.
public struct TimingSnapshot: Sendable, Hashable {
    /// Average wait in the queue.
    public var queueAverage = 0
    /// Average time to connect.
    public var connectAverage = 0
    /// Average total time.
    public var totalAverage = 0
    /// Longest wait in the queue.
    public var queueMax = 0
    /// Longest time to connect.
    public var connectMax = 0
    /// Longest total time.
    public var totalMax = 0

    /// No sessions yet.
    public init() {}
}

/// What is counted alike for a server and for a proxy's backend side.
public struct BackendCounters: Sendable {
    /// Sessions waiting now.
    public var queueCurrent = 0
    /// Most sessions waiting at one moment.
    public var queueMax = 0
    /// Sessions now.
    public var currentSessions = 0
    /// Most sessions at one moment.
    public var maxSessions = 0
    /// Sessions since the start; for a server each attempt counts.
    public var totalSessions = 0
    /// Bytes from clients.
    public var bytesIn: Int64 = 0
    /// Bytes to clients.
    public var bytesOut: Int64 = 0
    /// Connections that could not be made.
    public var connectionErrors = 0
    /// Sessions that ended by an error of the server.
    public var responseErrors = 0
    /// Attempts that were repeated.
    public var retries = 0
    /// Sessions that were sent to another server.
    public var redispatches = 0
    /// Sessions ended by the client early.
    public var clientAborts = 0
    /// Sessions ended by the server early.
    public var serverAborts = 0
    /// How often it was chosen by the balancing.
    public var timesChosen = 0
    /// Connection attempts.
    public var connectAttempts = 0
    /// New sessions a second.
    public var sessionRate = RateSnapshot()
    /// Times of the phases of a session.
    public var timing = TimingSnapshot()
    /// Seconds since the last session began; `nil` before the first.
    public var secondsSinceLastSession: Int?
    /// Seconds since the last change of state.
    public var secondsSinceLastChange = 0
    /// Seconds spent down in all.
    public var downSeconds = 0
    /// How often it went down.
    public var timesDown = 0

    /// Nothing counted yet.
    public init() {}
}

/// The connecting side of a proxy at one moment.
public struct BackendSnapshot: Sendable {
    /// Whether any server takes traffic (a side without servers is up).
    public var isUp = true
    /// Whether so few servers are up that their checks aren't believed (`panic-threshold`).
    public var isPanicking = false
    /// Whether active servers are usable again and new sessions stay on the backups (`failback`).
    public var isHeld = false
    /// Whether sessions are being closed so that the servers get even (`rebalance`).
    public var isRebalancing = false
    /// The counters.
    public var counters = BackendCounters()
    /// The load at which servers get their full `maxconn`.
    public var sessionLimit = 0
    /// The sum of the weights in use.
    public var weight = 0
    /// The same as if no server started slowly.
    public var configuredWeight = 0
    /// Active servers that take traffic.
    public var activeServers = 0
    /// Backup servers that are usable.
    public var backupServers = 0
    /// The balancing algorithm's name.
    public var algorithm = "roundrobin"
    /// Requests that were denied.
    public var deniedRequests = 0
    /// HTTP requests that came this far, since they were not answered by the frontend side; `nil` in TCP mode.
    public var totalRequests: Int?
    /// HTTP answers to them; `nil` in TCP mode.
    public var responses: HTTPResponseCounts?

    /// A side without servers.
    public init() {}
}

/// How far a server's check is between DOWN and UP.
public struct HealthPosition: Sendable, Hashable {
    /// Passed checks that bring the server up.
    public var rise: Int
    /// Failed checks that take it down.
    public var fall: Int
    /// The position between 0 (down) and `rise + fall - 1` (up for sure).
    public var health: Int

    /// Makes a position.
    ///
    /// - Parameters:
    ///   - rise: passed checks that bring the server up.
    ///   - fall: failed checks that take it down.
    ///   - health: the position.
    public init(rise: Int, fall: Int, health: Int) {
        self.rise = rise
        self.fall = fall
        self.health = health
    }
}

/// One server at one moment.
public struct ServerSnapshot: Sendable {
    /// Its name.
    public var name: String
    /// Its number.
    public var id: Int
    /// Its address as `host:port` or a path.
    public var address: String
    /// What the checks found.
    public var operational = OperationalState.up
    /// What a person ordered.
    public var administrative = AdministrativeState.ready
    /// Whether its name has no address, so that it is out of service until there is one.
    public var isUnresolved = false
    /// Whether it is checked.
    public var isChecked = false
    /// Whether it is a backup.
    public var isBackup = false
    /// Whether a command has added it.
    public var isDynamic = false
    /// Whether a command may turn its TLS on and off.
    public var canSwitchTLS = false
    /// Its weight now.
    public var weight = 1
    /// Its weight at full speed.
    public var configuredWeight = 1
    /// The weight that the file gives it.
    public var fileWeight = 1
    /// How much of its weight it has while it starts slowly, in percent; `nil` at full speed.
    public var slowStartPercent: Int?
    /// Most sessions; `nil` is no limit.
    public var sessionLimit: Int?
    /// Most sessions in its queue; `nil` is no limit.
    public var queueLimit: Int?
    /// The counters.
    public var counters = BackendCounters()
    /// Checks that failed before it was down for sure.
    public var failedChecks = 0
    /// How often it came into each state since its worker began, as the history has it.
    public var transitions: [ServerState: Int] = [:]
    /// How often its traffic showed too many errors in a row; `nil` when nobody observes it.
    public var failedAnalyses: Int?
    /// The server whose state it has (`PROXY/SERVER`); `nil` for most.
    public var tracks: String?
    /// How far the check is that decides about a server that tracks another one; `nil` for those with their own.
    public var trackedPosition: HealthPosition?
    /// Whether it is in maintenance only because the server it tracks is.
    public var isMaintenanceInherited = false
    /// The last check, `nil` before the first has ended.
    public var lastCheck: CheckResult?
    /// Whether a check is running now.
    public var isChecking = false
    /// Passed checks that bring it up.
    public var rise = 0
    /// Failed checks that take it down.
    public var fall = 0
    /// The position between 0 (down) and `rise + fall - 1` (up for sure).
    public var health = 0
    /// For how long its checks have said something else than its state, in milliseconds; `nil` while they agree.
    public var turningMilliseconds: Int64?
    /// What its agent said last; `nil` when none is asked.
    public var agent: AgentSnapshot?
    /// Whether the agent that decides about it, its own or that of the server it tracks, lets it be up; `nil` without one.
    public var isUpByAgent: Bool?
    /// What the broker behind it says of itself; `nil` before it has been asked, and for servers of other kinds.
    public var broker: BrokerIntroduction?

    /// Makes a server without counts.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - id: its number.
    ///   - address: its address.
    public init(name: String, id: Int, address: String) {
        self.name = name
        self.id = id
        self.address = address
    }

    /// How far the check is that decides about it, `nil` when there is none.
    public var position: HealthPosition? {
        trackedPosition ?? (isChecked ? HealthPosition(rise: rise, fall: fall, health: health) : nil)
    }

    /// What traffic sees of it.
    public var state: ServerState { ServerState(operational: operational, administrative: administrative) }
}
