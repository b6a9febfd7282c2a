import Model
import TLS

/// Reads the line of a server that a command adds to a running instance.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `add server`; texts, and the order in which mistakes are found,
///   recorded from 2.6.12.
struct DynamicServerReader {
    private let configuration: InstanceConfiguration
    private let proxy: Int

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - configuration: what runs.
    ///   - proxy: the index of the proxy that the server is for.
    init(_ configuration: InstanceConfiguration, proxy: Int) {
        self.configuration = configuration
        self.proxy = proxy
    }

    private var section: ProxyConfiguration { configuration.proxies[proxy] }

    /// Reads a line.
    ///
    /// - Parameter words: what follows `server` in a file: a name, an address, options.
    /// - Returns: the server, with the smallest number that nobody has unless it has one of its own.
    /// - Throws: what is wrong, in HAProxy's words where it has some.
    func read(_ words: [String]) throws(ActRefusal) -> ServerConfiguration {
        let line = Self.line(of: words)
        guard words.count > 1, !words[0].isEmpty else {
            throw .invalid("'server' expects <name> and <addr>[:<port>] as arguments.\n")
        }
        try check(name: words[0])
        var arguments = Arguments(line)
        (_, _) = (arguments.next(), arguments.next())
        var draft = ServerDraft(name: line.words[1], settings: ServerSettings())
        draft.address = try address(line.words[2])
        _ = arguments.next()
        try readOptions(&draft, &arguments)
        try checkTogether(draft)
        let saysState = words.dropFirst(2).contains { $0 == "enabled" || $0 == "disabled" }
        var server = try resolve(draft, saysState: saysState, &arguments)
        if let word = draft.settings.track { server.tracks = try tracked(word.text) }
        guard !section.presentServers.contains(where: { $0.name == server.name }) else {
            throw .invalid("Already exists a server with the same name in backend.\n")
        }
        return server
    }

    // MARK: Words

    /// The words as a line of no file.
    private static func line(of words: [String]) -> SourceLine {
        var column = 1
        let words = (["server"] + words).map { text in
            defer { column += text.count + 1 }
            return Word(text: text, location: SourceLocation(file: "add server", line: 1, column: column))
        }
        return SourceLine(words: words, end: SourceLocation(file: "add server", line: 1, column: column))
    }

    private func check(name: String) throws(ActRefusal) {
        let allowed = "-_.:"
        for character in name where !(character.isASCII && (character.isLetter || character.isNumber)) {
            guard allowed.contains(character) else {
                throw .invalid("character '\(character)' is not permitted in server name '\(name)'.\n")
            }
        }
    }

    private func address(_ word: Word) throws(ActRefusal) -> ServerAddressDraft {
        if case .host(_, _, let port?) = AddressText.parse(word.text) {
            let digits = port.first == "+" || port.first == "-" ? port.dropFirst() : port[...]
            if let wrong = digits.first(where: { !$0.isNumber }) {
                throw .invalid("invalid character '\(wrong)' in port number '\(port)' in '\(word.text)'\n\n")
            }
            if !digits.isEmpty, UInt16(digits) == nil { throw .invalid("invalid port '\(port)'\n") }
        }
        do {
            return try ServerAddressText.parse(word)
        } catch {
            throw Self.refusal(error)
        }
    }

