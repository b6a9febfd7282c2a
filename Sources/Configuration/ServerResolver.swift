import Model

/// Turns `server` lines, as read, into servers without anything left to look up.
struct ServerResolver {
    private let resolvers: [ResolversConfiguration]
    private var hasToldAboutNames = false

    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// Prepares to resolve.
    ///
    /// - Parameter resolvers: the `resolvers` sections that servers may name.
    init(resolvers: [ResolversConfiguration]) {
        self.resolvers = resolvers
    }

    /// Resolves the servers of one proxy; what can't be is left out and has an error in `diagnostics`.
    ///
    /// - Parameters:
    ///   - draft: the proxy.
    ///   - clientPorts: the ports on which its sessions come in.
    /// - Returns: its servers.
    mutating func servers(of draft: ProxyDraft, clientPorts: ClientPorts) -> [ServerConfiguration] {
        reportRepeatedServers(draft)
        let ids = Resolver.number(draft.servers.map { $0.id?.number }, from: 1)
        var servers: [ServerConfiguration] = []
        for (server, id) in zip(draft.servers, ids) {
            // Without an address there is an error already.
            guard let addressDraft = server.address,
                let (address, portOffset) = address(addressDraft, of: server, clientPorts: clientPorts)
            else { continue }
            var configuration = ServerConfiguration(
                name: server.name.text, id: id, address: address, location: server.name.location)
            configuration.hasGivenID = server.id != nil
            configuration.portOffset = portOffset
            if case .client(let offset) = addressDraft.port { configuration.portMap = offset }
            configuration.templatePosition = server.templatePosition
            apply(server.settings, to: &configuration)
            if let age = server.settings.sessionAge ?? draft.settings.sessionAge, age.limit > .zero {
                configuration.maxSessionAge = age
            }
            configuration.tls = server.connectionTLS
            configuration.switchableTLS = server.switchableTLS
            configuration.check?.tls = server.checkTLS
            if draft.settings.checks.hasEncryptedSteps { loadStepTLS(of: server, in: draft, &configuration) }
            do {
                configuration.agent = try server.settings.agent.agent(
                    of: server.name.text, checkInterval: server.settings.check.interval,
                    check: server.settings.check)
            } catch {
                diagnostics.append(error)
            }
            reportMissingResolvers(server)
            reportServiceWithoutResolvers(server)
            tellAboutName(server)
            adjustObservedResponses(of: server, in: draft, &configuration)
            servers.append(configuration)
        }
        return servers
    }

    /// Loads what steps of a check need that speak TLS themselves, whatever the server's connections do.
    private mutating func loadStepTLS(
        of server: ServerDraft, in draft: ProxyDraft, _ configuration: inout ServerConfiguration
    ) {
        let loader = TLSLoader(defaults: draft.global.tls)
        let tls = server.tls
        do {
            let plain = try loader.connector(tls, server: server.name, isCheck: false)
            let usual = try loader.connector(tls, server: server.name, isCheck: true)
            configuration.check?.stepTLS = StepTLSConfiguration(
                plain: ServerTLSConfiguration(connector: plain, name: nil, reusesSessions: false),
                usual: ServerTLSConfiguration(
                    connector: usual, name: tls.checkName.map { .fixed($0) }, reusesSessions: false))
        } catch {
            // What is wrong with the server's own connections has been told already.
            if server.connectionTLS != nil || tls.ssl == nil { diagnostics.append(error) }
        }
    }

    private func apply(_ settings: ServerSettings, to server: inout ServerConfiguration) {
        server.check = settings.isChecked ? settings.check : nil
        server.check?.proxyHeader = settings.checkHeader
        server.socksProxy = settings.socksProxy
        server.check?.goesThroughSOCKS = settings.checksViaSOCKS && settings.socksProxy != nil
        server.isBackup = settings.isBackup
        server.isRemembered = !settings.isNeverRemembered
        server.weight = settings.weight
        server.maxconn = settings.maxconn
        server.minconn = settings.minconn
        if let minconn = settings.minconn, minconn >= settings.maxconn ?? 0 {
            // Alone, or not below `maxconn`, it is the limit at every load, as in HAProxy.
            server.maxconn = minconn
            server.minconn = nil
        }
        server.maxqueue = settings.maxqueue
        server.isDisabled = settings.isDisabled
        server.slowStart = settings.slowStart
        server.closesSessionsWhenDown = settings.closesSessionsWhenDown
        server.closesBackupSessionsWhenUp = settings.closesBackupSessionsWhenUp
        server.observation = settings.observation
        server.proxyHeader = settings.proxyHeader
        server.source = settings.source
        server.userTimeout = settings.userTimeout
        server.usesFastOpen = settings.usesFastOpen
        server.namespace = settings.namespace
        server.resolution = settings.resolution
    }

    /// Said once: where HAProxy does not start, servers here are down until their names have addresses.
    private mutating func tellAboutName(_ server: ServerDraft) {
        let resolution = server.settings.resolution
        guard !hasToldAboutNames, resolution.resolvers == nil, let word = server.address?.word,
            case .name? = server.address?.target
        else { return }
        let isOptional = resolution.initialAddress.contains { way in
            switch way {
            case .none, .ip: true
            case .last, .system: false
            }
        }
        guard !isOptional else { return }
        hasToldAboutNames = true
        diagnostics.append(
            word.note(
                "a name that has no address stops nothing here: its server is down, and the system is asked on "
                    + "until it answers"))
    }

