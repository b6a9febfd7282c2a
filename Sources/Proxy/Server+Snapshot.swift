import EventLoop
import Model

extension Server {
    /// What a snapshot shows.
    ///
    /// - Parameters:
    ///   - now: the moment of the snapshot.
    ///   - queue: sessions waiting for it.
    /// - Returns: the value.
    func snapshot(at now: MonotonicTime, queue: Int) -> ServerSnapshot {
        var snapshot = ServerSnapshot(
            name: configuration.name, id: configuration.id, address: address?.description ?? "-")
        snapshot.portMap = portMap
        snapshot.operational = operational
        snapshot.administrative = administrative
        snapshot.isUnresolved = isUnresolved
        snapshot.isBackup = configuration.isBackup
        snapshot.isDynamic = configuration.isDynamic
        snapshot.canSwitchTLS = configuration.switchableTLS != nil
        snapshot.weight = configuration.weight
        snapshot.configuredWeight = configuration.weight
        snapshot.fileWeight = configuration.weight
        snapshot.sessionLimit = maxconn
        snapshot.queueLimit = configuration.maxqueue
        snapshot.counters = tally.snapshot(at: now, queue: queue)
        snapshot.counters.secondsSinceLastChange = outage.secondsSinceChange(at: now)
        snapshot.counters.downSeconds = outage.downSeconds(at: now)
        snapshot.counters.timesDown = outage.count
        snapshot.transitions = transitions
        snapshot.failedAnalyses = configuration.observation == nil ? nil : failedAnalyses
        if let tracked {
            snapshot.tracks = tracked.trackedName
            snapshot.trackedPosition = decidingCheck?.position
            snapshot.isMaintenanceInherited = orders.inherited == .maint
        }
        if let check, check.isEnabled {
            snapshot.isChecked = true
            snapshot.failedChecks = check.failures
            snapshot.lastCheck = check.lastResult
            snapshot.isChecking = check.isRunning
            snapshot.rise = check.counter.rise
            snapshot.fall = check.counter.fall
            snapshot.health = check.counter.health
            snapshot.turningMilliseconds = check.turningSince.map { now.milliseconds(since: $0) }
        }
        snapshot.broker = check?.broker
        if let agent, agent.isEnabled {
            snapshot.agent = AgentSnapshot(
                last: agent.lastResult, isBeingAsked: agent.isRunning, position: agent.position)
        }
        snapshot.isUpByAgent = decidingAgent?.counter.isUp
        return snapshot
    }
}
