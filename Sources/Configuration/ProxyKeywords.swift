import Model
import TLS

/// Reads the lines of `defaults`, `listen`, `frontend` and `backend` sections.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum ProxyKeywords {
    /// All keywords of these sections.
    static let table = KeywordTable<ProxyDraft>(
        "keyword",
        [
            Keyword("backlog", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
                let length = try arguments.integer(in: 0...Int(Int32.max), example: "backlog 1000")
                try arguments.expectEnd()
                proxy.settings.backlog = length == 0 ? nil : length
            },
            Keyword("bind", .frontends, readBind),
            Keyword("bind-process") { (_, arguments) throws(Diagnostic) in
                let keyword = arguments.current
                _ = try arguments.word("a process", example: "bind-process 1")
                _ = arguments.rest()
                arguments.add(
                    keyword.warning("'bind-process' has no effect, also in HAProxy 2.6", help: "remove the line"))
            },
            Keyword("default_backend", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
                let name = try arguments.word(
                    "a backend's name", example: "default_backend servers")
                try arguments.expectEnd(help: "rules belong to 'use_backend'")
                proxy.settings.defaultBackend = name
            },
            Keyword("default-server", .backendSide, ServerKeywords.readDefaultServer),
            Keyword("description", .proxies) { (proxy, arguments) throws(Diagnostic) in
                let first = try arguments.word("a text", example: "description Message broker")
                proxy.description = ([first] + arguments.rest()).map(\.text).joined(separator: " ")
            },
            Keyword("disabled") { (proxy, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                proxy.settings.isDisabled = true
            },
            Keyword("enabled") { (proxy, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                proxy.settings.isDisabled = false
            },
            Keyword("fullconn", .backendSide) { (proxy, arguments) throws(Diagnostic) in
                let load = try arguments.integer(in: 0...Int(Int32.max), example: "fullconn 1000")
                try arguments.expectEnd()
                proxy.settings.fullconn = load == 0 ? nil : load
            },
            Keyword("id", .proxies) { (proxy, arguments) throws(Diagnostic) in
                let number = try arguments.integer(in: 1...Int(Int32.max), example: "id 100")
                proxy.id = (number, arguments.current)
                try arguments.expectEnd()
            },
            Keyword("log", .anywhere, readLog),
            Keyword("maxconn", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
                let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxconn 2000")
                try arguments.expectEnd()
                proxy.settings.maxconn = limit == 0 ? nil : limit
            },
            Keyword("mode", .anywhere, readMode),
            Keyword("option", .anywhere, OptionKeywords.read),
            Keyword("retries", .backendSide) { (proxy, arguments) throws(Diagnostic) in
                proxy.settings.retries = try arguments.integer(in: 0...Int(Int32.max), example: "retries 3")
                try arguments.expectEnd()
            },
            Keyword("server", .backends, ServerKeywords.readServer),
            Keyword("server-template", .backends, ServerKeywords.readTemplate),
            Keyword("stats", .anywhere, StatsKeywords.read),
            Keyword("timeout", .anywhere, TimeoutKeywords.read),
        ]
            + BalanceKeywords.keywords + CheckKeywords.keywords + ConnectionKeywords.keywords + ContentKeywords.keywords
            + LogFormatKeywords.keywords + OwnKeywords.keywords + RuleKeywords.keywords + HistoricKeywords.keywords
            + ServerStateKeywords.keywords
            + WithoutEffect.proxyKeywords,
        replaced: KnownKeywords.replacedInProxies)

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, from its start.
    /// - Throws: what is wrong with it.
    static func read(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.next() else { return }
        if word.text == "no" { return try readNegation(&proxy, &arguments) }
        let keyword = try table.find(word, place: proxy.place, elsewhere: whereItBelongs)
        guard keyword.placement.allows(proxy.kind) else {
            arguments.add(try misplaced(word, in: proxy))
            return
        }
        try keyword.read(&proxy, &arguments)
    }

    /// Where a word belongs that is unknown in a proxy's section.
    private static func whereItBelongs(_ name: String) -> String? {
        if ServerKeywords.table.knows(name) { return "'\(name)' belongs on a 'server' or 'default-server' line" }
        if BindKeywords.table.knows(name) { return "'\(name)' belongs on a 'bind' line" }
        if GlobalKeywords.table.knows(name) { return "'\(name)' belongs in the 'global' section" }
        if OptionKeywords.table.knows(name) { return "write 'option \(name)'" }
        return nil
    }

    /// What to say of a keyword in a section that lacks its side: HAProxy ignores most such lines with a warning.
    ///
    /// - Parameters:
    ///   - word: the keyword.
    ///   - proxy: the section.
    ///   - name: how messages name the keyword, when not by the word alone.
    /// - Returns: the warning.
    /// - Throws: the error where HAProxy refuses the file.
    static func misplaced(_ word: Word, in proxy: ProxyDraft, name: String? = nil) throws(Diagnostic) -> Diagnostic {
        let name = name ?? word.text
        if proxy.kind == .defaults {
            throw word.error("'\(name)' can't stand in a 'defaults' section", help: "move it to a proxy")
        }
        if word.text == "server", name == word.text {
            throw word.error(
                "a frontend has no servers", help: "put them into a 'backend', or make this section a 'listen'")
        }
        let side = proxy.kind == .frontend ? "connects to no servers" : "accepts no connections"
        let help =
            switch word.text {
            case "maxconn": "remove it; 'fullconn' is what backends have"
            case "fullconn": "remove it; 'maxconn' is what frontends have"
            default: "remove it, or make this section a 'listen'"
            }
        return word.warning("'\(name)' is ignored: a \(proxy.kind.rawValue) \(side)", help: help)
    }

    private static func readNegation(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let no = arguments.current
        switch arguments.next()?.text {
        case "log":
            try arguments.expectEnd(help: "'no log' removes all targets")
            proxy.settings.logs = []
        case "option":
            try OptionKeywords.readNegation(&proxy, &arguments)
        case nil:
            throw arguments.missing("'no' needs 'log' or 'option'", help: "write 'no log' or 'no option redispatch'")
        case .some(let other):
            throw no.error("'no \(other)' does not exist", help: "'no' goes with 'log' and 'option' alone")
        }
    }

    private static func readLog(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        var entry = ProxySettings.LogEntry.global
        if arguments.take("global") {
            try arguments.expectEnd(help: "write 'log global' alone")
            if proxy.settings.logs.contains(.global) { return }
        } else {
            entry = .target(try LogKeyword.read(&arguments, &proxy.settings.rings))
        }
        proxy.settings.logs.append(entry)
    }

    private static func readMode(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("'tcp' or 'http'", example: "mode tcp")
        guard let mode = ProxyConfiguration.Mode(rawValue: word.text) else {
            throw word.error("unknown mode '\(word.text)'", help: "the modes are tcp and http")
        }
        try arguments.expectEnd()
        proxy.settings.mode = mode
    }

    /// Reads the words of a `bind` line, or those that stand for one after a section's name.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, before the address.
    /// - Throws: what is wrong.
    static func readBind(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        proxy.mentionsBind = true
        let word = arguments.expanding(try arguments.word("an address", example: "bind *:5672"))
        // The options come after the address, but the addresses depend on one of them.
        let options = BindKeywords.readAll(&arguments, table: BindKeywords.table)
        let common = proxy.global.unixSockets
        let addresses = try BindAddressText.addresses(
            word, isIPv6Only: options.isIPv6Only, pathPrefix: common.pathPrefix)
        if let id = options.id { try checkID(id, of: word, addresses: addresses.count, in: proxy) }
        let listener = loadTLS(options.tls, of: word, in: proxy, &arguments)
        for address in addresses {
            var bind = BindConfiguration(address: address, location: word.location)
            bind.name = options.name
            bind.id = options.id ?? 0
            bind.mode = options.mode ?? common.mode
            bind.user = options.user ?? common.user
            bind.group = options.group ?? common.group
            bind.backlog = options.backlog
            bind.maxconn = options.maxconn
            bind.acceptsProxyHeader = options.acceptsProxyHeader
            bind.interface = options.interface
            bind.usesFastOpen = options.usesFastOpen
            bind.defersAccept = options.defersAccept
            bind.isTransparent = options.isTransparent
            bind.maximumSegment = options.maximumSegment
            bind.userTimeout = options.userTimeout
            bind.threads = options.threads
            bind.namespace = options.namespace
            bind.tls = listener
            proxy.binds.append(bind)
        }
    }
    /// A number stands for one listening socket.
    private static func checkID(
        _ id: Int, of word: Word, addresses count: Int, in proxy: ProxyDraft
    ) throws(Diagnostic) {
        guard count == 1 else {
            throw word.error(
                "'id' is for one address, and here are \(count)", help: "give each address a line of its own")
        }
        guard let other = proxy.binds.first(where: { $0.id == id }) else { return }
        throw word.error(
            "the address \(other.address) in line \(other.location.line) has the id \(id) already",
            help: "give each address its own")
    }

    /// Loads what clients of a `bind` line need for TLS; a mistake is kept, because the addresses are worth looking at all
    /// the same.
    private static func loadTLS(
        _ draft: TLSDraft, of address: Word, in proxy: ProxyDraft, _ arguments: inout Arguments
    ) -> TLSListener? {
        if draft.ssl == nil, let file = draft.firstFile {
            arguments.add(
                file.warning(
                    "a certificate was specified, but SSL is not enabled on bind '\(address.text)'",
                    help: "add 'ssl', or remove the certificate"))
        }
        do {
            let listener = try TLSLoader(defaults: proxy.global.tls).listener(draft, place: address.text)
            for certificate in listener?.entries.map(\.certificate) ?? [] {
                guard let trouble = certificate.statusTrouble else { continue }
                arguments.add(
                    address.warning(
                        "'\(certificate.path).ocsp' is left out: \(trouble)",
                        help: "ask the authority anew, as 'openssl ocsp … -respout' does"))
            }
            return listener
        } catch {
            arguments.add(error)
            return nil
        }
    }
}
