/// What the balancing says about one new session.
public enum Choice: Sendable, Hashable {
    /// Connect to this server.
    case server(Int)
    /// Every usable server is full: wait for whichever is free first.
    case waitForAny
    /// Only this server may take it, and it is full: wait for this one.
    case waitFor(Int)
    /// No server is usable.
    case none
}

/// The active and the backup servers of one proxy, and which of them take traffic.
///
/// Active servers take it as long as one of them is usable. Then the first usable backup in the file's order takes all of
/// it alone, or, with `option allbackups`, all usable backups share it. A server's index is its position in the proxy.
///
/// - Source: HAProxy 2.6 configuration manual, server keyword `backup` and `option allbackups`.
public struct ServerGroups: Sendable {
    /// What is to be known of a server.
    public struct Member: Sendable {
        /// Its weight, 0 to `RoundRobin.maximumWeight`.
        public var weight: Int
        /// Whether it is a backup.
        public var isBackup: Bool

        /// Makes a member.
        ///
        /// - Parameters:
        ///   - weight: its weight.
        ///   - isBackup: whether it is a backup.
        public init(weight: Int, isBackup: Bool) {
            self.weight = weight
            self.isBackup = isBackup
        }
    }

    private var members: [Member]
    private var isUsable: [Bool]
    private let usesAllBackups: Bool
    private var actives: RoundRobin
    private var backups: RoundRobin

    /// How many active servers are usable (up, ready, and with a weight).
    public private(set) var activeServers: Int
    /// How many backup servers are usable.
    public private(set) var backupServers: Int

    /// Makes the groups of a proxy whose servers are all usable.
    ///
    /// - Parameters:
    ///   - members: the servers in the file's order.
    ///   - usesAllBackups: whether all backups share the traffic (`option allbackups`).
    public init(_ members: [Member], usesAllBackups: Bool) {
        self.members = members
        self.usesAllBackups = usesAllBackups
        isUsable = members.map { _ in true }
        actives = RoundRobin(weights: members.map { $0.isBackup ? 0 : $0.weight })
        backups = RoundRobin(weights: members.map { $0.isBackup ? $0.weight : 0 })
        activeServers = actives.servers
        backupServers = backups.servers
    }

    /// Whether the traffic is on backups.
    public var isOnBackup: Bool { activeServers == 0 && backupServers > 0 }

    /// The sum of the weights of the servers that take traffic now.
    public var weightInUse: Int {
        if activeServers > 0 { return actives.totalWeight }
        if usesAllBackups { return backups.totalWeight }
        return firstBackup.map { members[$0].weight } ?? 0
    }

    /// Whether a server takes new sessions now.
    ///
    /// - Parameter server: its index.
    /// - Returns: false for an unusable one, and for a backup that is not needed.
    public func takesTraffic(_ server: Int) -> Bool {
        guard isUsable[server], members[server].weight > 0 else { return false }
        if !members[server].isBackup { return true }
        return activeServers == 0 && (usesAllBackups || firstBackup == server)
    }

    /// Says whether a server may be chosen.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - usable: whether it is up and ready.
    public mutating func setUsable(_ server: Int, _ usable: Bool) {
        isUsable[server] = usable
        if members[server].isBackup {
            backups.setUsable(server, usable)
        } else {
            actives.setUsable(server, usable)
        }
        recount()
    }

    /// Changes a server's weight.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - weight: the new weight; 0 gets nothing.
    public mutating func setWeight(_ server: Int, _ weight: Int) {
        members[server].weight = weight
        if members[server].isBackup {
            backups.setWeight(server, weight)
        } else {
            actives.setWeight(server, weight)
        }
        recount()
    }

    /// Chooses the server of a new session.
    ///
    /// - Parameters:
    ///   - avoiding: a server that is taken only if no other can be.
    ///   - isFree: whether a server can take a session now: below its `maxconn`, and nobody waiting for it.
    /// - Returns: what to do with the session.
    public mutating func next(avoiding: Int?, isFree: (Int) -> Bool) -> Choice {
        if activeServers > 0 {
            return actives.next(avoiding: avoiding, isFree: isFree).map(Choice.server) ?? .waitForAny
        }
        if backupServers == 0 { return .none }
        if usesAllBackups {
            return backups.next(avoiding: avoiding, isFree: isFree).map(Choice.server) ?? .waitForAny
        }
        guard let backup = firstBackup else { return .none }
        return isFree(backup) ? .server(backup) : .waitFor(backup)
    }

    private var firstBackup: Int? {
        members.indices.first { members[$0].isBackup && isUsable[$0] && members[$0].weight > 0 }
    }

    private mutating func recount() {
        activeServers = actives.servers
        backupServers = backups.servers
    }
}
