import Model

// Sums of what several workers of one instance have counted. What belongs to the moment (states, weights, limits, last
// checks, times since the last change) stays the left one's, who accepts sessions; so do statistics proxies, whose
// counters all workers share. Sessions of proxies and servers that it doesn't know any more count for the instance alone.

extension InstanceSnapshot {
    /// The same with what another worker of the instance counted.
    ///
    /// - Parameter other: an earlier worker's snapshot, be it its last one.
    /// - Returns: the sum.
    func counting(_ other: InstanceSnapshot) -> InstanceSnapshot {
        var sum = self
        let shared = other.proxies.compactMap(\.frontend).filter(\.isShared)
        sum.currentConnections += other.currentConnections - shared.reduce(0) { $0 + $1.currentSessions }
        sum.totalConnections += other.totalConnections - shared.reduce(0) { $0 + $1.totalSessions }
        sum.connectionRate.add(other.connectionRate)
        sum.sessionRate.add(other.sessionRate)
        sum.tls.add(other.tls)
        sum.totalBytesOut += other.totalBytesOut
        sum.bytesOutRate += other.bytesOutRate
        sum.droppedLogLines += other.droppedLogLines
        sum.pools.add(other.pools)
        for index in sum.proxies.indices {
            let name = sum.proxies[index].name
            // A frontend and a backend may share a name.
            let same = other.proxies.filter { $0.name == name }
            for proxy in same {
                if let frontend = proxy.frontend, !frontend.isShared { sum.proxies[index].frontend?.add(frontend) }
                if let backend = proxy.backend, proxy.frontend?.isShared != true {
                    sum.proxies[index].backend?.counters.add(backend.counters, since: at, other.at)
                }
                sum.proxies[index].addServers(proxy.servers, since: at, other.at)
            }
        }
        return sum
    }
}

extension InstanceSnapshot {
    /// What is left of a worker that has ended: its counts, and nothing of the moment.
    var ended: InstanceSnapshot {
        var last = self
        last.currentConnections = 0
        last.bytesOutRate = 0
        last.pools = []
        last.connectionRate.current = 0
        last.sessionRate.current = 0
        last.tls.end()
        for index in last.proxies.indices {
            last.proxies[index].frontend?.end()
            last.proxies[index].backend?.counters.end()
            for server in last.proxies[index].servers.indices { last.proxies[index].servers[server].counters.end() }
        }
        return last
    }
}

extension InstanceSnapshot {
    /// Forgets the most that there were of anything.
    mutating func clearMaxima() {
        (connectionRate.max, sessionRate.max) = (0, 0)
        (tls.clientRate.max, tls.clientKeyRate.max, tls.serverKeyRate.max) = (0, 0, 0)
        for index in proxies.indices {
            proxies[index].frontend?.maxSessions = 0
            proxies[index].frontend?.sessionRate.max = 0
            proxies[index].frontend?.connectionRate.max = 0
            proxies[index].backend?.counters.clearMaxima()
            for server in proxies[index].servers.indices { proxies[index].servers[server].counters.clearMaxima() }
        }
    }
}

extension ProxySnapshot {
    fileprivate mutating func addServers(_ others: [ServerSnapshot], since now: Timestamp, _ then: Timestamp) {
        guard !others.isEmpty else { return }
        let byName = Dictionary(others.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for index in servers.indices {
            guard let other = byName[servers[index].name] else { continue }
            servers[index].counters.add(other.counters, since: now, then)
        }
    }
}

extension FrontendSnapshot {
    /// Whether it is a statistics proxy's, which counts requests.
    fileprivate var isShared: Bool { totalRequests != nil }

    fileprivate mutating func end() {
        currentSessions = 0
        sessionRate.current = 0
        connectionRate.current = 0
        for index in listeners.indices { listeners[index].currentSessions = 0 }
    }

