/// Reads the `stats …` lines of proxies.
///
/// Each of them gives the proxy statistics, `stats enable` or not, as in HAProxy.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `stats`.
enum StatsKeywords {
    private static let table = KeywordTable<ProxyDraft>(
        "'stats' keyword",
        [
            Keyword("enable") { (proxy, arguments) throws(Diagnostic) in
                change(&proxy, arguments) { _ in }
            },
            Keyword("uri") { (proxy, arguments) throws(Diagnostic) in
                let uri = try arguments.word("the beginning of a path", example: "stats uri /stats")
                guard uri.text.hasPrefix("/") else {
                    throw uri.error(
                        "the path '\(uri.text)' does not begin with '/'", help: "write 'stats uri /\(uri.text)'")
                }
                change(&proxy, arguments) { $0.uri = uri.text }
            },
            Keyword("refresh", read: readRefresh),
            Keyword("auth", read: readUser),
            Keyword("realm") { (proxy, arguments) throws(Diagnostic) in
                let realm = try arguments.word("a realm", example: "stats realm Statistics").text
                change(&proxy, arguments) { $0.realm = realm }
            },
            Keyword("hide-version") { (proxy, arguments) throws(Diagnostic) in
                change(&proxy, arguments) { $0.hidesVersion = true }
            },
            Keyword("show-legends") { (proxy, arguments) throws(Diagnostic) in
                change(&proxy, arguments) { $0.showsLegends = true }
            },
            Keyword("show-node") { (proxy, arguments) throws(Diagnostic) in
                let name = arguments.next()?.text ?? proxy.global.configuration.node ?? proxy.global.hostName
                change(&proxy, arguments) { $0.node = name }
            },
            Keyword("show-desc", read: readDescription),
            Keyword("show-modules") { (proxy, arguments) throws(Diagnostic) in
                change(&proxy, arguments) { $0.showsModules = true }
            },
            Keyword("scope") { (proxy, arguments) throws(Diagnostic) in
                let name = try arguments.word("a proxy's name, or '.' for this one", example: "stats scope .").text
                change(&proxy, arguments) { $0.scopes.append(name) }
            },
            Keyword("http-request", read: readRule),
            Keyword("admin", .proxies, readAdministration),
        ])

    /// Reads the words after `stats`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `stats`.
    /// - Throws: what is wrong.
    static func read(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("what to say of the statistics", example: "stats enable")
        let keyword = try table.find(word, place: proxy.place)
        guard keyword.placement.allows(proxy.kind) else {
            arguments.add(try ProxyKeywords.misplaced(word, in: proxy, name: "stats \(word.text)"))
            return
        }
        try keyword.read(&proxy, &arguments)
        if let extra = arguments.peeked {
            arguments.add(
                extra.warning(
                    "'\(extra.text)' is ignored: 'stats \(word.text)' is complete before it",
                    help: "remove it, or put quotes around a text with spaces"))
        }
    }

    private static func change(
        _ proxy: inout ProxyDraft, _ arguments: Arguments, _ body: (inout StatsConfiguration) -> Void
    ) {
        var stats = proxy.settings.stats ?? StatsDraft(location: arguments.start)
        body(&stats.configuration)
        proxy.settings.stats = stats
    }

    private static func readRefresh(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let (duration, _) = try arguments.time(example: "stats refresh 5s", defaultUnit: .seconds)
        // Browsers take whole seconds; a part of one counts as one. 0 is no refresh.
        let (seconds, attoseconds) = duration.components
        let rounded = Duration.seconds(seconds + (attoseconds > 0 ? 1 : 0))
        change(&proxy, arguments) { $0.refresh = rounded > .zero ? rounded : nil }
    }

    private static func readUser(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a user and a password", example: "stats auth ada:secret")
        guard let colon = word.text.firstIndex(of: ":"), colon > word.text.startIndex else {
            throw word.error("'\(word.text)' is not a user with a password", help: "write 'stats auth ada:secret'")
        }
        let user = StatsConfiguration.User(
            name: String(word.text[..<colon]), password: String(word.text[word.text.index(after: colon)...]))
        change(&proxy, arguments) { stats in
            guard !stats.users.contains(where: { $0.name == user.name }) else { return }
            stats.users.append(user)
        }
    }

    private static func readDescription(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        let words = arguments.rest().map(\.text)
        let text = words.isEmpty ? proxy.global.configuration.description : words.joined(separator: " ")
        guard let text else {
            arguments.add(
                keyword.warning(
                    "'stats show-desc' has nothing to show", help: "write a text after it or 'description' in 'global'")
            )
            return
        }
        change(&proxy, arguments) { $0.description = text }
    }

    private static func readRule(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let rule = try RequestRuleKeywords.read("stats http-request", &proxy, &arguments)
        guard let rule, rule.action != .serveMetrics else {
            throw arguments.current.error(
                "'\(arguments.current.text)' is no action of 'stats http-request'", help: "write allow, deny or auth")
        }
        change(&proxy, arguments) { $0.rules.append(rule) }
    }

    private static func readAdministration(
        _ proxy: inout ProxyDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        defer { proxy.settings.userlistsInUse += proxy.requestConditions.userlists }
        guard let condition = try proxy.requestConditions.read(&arguments) else {
            throw arguments.missing(
                "'admin' needs 'if' or 'unless' and a condition", help: "write 'stats admin if LOCALHOST'")
        }
        change(&proxy, arguments) { $0.administration.append(condition) }
    }
}
