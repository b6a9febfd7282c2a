import Model

/// A `peers` section while its lines are being read.
struct PeersDraft {
    /// What is known of it.
    var configuration: PeersConfiguration
    /// What `default-bind` lines say so far.
    var bindOptions = BindOptions()
    /// What `default-server` lines say so far.
    var serverSettings = ServerSettings()
    /// The first `bind` line and the first `peer` line: only one of the two may be there.
    var bindWord: Word?
    var peerWord: Word?
    /// Where each peer's name stands.
    var names: [Word] = []
    /// The rings that its `log` lines name or need.
    var rings = RingUses()
    /// Its own tables: the name of each, and what would be the line of a proxy with such a table.
    var tables: [(name: Word, line: RuleLine)] = []
    /// Where its name stands.
    private let name: Word

    /// Begins a section.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - localName: this process's name among the peers.
    ///   - head: the word that begins it.
    init(name: Word, localName: String, head: Word) {
        self.name = name
        configuration = PeersConfiguration(name: name.text, localName: localName, location: head.location)
    }

    /// Its tables as proxies that have nothing else: rules name such a one `SECTION/TABLE`.
    ///
    /// - Parameter global: what `global` says before the section.
    /// - Returns: the proxies.
    func proxies(_ global: GlobalDraft) -> [ProxyDraft] {
        tables.map { table in
            var settings = ProxySettings()
            settings.isDisabled = true
            settings.rules = [table.line]
            var proxy = ProxyDraft(kind: .backend, header: table.line.keyword, settings: settings, global: global)
            proxy.name = Word(text: "\(name.text)/\(table.name.text)", location: table.name.location)
            proxy.isTableAlone = true
            return proxy
        }
    }

    /// Adds a table.
    ///
    /// - Parameters:
    ///   - keyword: the word `table`.
    ///   - arguments: its line, before the name.
    /// - Throws: what is wrong with its name.
    mutating func addTable(_ keyword: Word, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a name", example: "table sessions type ip size 100k expire 30m")
        try NameRule.check(word, of: "a table")
        if let first = tables.first(where: { $0.name.text == word.text }) {
            throw word.error(
                "there is a table '\(word.text)' in line \(first.name.location.line) already",
                help: "give it another name")
        }
        let options = arguments.rest()
        if let peers = options.first(where: { $0.text == "peers" }) {
            throw peers.error(
                "a table of a 'peers' section is shared with the peers of that section", help: "remove 'peers'")
        }
        let head = Word(text: "stick-table", location: keyword.location)
        let words = [head] + options + [Word(text: "peers", location: name.location), name]
        tables.append((word, RuleLine(words: words, of: arguments)))
    }
}

/// Reads the lines of a `peers` section.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.5, and what HAProxy 2.6.12 takes.
enum PeersKeywords {
    private static let example = "peer lb2 192.0.2.2:10000"

