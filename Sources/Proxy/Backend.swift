import Balancing
import Configuration
import EventLoop
import Model

/// The connecting side of a proxy as its worker knows it.
///
/// Only the worker's thread touches it.
final class Backend {
    let configuration: ProxyConfiguration
    let servers: [Server]
    var groups: ServerGroups
    var queue: WaitQueue
    var tally = Tally()
    var outage: Outage
    /// `fullconn`, or HAProxy's default: a tenth of the frontends' limits.
    let sessionLimit: Int

    /// Makes a backend whose servers are as they are now.
    ///
    /// - Parameters:
    ///   - configuration: its section.
    ///   - servers: its servers in the file's order.
    ///   - frontendLimit: the sum of `maxconn` of the frontends that send to it.
    ///   - now: what time it is.
    init(configuration: ProxyConfiguration, servers: [Server], frontendLimit: Int, now: MonotonicTime) {
        self.configuration = configuration
        self.servers = servers
        groups = ServerGroups(
            servers.map {
                ServerGroups.Member(weight: $0.configuration.weight, isBackup: $0.configuration.isBackup)
            }, usesAllBackups: configuration.usesAllBackups)
        queue = WaitQueue(maxqueue: servers.map { $0.configuration.maxqueue }, capacity: max(frontendLimit, 1))
        outage = Outage(at: now)
        sessionLimit = configuration.fullconn ?? max(1, (frontendLimit + 9) / 10)
        for (index, server) in servers.enumerated() where !server.isUsable { groups.setUsable(index, false) }
    }

    /// Whether any server takes traffic; a backend without servers counts as up.
    var isUp: Bool { servers.isEmpty || groups.activeServers + groups.backupServers > 0 }

    /// Chooses the next server.
    ///
    /// - Parameter avoiding: the server that has just failed.
    /// - Returns: what to do with the session.
    func choose(avoiding: Int?) -> Choice {
        groups.next(avoiding: avoiding) { servers[$0].hasFreeSlot && queue.count(in: .server($0)) == 0 }
    }

    /// What a snapshot shows.
    ///
    /// - Parameter now: the moment of the snapshot.
    /// - Returns: the value.
    func snapshot(at now: MonotonicTime) -> BackendSnapshot {
        var snapshot = BackendSnapshot()
        snapshot.isUp = isUp
        snapshot.counters = tally.snapshot(at: now, queue: queue.count)
        snapshot.counters.secondsSinceLastChange = outage.secondsSinceChange(at: now)
        snapshot.counters.downSeconds = outage.downSeconds(at: now)
        snapshot.counters.timesDown = outage.count
        snapshot.sessionLimit = sessionLimit
        snapshot.weight = groups.weightInUse
        snapshot.activeServers = groups.activeServers
        snapshot.backupServers = groups.backupServers
        snapshot.algorithm = configuration.balance.keyword
        return snapshot
    }
}
