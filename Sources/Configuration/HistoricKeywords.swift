/// Reads keywords that HAProxy once had and has given up, but that files still contain, for what they meant.
///
/// - Source: the configuration manuals of HAProxy 1.4 and 2.6.
enum HistoricKeywords {
    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] =
        [
            ("clitimeout", "client", Placement.frontendSide), ("contimeout", "connect", .backendSide),
            ("srvtimeout", "server", .backendSide),
        ].map { old, new, placement in
            Keyword(old, placement) { (proxy, arguments) throws(Diagnostic) in
                let word = arguments.current
                arguments.add(
                    word.warning(
                        "'\(old)' is taken as 'timeout \(new)'", help: "write 'timeout \(new)'"))
                try TimeoutKeywords.read(new, &proxy, &arguments)
            }
        }
        + ["redisp", "redispatch"].map { old in
            Keyword(old, .backendSide) { (proxy, arguments) throws(Diagnostic) in
                arguments.add(
                    arguments.current.warning(
                        "'\(old)' is taken as 'option redispatch'",
                        help: "write 'option redispatch'"))
                try arguments.expectEnd()
                proxy.settings.redispatches = true
            }
        }

    /// The address after the name in `listen NAME ADDRESS:PORT`, which once stood for a `bind` line.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after the name.
    /// - Throws: what is wrong with the address.
    static func readInlineBind(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.peeked, word.text.contains(":"), proxy.kind == .listen || proxy.kind == .frontend
        else { return }
        arguments.add(
            word.warning(
                "'\(word.text)' after the name is taken as a line 'bind \(word.text)'",
                help: "write 'bind \(word.text)' below"))
        try ProxyKeywords.readBind(&proxy, &arguments)
    }
}

/// Keywords of proxies that are taken without doing anything, because nothing here needs them.
enum WithoutEffect {
    /// The keywords of proxies.
    static let proxyKeywords: [Keyword<ProxyDraft>] = [
        ("email-alert", .warning, "no mail is sent; the history keeps the transitions"),
        ("retry-on", .note, "retries follow failed connections, and nothing else is read"),
    ].map { line($0, $1, $2) }

    /// Options of proxies.
    static let options: [Keyword<ProxyDraft>] = [
        ("contstats", .note, "counters are always up to date"),
        ("independent-streams", .warning, "bytes in either direction keep both sides from timing out"),
        ("nolinger", .warning, "connections are closed in the usual way"),
        ("splice-auto", .note, "bytes are moved by reads and writes, which cost less here"),
        ("splice-request", .note, "bytes are moved by reads and writes, which cost less here"),
        ("splice-response", .note, "bytes are moved by reads and writes, which cost less here"),
    ].map { line($0, $1, $2, prefix: "option ") }

    private static func line(
        _ name: String, _ severity: Diagnostic.Severity, _ reason: String, prefix: String = ""
    ) -> Keyword<ProxyDraft> {
        Keyword(name) { (_, arguments) throws(Diagnostic) in
            let keyword = arguments.current
            _ = arguments.rest()
            arguments.add(
                Diagnostic(
                    severity: severity, location: keyword.location,
                    message: "'\(prefix)\(name)' has no effect here: \(reason)"))
        }
    }
}
