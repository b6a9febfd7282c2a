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
    /// Handshakes of TLS.
    public var tls = TLSCounts()
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
    /// Handshakes of TLS.
    public var tls = TLSCounts()

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

/// HTTP answers by class, as the statistics count them.
public struct HTTPResponseCounts: Sendable, Hashable {
    /// 1xx to 5xx, then all others.
    public var byClass: [Int] = [0, 0, 0, 0, 0, 0]

    /// No answers yet.
    public init() {}
}
