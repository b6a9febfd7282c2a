import Configuration

/// What a reload does: what has changed in the file, and whether the running worker can take it.
///
/// A value, worked out before anything is touched; `supervise reload --dry-run` prints it.
public struct ReloadPlan: Sendable, Equatable {
    /// How a change takes effect.
    public enum Way: String, Sendable, CaseIterable {
        /// There is nothing to do.
        case nothing = "nothing has changed"
        /// The running worker takes it: no session notices.
        case inPlace = "in place"
        /// Another worker takes over the listening sockets, and the old one finishes its sessions.
        case newWorker = "new worker"
    }

    /// Each difference in words.
    public var changes: [String]
    /// Those among them that take a new worker.
    public var causes: [String]

    /// Makes a plan of words.
    ///
    /// - Parameters:
    ///   - changes: each difference.
    ///   - causes: those that take a new worker.
    public init(changes: [String], causes: [String]) {
        self.changes = changes
        self.causes = causes
    }

    /// Compares.
    ///
    /// - Parameters:
    ///   - old: what runs.
    ///   - new: what is to run.
    init(from old: InstanceConfiguration, to new: InstanceConfiguration) {
        changes = ConfigurationDifference(from: old, to: new).changes
        let rest = new.withoutWhatIsTakenInPlace(beside: old)
        causes = ConfigurationDifference(from: old, to: rest).changes
    }

    /// How it takes effect.
    public var way: Way {
        if changes.isEmpty { return .nothing }
        return causes.isEmpty ? .inPlace : .newWorker
    }

    /// How it takes effect, with what a new worker is for.
    public var wayInWords: String {
        switch way {
        case .nothing, .inPlace: return way.rawValue
        case .newWorker:
            let told = causes.prefix(ConfigurationDifference.maximumTold).joined(separator: "; ")
            let more = causes.count - ConfigurationDifference.maximumTold
            return "\(way.rawValue) for: \(told)" + (more > 0 ? "; \(more) more" : "")
        }
    }
}

// What a running worker takes: servers that come, go or change, limits, time limits, checks. It keeps its sockets, its rules
// and its logs. Whatever is not named here takes a new worker, also what the language learns later.

extension InstanceConfiguration {
    /// This configuration with the old one's words for everything that a running worker takes.
    fileprivate func withoutWhatIsTakenInPlace(beside old: InstanceConfiguration) -> InstanceConfiguration {
        var rest = self
        // These are the surface's and the supervisor's, who take them without a worker.
        (rest.userlists, rest.files) = (old.userlists, old.files)
        rest.global.takeInPlace(from: old.global)
        guard proxies.map(\.rank) == old.proxies.map(\.rank) else { return rest }
        for index in rest.proxies.indices { rest.proxies[index].takeInPlace(from: old.proxies[index]) }
        return rest
    }
}

extension GlobalConfiguration {
    fileprivate mutating func takeInPlace(from old: GlobalConfiguration) {
        (maxconn, maxconnRate, maxsessRate) = (old.maxconn, old.maxconnRate, old.maxsessRate)
        (spreadChecks, maxSpreadChecks) = (old.spreadChecks, old.maxSpreadChecks)
        (statsSockets, statsTimeout, statsMaxconn) = (old.statsSockets, old.statsTimeout, old.statsMaxconn)
        (node, description, process) = (old.node, old.description, old.process)
        (serverStateFile, serverStateBase) = (old.serverStateFile, old.serverStateBase)
        variables = old.variables
    }
}

extension ProxyConfiguration {
    /// What a proxy has to keep, and its place with it, to be the same one for a running worker.
    fileprivate var rank: [String] {
        [name, kind.rawValue, mode.rawValue, "\(id)", "\(isDisabled)", "\(acceptsSessions)", "\(servesStatistics)"]
    }

    fileprivate mutating func takeInPlace(from old: ProxyConfiguration) {
        // Who serves statistics has neither sessions nor servers, and is the surface's.
        (stats, requestRules, description) = (old.stats, old.requestRules, old.description)
        (maxconn, sessionRateLimit, timeouts) = (old.maxconn, old.sessionRateLimit, old.timeouts)
        (retries, redispatches, redispatchInterval) = (old.retries, old.redispatches, old.redispatchInterval)
        (balance, hashing, usesAllBackups) = (old.balance, old.hashing, old.usesAllBackups)
        (fullconn, panicThreshold, persists) = (old.fullconn, old.panicThreshold, old.persists)
        (abortsOnClose, logsHealthChecks) = (old.abortsOnClose, old.logsHealthChecks)
        (checkPlan, checkProgram, serverKeepalive) = (old.checkPlan, old.checkProgram, old.serverKeepalive)
        (connectsSmartly, serverStates) = (old.connectsSmartly, old.serverStates)
        (failback, rebalance) = (old.failback, old.rebalance)
        if canTakeServers(of: old) { servers = old.servers }
    }

    /// Whether the running worker can take these servers in the place of its own.
    ///
    /// Not where `resolvers` say which servers there are, and where ports of a range are lent to connections.
    private func canTakeServers(of old: ProxyConfiguration) -> Bool {
        servers.isEmpty == old.servers.isEmpty && source?.ports == nil
            && (servers + old.servers).allSatisfy(\.canBeTakenInPlace)
    }
}

extension ServerConfiguration {
    fileprivate var canBeTakenInPlace: Bool {
        resolution.resolvers == nil && source?.ports == nil
    }
}
