import Model

/// One or more outages of a proxy's servers that overlap in time.
public struct Incident: Sendable, Hashable {
    /// How it ended, or that it hasn't.
    public enum End: String, Sendable, Hashable, CaseIterable {
        /// A server is down still.
        case open = "OPEN"
        /// The last server that was down came back.
        case recovered = "RECOVERED"
        /// The last server that was down was ordered into maintenance.
        case maint = "MAINT"
        /// Nothing is known after it: the instance or the supervisor ended, or the server was removed.
        case unknown = "UNKNOWN"
    }

    /// When the first server was marked down: its last check of `fall` in a row had failed.
    public var at: Timestamp
    /// When the last one was so no longer; `nil` while one is down.
    public var until: Timestamp?
    /// How it ended.
    public var end = End.open
    /// The instance.
    public var instance: String
    /// The proxy.
    public var proxy: String
    /// The servers that were down, in the order in which they first fell.
    public var servers: [String] = []
    /// How often one of them fell.
    public var outages = 0
    /// How long it lasted, or has lasted so far.
    public var durationMilliseconds: Int64 = 0
    /// The longest outage of a single server.
    public var longestMilliseconds: Int64 = 0
    /// That server.
    public var longestServer = ""
    /// Whether backups took the traffic at some moment.
    public var wasOnBackup = false
    /// The backups that did, as far as that is known.
    public var carriers: [String] = []
    /// Whether there was a moment with no server left.
    public var hadNoServer = false
    /// Sessions that were on servers when these fell.
    public var sessions = 0
    /// How many of them were ended because of it; `nil` when that was not told of any.
    public var sessionsCut: Int?
    /// The transition that began it, which says why; `nil` when it was dropped.
    public var cause: TransitionRecord?

    /// Makes an incident that has just begun.
    ///
    /// - Parameters:
    ///   - proxy: a server of the proxy.
    ///   - at: when it began.
    public init(proxy: ServerIdentity, at: Timestamp) {
        self.at = at
        self.instance = proxy.instance
        self.proxy = proxy.proxy
    }
}