    fileprivate mutating func add(_ other: FrontendSnapshot) {
        currentSessions += other.currentSessions
        maxSessions = max(maxSessions, other.maxSessions, currentSessions)
        totalSessions += other.totalSessions
        totalConnections += other.totalConnections
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        deniedConnections += other.deniedConnections
        deniedSessions += other.deniedSessions
        deniedRequests += other.deniedRequests
        deniedResponses += other.deniedResponses
        requestErrors += other.requestErrors
        tls.add(other.tls)
        sessionRate.add(other.sessionRate)
        connectionRate.add(other.connectionRate)
        for index in listeners.indices {
            guard let same = other.listeners.first(where: { $0.name == listeners[index].name }) else { continue }
            listeners[index].add(same)
        }
    }
}

extension ListenerSnapshot {
    fileprivate mutating func add(_ other: ListenerSnapshot) {
        currentSessions += other.currentSessions
        maxSessions = max(maxSessions, other.maxSessions, currentSessions)
        totalSessions += other.totalSessions
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        refusals.add(other.refusals)
        tls.add(other.tls)
    }
}

extension TLSActivity {
    fileprivate mutating func end() {
        currentEnds = 0
        (clientRate.current, clientKeyRate.current, serverKeyRate.current) = (0, 0, 0)
    }

    fileprivate mutating func add(_ other: TLSActivity) {
        currentEnds += other.currentEnds
        totalEnds += other.totalEnds
        clientRate.add(other.clientRate)
        clientKeyRate.add(other.clientKeyRate)
        serverKeyRate.add(other.serverKeyRate)
        cacheLookups += other.cacheLookups
        cacheMisses += other.cacheMisses
    }
}

extension RefusalCounts {
    fileprivate mutating func add(_ other: RefusalCounts) {
        connections += other.connections
        sessions += other.sessions
        requests += other.requests
        responses += other.responses
        unfinished += other.unfinished
    }
}

extension BackendCounters {
    fileprivate mutating func clearMaxima() {
        (maxSessions, queueMax, sessionRate.max) = (0, 0, 0)
        (timing.queueMax, timing.connectMax, timing.totalMax) = (0, 0, 0)
    }

    fileprivate mutating func end() {
        (currentSessions, queueCurrent, sessionRate.current) = (0, 0, 0)
    }

    /// Adds another worker's counters; the times of the last change, and of being down, have been handed on already.
    fileprivate mutating func add(_ other: BackendCounters, since now: Timestamp, _ then: Timestamp) {
        timing.average(with: other.timing, own: timesChosen, others: other.timesChosen)
        queueCurrent += other.queueCurrent
        queueMax = max(queueMax, other.queueMax)
        currentSessions += other.currentSessions
        maxSessions = max(maxSessions, other.maxSessions, currentSessions)
        totalSessions += other.totalSessions
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        connectionErrors += other.connectionErrors
        responseErrors += other.responseErrors
        deniedResponses += other.deniedResponses
        retries += other.retries
        redispatches += other.redispatches
        clientAborts += other.clientAborts
        serverAborts += other.serverAborts
        timesChosen += other.timesChosen
        connectAttempts += other.connectAttempts
        tls.add(other.tls)
        sessionRate.add(other.sessionRate)
        guard let others = other.secondsSinceLastSession else { return }
        let age = others + Int(max(0, now.millisecondsSinceEpoch - then.millisecondsSinceEpoch) / 1_000)
        secondsSinceLastSession = min(secondsSinceLastSession ?? age, age)
    }
}

extension TimingSnapshot {
    /// How many sessions an average is about.
    private static let window = 1_024

    /// Joins averages over the last sessions: another worker's come before one's own.
    fileprivate mutating func average(with other: TimingSnapshot, own: Int, others: Int) {
        let own = min(own, Self.window)
        let earlier = min(others, Self.window - own)
        func join(_ mine: Int, _ theirs: Int) -> Int {
            own + earlier == 0 ? 0 : (mine * own + theirs * earlier) / (own + earlier)
        }
        queueAverage = join(queueAverage, other.queueAverage)
        connectAverage = join(connectAverage, other.connectAverage)
        totalAverage = join(totalAverage, other.totalAverage)
        queueMax = max(queueMax, other.queueMax)
        connectMax = max(connectMax, other.connectMax)
        totalMax = max(totalMax, other.totalMax)
    }
}

extension RateSnapshot {
    fileprivate mutating func add(_ other: RateSnapshot) {
        current += other.current
        max = Swift.max(max, other.max, current)
    }
}
