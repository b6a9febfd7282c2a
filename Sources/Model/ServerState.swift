/// What the health checks found out about a server.
public enum OperationalState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Checks pass, or there are none.
    case up = "UP"
    /// Checks failed `fall` times in a row.
    case down = "DOWN"
    /// The broker answers, but refuses publishers (memory or disk alarm).
    case degraded = "DEGRADED"
    /// It said, or somebody said of it, that it takes no new sessions; those that it has go on.
    case stopping = "NOLB"
}

/// What a person ordered for a server.
///
/// - Source: HAProxy 2.6 management guide, `set server <b>/<s> state`.
public enum AdministrativeState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Takes traffic when it is up.
    case ready
    /// Keeps its sessions and gets no new ones; checks go on.
    case drain
    /// Out of service: no new sessions, no checks.
    case maint
}

/// The orders that count for a server: its own, and those for the server that it tracks.
public struct AdministrativeOrders: Sendable, Hashable {
    /// What a person ordered for the server itself.
    public var own: AdministrativeState
    /// What holds for the server that it tracks; ready for one that tracks none.
    public var inherited: AdministrativeState

    /// Puts both together.
    ///
    /// - Parameters:
    ///   - own: what a person ordered for the server itself.
    ///   - inherited: what holds for the server that it tracks.
    public init(own: AdministrativeState, inherited: AdministrativeState = .ready) {
        self.own = own
        self.inherited = inherited
    }

    /// The stricter of the two.
    public var effective: AdministrativeState {
        switch (own, inherited) {
        case (.maint, _), (_, .maint): .maint
        case (.drain, _), (_, .drain): .drain
        case (.ready, .ready): .ready
        }
    }
}

/// What traffic sees of a server: the operational and the administrative state together.
///
/// The raw values are those of the history's `from` and `to`.
public enum ServerState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Not known: no supervisor was running.
    case unknown = "UNKNOWN"
    /// Takes new sessions.
    case up = "UP"
    /// Failed its checks.
    case down = "DOWN"
    /// Ordered to take no new sessions.
    case drain = "DRAIN"
    /// Ordered out of service.
    case maint = "MAINT"
    /// Takes new sessions only when no healthy server is left.
    case degraded = "DEGRADED"
    /// Takes no new sessions, as its checks or somebody in their place said.
    case stopping = "NOLB"

    /// Combines what checks found with what a person ordered.
    ///
    /// Maintenance hides the operational state, since checks rest; a drained server that is down reads DOWN, and one that is
    /// stopping NOLB, as in HAProxy.
    ///
    /// - Parameters:
    ///   - operational: what the checks found.
    ///   - administrative: what a person ordered.
    public init(operational: OperationalState, administrative: AdministrativeState) {
        switch (administrative, operational) {
        case (.maint, _): self = .maint
        case (_, .down): self = .down
        case (_, .stopping): self = .stopping
        case (.drain, .up), (.drain, .degraded): self = .drain
        case (.ready, .up): self = .up
        case (.ready, .degraded): self = .degraded
        }
    }
}

/// Names one server for good: `instance/proxy/server`.
public struct ServerIdentity: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The instance, that is its file's stem.
    public var instance: String
    /// The proxy (`listen` or `backend` section) that the server belongs to.
    public var proxy: String
    /// The server's own name.
    public var server: String

    /// Makes an identity from its three names.
    ///
    /// - Parameters:
    ///   - instance: the instance's name.
    ///   - proxy: the proxy's name.
    ///   - server: the server's name.
    public init(instance: String, proxy: String, server: String) {
        self.instance = instance
        self.proxy = proxy
        self.server = server
    }

    /// `instance/proxy/server`.
    public var description: String { "\(instance)/\(proxy)/\(server)" }
}
