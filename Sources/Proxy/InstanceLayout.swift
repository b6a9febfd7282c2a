import Configuration
import EventLoop
import Health
import Model

/// How a configuration becomes frontends, backends, servers and checks.
enum InstanceLayout {
    /// The frontends that accept sessions, by the proxy's index.
    ///
    /// - Parameter configuration: the instance's configuration.
    /// - Returns: `nil` where a proxy accepts none (backends, statistics, switched off).
    static func frontends(of configuration: InstanceConfiguration) -> [Frontend?] {
        configuration.proxies.enumerated().map { index, proxy in
            guard proxy.acceptsSessions else { return nil }
            return Frontend(configuration: proxy, backends: destinations(of: index, in: configuration))
        }
    }

    /// Where the sessions of each of a proxy's addresses go.
    ///
    /// Those that nothing sends anywhere stay with their own proxy, which is a backend without servers then: they are
    /// closed at once, and counted and logged under that name.
    ///
    /// - Parameters:
    ///   - index: the proxy's index.
    ///   - configuration: the instance's configuration.
    /// - Returns: an index of a proxy for each address.
    static func destinations(of index: Int, in configuration: InstanceConfiguration) -> [Int] {
        let proxy = configuration.proxies[index]
        return proxy.binds.map { $0.backend ?? proxy.backend ?? index }
    }

    /// The backends, by the proxy's index.
    ///
    /// - Parameters:
    ///   - plan: the worker's plan.
    ///   - now: what time it is.
    /// - Returns: `nil` where a proxy has no servers of its own and no sessions are sent to it. One that is switched off
    ///   but sent to has no servers.
    static func backends(of plan: WorkerPlan, now: MonotonicTime) -> [Backend?] {
        let proxies = plan.configuration.proxies
        let targets = Set(
            proxies.indices.filter { proxies[$0].acceptsSessions }.flatMap {
                destinations(of: $0, in: plan.configuration) + proxies[$0].backends
            })
        let backends: [Backend?] = proxies.indices.map { index in
            let proxy = proxies[index]
            let isInUse = proxy.hasBackend && proxy.isRelaying && !proxy.isDisabled
            guard isInUse || targets.contains(index) else { return nil }
            let limit = proxies.filter { $0.hasFrontend && $0.backends.contains(index) }.reduce(0) { $0 + $1.maxconn }
            let lines = proxy.dispatchLine.map { [$0] } ?? proxy.servers
            let servers = isInUse ? lines.map { server(of: plan, proxy: proxy, configuration: $0, now: now) } : []
            let backend = Backend(configuration: proxy, servers: servers, frontendLimit: limit, now: now)
            applyInheritedWeights(of: plan, to: backend)
            if proxy.hasBackend, let counts = plan.earlier.backendCounts[proxy.name] {
                backend.outage = counts.outage.continuing(isDown: !backend.isUp, at: now)
            }
            return backend
        }
        linkTrackers(backends)
        for case let backend? in backends where backend.servers.contains(where: { $0.tracked != nil }) {
            // It was up until it was known that servers follow one that is out of service: HAProxy counts that.
            if !backend.isUp, !backend.outage.isDown { backend.outage.note(isDown: true, at: now) }
        }
        for case let backend? in backends { resumeHold(of: plan, in: backend, now: now) }
        return backends
    }

    /// Lets new sessions stay on the backups where an earlier worker held them there.
    private static func resumeHold(of plan: WorkerPlan, in backend: Backend, now: MonotonicTime) {
        let held = backend.namedServers.compactMap { plan.inherited[$0.identity]?.heldMilliseconds }.max()
        if let held, backend.groups.resumeHold() { backend.heldSince = now.advanced(byMilliseconds: -held) }
    }

    /// Gives servers the weights that persons gave them while an earlier worker ran.
    private static func applyInheritedWeights(of plan: WorkerPlan, to backend: Backend) {
        for index in backend.namedPlaces {
            guard let weight = plan.inherited[backend.servers[index].identity]?.weight else { continue }
            // An algorithm that knows no other weights has taken the place of one that did: the file's holds.
            try? backend.setWeight(weight, of: index)
        }
    }

