/// One server at one moment.
public struct ServerSnapshot: Sendable {
    /// Its name.
    public var name: String
    /// Its number.
    public var id: Int
    /// Its address as `host:port` or a path.
    public var address: String
    /// What is added to the port that its clients connected to, in place of a port of its own; `nil` where it has one.
    public var portMap: Int?
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

extension ServerSnapshot {
    /// Its address as statistics show it: what is added to its clients' port in place of a port that goes by theirs.
    ///
    /// - Source: recorded from HAProxy 2.6.12.
    public var shownAddress: String {
        guard let portMap, let colon = address.lastIndex(of: ":") else { return address }
        return "\(address[...colon])\(portMap)"
    }
}
