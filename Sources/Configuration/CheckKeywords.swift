/// Reads what asks for checks that talk to servers: `option httpchk` and its siblings, `http-check`, `tcp-check`,
/// `external-check`.
///
/// Servers are checked by a TCP connection so far; `Validator` tells where a file asks for more.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum CheckKeywords {
    /// What a proxy's lines ask of its checks.
    struct Request: Sendable {
        /// The option that names the kind of check.
        var option: Word?
        /// The first `http-check` line, and the first `tcp-check` line that is more than a connection.
        var rules: [String: Word] = [:]

        /// What is asked for beyond a TCP connection: where, and how a message names it.
        var beyondConnecting: (word: Word, name: String)? {
            guard let option else { return nil }
            guard option.text == "tcp-check" else { return (option, "option \(option.text)") }
            // Without rules it is a TCP connection and nothing else.
            return rules["tcp-check"].map { ($0, "tcp-check \($0.text)") }
        }
    }

    private static let kinds = [
        "external-check", "httpchk", "ldap-check", "mysql-check", "pgsql-check", "redis-check", "smtpchk", "spop-check",
        "ssl-hello-chk", "tcp-check",
    ]

    /// The options that name a kind of check.
    static let options: [Keyword<ProxyDraft>] = kinds.map { kind in
        Keyword(kind, .backendSide) { (proxy, arguments) throws(Diagnostic) in
            proxy.settings.checkRequest.option = arguments.current
            _ = arguments.rest()
        }
    }

    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("http-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            try readRule(&proxy, &arguments, verbs: httpVerbs)
        },
        Keyword("tcp-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            try readRule(&proxy, &arguments, verbs: tcpVerbs)
        },
        Keyword("external-check", .backendSide) { (_, arguments) throws(Diagnostic) in
            let word = try arguments.word("'command' or 'path'", example: "external-check command /bin/true")
            guard word.text == "command" || word.text == "path" else {
                throw word.error("unknown argument '\(word.text)'", help: "write 'command' or 'path'")
            }
            _ = try arguments.word("a path", example: "external-check \(word.text) /bin/true")
            try arguments.expectEnd()
        },
    ]

    private static let tcpVerbs: Set<String> = [
        "comment", "connect", "expect", "send", "send-binary", "send-binary-lf", "send-lf",
    ]
    private static let httpVerbs: Set<String> = [
        "comment", "connect", "disable-on-404", "expect", "send", "send-state",
    ]

    private static func readRule(
        _ proxy: inout ProxyDraft, _ arguments: inout Arguments, verbs: Set<String>
    ) throws(Diagnostic) {
        let keyword = arguments.current.text
        let word = try arguments.word("what to do", example: "\(keyword) connect")
        let verb = word.text.prefix { $0 != "(" }
        guard verbs.contains(String(verb)) || verb.hasPrefix("set-var") || verb == "unset-var" else {
            throw word.error(
                "unknown rule '\(keyword) \(word.text)'", help: "known are \(verbs.sorted().joined(separator: ", "))")
        }
        let isPlainConnection = verb == "comment" || (verb == "connect" && arguments.isEmpty)
        if keyword != "tcp-check" || !isPlainConnection, proxy.settings.checkRequest.rules[keyword] == nil {
            proxy.settings.checkRequest.rules[keyword] = word
        }
        _ = arguments.rest()
    }
}
