/// Reads `server` and `default-server` lines.
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 (`server`, `default-server`) and 5.2.
enum ServerKeywords {
    /// The options of both lines.
    static let table = KeywordTable<ServerDraft>(
        "server option",
        [
            Keyword("addr", read: readCheckAddress),
            Keyword("backup") { (server, _) throws(Diagnostic) in server.settings.isBackup = true },
            Keyword("check") { (server, _) throws(Diagnostic) in server.settings.isChecked = true },
            Keyword("disabled") { (server, _) throws(Diagnostic) in server.settings.isDisabled = true },
            Keyword("downinter") { (server, arguments) throws(Diagnostic) in
                server.settings.check.downInterval = try readInterval(server, &arguments)
            },
            Keyword("enabled") { (server, _) throws(Diagnostic) in server.settings.isDisabled = false },
            Keyword("fall") { (server, arguments) throws(Diagnostic) in
                server.settings.check.fall = try arguments.integer(in: 1...Int(Int32.max), example: "fall 3")
            },
            Keyword("fastinter") { (server, arguments) throws(Diagnostic) in
                server.settings.check.fastInterval = try readInterval(server, &arguments)
            },
            Keyword("id", read: readID),
            Keyword("inter") { (server, arguments) throws(Diagnostic) in
                server.settings.check.interval = try readInterval(server, &arguments)
            },
            Keyword("maxconn") { (server, arguments) throws(Diagnostic) in
                let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxconn 1000")
                server.settings.maxconn = limit == 0 ? nil : limit
            },
            Keyword("maxqueue") { (server, arguments) throws(Diagnostic) in
                let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxqueue 100")
                server.settings.maxqueue = limit == 0 ? nil : limit
            },
            Keyword("non-stick") { (server, _) throws(Diagnostic) in server.settings.isNeverRemembered = true },
            Keyword("stick") { (server, _) throws(Diagnostic) in server.settings.isNeverRemembered = false },
            Keyword("no-backup") { (server, _) throws(Diagnostic) in server.settings.isBackup = false },
            Keyword("no-check") { (server, _) throws(Diagnostic) in server.settings.isChecked = false },
            Keyword("port", read: readCheckPort),
            Keyword("rise") { (server, arguments) throws(Diagnostic) in
                server.settings.check.rise = try arguments.integer(in: 1...Int(Int32.max), example: "rise 2")
            },
            Keyword("weight") { (server, arguments) throws(Diagnostic) in
                server.settings.weight = try arguments.integer(in: 0...256, example: "weight 10")
            },
        ] + ServerTrafficKeywords.keywords + ServerAgentKeywords.keywords + OwnKeywords.servers + TLSKeywords.servers,
        unsupported: KnownKeywords.server)

    /// Reads the words after `server`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `server`.
    /// - Throws: what is wrong.
    static func readServer(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        proxy.mentionsServer = true
        let example = "server app1 192.0.2.1:5672 check"
        let name = try arguments.word("a name and an address", example: example)
        try NameRule.check(name, of: "a server")
        guard let written = arguments.next() else {
            throw arguments.missing("server '\(name.text)' needs an address", help: "write '\(example)'")
        }
        let addressWord = arguments.expanding(written)
        var server = ServerDraft(name: name, settings: proxy.settings.defaultServer)
        do {
            server.address = try ServerAddressText.parse(addressWord)
        } catch {
            // The options are worth reading all the same.
            arguments.add(error)
        }
        readOptions(&server, &arguments)
        loadTLS(of: &server, in: proxy, &arguments)
        proxy.servers.append(server)
    }

    /// Most servers of one `server-template` line.
    static let largestTemplate = 1024

    /// Reads the words after `server-template`: servers `PREFIX1`, `PREFIX2` … that share a name's addresses.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `server-template`.
    /// - Throws: what is wrong.
    static func readTemplate(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        proxy.mentionsServer = true
        let example = "server-template app 3 app.example:5672 check"
        let prefix = try arguments.word("a prefix, a number and an address", example: example)
        try NameRule.check(prefix, of: "a server")
        let count = try arguments.word("a number of servers", example: example)
        let ends = count.text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = ends.compactMap { UInt16($0) }.map(Int.init)
        guard numbers.count == ends.count, let last = numbers.last, last >= 1,
            let first = numbers.count == 2 ? numbers.first : 1, first >= 1, first <= last
        else { throw count.error("'\(count.text)' is no number or range of servers", help: "write '\(example)'") }
        guard last - first < largestTemplate else {
            throw count.error("more than \(largestTemplate) servers in one line", help: "use a smaller number")
        }
        let address = arguments.expanding(try arguments.word("an address", example: example))
        var server = ServerDraft(name: prefix, settings: proxy.settings.defaultServer)
        server.address = try ServerAddressText.parse(address)
        readOptions(&server, &arguments)
        loadTLS(of: &server, in: proxy, &arguments)
        if let (_, word) = server.id {
            throw word.error("'server-template' can't give an id", help: "write 'id' on 'server' lines")
        }
        for number in first...last {
            server.name = Word(text: "\(prefix.text)\(number)", location: prefix.location)
            server.templatePosition = number - first + 1
            proxy.servers.append(server)
        }
    }

