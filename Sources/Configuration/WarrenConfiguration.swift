/// When a proxy's new sessions come back from its backups (`failback`, which HAProxy doesn't have).
public struct FailbackConfiguration: Sendable, Hashable {
    /// What has to happen before they do.
    public enum Policy: Sendable, Hashable {
        /// Nothing more than that an active server is usable again, as in HAProxy.
        case automatic
        /// An active server has been usable for so long.
        case hold(Duration)
        /// A person orders it.
        case manual
    }

    /// What has to happen before they do.
    public var policy: Policy
    /// Within which time the sessions that are on the backups then are closed; `nil` leaves them there.
    public var drain: Duration?

    /// Makes a setting.
    ///
    /// - Parameters:
    ///   - policy: what has to happen before new sessions come back.
    ///   - drain: within which time the old sessions are closed; `nil` leaves them there.
    public init(policy: Policy, drain: Duration? = nil) {
        self.policy = policy
        self.drain = drain
    }
}

/// That sessions are moved by themselves to a server that has returned (`rebalance auto`, which HAProxy doesn't have).
public struct RebalanceConfiguration: Sendable, Hashable {
    /// How many sessions are closed in a minute where nothing is said.
    public static let usualPerMinute = 60
    /// What may be said: from one in a minute to a thousand in a second.
    public static let allowedPerMinute = 1...60_000

    /// How many sessions are closed in a minute.
    public var perMinute: Int

    /// Makes a setting.
    ///
    /// - Parameter perMinute: how many sessions are closed in a minute.
    public init(perMinute: Int = usualPerMinute) { self.perMinute = perMinute }
}

/// How old a session may get (`max-session-age`, which HAProxy doesn't have).
public struct SessionAge: Sendable, Hashable {
    /// The most, since it was accepted; zero is no limit.
    public var limit: Duration
    /// By how much of it some end earlier, in percent, so that sessions that began together don't end together.
    public var jitterPercent: Int

    /// Makes a setting.
    ///
    /// - Parameters:
    ///   - limit: the most, since it was accepted; zero is no limit.
    ///   - jitterPercent: by how much of it some end earlier, 0 to 100.
    public init(limit: Duration, jitterPercent: Int = 0) {
        self.limit = limit
        self.jitterPercent = jitterPercent
    }
}
