import Model

/// Reads the lines of the `global` section.
///
/// - Source: HAProxy 2.6 configuration manual, sections 3.1 and 3.2.
enum GlobalKeywords {
    /// All keywords of the section.
    static let table = KeywordTable<GlobalDraft>(
        "keyword",
        effective + ProcessKeywords.all + GlobalTLSKeywords.all + VariableAssignmentReader.keywords
            + withoutEffect.map(accepted),
        unsupported: KnownKeywords.global)

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - global: the section.
    ///   - arguments: the line, from its start.
    /// - Throws: what is wrong with it.
    static func read(_ global: inout GlobalDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.next() else { return }
        if word.text == "no" { return try readNegation(&global, &arguments) }
        if word.text.hasPrefix("tune.") { return try readTuning(&arguments) }
        let keyword = try table.find(word, place: "in 'global'") { name in
            ProxyKeywords.table.knows(name) ? "'\(name)' belongs in 'defaults' or a proxy" : nil
        }
        try keyword.read(&global, &arguments)
    }

    private static let effective: [Keyword<GlobalDraft>] = [
        Keyword("log") { (global, arguments) throws(Diagnostic) in
            global.mentionsLog = true
            if arguments.peeked?.text == "global", let word = arguments.next() {
                throw word.error(
                    "'log global' has no meaning in 'global' itself", help: "write '\(LogKeyword.example)'")
            }
            global.configuration.logTargets.append(try LogKeyword.read(&arguments, &global.rings))
        },
        Keyword("log-tag") { (global, arguments) throws(Diagnostic) in
            global.configuration.logTag = try arguments.word("a tag", example: "log-tag haproxy").text
            try arguments.expectEnd()
        },
        Keyword("log-send-hostname") { (global, arguments) throws(Diagnostic) in
            global.configuration.logHostName = arguments.next()?.text ?? global.hostName
            try arguments.expectEnd()
        },
        Keyword("maxconn", read: readMaxconn),
        Keyword("maxconnrate") { (global, arguments) throws(Diagnostic) in
            let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxconnrate 1000")
            try arguments.expectEnd()
            global.configuration.maxconnRate = limit == 0 ? nil : limit
        },
        Keyword("maxsessrate") { (global, arguments) throws(Diagnostic) in
            let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxsessrate 1000")
            try arguments.expectEnd()
            global.configuration.maxsessRate = limit == 0 ? nil : limit
        },
        Keyword("nbthread") { (global, arguments) throws(Diagnostic) in
            let count = try arguments.integer(in: 1...ThreadSet.most, example: "nbthread 2")
            try arguments.expectEnd()
            global.configuration.threads = count
        },
        Keyword("external-check") { (global, arguments) throws(Diagnostic) in
            global.allowsPrograms = true
            if arguments.take("preserve-env") {
                arguments.add(
                    arguments.current.warning(
                        "'preserve-env' has no effect: a check's program gets the variables of the manual alone"))
            }
            try arguments.expectEnd()
        },
        Keyword("localpeer", read: readLocalPeer),
        Keyword("node", read: readNode),
        Keyword("unix-bind") { (global, arguments) throws(Diagnostic) in
            global.unixSockets = BindKeywords.readAll(
                &arguments, table: BindKeywords.unixTable, from: global.unixSockets)
        },
        Keyword("server-state-file") { (global, arguments) throws(Diagnostic) in
            let file = try arguments.word("a file", example: "server-state-file /var/lib/haproxy/states")
            global.configuration.serverStateFile = file.text
            try arguments.expectEnd()
        },
        Keyword("server-state-base") { (global, arguments) throws(Diagnostic) in
            let folder = try arguments.word("a folder", example: "server-state-base /var/lib/haproxy")
            global.configuration.serverStateBase = folder.text
            try arguments.expectEnd()
        },
        Keyword("description") { (global, arguments) throws(Diagnostic) in
            let first = try arguments.word("a text", example: "description Message broker")
            global.configuration.description = ([first] + arguments.rest()).map(\.text).joined(separator: " ")
        },
        Keyword("spread-checks") { (global, arguments) throws(Diagnostic) in
            global.configuration.spreadChecks = try arguments.integer(in: 0...50, example: "spread-checks 5")
            try arguments.expectEnd()
        },
        Keyword("max-spread-checks") { (global, arguments) throws(Diagnostic) in
            let (duration, _) = try arguments.time(example: "max-spread-checks 10s")
            global.configuration.maxSpreadChecks = duration > .zero ? duration : nil
            try arguments.expectEnd()
        },
        Keyword("stats") { (global, arguments) throws(Diagnostic) in
            let word = try arguments.word("'socket' or 'timeout'", example: "stats socket /run/haproxy.sock")
            try statsTable.find(word, place: "in 'global'").read(&global, &arguments)
        },
    ]

