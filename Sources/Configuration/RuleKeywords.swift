/// Reads rules: lines that decide by conditions what becomes of a connection.
///
/// They are kept as they are until all names of the file are known (`RuleCompiler`).
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 and 7.
enum RuleKeywords {
    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] =
        [
            Keyword("acl", .anywhere, readAccessList),
            Keyword("force-persist", .backends, keep),
            Keyword("ignore-persist", .backends) { (_, arguments) throws(Diagnostic) in
                let keyword = arguments.current
                _ = arguments.rest()
                arguments.add(keyword.note("'ignore-persist' has no effect here: it is about cookies"))
            },
            Keyword("stick", .backends, keep),
            Keyword("stick-table", .proxies, keep),
            Keyword("tcp-request", .anywhere, keep),
            Keyword("tcp-response", .backendSide, keep),
            Keyword("use-server", .backends, keep),
            Keyword("use_backend", .frontends, keep),
            OptionKeywords.transparent,
        ]
        + ["declare", "filter", "persist", "use-fcgi-app"].map { name in
            Keyword(name) { (_, arguments) throws(Diagnostic) in throw unsupported(arguments.current, name: name) }
        }

    private static let reasons: [String: String] = [
        "declare": "nothing of requests is captured",
        "filter": "what is sent is passed on as it is",
        "persist": "it reads RDP, which is not looked at",
        "use-fcgi-app": "FastCGI is not spoken",
    ]

    private static func unsupported(_ word: Word, name: String) -> Diagnostic {
        word.error(
            "'\(name)' is not supported here: \(reasons[name] ?? "it decides by what is sent")",
            help: "remove it to run the file here; HAProxy has it")
    }

    /// An access list, for rules about connections and for those about requests to a statistics address.
    private static func readAccessList(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        try keep(&proxy, &arguments)
        guard let line = proxy.settings.rules.last, line.words.count > 1 else { return }
        proxy.requestConditions.define(line.words[1].text, Array(line.words.dropFirst(2)))
    }

    private static func keep(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        if proxy.kind == .defaults, !proxy.isNamed {
            throw arguments.current.error(
                "'\(arguments.current.text)' can't stand in a 'defaults' section without a name",
                help: "give the section a name, or move the line to a proxy")
        }
        proxy.settings.rules.append(RuleLine(&arguments))
    }
}
