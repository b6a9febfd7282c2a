import Model

/// Turns the sections of one file, as read, into a configuration without anything left to look up.
struct Resolver {
    private let files: [String]
    private let instance: String
    private let global: GlobalConfiguration
    private let resolvers: [ResolversConfiguration]
    private let drafts: [ProxyDraft]
    /// The files that samples of the rules search.
    private let maps = MapShelf()

    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// Prepares to resolve.
    ///
    /// - Parameters:
    ///   - files: the files' names.
    ///   - instance: the instance's name.
    ///   - global: the `global` section.
    ///   - resolvers: the `resolvers` sections.
    ///   - drafts: the proxies.
    init(
        files: [String], instance: String, global: GlobalConfiguration, resolvers: [ResolversConfiguration],
        drafts: [ProxyDraft]
    ) {
        self.files = files
        self.resolvers = resolvers
        self.instance = instance
        self.global = global
        self.drafts = drafts
    }

    /// Resolves everything; what can't be is left out and has an error in `diagnostics`.
    ///
    /// - Returns: the configuration.
    mutating func resolve() -> InstanceConfiguration {
        let ids = assignProxyIDs()
        let indices = Dictionary(
            drafts.enumerated().filter(\.element.hasBackend).map { ($0.element.name.text, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        let backends = drafts.indices.map { backend(of: $0, among: indices) }
        var compilers: [RuleCompiler] = []
        for index in drafts.indices {
            compilers.append(compileRules(of: index, book: compilers.last?.book ?? PatternListBook()))
        }
        let routes = drafts.indices.map { self.routes(of: drafts[$0], by: compilers[$0], among: indices) }
        let clientPorts = clientPorts(backends, routes)
        var proxies: [ProxyConfiguration] = []
        let resolvers = resolversInUse()
        var serverResolver = ServerResolver(resolvers: resolvers)
        for (index, draft) in drafts.enumerated() {
            var proxy = proxy(draft, id: ids[index])
            proxy.backend = backends[index]
            proxy.rules = compilers[index].rules
            if draft.kind.hasFrontend, !draft.settings.isDisabled {
                diagnostics += UnresolvedLogFormat.resolve(
                    draft.settings.unresolvedFormats, for: &proxy, in: scope(of: index),
                    hostName: draft.global.hostName)
            }
            for position in proxy.binds.indices {
                proxy.binds[position].backend = routes[index][position].backend
                proxy.binds[position].backendRules = routes[index][position].rules
            }
            proxy.servers = serverResolver.servers(of: draft, clientPorts: clientPorts[index] ?? ClientPorts())
            // Statistics are served where nothing is relayed.
            if proxy.isRelaying { (proxy.stats, proxy.requestRules) = (nil, []) }
            proxies.append(proxy)
        }
        for table in Set(proxies.flatMap(\.rules.sticking).map(\.table)) {
            proxies[table].rules.table?.keepsServers = true
        }
        var tracking = TrackResolver(drafts)
        tracking.resolve(&proxies)
        diagnostics += serverResolver.diagnostics + tracking.diagnostics
        var configuration = InstanceConfiguration(
            name: instance, file: files.first ?? "", global: global, proxies: proxies)
        configuration.files = files
        configuration.resolvers = resolvers
        configuration.patternLists = compilers.last?.book.lists ?? []
        configuration.maps = maps.files
        return configuration
    }

    /// The `resolvers` sections; `default`, which asks whom the system asks, needs no lines.
    private mutating func resolversInUse() -> [ResolversConfiguration] {
        for section in resolvers where section.nameServers.isEmpty && !section.usesSystemServers {
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: section.location,
                    message: "resolvers '\(section.name)' has no name servers: nothing is ever resolved",
                    help: "add one such as 'nameserver dns1 192.0.2.53:53', or 'parse-resolv-conf'"))
        }
        let name = ResolversConfiguration.defaultName
        guard !resolvers.contains(where: { $0.name == name }),
            let user = drafts.flatMap(\.servers).first(where: { $0.settings.resolvers?.text == name })
        else { return resolvers }
        var section = ResolversConfiguration(name: name, location: user.name.location)
        section.usesSystemServers = true
        return resolvers + [section]
    }

    // MARK: Numbers

    /// Numbers the proxies: explicit numbers first, then the smallest free one from 2 on; every proxy moves the place to
    /// search from by one.
    ///
    /// - Source: HAProxy 2.6.12, `show stat` on files with some explicit numbers.
    private mutating func assignProxyIDs() -> [Int] {
        var owners: [Int: ProxyDraft] = [:]
        for draft in drafts {
            guard let (number, word) = draft.id else { continue }
            if let owner = owners[number] {
                diagnostics.append(
                    word.error(
                        "proxy '\(draft.name.text)' has the id of proxy '\(owner.name.text)' in line "
                            + "\(owner.header.location.line)", help: "give it another one"))
            } else {
                owners[number] = draft
            }
        }
        var numbers = Self.number(drafts.filter { !$0.isTableAlone }.map { $0.id?.number }, from: 2)[...]
        return drafts.map { $0.isTableAlone ? 0 : numbers.removeFirst() }
    }

    /// Gives numbers to those who have none.
    ///
    /// - Parameters:
    ///   - explicit: the numbers given.
    ///   - first: the first number to give.
    /// - Returns: everyone's number.
    static func number(_ explicit: [Int?], from first: Int) -> [Int] {
        let taken = Set(explicit.compactMap(\.self))
        var next = first
        return explicit.map { number in
            defer { next += 1 }
            if let number { return number }
            while taken.contains(next) { next += 1 }
            return next
        }
    }

    // MARK: Proxies

    private mutating func proxy(_ draft: ProxyDraft, id: Int) -> ProxyConfiguration {
        let settings = draft.settings
        var proxy = ProxyConfiguration(
            name: draft.name.text, id: id, kind: draft.proxyKind,
            maxconn: settings.maxconn ?? global.maxconn ?? GlobalConfiguration.maxconnWithoutSetting,
            location: draft.header.location)
        proxy.hasGivenID = draft.id != nil
        proxy.mode = settings.mode
        proxy.isDisabled = settings.isDisabled
        proxy.isTableAlone = draft.isTableAlone
        proxy.description = draft.description
        let bindIDs = Self.number(draft.binds.map { $0.id == 0 ? nil : $0.id }, from: 1)
        proxy.binds = zip(draft.binds, bindIDs).map { bind, id in
            var bind = bind
            bind.id = id
            bind.backlog = bind.backlog ?? settings.backlog
            return bind
        }
        proxy.logTargets = settings.logs.flatMap { entry in
            switch entry {
            case .global: global.logTargets
            case .target(let target): [target]
            }
        }
        proxy.logFormat = logFormat(of: draft)
        proxy.logging = settings.logging
        checkHTTPVariables(of: draft)
        proxy.ignoresNullSessions = settings.ignoresNullSessions
        proxy.timeouts = settings.timeouts
        proxy.retries = settings.retries
        proxy.redispatches = settings.redispatches
        proxy.balance = settings.balance
        proxy.hashing = settings.hashing
        proxy.redispatchInterval = settings.redispatchInterval
        proxy.sessionRateLimit = settings.sessionRateLimit
        proxy.abortsOnClose = settings.abortsOnClose
        if draft.kind.hasBackend {
            proxy.checkProgram = settings.checks.program
            proxy.checkPlan = settings.checks.plan(nodeName: global.node ?? draft.global.hostName)
        }
        proxy.logsHealthChecks = settings.logsHealthChecks
        proxy.countsSockets = settings.countsSockets
        proxy.savesAcknowledgement = settings.savesAcknowledgement ?? (settings.mode == .http)
        proxy.clientKeepalive = settings.clientKeepalive
        proxy.serverKeepalive = settings.serverKeepalive
        proxy.connectsSmartly = settings.connectsSmartly
        proxy.source = settings.source
        proxy.persists = settings.persists
        proxy.dispatch = draft.commonDestination
        proxy.usesAllBackups = settings.usesAllBackups
        proxy.fullconn = settings.fullconn
        proxy.panicThreshold = settings.panicThreshold
        if settings.failback != nil || settings.failbackDrain != nil {
            proxy.failback = FailbackConfiguration(
                policy: settings.failback?.policy ?? .automatic, drain: settings.failbackDrain?.duration)
        }
        proxy.rebalance = settings.rebalance
        proxy.serverStates = settings.serverStates
        if case .local = settings.serverStates { proxy.serverStates = .local(settings.serverStateFile ?? proxy.name) }
        proxy.stats = settings.mode == .http ? settings.stats?.configuration : nil
        if let scopes = proxy.stats?.scopes {
            proxy.stats?.scopes = scopes.map { $0 == "." ? draft.name.text : $0 }
        }
        proxy.requestRules = settings.mode == .http ? settings.requestRules : []
        return proxy
    }

    /// A TCP proxy can't log HTTP: it logs TCP instead, as in HAProxy; so does one that relays HTTP without reading it.
    private mutating func logFormat(of draft: ProxyDraft) -> ProxyConfiguration.LogFormat {
        guard let (format, word) = draft.settings.logFormat else { return .plain }
        guard format == .http else { return format }
        if draft.settings.mode == .http {
            guard draft.kind == .backend || draft.backendName != nil || !draft.servers.isEmpty else {
                if let variant = draft.settings.commonLogFormat {
                    diagnostics.append(
                        variant.error("'option httplog clf' is not supported here", help: "write 'option httplog'"))
                }
                if word.text == "httpslog", !draft.settings.isDisabled {
                    diagnostics.append(
                        word.warning(
                            "'option httpslog' is 'option httplog' here: statistics are served without TLS",
                            help: "write 'option httplog'"))
                }
                return format
            }
            if draft.kind.hasFrontend, !draft.settings.isDisabled {
                diagnostics.append(
                    word.warning(
                        "'option \(word.text)' needs requests that are read; proxies with servers log as with 'option tcplog'",
                        help: "write 'option tcplog'"))
            }
            return .tcp
        }
        if draft.kind.hasFrontend, !draft.settings.isDisabled {
            diagnostics.append(
                word.warning(
                    "'option \(word.text)' needs 'mode http'; proxy '\(draft.name.text)' logs as with 'option tcplog'",
                    help: "write 'option tcplog'"))
        }
        return .tcp
    }

    /// Log variables about requests: nobody has them in `mode tcp`, and they are unknown where requests aren't read.
    private mutating func checkHTTPVariables(of draft: ProxyDraft) {
        guard draft.kind.hasFrontend, !draft.settings.isDisabled else { return }
        let isRelaying = draft.backendName != nil || !draft.servers.isEmpty
        for (variable, location) in draft.settings.httpVariables.values.joined() {
            let name = "%\(variable.rawValue)"
            switch draft.settings.mode {
            case .tcp:
                diagnostics.append(
                    Diagnostic(
                        severity: .error, location: location,
                        message: "'\(name)' is about HTTP, and proxy '\(draft.name.text)' is in mode tcp",
                        help: "leave it out, or give the proxy 'mode http'"))
            case .http where isRelaying:
                diagnostics.append(
                    Diagnostic(
                        severity: .warning, location: location,
                        message: "'\(name)' is always unknown: requests to proxy '\(draft.name.text)' are not read",
                        help: "leave it out"))
            case .http: continue
            }
        }
    }

    // MARK: Backends

    /// Where a proxy sends its sessions.
    private mutating func backend(of index: Int, among indices: [String: Int]) -> Int? {
        let draft = drafts[index]
        guard draft.kind.hasFrontend else { return nil }
        guard let name = draft.backendName else {
            let isRelaying = draft.settings.mode == .tcp || !draft.servers.isEmpty || draft.commonDestination != nil
            return draft.kind == .listen && isRelaying ? index : nil
        }
        return find(name, of: draft, among: indices)
    }

    /// The backend of a name, with an error where there is none or none that fits.
    private mutating func find(_ name: Word, of draft: ProxyDraft, among indices: [String: Int]) -> Int? {
        if let target = indices[name.text] {
            if name.text == draft.name.text, draft.kind == .listen {
                diagnostics.append(
                    name.error(
                        "'\(name.text)' sends its sessions to itself",
                        help: "remove the line: the servers of a 'listen' are its own"))
            }
            if draft.settings.mode == .http, drafts[target].settings.mode == .tcp {
                diagnostics.append(
                    name.error(
                        "backend '\(name.text)' is in mode tcp, and '\(draft.name.text)' in mode http",
                        help: "give both the same mode"))
            }
            return target
        }
        let help =
            if drafts.contains(where: { $0.name.text == name.text }) {
                "'\(name.text)' is a frontend; name a 'backend' or a 'listen'"
            } else if let closest = Suggestion.closest(to: name.text, among: indices.keys) {
                "did you mean '\(closest)'?"
            } else {
                "add a section 'backend \(name.text)'"
            }
        diagnostics.append(name.error("there is no backend '\(name.text)'", help: help))
        return nil
    }

    /// The ports on which sessions for each proxy's servers come in.
    private func clientPorts(_ backends: [Int?], _ routes: [[BackendRoute]]) -> [Int: ClientPorts] {
        var ports: [Int: ClientPorts] = [:]
        for (index, draft) in drafts.enumerated() {
            for (bind, route) in zip(draft.binds, routes[index]) {
                let targets = route.rules.map(\.backend) + [route.backend ?? backends[index]].compactMap(\.self)
                for target in Set(targets) { ports[target, default: ClientPorts()].add(bind) }
            }
        }
        return ports
    }

    // MARK: Rules

    /// What names in a proxy's samples mean.
    private func scope(of index: Int) -> SampleScope {
        let proxies = drafts.map { draft in
            let table = draft.settings.rules.first { $0.keyword.text == "stick-table" }
            return SampleScope.Proxy(
                name: draft.name.text, hasFrontend: draft.kind.hasFrontend, hasBackend: draft.hasBackend,
                servers: draft.servers.map(\.name.text), hasTable: table != nil,
                // What is wrong with it is told where its own proxy is read.
                tableKey: table.flatMap { try? StickTableReader.read($0).0.keyKind })
        }
        return SampleScope(proxies: proxies, current: index)
    }

    private mutating func compileRules(of index: Int, book: PatternListBook) -> RuleCompiler {
        let compiler = RuleCompiler(
            drafts[index].settings.rules, scope: scope(of: index),
            hostName: drafts[index].global.hostName, servesRequests: drafts[index].onlyServesRequests,
            book: book, maps: maps)
        diagnostics += compiler.diagnostics
        return compiler
    }

    /// Where the sessions of each of a proxy's addresses go by its `use_backend` lines.
    private mutating func routes(
        of draft: ProxyDraft, by compiler: RuleCompiler, among indices: [String: Int]
    ) -> [BackendRoute] {
        let choices = compiler.backendChoices.compactMap { choice in
            find(choice.name, of: draft, among: indices).map { (condition: choice.condition, backend: $0) }
        }
        return draft.binds.map { BackendRoute(at: $0, choices, after: compiler.rules) }
    }
}

extension ProxyDraft {
    /// Whether requests are answered here and go nowhere else.
    fileprivate var onlyServesRequests: Bool {
        settings.mode == .http && servers.isEmpty && settings.defaultBackend == nil
    }

    /// The kind of proxy that the section makes.
    fileprivate var proxyKind: ProxyConfiguration.Kind {
        switch kind {
        case .frontend: .frontend
        case .backend: .backend
        // Sections of defaults make no proxy.
        case .listen, .defaults: .listen
        }
    }
}

extension ProxyDraft {
    /// The backend that its lines name.
    var backendName: Word? {
        settings.rules.first { $0.keyword.text == "use_backend" && $0.words.count == 2 }?.words[1]
            ?? settings.defaultBackend
    }

    /// Whether any line chooses a backend by a rule.
    var hasBackendRules: Bool { settings.rules.contains { $0.keyword.text == "use_backend" } }

    /// Whether a line is one of this very section, and not of its defaults.
    ///
    /// - Parameter location: where it stands.
    /// - Returns: whether it is.
    func owns(_ location: SourceLocation) -> Bool {
        location.file == header.location.file && location.line > header.location.line
    }
}