    /// Lets servers that track others know them, and be known by them.
    ///
    /// - Parameter backends: all backends.
    static func linkTrackers(_ backends: [Backend?]) {
        for (index, backend) in backends.enumerated() {
            guard let backend else { continue }
            for (position, server) in backend.servers.enumerated() {
                // A proxy that is switched off has no servers here, and nothing is known of those it would have.
                guard let reference = server.configuration.tracks, let other = backends[reference.proxy] else {
                    continue
                }
                let tracked = other.servers[reference.server]
                server.tracked = tracked
                tracked.trackers.append(ServerReference(proxy: index, server: position))
            }
        }
        // What the balancing counts as usable was asked before anybody knew whom to track.
        for case let backend? in backends {
            for (position, server) in backend.servers.enumerated() where server.tracked != nil {
                backend.groups.setStanding(position, server.standing)
            }
        }
    }

    /// The checked servers in the file's order, each with its agent behind it.
    ///
    /// - Parameter backends: all backends.
    /// - Returns: whose check each is.
    static func checks(of backends: [Backend?]) -> [CheckPlace] {
        var checks: [CheckPlace] = []
        for (index, backend) in backends.enumerated() {
            guard let backend else { continue }
            for (position, server) in backend.servers.enumerated() {
                if server.check != nil { checks.append(CheckPlace(backend: index, server: position, isAgent: false)) }
                if server.agent != nil, !server.isLeaving {
                    checks.append(CheckPlace(backend: index, server: position, isAgent: true))
                }
            }
        }
        return checks
    }

    /// Makes a server as a plan has it.
    ///
    /// - Parameters:
    ///   - plan: the worker's plan.
    ///   - proxy: its section.
    ///   - configuration: its line.
    ///   - now: what time it is.
    /// - Returns: the server.
    static func server(
        of plan: WorkerPlan, proxy: ProxyConfiguration, configuration: ServerConfiguration, now: MonotonicTime
    ) -> Server {
        let identity = ServerIdentity(
            instance: plan.configuration.name, proxy: proxy.name, server: configuration.name)
        let address = plan.addresses[identity] ?? proxy.dispatchAddress
        let inherited = plan.inherited[identity]
        let check = check(
            of: configuration, in: proxy, spreadPercent: plan.configuration.global.spreadChecks, inherited: inherited)
        let server = Server(
            configuration: configuration, identity: identity,
            way: OutgoingConnections(configuration, of: proxy, namespaces: plan.namespaces),
            address: address, check: check,
            agent: configuration.agent.map { agent($0, of: proxy, plan, inherited: inherited) }, inherited: inherited,
            now: now)
        if configuration.isRemoved { server.leave() }
        return server
    }

    /// Makes a server's check.
    ///
    /// - Parameters:
    ///   - server: its line.
    ///   - proxy: its section.
    ///   - spreadPercent: by how much checks are spread.
    ///   - inherited: what is known of the server.
    /// - Returns: the check; `nil` for a server without one.
    static func check(
        of server: ServerConfiguration, in proxy: ProxyConfiguration, spreadPercent: Int, inherited: InheritedServer?
    ) -> ServerCheck? {
        guard let settings = server.check else { return nil }
        return ServerCheck(
            schedule: CheckSchedule(
                interval: settings.interval, fastInterval: settings.fastInterval,
                downInterval: settings.downInterval, connectTimeout: proxy.timeouts.connect,
                checkTimeout: proxy.timeouts.check, spreadPercent: spreadPercent),
            plan: proxy.checkPlan ?? settings.tunnelPlan, command: proxy.checkProgram,
            proxyHeader: settings.proxyHeader,
            counter: counter(for: settings, of: proxy, inherited: inherited), lastResult: inherited?.lastCheck)
    }