    private static let statsTable = KeywordTable<GlobalDraft>(
        "'stats' keyword",
        [
            Keyword("socket", read: readStatsSocket),
            Keyword("timeout") { (global, arguments) throws(Diagnostic) in
                let (timeout, word) = try arguments.time(example: "stats timeout 30s")
                guard timeout > .zero else {
                    throw word.error("the stats timeout is 0", help: "write a time such as 'stats timeout 30s'")
                }
                global.configuration.statsTimeout = timeout
                try arguments.expectEnd()
            },
            Keyword("maxconn") { (global, arguments) throws(Diagnostic) in
                global.configuration.statsMaxconn = try arguments.integer(
                    in: 1...Int(Int32.max), example: "stats maxconn 100")
                try arguments.expectEnd()
            },
            accepted(Accepted("bind-process", 1...64, "all instances are threads of one process")),
        ])

    /// Keywords that are taken without doing anything, and why.
    private static let withoutEffect: [Accepted] = [
        Accepted("debug", 0...0, "nothing of sessions is printed; HAProxy 2.6 wants '-d' instead", .warning),
        Accepted("cluster-secret", 1...1, "QUIC is not spoken"),
        Accepted("expose-experimental-directives", 0...0, "what works needs no permission"),
        Accepted("fd-hard-limit", 1...1, "the system and 'ulimit-n' limit descriptors"),
        Accepted("h1-accept-payload-with-any-method", 0...0, "HTTP is passed on as it is"),
        Accepted("h1-case-adjust", 2...2, "HTTP is passed on as it is"),
        Accepted("h1-case-adjust-file", 1...1, "HTTP is passed on as it is"),
        Accepted("h2-workaround-bogus-websocket-clients", 0...0, "HTTP is passed on as it is"),
        Accepted("httpclient.resolvers.id", 1...1, "nothing here sends HTTP requests of its own but checks"),
        Accepted("httpclient.resolvers.prefer", 1...1, "nothing here sends HTTP requests of its own but checks"),
        Accepted("httpclient.ssl.ca-file", 1...1, "nothing here sends HTTP requests of its own but checks"),
        Accepted("httpclient.ssl.verify", 0...1, "nothing here sends HTTP requests of its own but checks"),
        Accepted(
            "pp2-never-send-local", 0...0, "the header of a check says LOCAL, as the PROXY protocol wants it", .warning),
        Accepted("close-spread-time", 1...1, "connections end as their sessions do"),
        Accepted("maxcompcpuusage", 1...1, "nothing is compressed"),
        Accepted("maxcomprate", 1...1, "nothing is compressed"),
        Accepted("maxsslconn", 1...1, "'maxconn' holds for all connections alike"),
        Accepted("maxsslrate", 1...1, "'maxconnrate' holds for all connections alike"),
        Accepted("maxzlibmem", 1...1, "nothing is compressed"),
        Accepted("no-memory-trimming", 0...0, "memory is given back by the system's allocator"),
        Accepted("profiling.memory", 1...1, "nothing is profiled"),
        Accepted("profiling.tasks", 1...1, "nothing is profiled"),
        Accepted("quiet", 0...0, "the supervisor has its own messages"),
        Accepted(
            "nbproc", 1...1, "all instances are threads of one process; HAProxy 2.6 wants the line removed", .warning),
        Accepted("cpu-map", 1...64, "the system places the worker threads"),
        Accepted("thread-group", 1...64, "an instance's threads are one group"),
        Accepted("thread-groups", 1...1, "an instance's threads are one group"),
        Accepted("numa-cpu-mapping", 0...0, "the system places the worker threads"),
        Accepted("strict-limits", 0...0, "a limit that can't be had is reported at the start"),
        Accepted("set-dumpable", 0...0, "the system's settings decide about core dumps"),
        Accepted("insecure-fork-wanted", 0...0, "an instance never forks"),
        Accepted("insecure-setuid-wanted", 0...0, "an instance never runs another program"),
        Accepted("busy-polling", 0...0, "workers sleep when there is nothing to do"),
        Accepted("noepoll", 0...0, "workers always use epoll"),
        Accepted("noevports", 0...0, "workers always use epoll"),
        Accepted("nokqueue", 0...0, "workers always use epoll"),
        Accepted("nopoll", 0...0, "workers always use epoll"),
        Accepted("nogetaddrinfo", 0...0, "names are looked up by the system"),
        Accepted("nosplice", 0...0, "bytes are moved by reads and writes"),
        Accepted("maxpipes", 1...1, "bytes are moved by reads and writes"),
        Accepted("default-path", 1...2, "paths are absolute"),
    ]

    /// What `no` may stand before, apart from `log`.
    private static let negatable: Set<String> = [
        "busy-polling", "insecure-fork-wanted", "numa-cpu-mapping", "set-dumpable", "strict-limits",
    ]

    /// A keyword that is taken without doing anything.
    private struct Accepted: Sendable {
        let name: String
        /// How many words it takes.
        let words: ClosedRange<Int>
        /// Why it does nothing.
        let reason: String
        /// How much that matters.
        let severity: Diagnostic.Severity