    /// Reads the words after `default-server`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `default-server`.
    /// - Throws: what is wrong.
    static func readDefaultServer(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        var server = ServerDraft(name: arguments.current, settings: proxy.settings.defaultServer)
        readOptions(&server, &arguments)
        if let (_, word) = server.id {
            throw word.error("'default-server' can't give an id", help: "write 'id' on the servers' own lines")
        }
        proxy.settings.defaultServer = server.settings
    }

    /// Reads the options of a line.
    ///
    /// - Parameters:
    ///   - server: what they are about.
    ///   - arguments: the line, before its first option; mistakes are kept there.
    static func readOptions(_ server: inout ServerDraft, _ arguments: inout Arguments) {
        while let word = arguments.next() {
            let keyword: Keyword<ServerDraft>
            do {
                keyword = try table.find(word, place: "")
            } catch {
                // What follows an unknown option can be its argument: nothing to be read from there on.
                arguments.add(error)
                return
            }
            do {
                try keyword.read(&server, &arguments)
            } catch {
                arguments.add(error)
            }
        }
    }

    /// Loads what a server's connections and checks need for TLS.
    ///
    /// - Parameters:
    ///   - server: the server, its line read.
    ///   - proxy: the section.
    ///   - arguments: where errors are kept.
    static func loadTLS(of server: inout ServerDraft, in proxy: ProxyDraft, _ arguments: inout Arguments) {
        let loader = TLSLoader(defaults: proxy.global.tls)
        let draft = server.settings.tls
        let isSwitchable = proxy.settings.defaultServer.tls.ssl != nil
        do {
            if draft.ssl != nil {
                let connector = try loader.connector(draft, server: server.name, isCheck: false)
                server.connectionTLS = ServerTLSConfiguration(
                    connector: connector, name: draft.serverName, reusesSessions: draft.reusesSessions)
                server.switchableTLS = server.connectionTLS
            } else if isSwitchable {
                // One that doesn't use it is not refused for what is wrong with it: then it cannot be turned on.
                server.switchableTLS = (try? loader.connector(draft, server: server.name, isCheck: false)).map {
                    ServerTLSConfiguration(
                        connector: $0, name: draft.serverName, reusesSessions: draft.reusesSessions)
                }
            }
            if server.settings.checksWithTLS, server.settings.isChecked || draft.isChecked == true {
                let connector = try loader.connector(draft, server: server.name, isCheck: true)
                server.checkTLS = ServerTLSConfiguration(
                    connector: connector, name: draft.checkName.map { .fixed($0) }, reusesSessions: false)
            }
            if server.connectionTLS == nil, server.checkTLS == nil { try loader.check(draft) }
        } catch {
            arguments.add(error)
        }
    }

    private static func readInterval(
        _ server: ServerDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) -> Duration {
        let keyword = arguments.current.text
        let (interval, word) = try arguments.time(example: "\(keyword) 2s")
        guard interval > .zero else {
            let subject = server.address == nil ? "a default-server" : "server '\(server.name.text)'"
            throw word.error(
                "check interval of \(subject) is 0; the least is 1ms", help: "write a time such as '\(keyword) 2s'")
        }
        return interval
    }

    private static func readID(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let number = try arguments.integer(in: 1...Int(Int32.max), example: "id 1")
        server.id = (number, arguments.current)
    }

    private static func readCheckPort(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a port", example: "port 5672")
        server.settings.check.port = try AddressText.port(word.text, at: word)
    }

    private static func readCheckAddress(
        _ server: inout ServerDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let word = try arguments.word("an IP address", example: "addr 192.0.2.1")
        let address = try ServerAddressText.parse(word)
        guard case .ip(let host) = address.target else {
            throw word.error("'\(word.text)' is not an IP address", help: "write one such as 'addr 192.0.2.1'")
        }
        server.settings.check.address = host
        if case .fixed(let port) = address.port { server.settings.check.port = port }
    }
}

/// Which names proxies and servers may have.
///
/// - Source: HAProxy 2.6 configuration manual, section 4 (names of proxies).
enum NameRule {
    /// Checks a name.
    ///
    /// - Parameters:
    ///   - word: the name.
    ///   - owner: what it names, for the message.
    /// - Throws: which character is not allowed.
    static func check(_ word: Word, of owner: String) throws(Diagnostic) {
        guard !word.text.isEmpty else { throw word.error("the name of \(owner) is empty", help: "write a name") }
        for scalar in word.text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ":": continue
            default:
                throw word.error(
                    "'\(scalar)' can't stand in the name of \(owner)",
                    help: "use letters, digits, '-', '_', '.' and ':'")
            }
        }
    }
}
