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
    /// What is known of a backend's servers while they get their new places.
    private struct Exchange {
        var backend: Backend
        var proxy: Int
        /// By the old place: the server.
        var before: [Server]
        /// The servers that are new.
        var added: [Server] = []
        /// Those that are not in the file any more.
        var removed: [Server] = []
        /// Those with another address.
        var moved: [Server] = []
        /// Those whose check begins anew.
        var rechecked: [Server] = []
        /// What each was before.
        var states: [ObjectIdentifier: OperationalState] = [:]
        var wasUp: Bool
    }

    fileprivate func reconfigure(as plan: WorkerPlan) -> Bool {
        guard stopping == nil, plan.configuration.proxies.count == configuration.proxies.count else { return false }
        // Both name servers by their old places.
        carryOutShutdowns()
        sample()
        let old = configuration
        configuration = plan.configuration
        takeLimits(from: old)
        for (frontend, proxy) in zip(frontends, configuration.proxies) { frontend?.reconfigure(as: proxy) }
        let checked = checks.map { place in
            place.map { (server: backend($0.backend).servers[$0.server], isAgent: $0.isAgent) }
        }
        let needed = serversInUse()
        var exchanges: [Exchange] = []
        for (index, backend) in backends.enumerated() {
            guard let backend else { continue }
            exchanges.append(exchange(backend, index, plan, from: old, needed: needed[index] ?? []))
        }
        InstanceLayout.relinkTrackers(backends)
        replaceChecks(checked, startingAnew: exchanges.flatMap { $0.added + $0.rechecked })
        replaceLookUps(exchanges, awaiting: plan.awaitingSystem)
        replaceIdleLimits()
        for exchange in exchanges { tellChanges(exchange, plan) }
        history.offer(
            .inventory(at: WallClock.now(), instance: configuration.name, servers: allServers.map(\.identity)))
        for exchange in exchanges { for server in exchange.added { recordFirstState(of: server) } }
        for case let backend? in backends {
            for index in backend.servers.indices { serveQueue(of: index, in: backend) }
        }
        resumeAll()
        return true
    }

    private func takeLimits(from old: InstanceConfiguration) {
        let (new, old) = (configuration.global, old.global)
        if new.maxconn != old.maxconn { connectionLimit = new.maxconn }
        if new.maxconnRate != old.maxconnRate { acceptRates.limitConnections(to: new.maxconnRate) }
        if new.maxsessRate != old.maxsessRate { acceptRates.limitSessions(to: new.maxsessRate) }
    }

    /// By the backend's index: the places of servers that sessions name.
    private func serversInUse() -> [Int: Set<Int>] {
        var inUse: [Int: Set<Int>] = [:]
        sessions.forEach { session in
            guard session.pointee.serverIndex >= 0 else { return }
            inUse[Int(session.pointee.backend), default: []].insert(Int(session.pointee.serverIndex))
        }
        return inUse
    }
}

// MARK: - Servers and their places

extension WorkerLoop {
    private func exchange(
        _ backend: Backend, _ index: Int, _ plan: WorkerPlan, from old: InstanceConfiguration, needed: Set<Int>
    ) -> Exchange {
        let (before, proxy) = (old.proxies[index], configuration.proxies[index])
        var exchange = Exchange(backend: backend, proxy: index, before: backend.servers, wasUp: backend.isUp)
        let known = Dictionary(
            backend.namedServers.enumerated().map { ($1.configuration.name, $0) },
            uniquingKeysWith: { first, _ in first })
        // A backend that is switched off, or has one address and no names, has the servers that it has.
        let keepsServers = backend.isDispatching || backend.namedServers.isEmpty && !before.servers.isEmpty
        var servers: [Server] = keepsServers ? backend.servers : []
        var weights: [Int] = []
        for line in keepsServers ? [] : proxy.servers {
            if let place = known[line.name] {
                let server = backend.servers[place]
                let isAsInFile = backend.groups.weight(of: place) == server.configuration.weight
                let hasNewWeight = line.weight != server.configuration.weight
                weights.append(isAsInFile || hasNewWeight ? line.weight : backend.groups.weight(of: place))
                exchange.states[ObjectIdentifier(server)] = server.operational
                take(line, of: server, proxy, instead: before, plan, spreadBefore: old.global.spreadChecks, &exchange)
                servers.append(server)
            } else {
                let server = InstanceLayout.server(of: plan, proxy: proxy, configuration: line, now: now)
                weights.append(plan.inherited[server.identity]?.weight ?? line.weight)
                exchange.added.append(server)
                servers.append(server)
            }
        }
        let leaving = keepsServers ? [] : leaving(backend, servers, needed, &exchange)
        place(servers + leaving, weights, leaving: leaving.count, in: &exchange)
        return exchange
    }