        init(
            _ name: String, _ words: ClosedRange<Int>, _ reason: String, _ severity: Diagnostic.Severity = .note
        ) {
            self.name = name
            self.words = words
            self.reason = reason
            self.severity = severity
        }
    }

    private static func accepted(_ keyword: Accepted) -> Keyword<GlobalDraft> {
        Keyword(keyword.name) { (global, arguments) throws(Diagnostic) in
            let word = arguments.current
            for count in 0..<keyword.words.upperBound where arguments.next() == nil {
                guard count < keyword.words.lowerBound else { break }
                throw arguments.missing("'\(keyword.name)' needs a value", help: "remove the line: \(keyword.reason)")
            }
            try arguments.expectEnd()
            arguments.add(
                Diagnostic(
                    severity: keyword.severity, location: word.location,
                    message: "'\(keyword.name)' has no effect here: \(keyword.reason)"))
        }
    }

    /// `tune.…`: taken without doing anything; the values of those that count bytes are looked at.
    ///
    /// - Parameter arguments: the line, after the keyword.
    /// - Throws: that the keyword is unknown or its value no size.
    private static func readTuning(_ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        guard KnownKeywords.tuning.contains(keyword.text) else {
            let closest = Suggestion.closest(to: keyword.text, among: KnownKeywords.tuning)
            throw keyword.error(
                "unknown keyword '\(keyword.text)' in 'global'", help: closest.map { "did you mean '\($0)'?" })
        }
        if KnownKeywords.tuningSizes.contains(keyword.text) {
            let word = try arguments.word("a size in bytes", example: "\(keyword.text) 16384")
            do {
                _ = try SizeValue.parse(word.text)
            } catch {
                throw word.error("'\(word.text)' is not a size", help: "write a number of bytes such as 16384 or 16k")
            }
        }
        _ = arguments.rest()
        arguments.add(keyword.note("'\(keyword.text)' has no effect here: workers tune themselves"))
    }

    private static func readNegation(
        _ global: inout GlobalDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let no = arguments.current
        let word = try arguments.word("what to switch off", example: "no log")
        if word.text == "log" {
            global.configuration.logTargets = []
            return try arguments.expectEnd()
        }
        guard negatable.contains(word.text) else {
            throw word.error("'no \(word.text)' does not exist", help: "remove the line")
        }
        try arguments.expectEnd()
        if word.text == "strict-limits" { global.configuration.process.isStrictAboutLimits = false }
        arguments.add(no.note("'no \(word.text)' has no effect here, as '\(word.text)' has none"))
    }

    private static func readMaxconn(_ global: inout GlobalDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxconn 4096")
        try arguments.expectEnd()
        if let line = global.seen["maxconn"] {
            arguments.add(
                keyword.warning(
                    "'maxconn' was already given in line \(line); the first one holds", help: "remove one of them"))
            return
        }
        global.seen["maxconn"] = keyword.location.line
        global.configuration.maxconn = limit == 0 ? nil : limit
    }

    private static func readLocalPeer(
        _ global: inout GlobalDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let keyword = arguments.current
        let name = try arguments.word("a name", example: "localpeer lb1")
        try arguments.expectEnd()
        if global.orderedPeer != nil {
            arguments.add(keyword.warning("'localpeer' is ignored: the name was given at the start, with '-L'"))
        } else if global.hasPeers {
            arguments.add(
                keyword.warning(
                    "'localpeer' is ignored: it stands after a 'peers' section", help: "move it above that section"))
        } else {
            try NameRule.check(name, of: "a peer")
            global.localPeer = name.text
        }
    }

    private static func readNode(_ global: inout GlobalDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let name = try arguments.word("a name", example: "node lb1")
        let isValid = name.text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
            default: false
            }
        }
        guard isValid, !name.text.isEmpty else {
            throw name.error("'\(name.text)' is not a node's name", help: "use letters, digits, '.', '-' and '_'")
        }
        global.configuration.node = name.text
        try arguments.expectEnd()
    }

    private static func readStatsSocket(
        _ global: inout GlobalDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let word = arguments.expanding(
            try arguments.word("a path or an address", example: "stats socket /run/haproxy.sock"))
        let addresses: [BindAddress]
        do {
            addresses = try BindAddressText.addresses(word, isIPv6Only: false)
        } catch {
            // The options are worth reading all the same.
            arguments.add(error)
            _ = BindKeywords.readAll(&arguments, table: BindKeywords.statsSocketTable)
            return
        }
        let options = BindKeywords.readAll(&arguments, table: BindKeywords.statsSocketTable)
        for address in addresses {
            var socket = StatsSocketConfiguration(address: address, location: word.location)
            socket.level = options.level
            socket.maxconn = options.maxconn
            socket.severityOutput = options.severityOutput
            socket.exposesListeners = options.exposesListeners
            socket.mode = options.mode
            socket.user = options.user
            socket.group = options.group
            global.configuration.statsSockets.append(socket)
        }
    }
}
