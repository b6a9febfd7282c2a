import EventLoop
import Model

/// Snapshots: everything that can be seen of the instance, as a value.
extension WorkerLoop {
    /// Makes a snapshot of this moment.
    ///
    /// - Returns: the value.
    func snapshot() -> InstanceSnapshot {
        var snapshot = InstanceSnapshot(instance: configuration.name, at: WallClock.now())
        snapshot.uptimeMilliseconds = now.milliseconds(since: startedAt)
        snapshot.maxconn = connectionLimit ?? 0
        snapshot.currentConnections = sessions.count
        snapshot.totalConnections = totalConnections
        snapshot.connectionRate = connectionRate.snapshot(at: now)
        snapshot.sessionRate = snapshot.connectionRate
        snapshot.connectionRate.limit = acceptRates.connectionLimit ?? 0
        snapshot.sessionRate.limit = acceptRates.sessionLimit ?? 0
        snapshot.totalBytesOut = bytesOut
        snapshot.bytesOutRate = Int64(byteRate.snapshot(at: now).current)
        snapshot.droppedLogLines = log.droppedLines
        snapshot.idlePercent = idle.percent
        snapshot.turns = turns
        snapshot.tls = tls.snapshot(at: now, currentEnds: currentTLSEnds)
        snapshot.threads = place?.team.size ?? 1
        snapshot.pools = [sessions.snapshot] + relay.pools
        snapshot.certificates = configuration.certificates
        for (index, proxy) in configuration.proxies.enumerated() where !proxy.isDisabled {
            var view = ProxySnapshot(name: proxy.name, id: proxy.id)
            view.isHTTP = proxy.mode == .http
            view.description = proxy.description
            if let counters = httpCounters[index] {
                var counts = counters.read()
                let sessionRate = counts.sessionRate.snapshot(at: now)
                view.frontend = statisticsFrontend(counts, index)
                view.frontend?.sessionRate = sessionRate
                view.frontend?.connectionRate = sessionRate
                view.frontend?.requestRate = counts.requestRate.snapshot(at: now)
                view.backend = proxy.hasBackend ? statisticsBackend(counts, limit: proxy.maxconn) : nil
                snapshot.currentConnections += counts.currentSessions
                snapshot.totalConnections += counts.totalSessions
                snapshot.listeners += proxy.binds.count
            } else {
                view.frontend = frontends[index]?.snapshot(at: now)
                snapshot.listeners += frontends[index]?.listeners.count ?? 0
                if proxy.hasBackend, let backend = backends[index] {
                    view.servers = backend.namedPlaces.map { backend.snapshot(of: $0, at: now) }
                    view.backend = backend.snapshot(at: now)
                }
            }
            if let held = heldFrontends[index] { view.frontend?.status = held.status }
            snapshot.proxies.append(view)
        }
        return snapshot
    }

    private func statisticsFrontend(_ counts: HTTPFrontendCounters.Counts, _ index: Int) -> FrontendSnapshot {
        let proxy = configuration.proxies[index]
        var frontend = FrontendSnapshot()
        frontend.currentSessions = counts.currentSessions
        frontend.maxSessions = counts.maxSessions
        frontend.sessionLimit = proxy.maxconn
        frontend.totalSessions = counts.totalSessions
        frontend.totalConnections = counts.totalSessions
        frontend.bytesIn = counts.bytesIn
        frontend.bytesOut = counts.bytesOut
        frontend.deniedRequests = counts.deniedRequests
        frontend.requestErrors = counts.requestErrors
        frontend.totalRequests = counts.totalRequests
        frontend.responses = counts.responses
        frontend.interceptedRequests = counts.interceptedRequests
        frontend.addresses = proxy.binds.map(\.address.description)
        return frontend
    }

    /// The backend side of a proxy that answers by itself: it has no servers, and is up.
    private func statisticsBackend(_ counts: HTTPFrontendCounters.Counts, limit: Int) -> BackendSnapshot {
        var backend = BackendSnapshot()
        backend.counters.bytesIn = counts.bytesIn
        backend.counters.bytesOut = counts.bytesOut
        // Only a server could have answered what is no statistics, and there is none.
        backend.counters.totalSessions = counts.unservedRequests
        backend.counters.connectionErrors = counts.unservedRequests
        backend.totalRequests = counts.unservedRequests
        var responses = HTTPResponseCounts()
        responses.byClass[4] = counts.unservedRequests
        backend.responses = responses
        backend.counters.secondsSinceLastSession = counts.lastRequestAt.map {
            Int(max(0, WallClock.now().millisecondsSinceEpoch - $0.millisecondsSinceEpoch) / 1_000)
        }
        backend.counters.secondsSinceLastChange = Int(now.milliseconds(since: startedAt) / 1_000)
        backend.sessionLimit = max(1, (limit + 9) / 10)
        return backend
    }
}