    /// All keywords of the section.
    static let table = KeywordTable<PeersDraft>(
        "keyword",
        [
            Keyword("bind", read: readBind),
            Keyword("default-bind") { (section, arguments) throws(Diagnostic) in
                section.bindOptions = BindKeywords.readAll(
                    &arguments, table: BindKeywords.table, from: section.bindOptions)
            },
            Keyword("default-server") { (section, arguments) throws(Diagnostic) in
                var server = ServerDraft(name: arguments.current, settings: section.serverSettings)
                ServerKeywords.readOptions(&server, &arguments)
                section.serverSettings = server.settings
            },
            Keyword("disabled") { (section, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                section.configuration.isDisabled = true
            },
            Keyword("enabled") { (section, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                section.configuration.isDisabled = false
            },
            Keyword("log") { (section, arguments) throws(Diagnostic) in
                let keyword = arguments.current
                if !arguments.take("global") { _ = try LogKeyword.read(&arguments, &section.rings) }
                try arguments.expectEnd()
                arguments.add(
                    keyword.note("'log' has no effect in a 'peers' section: connections of peers leave no lines"))
            },
            Keyword("peer") { (section, arguments) throws(Diagnostic) in
                section.peerWord = section.peerWord ?? arguments.current
                try refuseMixture(section, at: arguments.current)
                try readPeer(&section, &arguments, mayListen: true)
            },
            Keyword("server") { (section, arguments) throws(Diagnostic) in
                try readPeer(&section, &arguments, mayListen: section.peerWord != nil && section.bindWord == nil)
            },
            Keyword("table") { (section, arguments) throws(Diagnostic) in
                try section.addTable(arguments.current, &arguments)
            },
        ])

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - section: the section.
    ///   - arguments: the line, from its start.
    /// - Throws: what is wrong with it.
    static func read(_ section: inout PeersDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.next() else { return }
        try table.find(word, place: "in a 'peers' section").read(&section, &arguments)
    }

    /// `bind`: where this process listens for other peers.
    private static func readBind(_ section: inout PeersDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        if let first = section.bindWord {
            throw keyword.error(
                "there is a 'bind' in line \(first.location.line) already", help: "name all addresses in one line")
        }
        section.bindWord = keyword
        try refuseMixture(section, at: keyword)
        let word = arguments.expanding(try arguments.word("an address", example: "bind 192.0.2.1:10000"))
        let options = BindKeywords.readAll(&arguments, table: BindKeywords.table, from: section.bindOptions)
        try listen(at: word, options, in: &section)
    }

    private static func refuseMixture(_ section: PeersDraft, at word: Word) throws(Diagnostic) {
        guard let bind = section.bindWord, let peer = section.peerWord else { return }
        let other = word == bind ? peer : bind
        throw word.error(
            "'\(word.text)' can't stand beside the '\(other.text)' in line \(other.location.line)",
            help: "with 'bind', write 'server' in the place of 'peer', and no address after this process's own name")
    }

    private static func listen(
        at word: Word, _ options: BindOptions, in section: inout PeersDraft
    ) throws(Diagnostic) {
        if let ssl = options.tls.ssl {
            throw ssl.error(
                "peers can't speak TLS here", help: "remove 'ssl', or let the peers meet in a network of their own")
        }
        if options.acceptsProxyHeader {
            throw word.error("peers can't begin with a PROXY protocol header here", help: "remove 'accept-proxy'")
        }
        for address in try BindAddressText.addresses(word, isIPv6Only: options.isIPv6Only) {
            var bind = BindConfiguration(address: address, location: word.location)
            (bind.name, bind.mode, bind.user, bind.group) = (options.name, options.mode, options.user, options.group)
            (bind.backlog, bind.interface, bind.namespace) = (options.backlog, options.interface, options.namespace)
            (bind.isTransparent, bind.maximumSegment) = (options.isTransparent, options.maximumSegment)
            bind.userTimeout = options.userTimeout
            section.configuration.binds.append(bind)
        }
    }

    /// `peer NAME ADDRESS`: where another process is, or where this one listens.
    ///
    /// - Parameters:
    ///   - section: the section.
    ///   - arguments: the line, before the name.
    ///   - mayListen: whether the address of this process itself can stand here.
    /// - Throws: what is wrong.
    private static func readPeer(
        _ section: inout PeersDraft, _ arguments: inout Arguments, mayListen: Bool
    ) throws(Diagnostic) {
        let name = try arguments.word("a name and an address", example: example)
        try NameRule.check(name, of: "a peer")
        if let first = section.names.first(where: { $0.text == name.text }) {
            throw name.error(
                "there is a peer '\(name.text)' in line \(first.location.line) already", help: "remove one of them")
        }
        section.names.append(name)
        var peer = PeersConfiguration.Peer(name: name.text, address: nil, location: name.location)
        let isLocal = name.text == section.configuration.localName
        var word: Word?
        if isLocal, !mayListen {
            if let next = arguments.peeked, !ServerKeywords.table.knows(next.text) {
                throw next.error(
                    "'\(name.text)' is this process itself: its address belongs on a 'bind' line",
                    help: "write 'bind \(next.text)' and 'server \(name.text)'")
            }
        } else if let next = arguments.peeked, isLocal || !ServerKeywords.table.knows(next.text) {
            word = arguments.next().map { arguments.expanding($0) }
        }
        // Both kinds of options may stand after this process's own address, and none of them is about listening.
        readOptions(of: name, in: section, &arguments)
        if let word, isLocal {
            try listen(at: word, section.bindOptions, in: &section)
        } else if let word {
            peer.address = try address(word)
        } else if !isLocal {
            arguments.add(
                name.warning(
                    "peer '\(name.text)' has no address: it has to connect by itself",
                    help: "write '\(example)'"))
        }
        section.configuration.peers.append(peer)
    }

    private static func readOptions(of name: Word, in section: PeersDraft, _ arguments: inout Arguments) {
        var server = ServerDraft(name: name, settings: section.serverSettings)
        let hasOptions = arguments.peeked != nil
        ServerKeywords.readOptions(&server, &arguments)
        let settings = server.settings
        if let ssl = settings.tls.ssl {
            arguments.add(
                ssl.error(
                    "peers can't speak TLS here", help: "remove 'ssl', or let the peers meet in a network of their own")
            )
        }
        let isReachedOtherwise =
            settings.proxyHeader != nil || settings.source != nil || settings.socksProxy != nil
            || settings.namespace != nil
        if isReachedOtherwise {
            arguments.add(
                name.error(
                    "peers are connected to directly here",
                    help: "remove 'send-proxy', 'source', 'socks4' and 'namespace' from the peer and 'default-server'"))
        }
        guard hasOptions else { return }
        arguments.add(
            name.warning(
                "the options of peer '\(name.text)' have no effect: peers are neither checked nor balanced",
                help: "remove what stands after the address"))
    }

    private static func address(_ word: Word) throws(Diagnostic) -> PeersConfiguration.Address {
        let help = "write an address with a port, such as '\(example)', or a socket's path"
        switch AddressText.parse(word.text) {
        case .path(let path):
            try AddressText.checkPath(path, at: word)
            return .unix(path: path)
        case .abstract(let name):
            try AddressText.checkAbstractName(name, at: word)
            return .abstract(name: name)
        case .descriptor, .unsupported:
            throw word.error("a peer can't be at '\(word.text)'", help: help)
        case .host(let host, let family, let portText):
            guard let portText, !portText.isEmpty else { throw word.error("'\(word.text)' has no port", help: help) }
            let port = try AddressText.port(portText, at: word)
            if host.isEmpty || host == "*" { return .host(family == .ipv6 ? "::" : "0.0.0.0", port: port) }
            if family != .ipv6, let address = IPAddressText.ipv4(host) { return .host(address, port: port) }
            if family != .ipv4, let address = IPAddressText.ipv6(host) { return .host(address, port: port) }
            if host == "localhost" { return .host(family == .ipv6 ? "::1" : "127.0.0.1", port: port) }
            if family == .any, IPAddressText.isName(host) { return .host(host, port: port) }
            throw word.error("'\(host)' is neither an IP address nor a name", help: help)
        }
    }
}
