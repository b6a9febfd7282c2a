import Balancing
import Configuration
import EventLoop
import Health
import Model

extension WorkerRequest where Answer == Bool {
    /// Lets the worker take another configuration: servers that come, go or change, limits, time limits, checks.
    ///
    /// Its frontends and backends, their addresses, rules and logs have to be those that it has; listeners in the plan are
    /// not looked at. Servers of the same name keep everything that is known and counted of them. Sessions go on: those of
    /// a server that has gone until they end by themselves.
    ///
    /// - Parameter plan: what to run, and where new servers are.
    /// - Returns: the request, which says whether it was done; a worker that stops takes nothing any more.
    public static func reconfiguration(_ plan: WorkerPlan) -> Self { Self { $0.reconfigure(as: plan) } }
}

/// Reconfiguring: a reload that no session notices.
///
/// The order below matters: the servers' new lines first, then their places (sessions, queue, checks, look-ups), then what
/// has become of their states, which is told as if a check had found it.
extension WorkerLoop {
    fileprivate func reconfigure(as plan: WorkerPlan) -> Bool {
        guard stopping == nil, plan.configuration.proxies.count == configuration.proxies.count else { return false }
        // Both name servers by their old places.
        carryOutShutdowns()
        sample()
        let old = configuration
        configuration = plan.configuration
        group.forgetUnused()
        takeLimits(from: old)
        for (frontend, proxy) in zip(frontends, configuration.proxies) { frontend?.reconfigure(as: proxy) }
        let checked = checks.map { place in
            place.map { CheckSubject(backend($0.backend).servers[$0.server], isAgent: $0.isAgent) }
        }
        let needed = serversInUse()
        var exchanges: [ServerExchange] = []
        for (index, backend) in backends.enumerated() {
            guard let backend else { continue }
            exchanges.append(exchange(backend, index, plan, from: old, needed: needed[index] ?? []))
        }
        InstanceLayout.relinkTrackers(backends)
        replaceChecks(checked, startingAnew: Set(exchanges.flatMap(\.checkedAnew)))
        replaceLookUps(exchanges, awaiting: plan.awaitingSystem)
        replaceIdleLimits(agingOtherwise: exchanges.contains { $0.hasOtherAges })
        for exchange in exchanges { connectAnew(exchange) }
        for exchange in exchanges {
            tellChanges(exchange, plan)
            goOnMoving(exchange)
        }
        history.offer(
            .inventory(at: WallClock.now(), instance: configuration.name, servers: allServers.map(\.identity)))
        for exchange in exchanges { for server in exchange.added { recordFirstState(of: server) } }
        for case let backend? in backends {
            for index in backend.servers.indices { serveQueue(of: index, in: backend) }
        }
        resumeAll()
        tellStandings()
        return true
    }

    private func takeLimits(from old: InstanceConfiguration) {
        let (new, old) = (configuration.global, old.global)
        if new.maxconn != old.maxconn { connectionLimit = new.maxconn }
        if new.maxconnRate != old.maxconnRate { acceptRates.limitConnections(to: new.maxconnRate) }
        if new.maxsessRate != old.maxsessRate { acceptRates.limitSessions(to: new.maxsessRate) }
        if new.variables != old.variables { setConfiguredVariables() }
    }

    /// Looks through the sessions for servers.
    ///
    /// - Returns: by the backend's index, the places of servers that sessions name.
    func serversInUse() -> [Int: Set<Int>] {
        var inUse: [Int: Set<Int>] = [:]
        sessions.forEach { session in
            guard session.pointee.serverIndex >= 0 else { return }
            inUse[Int(session.pointee.backend), default: []].insert(Int(session.pointee.serverIndex))
        }
        return inUse
    }
}

// MARK: - What has become of them

extension WorkerLoop {
    /// Makes count what the new lines have changed of servers' states: orders of the file, and what is known of them.
    private func tellChanges(_ exchange: ServerExchange, _ plan: WorkerPlan) {
        let backend = exchange.backend
        for index in backend.namedPlaces {
            let server = backend.servers[index]
            guard let before = exchange.states[ObjectIdentifier(server)] else { continue }
            let cause = Cause(said: "the file has changed")
            if server.isUnresolved, exchange.moved.contains(where: { $0 === server }) {
                change(index, in: backend, .unresolved(reason: "could not resolve address"), cause: cause)
            } else if server.operational != before, server.administrative != .maint {
                change(index, in: backend, .checked(to: server.operational, by: nil), cause: cause)
            }
            order(plan.administrative(of: server), of: index, in: backend, cause: cause)
        }
    }
}

extension WorkerPlan {
    /// What is ordered for a server: by a person, or else by its line.
    fileprivate func administrative(of server: Server) -> AdministrativeState {
        inherited[server.identity]?.administrative ?? (server.configuration.isDisabled ? .maint : .ready)
    }
}

extension InstanceLayout {
    /// Lets servers that track others know them anew, after servers have come, gone or changed.
    ///
    /// - Parameter backends: all backends.
    fileprivate static func relinkTrackers(_ backends: [Backend?]) {
        for case let backend? in backends {
            for server in backend.servers { (server.tracked, server.trackers) = (nil, []) }
        }
        linkTrackers(backends)
    }
}
