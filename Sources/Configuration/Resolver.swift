import Model

/// Turns the sections of one file, as read, into a configuration without anything left to look up.
struct Resolver {
    private let file: String
    private let instance: String
    private let global: GlobalConfiguration
    private let drafts: [ProxyDraft]

    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// Prepares to resolve.
    ///
    /// - Parameters:
    ///   - file: the file's name.
    ///   - instance: the instance's name.
    ///   - global: the `global` section.
    ///   - drafts: the proxies.
    init(file: String, instance: String, global: GlobalConfiguration, drafts: [ProxyDraft]) {
        self.file = file
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
            drafts.enumerated().filter(\.element.kind.hasBackend).map { ($0.element.name.text, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        let backends = drafts.indices.map { backend(of: $0, among: indices) }
        let clientPorts = clientPorts(backends)
        var proxies: [ProxyConfiguration] = []
        for (index, draft) in drafts.enumerated() {
            var proxy = proxy(draft, id: ids[index])
            proxy.backend = backends[index]
            proxy.servers = servers(of: draft, clientPorts: clientPorts[index] ?? [])
            proxies.append(proxy)
        }
        return InstanceConfiguration(name: instance, file: file, global: global, proxies: proxies)
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
        return Self.number(drafts.map { $0.id?.number }, from: 2)
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
        proxy.mode = settings.mode
        proxy.isDisabled = settings.isDisabled
        proxy.description = draft.description
        proxy.binds = draft.binds.map { bind in
            var bind = bind
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
        proxy.ignoresNullSessions = settings.ignoresNullSessions
        proxy.timeouts = settings.timeouts
        proxy.retries = settings.retries
        proxy.redispatches = settings.redispatches
        proxy.balance = settings.balance
        proxy.hashing = settings.hashing
        proxy.usesAllBackups = settings.usesAllBackups
        proxy.fullconn = settings.fullconn
        proxy.stats = settings.mode == .http ? settings.stats?.configuration : nil
        return proxy
    }

    /// A TCP proxy can't log HTTP: it logs TCP instead, as in HAProxy.
    private mutating func logFormat(of draft: ProxyDraft) -> ProxyConfiguration.LogFormat {
        guard let (format, word) = draft.settings.logFormat else { return .plain }
        guard format == .http, draft.settings.mode == .tcp else { return format }
        if draft.kind.hasFrontend, !draft.settings.isDisabled {
            diagnostics.append(
                word.warning(
                    "'option httplog' needs 'mode http'; proxy '\(draft.name.text)' logs as with 'option tcplog'",
                    help: "write 'option tcplog'"))
        }
        return .tcp
    }

    // MARK: Backends

    /// Where a proxy sends its sessions.
    private mutating func backend(of index: Int, among indices: [String: Int]) -> Int? {
        let draft = drafts[index]
        guard draft.kind.hasFrontend, draft.settings.mode == .tcp else { return nil }
        guard let name = draft.settings.defaultBackend else { return draft.kind == .listen ? index : nil }
        if let target = indices[name.text] { return target }
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
    private func clientPorts(_ backends: [Int?]) -> [Int: Set<UInt16>] {
        var ports: [Int: Set<UInt16>] = [:]
        for (draft, target) in zip(drafts, backends) {
            guard let target else { continue }
            for bind in draft.binds {
                switch bind.address {
                case .ipv4(_, let port), .ipv6(_, let port, _): ports[target, default: []].insert(port)
                case .unix, .abstract, .descriptor: break
                }
            }
        }
        return ports
    }

    // MARK: Servers

    private mutating func servers(of draft: ProxyDraft, clientPorts: Set<UInt16>) -> [ServerConfiguration] {
        reportRepeatedServers(draft)
        let ids = Self.number(draft.servers.map { $0.id?.number }, from: 1)
        var servers: [ServerConfiguration] = []
        for (server, id) in zip(draft.servers, ids) {
            // Without an address there is an error already.
            guard let addressDraft = server.address,
                let address = address(addressDraft, of: server, clientPorts: clientPorts)
            else { continue }
            var configuration = ServerConfiguration(
                name: server.name.text, id: id, address: address, location: server.name.location)
            configuration.check = server.settings.isChecked ? server.settings.check : nil
            configuration.isBackup = server.settings.isBackup
            configuration.weight = server.settings.weight
            configuration.maxconn = server.settings.maxconn
            configuration.maxqueue = server.settings.maxqueue
            configuration.isDisabled = server.settings.isDisabled
            servers.append(configuration)
        }
        return servers
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

    private mutating func address(
        _ draft: ServerAddressDraft, of server: ServerDraft, clientPorts: Set<UInt16>
    ) -> ServerAddress? {
        if case .unix(let path) = draft.target { return .unix(path: path) }
        guard let port = draft.port ?? port(of: server, at: draft.word, clientPorts: clientPorts) else { return nil }
        return switch draft.target {
        case .ip(let host): .ip(host, port: port)
        case .name(let host): .name(host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }

    /// The port of a server whose line has none: the one that its clients connect to, if that is always the same.
    private mutating func port(of server: ServerDraft, at word: Word, clientPorts: Set<UInt16>) -> UInt16? {
        let name = server.name.text
        let help = "write '\(word.text.hasSuffix(":") ? String(word.text.dropLast()) : word.text):PORT'"
        if server.settings.isChecked, server.settings.check.port == nil {
            diagnostics.append(word.error("server '\(name)' has neither a port nor a check port", help: help))
            return nil
        }
        guard let port = clientPorts.first, clientPorts.count == 1 else {
            diagnostics.append(
                word.error("server '\(name)' has no port, and its clients' port is not one and the same", help: help))
            return nil
        }
        diagnostics.append(word.note("server '\(name)' has no port; it gets its clients' port \(port)"))
        return port
    }
}

extension ProxyDraft {
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
