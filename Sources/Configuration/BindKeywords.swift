import Model

/// What the options of a `bind` or `stats socket` line say, for all its addresses.
struct BindOptions: TLSSubject {
    var name: String?
    var pathPrefix = ""
    var id: Int?
    var mode: UInt32?
    var user: AccountReference?
    var group: AccountReference?
    var backlog: Int?
    var maxconn: Int?
    var severityOutput = StatsSocketConfiguration.SeverityOutput.none
    var level = StatsSocketConfiguration.Level.operator
    var exposesListeners = false
    var isIPv6Only = false
    var acceptsProxyHeader = false
    var interface: String?
    var usesFastOpen = false
    var defersAccept = false
    var isTransparent = false
    var maximumSegment: Int?
    var userTimeout: Duration?
    var namespace: String?
    var threads: ThreadSet?
    var tls = TLSDraft()
}

/// Reads the options of `bind` and `stats socket` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.1.
enum BindKeywords {
    /// The options of `bind`.
    static let table = KeywordTable<BindOptions>(
        "bind option",
        ownerKeywords + [
            Keyword("name") { (options, arguments) throws(Diagnostic) in
                options.name = try arguments.word("a name", example: "name clients").text
            },
            Keyword("id") { (options, arguments) throws(Diagnostic) in
                options.id = try arguments.integer(in: 1...Int(Int32.max), example: "id 7")
            },
            Keyword("backlog") { (options, arguments) throws(Diagnostic) in
                let length = try arguments.integer(in: 0...Int(Int32.max), example: "backlog 1000")
                options.backlog = length == 0 ? nil : length
            },
            Keyword("maxconn") { (options, arguments) throws(Diagnostic) in
                let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxconn 1000")
                options.maxconn = limit == 0 ? nil : limit
            },
            Keyword("accept-proxy") { (options, _) throws(Diagnostic) in options.acceptsProxyHeader = true },
            Keyword("defer-accept") { (options, _) throws(Diagnostic) in options.defersAccept = true },
            Keyword("interface") { (options, arguments) throws(Diagnostic) in
                options.interface = try arguments.word("an interface", example: "interface eth0").text
            },
            Keyword("mss", read: readMaximumSegment),
            Keyword("namespace") { (options, arguments) throws(Diagnostic) in
                options.namespace = try arguments.word("a namespace", example: "namespace blue").text
            },
            Keyword("tcp-ut") { (options, arguments) throws(Diagnostic) in
                let (duration, _) = try arguments.time(example: "tcp-ut 30s")
                options.userTimeout = duration > .zero ? duration : nil
            },
            Keyword("thread") { (options, arguments) throws(Diagnostic) in
                let word = try arguments.word("threads", example: "thread 1-2")
                // Said again, it adds to what was said before.
                options.threads = try ThreadSet(word).union(options.threads)
            },
            Keyword("tfo") { (options, _) throws(Diagnostic) in options.usesFastOpen = true },
            Keyword("transparent") { (options, _) throws(Diagnostic) in options.isTransparent = true },
            Keyword("v4v6") { (options, arguments) throws(Diagnostic) in options.isIPv6Only = false },
            Keyword("v6only") { (options, arguments) throws(Diagnostic) in options.isIPv6Only = true },
        ] + withoutEffectOnBinds + TLSKeywords.binds,
        unsupported: KnownKeywords.bind)

    private static let withoutEffectOnBinds: [Keyword<BindOptions>] = [
        ("expose-fd", 1, "it belongs to stats sockets"),
        ("level", 1, "it belongs to stats sockets"),
        ("nice", 1, "all sessions of an instance share its threads evenly"),
        ("process", 1, "all instances are threads of one process"),
        ("severity-output", 1, "it belongs to stats sockets"),
        ("shards", 1, "an instance's threads share each listening socket"),
    ].map { Keyword(withoutEffect: $0, words: $1, severity: .note, reason: $2) }

    /// The options of `stats socket`.
    static let statsSocketTable = KeywordTable<BindOptions>(
        "stats socket option",
        ownerKeywords + [
            Keyword("level", read: readLevel),
            withoutEffect("name", "nothing shows it"),
            withoutEffect("backlog", "the system decides"),
            Keyword("maxconn") { (options, arguments) throws(Diagnostic) in
                let limit = try arguments.integer(in: 0...Int(Int32.max), example: "maxconn 10")
                options.maxconn = limit == 0 ? nil : limit
            },
            Keyword("severity-output") { (options, arguments) throws(Diagnostic) in
                let word = try arguments.word("'none', 'number' or 'string'", example: "severity-output number")
                guard let output = StatsSocketConfiguration.SeverityOutput(rawValue: word.text) else {
                    throw word.error(
                        "unknown severity output '\(word.text)'", help: "write 'none', 'number' or 'string'")
                }
                options.severityOutput = output
            },
            Keyword("expose-fd") { (options, arguments) throws(Diagnostic) in
                let what = try arguments.word("'listeners'", example: "expose-fd listeners")
                guard what.text == "listeners" else {
                    throw what.error(
                        "unknown argument '\(what.text)' of 'expose-fd'", help: "write 'expose-fd listeners'")
                }
                options.exposesListeners = true
            },
        ],
        unsupported: KnownKeywords.bind.union(table.names))

