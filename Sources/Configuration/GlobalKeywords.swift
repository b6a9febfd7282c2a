import Model

/// Reads the lines of the `global` section.
///
/// - Source: HAProxy 2.6 configuration manual, sections 3.1 and 3.2.
enum GlobalKeywords {
    /// All keywords of the section.
    static let table = KeywordTable<GlobalDraft>(
        "keyword", effective + withoutEffect.map(accepted), unsupported: KnownKeywords.global,
        replaced: ["debug": "start HAProxy with -d instead, or remove it"])

    private static let effective: [Keyword<GlobalDraft>] = [
        Keyword("log") { (global, arguments) throws(Diagnostic) in
            if arguments.peeked?.text == "global", let word = arguments.next() {
                throw word.error(
                    "'log global' has no meaning in 'global' itself", help: "write '\(LogKeyword.example)'")
            }
            global.configuration.logTargets.append(try LogKeyword.read(&arguments))
        },
        Keyword("log-tag") { (global, arguments) throws(Diagnostic) in
            global.configuration.logTag = try arguments.word("a tag", example: "log-tag haproxy").text
            try arguments.expectEnd()
        },
        Keyword("maxconn", read: readMaxconn),
        Keyword("node", read: readNode),
        Keyword("description") { (global, arguments) throws(Diagnostic) in
            let first = try arguments.word("a text", example: "description Message broker")
            global.configuration.description = ([first] + arguments.rest()).map(\.text).joined(separator: " ")
        },
        Keyword("spread-checks") { (global, arguments) throws(Diagnostic) in
            global.configuration.spreadChecks = try arguments.integer(in: 0...50, example: "spread-checks 5")
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
            accepted("maxconn", "stats sockets have a fixed limit here"),
            accepted("bind-process", "an instance is one thread"),
        ])

    /// Keywords that are taken without doing anything, and why.
    private static let withoutEffect: [(String, String)] = [
        ("daemon", "the supervisor decides whether it runs in the background"),
        ("quiet", "the supervisor has its own messages"),
        ("pidfile", "'supervise status' shows the process"),
        ("chroot", "the supervisor runs all instances in one process"),
        ("user", "the supervisor runs all instances under its own user"),
        ("group", "the supervisor runs all instances under its own group"),
        ("uid", "the supervisor runs all instances under its own user"),
        ("gid", "the supervisor runs all instances under its own group"),
        ("nbthread", "each instance has one worker thread"),
        ("nbproc", "all instances are threads of one process"),
        ("cpu-map", "the system places the worker threads"),
        ("thread-group", "each instance has one worker thread"),
        ("thread-groups", "each instance has one worker thread"),
        ("numa-cpu-mapping", "the system places the worker threads"),
        ("ulimit-n", "the supervisor raises its limit of open files as far as it may"),
        ("master-worker", "the supervisor watches over its workers"),
        ("mworker-max-reloads", "the supervisor watches over its workers"),
        ("hard-stop-after", "the supervisor decides how long sessions may go on"),
        ("strict-limits", "a limit that can't be had is reported at the start"),
        ("set-dumpable", "the system's settings decide about core dumps"),
        ("insecure-fork-wanted", "an instance never forks"),
        ("insecure-setuid-wanted", "an instance never runs another program"),
        ("busy-polling", "workers sleep when there is nothing to do"),
        ("noepoll", "workers always use epoll"),
        ("noevports", "workers always use epoll"),
        ("nokqueue", "workers always use epoll"),
        ("nopoll", "workers always use epoll"),
        ("nogetaddrinfo", "names are looked up by the system"),
        ("noreuseport", "listening sockets are opened once and kept"),
        ("nosplice", "bytes are moved by reads and writes"),
        ("maxpipes", "bytes are moved by reads and writes"),
        ("zero-warning", "'supervise check' shows warnings and goes on"),
        ("server-state-file", "the history keeps the servers' states"),
        ("server-state-base", "the history keeps the servers' states"),
        ("default-path", "paths are absolute"),
        ("localpeer", "there are no peers here"),
        ("ca-base", "there is no TLS here"),
        ("crt-base", "there is no TLS here"),
        ("ssl-default-bind-ciphers", "there is no TLS here"),
        ("ssl-default-bind-ciphersuites", "there is no TLS here"),
        ("ssl-default-bind-curves", "there is no TLS here"),
        ("ssl-default-bind-options", "there is no TLS here"),
        ("ssl-default-server-ciphers", "there is no TLS here"),
        ("ssl-default-server-ciphersuites", "there is no TLS here"),
        ("ssl-default-server-options", "there is no TLS here"),
        ("ssl-dh-param-file", "there is no TLS here"),
        ("ssl-server-verify", "there is no TLS here"),
    ]

    /// What `no` may stand before, apart from `log`.
    static let negatable: Set<String> = [
        "busy-polling", "insecure-fork-wanted", "numa-cpu-mapping", "set-dumpable", "strict-limits",
    ]

    private static func accepted(_ name: String, _ reason: String) -> Keyword<GlobalDraft> {
        Keyword(name) { (global, arguments) throws(Diagnostic) in
            arguments.add(arguments.current.note("'\(name)' has no effect here: \(reason)"))
            _ = arguments.rest()
        }
    }

    /// `tune.…`: taken without doing anything; the values of those that count bytes are looked at.
    ///
    /// - Parameter arguments: the line, after the keyword.
    /// - Throws: that the keyword is unknown or its value no size.
    static func readTuning(_ arguments: inout Arguments) throws(Diagnostic) {
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
        arguments.add(keyword.note("'\(keyword.text)' has no effect here: workers size their buffers themselves"))
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
        let word = try arguments.word("a path or an address", example: "stats socket /run/haproxy.sock")
        let addresses: [BindAddress]
        do {
            addresses = try BindAddressText.addresses(word, isIPv6Only: false)
        } catch {
            // The options are worth reading all the same.
            arguments.add(error)
            _ = BindKeywords.readAll(&arguments, table: BindKeywords.statsSocketTable, place: "of a stats socket")
            return
        }
        let options = BindKeywords.readAll(&arguments, table: BindKeywords.statsSocketTable, place: "of a stats socket")
        for address in addresses {
            var socket = StatsSocketConfiguration(address: address, location: word.location)
            socket.level = options.level
            socket.mode = options.mode
            socket.user = options.user
            socket.group = options.group
            global.configuration.statsSockets.append(socket)
        }
    }
}