    /// Makes the check that asks an agent: one answer decides, and one that cannot be had changes nothing.
    ///
    /// - Parameters:
    ///   - settings: how it is asked.
    ///   - proxy: the server's section.
    ///   - plan: the worker's plan.
    ///   - inherited: what is known of the server.
    /// - Returns: the check.
    static func agent(
        _ settings: AgentConfiguration, of proxy: ProxyConfiguration, _ plan: WorkerPlan, inherited: InheritedServer?
    ) -> ServerCheck {
        let schedule = CheckSchedule(
            interval: settings.interval, connectTimeout: proxy.timeouts.connect, checkTimeout: proxy.timeouts.check,
            spreadPercent: plan.configuration.global.spreadChecks)
        var counter = HealthCounter(rise: 1, fall: 1)
        if inherited?.isDownByAgent == true { _ = counter.force(isUp: false) }
        let agent = ServerCheck(
            schedule: schedule, plan: AgentConfiguration.plan(question: settings.question), command: nil,
            proxyHeader: nil, counter: counter, lastResult: inherited?.lastAgentAnswer)
        agent.isEnabled = inherited?.isAgentOff != true
        return agent
    }

    private static func counter(
        for settings: CheckConfiguration, of proxy: ProxyConfiguration, inherited: InheritedServer?
    ) -> HealthCounter {
        let conditionalState = proxy.checkPlan?.conditionalState ?? .stopping
        // Of a server that was not checked nothing has been found, whatever it was taken for.
        let wasUnchecked = inherited?.counts.map { $0.rise == nil } ?? false
        guard let inherited, inherited.operational != nil, !wasUnchecked else {
            return HealthCounter(rise: settings.rise, fall: settings.fall, conditionalState: conditionalState)
        }
        return HealthCounter(
            rise: settings.rise, fall: settings.fall, health: inherited.health, earlierRise: inherited.counts?.rise,
            earlierFall: inherited.counts?.fall, conditionalState: conditionalState)
    }
}

extension CheckConfiguration {
    /// The plan of a check that only connects, where a proxy has to be asked for the connection; `nil` elsewhere.
    fileprivate var tunnelPlan: CheckPlan? {
        guard goesThroughSOCKS else { return nil }
        var connection = CheckPlan.Connection()
        connection.usesServerDefaults = true
        return CheckPlan(.answers, [CheckPlan.Step(number: 0, action: .connect(connection))])
    }
}

extension ProxyConfiguration {
    /// The nameless server that stands for the address of a `dispatch` line, or for where clients want to go.
    fileprivate var dispatchLine: ServerConfiguration? {
        dispatch.map { address in
            var server = ServerConfiguration(name: "", id: 0, address: address, location: location)
            if case .destination = address { server.portOffset = 0 }
            return server
        }
    }

    fileprivate var dispatchAddress: SocketAddress? {
        switch dispatch {
        case .ip(let host, let port)?: SocketAddress(ip: host, port: port)
        case .destination(let port)?: .anywhere(port: port)
        case .name, .service, .unix, .abstract, nil: nil
        }
    }
}

extension ServerConfiguration {
    /// Where the server's agent is asked.
    ///
    /// - Parameters:
    ///   - address: where the server itself is.
    ///   - host: in place of `agent-addr`.
    ///   - port: in place of `agent-port`.
    /// - Returns: the address; `nil` while nobody knows it.
    func agentAddress(at address: SocketAddress?, host: String?, port: UInt16?) -> SocketAddress? {
        guard let agent else { return nil }
        var place = host ?? agent.address
        if place == nil, case .ip(let endpoint)? = address { place = endpoint.host }
        return place.flatMap { SocketAddress(ip: $0, port: port ?? agent.port) }
    }

    /// Where the server's checks go.
    ///
    /// - Parameters:
    ///   - address: where the server itself is.
    ///   - host: in place of the check's `addr`.
    ///   - orderedPort: in place of the check's `port`; 0 is the server's own.
    /// - Returns: that address with the check's `addr` and `port` where they are set; `nil` while the server has none.
    func checkedAddress(at address: SocketAddress?, host: String?, port orderedPort: UInt16?) -> SocketAddress? {
        guard let check, case .ip(let endpoint)? = address else { return address }
        let port = orderedPort ?? check.port ?? 0
        let place = host ?? check.address ?? endpoint.host
        return SocketAddress(ip: place, port: port == 0 ? endpoint.port : port) ?? address
    }
}
