/// Reads `timeout …` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `timeout`.
enum TimeoutKeywords {
    /// Which side of a proxy a timeout belongs to, and where its value goes.
    private struct Limit: Sendable {
        let name: String
        let placement: Placement
        let set: @Sendable (inout Timeouts, Duration?) -> Void
    }

    private static let limits: [Limit] = [
        Limit(name: "check", placement: .backendSide) { $0.check = $1 },
        Limit(name: "client", placement: .frontendSide) { $0.client = $1 },
        Limit(name: "client-fin", placement: .frontendSide) { $0.clientFin = $1 },
        Limit(name: "connect", placement: .backendSide) { $0.connect = $1 },
        Limit(name: "queue", placement: .backendSide) { $0.queue = $1 },
        Limit(name: "server", placement: .backendSide) { $0.server = $1 },
        Limit(name: "server-fin", placement: .backendSide) { $0.serverFin = $1 },
        Limit(name: "tunnel", placement: .backendSide) { $0.tunnel = $1 },
    ]

    private static let table = KeywordTable<ProxyDraft>(
        "timeout",
        limits.map { limit in
            Keyword(limit.name, limit.placement) { (proxy, arguments) throws(Diagnostic) in
                let word = arguments.current
                proxy.settings.wrongTimeouts.insert(limit.name)
                let (duration, _) = try arguments.time(example: "timeout \(limit.name) 30s")
                try arguments.expectEnd(help: "write the unit without a space, such as 'timeout \(limit.name) 30s'")
                proxy.settings.wrongTimeouts.remove(limit.name)
                if !proxy.timeoutsSetHere.insert(limit.name).inserted {
                    arguments.add(
                        word.warning(
                            "'timeout \(limit.name)' is given twice in this section; the last one holds",
                            help: "remove one of them"))
                }
                // 0 is no limit.
                limit.set(&proxy.settings.timeouts, duration > .zero ? duration : nil)
            }
        }
            + ignoredInTCP.map { name in
                Keyword(name) { (proxy, arguments) throws(Diagnostic) in
                    let word = arguments.current
                    _ = try arguments.time(example: "timeout \(name) 10s")
                    try arguments.expectEnd()
                    arguments.add(word.note("'timeout \(name)' has no effect here: sessions are TCP, without requests"))
                }
            },
        replaced: [
            "clitimeout": "write 'timeout client'", "contimeout": "write 'timeout connect'",
            "srvtimeout": "write 'timeout server'",
        ])

    /// Timeouts of HTTP requests.
    private static let ignoredInTCP = ["http-keep-alive", "http-request", "tarpit"]

    /// Reads the words after `timeout`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after `timeout`.
    /// - Throws: what is wrong.
    static func read(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("which timeout and a time", example: "timeout connect 5s")
        let keyword = try table.find(word, place: proxy.place)
        guard keyword.placement.allows(proxy.kind) else {
            arguments.add(try ProxyKeywords.misplaced(word, in: proxy, name: "timeout \(word.text)"))
            return
        }
        try keyword.read(&proxy, &arguments)
    }

    /// Reads the time of a timeout whose name is known.
    ///
    /// - Parameters:
    ///   - name: the timeout.
    ///   - proxy: the section.
    ///   - arguments: the line, before the time.
    /// - Throws: what is wrong.
    static func read(_ name: String, _ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        try table.find(arguments.current.saying(name), place: proxy.place).read(&proxy, &arguments)
    }
}