    private mutating func reportServiceWithoutResolvers(_ server: ServerDraft) {
        guard case .service(let name)? = server.address?.target, let word = server.address?.word,
            server.settings.resolvers == nil
        else { return }
        diagnostics.append(
            word.error(
                "'\(name)' is a service, and only a 'resolvers' section can say where it is",
                help: "add 'resolvers NAME' to the server, or write a host's name"))
    }

    private mutating func reportMissingResolvers(_ server: ServerDraft) {
        guard let word = server.settings.resolvers, !resolvers.contains(where: { $0.name == word.text }) else { return }
        let closest = Suggestion.closest(to: word.text, among: resolvers.map(\.name))
        diagnostics.append(
            word.error(
                "there is no section 'resolvers \(word.text)'",
                help: closest.map { "did you mean '\($0)'?" } ?? "add one, or remove 'resolvers \(word.text)'"))
    }

    /// HAProxy leaves `observe layer7` out where there are no responses to observe, and says so.
    private mutating func adjustObservedResponses(
        of server: ServerDraft, in draft: ProxyDraft, _ configuration: inout ServerConfiguration
    ) {
        guard let word = server.settings.observedResponses else { return }
        switch draft.settings.mode {
        case .tcp:
            configuration.observation = nil
            diagnostics.append(
                word.warning(
                    "'observe layer7' of server '\(server.name.text)' can only be used in 'mode http': nothing is observed",
                    help: "write 'observe layer4'"))
        case .http:
            diagnostics.append(
                word.warning("responses are not read here: 'observe layer7' observes connections alone"))
        }
    }

    private mutating func reportRepeatedServers(_ draft: ProxyDraft) {
        var names: [String: Word] = [:]
        var ids: [Int: ServerDraft] = [:]
        for server in draft.servers {
            if let first = names[server.name.text] {
                diagnostics.append(
                    server.name.error(
                        "there is a server '\(server.name.text)' in line \(first.location.line) already",
                        help: "give each server of a proxy its own name"))
            } else {
                names[server.name.text] = server.name
            }
            guard let (number, word) = server.id else { continue }
            if let first = ids[number] {
                diagnostics.append(
                    word.error(
                        "server '\(server.name.text)' has the id of server '\(first.name.text)' in line "
                            + "\(first.name.location.line)", help: "give it another one"))
            } else {
                ids[number] = server
            }
        }
    }

    /// A server's address, and the distance of its port from the client's where that differs.
    private mutating func address(
        _ draft: ServerAddressDraft, of server: ServerDraft, clientPorts: ClientPorts
    ) -> (address: ServerAddress, portOffset: Int?)? {
        let host: (UInt16) -> ServerAddress
        switch draft.target {
        case .unix(let path): return (.unix(path: path), nil)
        case .abstract(let name): return (.abstract(name: name), nil)
        case .service(let name): return (.service(name), nil)
        case .ip(let text): host = { .ip(text, port: $0) }
        case .name(let text): host = { .name(text, port: $0) }
        case .destination: host = { .destination(port: $0) }
        }
        switch draft.port {
        case .fixed(let port): return (host(port), nil)
        case .client(let offset):
            guard let port = port(of: server, at: draft.word, offset: offset, clientPorts: clientPorts) else {
                return nil
            }
            if draft.isDestination { return (.destination(port: 0), offset) }
            let isVariable = clientPorts.areTold || clientPorts.known.count > 1
            return (host(port), isVariable ? offset : nil)
        }
    }

    /// The port of a server that goes by its clients': of the first one, where they come in on several.
    private mutating func port(
        of server: ServerDraft, at word: Word, offset: Int, clientPorts: ClientPorts
    ) -> UInt16? {
        let isTold = clientPorts.areTold || server.address?.isDestination == true
        let clientPorts = clientPorts.known
        let name = server.name.text
        let help = "write '\(word.text.hasSuffix(":") ? String(word.text.dropLast()) : word.text):PORT'"
        if server.settings.isChecked, server.settings.check.port == nil {
            diagnostics.append(word.error("server '\(name)' has neither a port nor a check port", help: help))
            return nil
        }
        if clientPorts.count != 1 {
            // Nobody connects here, or from several ports.
            guard clientPorts.count > 1 || isTold else {
                diagnostics.append(
                    word.error(
                        "server '\(name)' has no port, and its clients' port is not one and the same", help: help))
                return nil
            }
        }
        // Where clients tell their ports themselves, those at hand say nothing.
        if isTold { return clientPorts.first.flatMap { UInt16(exactly: Int($0) + offset) } ?? 0 }
        guard clientPorts.allSatisfy({ UInt16(exactly: Int($0) + offset) != nil }),
            let port = clientPorts.first.flatMap({ UInt16(exactly: Int($0) + offset) }), port > 0
        else {
            diagnostics.append(
                word.error("the port of server '\(name)' is out of range", help: "use a smaller distance"))
            return nil
        }
        if clientPorts.count == 1 {
            let from = offset == 0 ? "" : " \(clientPorts[0])\(offset > 0 ? "+" : "")\(offset) ="
            diagnostics.append(word.note("server '\(name)' has no port; it gets its clients' port\(from) \(port)"))
        }
        return port
    }
}

extension ServerAddressDraft {
    /// Whether it stands for where the client itself wanted to go.
    fileprivate var isDestination: Bool {
        if case .destination = target { return true }
        return false
    }
}