    /// Lets servers go that the file has no more; those with sessions stay behind the others until these have ended.
    private func leaving(
        _ backend: Backend, _ servers: [Server], _ needed: Set<Int>, _ exchange: inout Exchange
    ) -> [Server] {
        var leaving: [Server] = []
        for (place, server) in backend.servers.enumerated() where !servers.contains(where: { $0 === server }) {
            if !server.isLeaving {
                exchange.removed.append(server)
                giveUpCheck(of: server)
                timers.cancel(&server.warmup.timer)
                server.leave()
                record(server, as: .unknown, in: backend, cause: Cause(said: "not in the file any more"))
            }
            if needed.contains(place) { leaving.append(server) }
        }
        return leaving
    }

    /// Gives a server that there was before its new line.
    private func take(
        _ line: ServerConfiguration, of server: Server, _ proxy: ProxyConfiguration,
        instead before: ProxyConfiguration, _ plan: WorkerPlan, spreadBefore: Int, _ exchange: inout Exchange
    ) {
        let old = server.configuration
        let isMoved = old.address != line.address
        let isCheckedOtherwise =
            isMoved || old.check != line.check || before.checkPlan != proxy.checkPlan
            || before.checkProgram != proxy.checkProgram || before.timeouts.connect != proxy.timeouts.connect
            || before.timeouts.check != proxy.timeouts.check || spreadBefore != configuration.global.spreadChecks
        var check = server.check
        if isCheckedOtherwise {
            giveUpCheck(of: server)
            var inheritance = server.inheritance
            // Nothing is known of another place.
            if isMoved { inheritance.operational = nil }
            check = InstanceLayout.check(
                of: line, in: proxy, spreadPercent: configuration.global.spreadChecks, inherited: inheritance)
            exchange.rechecked.append(server)
        }
        let way = OutgoingConnections(line, of: proxy, namespaces: plan.namespaces)
        server.reconfigure(as: line, way: way, check: check)
        guard isMoved else { return }
        var name: HostName?
        if case .name(let host, let port) = line.address { name = HostName(name: host, port: port) }
        server.relocate(to: plan.addresses[server.identity], name: name)
        exchange.moved.append(server)
    }

    /// Gives servers, and whoever names them, their new places.
    private func place(_ servers: [Server], _ weights: [Int], leaving: Int, in exchange: inout Exchange) {
        let (backend, proxy) = (exchange.backend, exchange.proxy)
        let limit = configuration.proxies.filter { $0.hasFrontend && $0.backends.contains(proxy) }
            .reduce(0) { $0 + $1.maxconn }
        let fileWeights = servers.dropFirst(weights.count).map(\.configuration.weight)
        let waiting = backend.reconfigure(
            as: configuration.proxies[proxy], servers: servers, weights: weights + fileWeights, leaving: leaving,
            frontendLimit: limit)
        let places = Dictionary(
            servers.enumerated().map { (ObjectIdentifier($1), $0) }, uniquingKeysWith: { first, _ in first })
        let newPlaces = exchange.before.map { places[ObjectIdentifier($0)] }
        sessions.forEach { session in
            guard Int(session.pointee.backend) == proxy, session.pointee.serverIndex >= 0 else { return }
            guard let place = newPlaces[Int(session.pointee.serverIndex)] else {
                preconditionFailure("a server that a session names stays")
            }
            session.pointee.serverIndex = Int32(place)
        }
        for (index, server) in servers.enumerated() {
            timers.cancel(&server.warmup.timer)
            guard !server.isLeaving else { continue }
            backend.groups.setSlowStart(index, steps: server.warmup.steps)
            if server.warmup.isOn { planLook(at: index, in: backend) }
        }
        lineUp(waiting, newPlaces, in: backend)
        for index in servers.indices { backend.noteLoad(of: index) }
        if backend.isUp != exchange.wasUp { backend.outage.note(isDown: !backend.isUp, at: now) }
    }

