import Model

/// Reads what asks for checks that talk to servers: `option httpchk` and its siblings, `http-check`, `tcp-check`,
/// `external-check`.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum CheckKeywords {
    /// The options that name a kind of check.
    static let options: [Keyword<ProxyDraft>] =
        [
            Keyword("tcp-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
                let word = arguments.current
                try arguments.expectEnd()
                proxy.settings.checks.kind = (.steps, word)
            },
            Keyword("amqp-check", .backendSide, AMQPCheckReader.read),
            Keyword("httpchk", .backendSide, HTTPCheckReader.readOption),
        ] + KnownCheckReader.options

    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("http-check", .backendSide, HTTPCheckReader.readRule),
        Keyword("tcp-check", .backendSide, TCPCheckReader.readRule),
        Keyword("external-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let word = try arguments.word("'command' or 'path'", example: "external-check command /bin/true")
            guard word.text == "command" || word.text == "path" else {
                throw word.error("unknown argument '\(word.text)'", help: "write 'command' or 'path'")
            }
            let value = try arguments.word("a path", example: "external-check \(word.text) /bin/true")
            try arguments.expectEnd()
            if word.text == "command" {
                proxy.settings.checks.command = value.text
            } else {
                proxy.settings.checks.path = value.text
            }
        },
    ]

    /// Switches a kind of check off again, if it is the one that is on.
    ///
    /// - Parameters:
    ///   - word: the option.
    ///   - proxy: the section.
    static func switchOff(_ word: Word, in proxy: inout ProxyDraft) {
        if proxy.settings.checks.kind?.word.text == word.text { proxy.settings.checks.kind = nil }
    }
}

extension CheckDraft.Rules {
    /// Adds a line; the first one of a section makes it forget those of its defaults.
    ///
    /// - Parameters:
    ///   - rule: what the line says.
    ///   - word: where it stands.
    ///   - isOwn: whether a line is one of the section itself.
    /// - Throws: that it can't stand there.
    mutating func append(
        _ rule: CheckDraft.Rule, at word: Word, isOwn: (SourceLocation) -> Bool
    ) throws(Diagnostic) {
        if let location, !isOwn(location) { rules = [] }
        try CheckRuleOrder.check(rule, after: rules, at: word)
        if rules.isEmpty { location = word.location }
        rules.append(rule)
    }
}
