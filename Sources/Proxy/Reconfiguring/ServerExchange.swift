import Balancing
import Configuration
import EventLoop
import Health
import Model

/// What is known of a backend's servers while they get their new places.
struct ServerExchange {
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
    /// Checks, and questions to agents, that begin anew.
    var checkedAnew: [CheckSubject] = []
    /// Those that are connected to in another way.
    var rewired: [Server] = []
    /// Whether sessions may get older than before, or less old.
    var hasOtherAges = false
    /// What each was before.
    var states: [ObjectIdentifier: OperationalState] = [:]
    var wasUp: Bool
    /// Whether the parts of the servers may be others than before.
    var hasOtherParts = false
}

/// A server's check, or the questions to its agent.
struct CheckSubject: Hashable {
    let server: Server
    let isAgent: Bool

    /// Names one.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - isAgent: whether it is its agent that is asked.
    init(_ server: Server, isAgent: Bool = false) {
        self.server = server
        self.isAgent = isAgent
    }

    /// What is asked and when; `nil` where it isn't.
    var check: ServerCheck? { isAgent ? server.agent : server.check }

    static func == (one: CheckSubject, other: CheckSubject) -> Bool {
        one.server === other.server && one.isAgent == other.isAgent
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(server))
        hasher.combine(isAgent)
    }
}

/// Servers and their places: the second step of reconfiguring.
extension WorkerLoop {
    /// Gives a backend the servers of a new file.
    ///
    /// - Parameters:
    ///   - backend: the backend.
    ///   - index: its proxy's index.
    ///   - plan: what to run.
    ///   - old: what has run.
    ///   - needed: the places of servers that sessions name.
    /// - Returns: what has become of the servers.
    func exchange(
        _ backend: Backend, _ index: Int, _ plan: WorkerPlan, from old: InstanceConfiguration, needed: Set<Int>
    ) -> ServerExchange {
        let (before, proxy) = (old.proxies[index], configuration.proxies[index])
        var exchange = ServerExchange(backend: backend, proxy: index, before: backend.servers, wasUp: backend.isUp)
        let known = Dictionary(
            backend.namedPlaces.map { (backend.servers[$0].configuration.name, $0) },
            uniquingKeysWith: { first, _ in first })
        // A backend that is switched off, or has one address and no names, has the servers that it has.
        let keepsServers = backend.isDispatching || backend.servers.isEmpty && !before.servers.isEmpty
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
                server.share(with: group)
                exchange.added.append(server)
                exchange.checkedAnew += [CheckSubject(server), CheckSubject(server, isAgent: true)]
                exchange.hasOtherParts = true
                servers.append(server)
            }
        }
        let leaving = keepsServers ? [] : leaving(backend, servers, needed, &exchange)
        place(servers + leaving, weights, in: &exchange)
        return exchange
    }

    /// Lets servers go that the file has no more; those with sessions stay behind the others until these have ended.
    private func leaving(
        _ backend: Backend, _ servers: [Server], _ needed: Set<Int>, _ exchange: inout ServerExchange
    ) -> [Server] {
        var leaving: [Server] = []
        for (place, server) in backend.servers.enumerated() where !servers.contains(where: { $0 === server }) {
            if !server.isLeaving {
                exchange.removed.append(server)
                exchange.hasOtherParts = true
                giveUpCheck(of: server)
                giveUpAgent(of: server)
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
        instead before: ProxyConfiguration, _ plan: WorkerPlan, spreadBefore: Int, _ exchange: inout ServerExchange
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
            exchange.checkedAnew.append(CheckSubject(server))
        }
        let agent = agent(of: server, as: line, proxy, instead: before, plan, spreadBefore: spreadBefore)
        if agent !== server.agent { exchange.checkedAnew.append(CheckSubject(server, isAgent: true)) }
        if isMoved || old.socksProxy != line.socksProxy || old.tls != line.tls || old.proxyHeader != line.proxyHeader {
            exchange.rewired.append(server)
        }
        if old.maxSessionAge != line.maxSessionAge { exchange.hasOtherAges = true }
        if old.weight != line.weight || old.maxconn != line.maxconn || old.isBackup != line.isBackup {
            exchange.hasOtherParts = true
        }
        let way = OutgoingConnections(line, of: proxy, namespaces: plan.namespaces)
        server.reconfigure(as: line, way: way, check: check, agent: agent)
        guard isMoved else { return }
        var name: HostName?
        if case .name(let host, let port) = line.address { name = HostName(name: host, port: port) }
        server.relocate(to: plan.addresses[server.identity], name: name)
        server.share(with: group)
        exchange.moved.append(server)
    }

    /// How a server's agent is asked from now on: as before where nothing of that has changed.
    private func agent(
        of server: Server, as line: ServerConfiguration, _ proxy: ProxyConfiguration,
        instead before: ProxyConfiguration, _ plan: WorkerPlan, spreadBefore: Int
    ) -> ServerCheck? {
        let isSame =
            server.configuration.agent == line.agent && before.timeouts.connect == proxy.timeouts.connect
            && before.timeouts.check == proxy.timeouts.check && spreadBefore == configuration.global.spreadChecks
        if isSame { return server.agent }
        giveUpAgent(of: server)
        return line.agent.map { InstanceLayout.agent($0, of: proxy, plan, inherited: server.inheritance) }
    }

    /// Gives servers, and whoever names them, their new places.
    private func place(_ servers: [Server], _ weights: [Int], in exchange: inout ServerExchange) {
        let (backend, proxy) = (exchange.backend, exchange.proxy)
        let limit = configuration.proxies.filter { $0.hasFrontend && $0.backends.contains(proxy) }
            .reduce(0) { $0 + $1.maxconn }
        let fileWeights = servers.dropFirst(weights.count).map(\.configuration.weight)
        let waiting = backend.reconfigure(
            as: configuration.proxies[proxy], servers: servers, weights: weights + fileWeights,
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
        if newPlaces != Array(newPlaces.indices) { exchange.hasOtherParts = true }
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