    private func readOptions(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(ActRefusal) {
        while let word = arguments.next() {
            let keyword: Keyword<ServerDraft>
            do {
                keyword = try ServerKeywords.table.find(word, place: "")
            } catch {
                if KnownKeywords.server.contains(word.text) {
                    try checkAccepted(word)
                    throw Self.refusal(error)
                }
                let names = DynamicServerWords.accepted.sorted()
                let closest = Suggestion.closest(to: word.text, among: names)
                throw .invalid(
                    "unknown keyword '\(word.text)'\(closest.map { "; did you mean '\($0)' maybe ?" } ?? ".")\n")
            }
            try checkAccepted(word)
            let value = arguments.peeked?.text
            do {
                try keyword.read(&server, &arguments)
            } catch {
                let said = DynamicServerWords.refusal(of: word.text, value: value, server: server.name.text)
                throw said.map { .invalid($0 + "\n") } ?? Self.refusal(error)
            }
            if word.text == "id" { try checkID(server) }
        }
    }

    private func checkAccepted(_ option: Word) throws(ActRefusal) {
        guard !DynamicServerWords.accepted.contains(option.text) else { return }
        throw .invalid("'\(option.text)' option is not accepted for dynamic server\n")
    }

    private func checkID(_ server: ServerDraft) throws(ActRefusal) {
        guard let id = server.id?.number, let other = section.presentServers.first(where: { $0.id == id }) else {
            return
        }
        // One that a command has added has no place in a file, which HAProxy says like this.
        let place = other.isDynamic ? "(null):0" : "\(other.location.file):\(other.location.line)"
        throw .invalid(
            "'id' : custom id \(id) already used at \(place) "
                + "('server \(other.name)').\n")
    }

    private func checkTogether(_ server: ServerDraft) throws(ActRefusal) {
        let settings = server.settings
        if settings.track != nil, settings.isChecked || settings.agent.word != nil {
            throw .invalid("unable to enable checks and tracking at the same time!\n")
        }
        if settings.agent.word != nil, settings.agent.port == nil {
            throw .invalid(
                "server \(server.name.text) does not have agent port. Agent check has been disabled.\n")
        }
    }

    // MARK: Meaning

    private func resolve(
        _ draft: ServerDraft, saysState: Bool, _ arguments: inout Arguments
    ) throws(ActRefusal) -> ServerConfiguration {
        var global = GlobalDraft(hostName: "")
        global.tls = configuration.tlsDefaults
        var settings = ProxySettings()
        settings.mode = section.mode
        var proxy = ProxyDraft(kind: .backend, header: draft.name, settings: settings, global: global)
        var draft = draft
        ServerKeywords.loadTLS(of: &draft, in: proxy, &arguments)
        if let error = arguments.diagnostics.first(where: { $0.severity == .error }) {
            let isUnverified =
                draft.settings.tls.verificationWord == nil && error.message.hasPrefix("verify is enabled")
            throw isUnverified ? .invalid(DynamicServerWords.unverified + "\n") : Self.refusal(error)
        }
        // Nobody asks for a name: where the server is, a command has to say.
        draft.settings.resolution.initialAddress = [.none]
        proxy.servers = [draft]
        var resolver = ServerResolver(resolvers: configuration.resolvers)
        let servers = resolver.servers(of: proxy, clientPorts: clientPorts)
        if let error = resolver.diagnostics.first(where: { $0.severity == .error }) { throw Self.refusal(error) }
        guard var server = servers.first else { preconditionFailure("a server without errors is resolved") }
        if draft.id == nil { server.id = smallestFreeID }
        server.isDynamic = true
        // Unless its line says `enabled`, it waits in maintenance for an order.
        server.awaitsOrder = !saysState
        if server.awaitsOrder { server.isDisabled = true }
        return server
    }

    /// The ports on which sessions for the proxy's servers come in.
    private var clientPorts: ClientPorts {
        var ports = ClientPorts()
        for other in configuration.proxies {
            for bind in other.binds {
                let targets = bind.backendRules.map(\.backend) + [bind.backend ?? other.backend].compactMap(\.self)
                if targets.contains(proxy) { ports.add(bind) }
            }
        }
        return ports
    }

    private var smallestFreeID: Int {
        let taken = Set(section.presentServers.map(\.id))
        var id = 1
        while taken.contains(id) { id += 1 }
        return id
    }

    private func tracked(_ text: String) throws(ActRefusal) -> ServerReference {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let found =
            parts.count == 2
            ? configuration.proxies.firstIndex { $0.hasBackend && $0.name == parts[0] } : proxy
        guard let found else { throw .invalid("unable to find required proxy '\(parts[0])' for tracking.\n") }
        let (name, servers) = (parts[parts.count - 1], configuration.proxies[found].servers)
        guard let index = servers.firstIndex(where: { $0.name == name && !$0.isRemoved }) else {
            throw .invalid("unable to find required server '\(name)' for tracking.\n")
        }
        let place = "\(configuration.proxies[found].name)/\(name)"
        if servers[index].isDynamic {
            throw .invalid("unable to use \(place) for tracking as it is a dynamic server.\n")
        }
        guard servers[index].check != nil || servers[index].agent != nil || servers[index].tracks != nil else {
            throw .invalid(
                "unable to use \(place) for tracking as it does not have any check nor agent enabled.\n")
        }
        return ServerReference(proxy: found, server: index)
    }

    private static func refusal(_ diagnostic: Diagnostic) -> ActRefusal {
        .invalid(diagnostic.message + (diagnostic.help.map { "; \($0)" } ?? "") + "\n")
    }
}
