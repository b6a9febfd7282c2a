/// Reads rules: lines that decide by conditions what becomes of a connection.
///
/// Conditions are not evaluated yet. Rules that come to the same without them are taken; every other one would let in,
/// or send somewhere else, whom the file means to keep apart, and is an error.
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 and 7.
enum RuleKeywords {
    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] =
        [
            Keyword("acl") { (proxy, arguments) throws(Diagnostic) in
                let keyword = arguments.current
                let name = try arguments.word("a name and a condition", example: "acl local src 127.0.0.1")
                let rest = arguments.rest()
                let words = rest.map(\.text)
                proxy.requestConditions.define(name.text, rest)
                guard !words.isEmpty else {
                    throw arguments.missing("'acl' needs a condition", help: "write 'acl local src 127.0.0.1'")
                }
                if let condition = PortCondition.parse(words[...]), proxy.portConditions[name.text] == nil {
                    proxy.portConditions[name.text] = condition
                    return
                }
                // Several lines of one name are one condition, of which the rest is not known here.
                proxy.portConditions[name.text] = nil
                // In HTTP it is for rules about requests, which tell themselves what they don't do.
                guard proxy.settings.mode == .tcp else { return }
                arguments.add(
                    keyword.warning("'acl' has no effect here: rules with conditions are not supported yet"))
            },
            Keyword("force-persist", .backendSide) { (_, arguments) throws(Diagnostic) in tellNoStickiness(&arguments)
            },
            Keyword("ignore-persist", .backendSide) { (_, arguments) throws(Diagnostic) in tellNoStickiness(&arguments)
            },
            Keyword("tcp-request", .anywhere, readTCPRule),
            Keyword("tcp-response", .anywhere, readTCPRule),
            Keyword("use_backend", .frontends, readBackendRule),
            OptionKeywords.transparent,
        ]
        + ["declare", "filter", "persist", "stick", "stick-table", "use-fcgi-app", "use-server"].map {
            name in
            Keyword(name) { (_, arguments) throws(Diagnostic) in throw unsupported(arguments.current, name: name) }
        }

    private static let reasons: [String: String] = [
        "stick": "connections are not kept with a server yet",
        "stick-table": "connections are not kept with a server yet",
        "persist": "connections are not kept with a server yet",
    ]

    private static func unsupported(_ word: Word, name: String) -> Diagnostic {
        word.error(
            "'\(name)' is not supported here: \(reasons[name] ?? "rules with conditions are not supported yet")",
            help: "remove it to run the file here; HAProxy has it")
    }

    private static func tellNoStickiness(_ arguments: inout Arguments) {
        let keyword = arguments.current
        _ = arguments.rest()
        arguments.add(keyword.note("'\(keyword.text)' has no effect here: connections are not kept with a server"))
    }

    /// Without a condition, it is a `default_backend` that goes before that one; with one about the client's port, it
    /// belongs to the addresses with that port.
    private static func readBackendRule(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        let name = try arguments.word("a backend's name", example: "use_backend servers")
        let words = arguments.rest().map(\.text)
        let condition = PortCondition.parse(rule: words, named: proxy.portConditions)
        guard !name.text.contains("%["), words.isEmpty || condition != nil else {
            throw unsupported(keyword, name: "use_backend")
        }
        proxy.backendRules.append(BackendRule(name: name, condition: condition))
    }

    /// Rules that only accept, and waiting for content that nothing looks at, change nothing.
    private static func readTCPRule(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        let kind = try arguments.word("what to look at", example: "\(keyword.text) content accept")
        if kind.text == "inspect-delay" {
            _ = try arguments.time(example: "\(keyword.text) inspect-delay 5s")
            try arguments.expectEnd()
            arguments.add(keyword.warning("'\(keyword.text) inspect-delay' has no effect: no rule looks at content"))
            return
        }
        guard ["connection", "content", "session"].contains(kind.text) else {
            throw kind.error(
                "unknown rule '\(keyword.text) \(kind.text)'", help: "write 'connection', 'session' or 'content'")
        }
        let action = try arguments.word("an action", example: "\(keyword.text) \(kind.text) accept")
        _ = arguments.rest()
        guard action.text == "accept" else {
            throw unsupported(keyword, name: "\(keyword.text) \(kind.text) \(action.text)")
        }
        arguments.add(
            keyword.warning("'\(keyword.text) \(kind.text) accept' has no effect: every connection is accepted anyway"))
    }
}