    /// The options of `unix-bind`.
    static let unixTable = KeywordTable<BindOptions>(
        "'unix-bind' option",
        ownerKeywords + [
            Keyword("prefix") { (options, arguments) throws(Diagnostic) in
                options.pathPrefix = try arguments.word("a folder", example: "prefix /run/brokers").text
            }
        ])

    /// A socket file's owner and mode.
    private static let ownerKeywords: [Keyword<BindOptions>] = [
        Keyword("mode", read: readMode),
        Keyword("user") { (options, arguments) throws(Diagnostic) in
            options.user = .name(try arguments.word("a user's name", example: "user haproxy").text)
        },
        Keyword("group") { (options, arguments) throws(Diagnostic) in
            options.group = .name(try arguments.word("a group's name", example: "group haproxy").text)
        },
        Keyword("uid") { (options, arguments) throws(Diagnostic) in
            options.user = try readAccount(&arguments, named: "user")
        },
        Keyword("gid") { (options, arguments) throws(Diagnostic) in
            options.group = try readAccount(&arguments, named: "group")
        },
    ]

    /// An option with one argument that is taken without doing anything.
    private static func withoutEffect(_ name: String, _ reason: String) -> Keyword<BindOptions> {
        Keyword(name) { (_, arguments) throws(Diagnostic) in
            let keyword = arguments.current
            _ = try arguments.word("a value", example: "\(name) 10")
            arguments.add(keyword.note("'\(name)' of a stats socket has no effect here: \(reason)"))
        }
    }

    /// Reads all options up to the end of a line; errors are kept in `arguments`, and reading goes on where it can.
    ///
    /// - Parameters:
    ///   - arguments: the line, after the address.
    ///   - table: the options that may stand there.
    ///   - defaults: what holds where the line says nothing.
    /// - Returns: what was read.
    static func readAll(
        _ arguments: inout Arguments, table: KeywordTable<BindOptions>, from defaults: BindOptions = BindOptions()
    ) -> BindOptions {
        var options = defaults
        while let word = arguments.next() {
            let keyword: Keyword<BindOptions>
            do {
                keyword = try table.find(word, place: "")
            } catch {
                // What follows an unknown option can be its argument: nothing to be read from there on.
                arguments.add(error)
                return options
            }
            do {
                try keyword.read(&options, &arguments)
            } catch {
                arguments.add(error)
            }
        }
        return options
    }

    private static func readMaximumSegment(
        _ options: inout BindOptions, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let size = try arguments.integer(in: -65535...65535, example: "mss 1400")
        guard size != 0 else {
            throw arguments.current.error("a segment of 0 bytes can't be", help: "write a size such as 'mss 1400'")
        }
        if size < 0 {
            arguments.add(
                arguments.current.warning(
                    "'mss \(size)' has no effect: Linux keeps the size of segments once a connection is made",
                    help: "write the size itself, such as 'mss 1400'"))
        }
        options.maximumSegment = size
    }

    private static func readMode(_ options: inout BindOptions, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a file mode in octal", example: "mode 660")
        guard let mode = UInt32(word.text, radix: 8), mode <= 0o7777, !word.text.hasPrefix("+") else {
            throw word.error(
                "'\(word.text)' is not an octal file mode", help: "write three octal digits such as 'mode 660'")
        }
        options.mode = mode
    }

    private static func readLevel(_ options: inout BindOptions, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a level", example: "level admin")
        switch word.text {
        case "user": options.level = .user
        case "operator": options.level = .operator
        case "admin": options.level = .admin
        default:
            throw word.error(
                "unknown level '\(word.text)'",
                help: Suggestion.closest(to: word.text, among: ["user", "operator", "admin"]).map {
                    "did you mean '\($0)'?"
                }
                    ?? "the levels are user, operator and admin")
        }
    }

    private static func readAccount(
        _ arguments: inout Arguments, named keyword: String
    ) throws(Diagnostic) -> AccountReference {
        let idKeyword = arguments.current.text
        let word = try arguments.word("a number", example: "\(idKeyword) 0")
        if let id = UInt32(word.text), !word.text.hasPrefix("+") { return .id(id) }
        arguments.add(
            word.warning(
                "'\(idKeyword)' wants a number, '\(word.text)' is taken as a \(keyword)'s name",
                help: "write '\(keyword) \(word.text)'; HAProxy reads '\(idKeyword) \(word.text)' as '\(idKeyword) 0'"))
        return .name(word.text)
    }
}

extension Keyword {
    /// Describes a keyword that may stand anywhere its table is used, read by a named function.
    init(_ name: String, read: @escaping Reader) {
        self.init(name, .anywhere, read)
    }
}
