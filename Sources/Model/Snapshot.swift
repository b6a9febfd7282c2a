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
    /// How many threads carry the instance's sessions.
    public var threads = 1
    /// The TLS of all its connections.
    public var tls = TLSActivity()
    /// The memory that is kept for sessions.
    public var pools: [PoolSnapshot] = []
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
