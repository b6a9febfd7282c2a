import Model

/// Snapshots that hold what was recorded.
enum SnapshotFixtures {
    /// The warren with its traffic on the backup, as in `RecordedCSV.warrenOnBackup`.
    static var warrenOnBackup: InstanceSnapshot {
        var snapshot = InstanceSnapshot(
            instance: "warren", at: Timestamp(millisecondsSinceEpoch: 1_795_351_148_000))
        snapshot.uptimeMilliseconds = 23_000
        snapshot.currentConnections = 3
        snapshot.totalConnections = 32
        snapshot.maxconn = 4096
        snapshot.listeners = 3
        snapshot.totalBytesOut = 272_140
        snapshot.proxies = [warrenProxy, monitoringProxy]
        return snapshot
    }

    private static var warrenProxy: ProxySnapshot {
        var proxy = ProxySnapshot(name: "rabbitmq_warren", id: 2)
        var frontend = FrontendSnapshot()
        (frontend.currentSessions, frontend.maxSessions, frontend.sessionLimit) = (3, 3, 2000)
        (frontend.totalSessions, frontend.bytesIn, frontend.bytesOut) = (11, 373, 2404)
        (frontend.sessionRate.current, frontend.sessionRate.max) = (2, 3)
        frontend.connectionRate = frontend.sessionRate
        frontend.totalConnections = 11
        proxy.frontend = frontend
        proxy.servers = [rabbit, rabbitBackup]
        var backend = BackendSnapshot()
        (backend.sessionLimit, backend.weight, backend.activeServers, backend.backupServers) = (200, 1, 0, 1)
        backend.configuredWeight = 1
        backend.counters = backendCounters
        proxy.backend = backend
        return proxy
    }

    private static var backendCounters: BackendCounters {
        var counters = BackendCounters()
        (counters.currentSessions, counters.maxSessions, counters.totalSessions) = (3, 3, 11)
        (counters.bytesIn, counters.bytesOut) = (373, 2404)
        (counters.connectionErrors, counters.responseErrors, counters.retries, counters.redispatches) = (4, 2, 14, 1)
        (counters.serverAborts, counters.timesChosen, counters.connectAttempts) = (2, 12, 26)
        (counters.sessionRate.current, counters.sessionRate.max) = (2, 3)
        (counters.secondsSinceLastSession, counters.secondsSinceLastChange) = (1, 23)
        (counters.timing.queueAverage, counters.timing.totalAverage) = (251, 460)
        (counters.timing.queueMax, counters.timing.totalMax) = (3006, 3108)
        return counters
    }

    /// A server that refused its checks.
    static var rabbit: ServerSnapshot {
        var server = ServerSnapshot(name: "rabbit", id: 1, address: "127.0.0.3:5672")
        (server.operational, server.isChecked, server.rise, server.fall, server.health) = (.down, true, 2, 3, 0)
        server.lastCheck = CheckResult(status: .layer4Error, detail: "Connection refused")
        server.failedChecks = 3
        server.counters.maxSessions = 3
        server.counters.totalSessions = 22
        (server.counters.bytesIn, server.counters.bytesOut) = (365, 1896)
        (server.counters.connectionErrors, server.counters.responseErrors) = (4, 1)
        (server.counters.retries, server.counters.redispatches) = (14, 1)
        (server.counters.timesDown, server.counters.secondsSinceLastChange, server.counters.downSeconds) = (1, 3, 3)
        (server.counters.timesChosen, server.counters.connectAttempts, server.counters.serverAborts) = (8, 22, 1)
        server.counters.sessionRate.max = 3
        server.counters.secondsSinceLastSession = 2
        (server.counters.timing.totalAverage, server.counters.timing.totalMax) = (302, 928)
        return server
    }

    /// A backup that has the traffic.
    static var rabbitBackup: ServerSnapshot {
        var server = ServerSnapshot(name: "rabbit_backup", id: 2, address: "127.0.0.6:5672")
        (server.isChecked, server.isBackup, server.rise, server.fall, server.health) = (true, true, 2, 3, 4)
        server.lastCheck = CheckResult(status: .layer4OK)
        (server.counters.currentSessions, server.counters.maxSessions, server.counters.totalSessions) = (3, 3, 4)
        (server.counters.bytesIn, server.counters.bytesOut, server.counters.responseErrors) = (8, 508, 1)
        (server.counters.secondsSinceLastChange, server.counters.secondsSinceLastSession) = (23, 1)
        (server.counters.timesChosen, server.counters.connectAttempts, server.counters.serverAborts) = (4, 4, 1)
        (server.counters.sessionRate.current, server.counters.sessionRate.max) = (3, 4)
        (server.counters.timing.queueAverage, server.counters.timing.totalAverage) = (752, 777)
        (server.counters.timing.queueMax, server.counters.timing.totalMax) = (3006, 3108)
        return server
    }

    private static var monitoringProxy: ProxySnapshot {
        var proxy = ProxySnapshot(name: "private_monitoring", id: 3)
        proxy.isHTTP = true
        var frontend = FrontendSnapshot()
        (frontend.maxSessions, frontend.sessionLimit, frontend.totalSessions) = (2, 2000, 3)
        (frontend.bytesIn, frontend.bytesOut) = (162, 101_066)
        frontend.sessionRate.max = 3
        frontend.connectionRate.max = 3
        frontend.totalConnections = 3
        var requestRate = RateSnapshot()
        requestRate.max = 3
        frontend.requestRate = requestRate
        frontend.totalRequests = 3
        frontend.interceptedRequests = 3
        var responses = HTTPResponseCounts()
        responses.byClass[1] = 3
        frontend.responses = responses
        proxy.frontend = frontend
        var backend = BackendSnapshot()
        backend.sessionLimit = 200
        (backend.counters.bytesIn, backend.counters.bytesOut) = (162, 101_066)
        (backend.counters.secondsSinceLastChange, backend.counters.secondsSinceLastSession) = (23, 18)
        backend.totalRequests = 0
        backend.responses = HTTPResponseCounts()
        proxy.backend = backend
        return proxy
    }
}
