/// Reads `option …` and `no option …` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `option`.
enum OptionKeywords {
    /// The options.
    static let table = KeywordTable<ProxyDraft>(
        "option",
        [
            Keyword("allbackups", .backendSide) { (proxy, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                proxy.settings.usesAllBackups = true
            },
            Keyword("dontlognull", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                proxy.settings.ignoresNullSessions = true
            },
            Keyword("httplog") { (proxy, arguments) throws(Diagnostic) in
                let word = arguments.current
                if let variant = arguments.peeked, variant.text == "clf" {
                    throw variant.error("'option httplog clf' is not supported here", help: "write 'option httplog'")
                }
                try arguments.expectEnd()
                proxy.settings.logFormat = (.http, word)
            },
            Keyword("redispatch", .backendSide) { (proxy, arguments) throws(Diagnostic) in
                if let interval = arguments.next(), interval.text != "-1" {
                    throw interval.error(
                        "an interval for 'option redispatch' is not supported here",
                        help: "write 'option redispatch': the last retry goes to another server")
                }
                try arguments.expectEnd()
                proxy.settings.redispatches = true
            },
            Keyword("tcplog") { (proxy, arguments) throws(Diagnostic) in
                let word = arguments.current
                try arguments.expectEnd()
                if proxy.kind == .backend {
                    arguments.add(
                        word.warning("'option tcplog' is ignored: a backend logs no sessions", help: "remove it"))
                }
                proxy.settings.logFormat = (.tcp, word)
            },
        ],
        unsupported: KnownKeywords.options, replaced: KnownKeywords.replacedOptions)

    /// Reads the words after `option`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `option`.
    /// - Throws: what is wrong.
    static func read(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("the option's name", example: "option redispatch")
        let option = try table.find(word, place: proxy.place)
        guard option.placement.allows(proxy.kind) else {
            arguments.add(try ProxyKeywords.misplaced(word, in: proxy, name: "option \(word.text)"))
            return
        }
        try option.read(&proxy, &arguments)
    }

    /// Reads the words after `no option`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `option`.
    /// - Throws: what is wrong.
    static func readNegation(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("the option's name", example: "no option redispatch")
        // An option that is not there is off already.
        if table.unsupported.contains(word.text) { return }
        _ = try table.find(word, place: proxy.place)
        switch word.text {
        case "allbackups": proxy.settings.usesAllBackups = false
        case "dontlognull": proxy.settings.ignoresNullSessions = false
        case "redispatch": proxy.settings.redispatches = false
        default:
            throw word.error(
                "'option \(word.text)' can't be switched off", help: "give the proxy another log format instead")
        }
        try arguments.expectEnd()
    }
}