    /// Lets sessions wait on where they waited, or choose anew where that server has gone.
    private func lineUp(_ waiting: [WaitQueue.Waiter], _ newPlaces: [Int?], in backend: Backend) {
        for waiter in waiting {
            let session = session(of: waiter)
            note(waiter, in: session)
            var line: WaitQueue.Line?
            switch waiter.line {
            case .backend: line = .backend
            case .server(let place):
                if let new = newPlaces[place], !backend.servers[new].isLeaving { line = .server(new) }
            }
            if let line, let ticket = backend.queue.enqueue(waiter.session, in: line) {
                session.pointee.ticket = ticket
            } else {
                session.pointee.serverIndex = -1
                dispatch(session, avoiding: nil)
            }
        }
    }
}

// MARK: - Checks, look-ups, time limits

extension WorkerLoop {
    /// Gives the checks that go on the new places of their servers, and begins the others.
    ///
    /// Agents are asked as before: servers with one are not changed by a reload in place.
    private func replaceChecks(_ checked: [(server: Server, isAgent: Bool)?], startingAnew fresh: [Server]) {
        var places: [ObjectIdentifier: (backend: Int, server: Int)] = [:]
        for (index, backend) in backends.enumerated() {
            for (position, server) in (backend?.servers ?? []).enumerated() {
                places[ObjectIdentifier(server)] = (index, position)
            }
        }
        checks = checked.map { before in
            guard let before, let place = places[ObjectIdentifier(before.server)],
                before.isAgent || before.server.check != nil
            else { return nil }
            return CheckPlace(backend: place.backend, server: place.server, isAgent: before.isAgent)
        }
        for case let before? in checked where !before.isAgent {
            places.removeValue(forKey: ObjectIdentifier(before.server))
        }
        let new = places.values.filter { backend($0.backend).servers[$0.server].check != nil }
        for place in new.sorted(by: { ($0.backend, $0.server) < ($1.backend, $1.server) }) {
            let place = CheckPlace(backend: place.backend, server: place.server, isAgent: false)
            if let empty = checks.firstIndex(where: { $0 == nil }) {
                checks[empty] = place
            } else {
                checks.append(place)
            }
        }
        let starting = Set(fresh.map { ObjectIdentifier($0) })
        startChecks(
            at: checks.indices.filter { position in
                guard let place = checks[position], !place.isAgent else { return false }
                return starting.contains(ObjectIdentifier(backend(place.backend).servers[place.server]))
            })
    }

    /// Lets names be asked for those who still wait for them, and for those who have come.
    private func replaceLookUps(_ exchanges: [Exchange], awaiting: Set<ServerIdentity>) {
        var fresh: Set<ServerIdentity> = []
        for exchange in exchanges {
            let moved = Set(exchange.moved.map { ObjectIdentifier($0) })
            let servers = exchange.backend.servers
            for position in lookUps.indices {
                lookUps[position].servers = lookUps[position].servers.compactMap { place in
                    guard place.backend == exchange.proxy else { return place }
                    let server = exchange.before[place.server]
                    guard !moved.contains(ObjectIdentifier(server)), !server.isLeaving,
                        let new = servers.firstIndex(where: { $0 === server })
                    else { return nil }
                    return (place.backend, new)
                }
            }
            fresh.formUnion((exchange.added + exchange.moved).map(\.identity))
        }
        let new = InstanceLayout.lookUps(of: backends, awaiting: awaiting.intersection(fresh), logHosts: [])
        for one in new {
            lookUps.append(one)
            lookUp(lookUps.count - 1)
        }
    }

    /// Lets the new limits of silence hold: for a session that is silent already, one that is shorter counts from now on.
    private func replaceIdleLimits() {
        let limits = IdleLimitTable(configuration)
        guard limits != idleLimits else { return }
        idleLimits = limits
        sessions.forEach { session in
            guard session.pointee.isRelaying else { return }
            if let limit = idleLimit(of: session) {
                plan(session, at: now.advanced(byMilliseconds: limit.milliseconds))
            } else {
                timers.cancel(&session.pointee.timer)
            }
        }
    }
}

// MARK: - What has become of them

extension WorkerLoop {
    /// Makes count what the new lines have changed of servers' states: orders of the file, and what is known of them.
    private func tellChanges(_ exchange: Exchange, _ plan: WorkerPlan) {
        let backend = exchange.backend
        for (index, server) in backend.namedServers.enumerated() {
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
