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
    /// Sessions that were ended for what the server had answered.
    public var deniedResponses = 0
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
    /// Handshakes of TLS.
    public var tls = TLSCounts()
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
