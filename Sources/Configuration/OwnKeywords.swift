/// Reads what HAProxy doesn't have: `panic-threshold`, `failback`, `failback-drain`, `rebalance` and `max-session-age`.
enum OwnKeywords {
    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("panic-threshold", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let word = try arguments.word("a share of the servers", example: "panic-threshold 50%")
            try arguments.expectEnd()
            guard let percent = percent(word) else {
                throw word.error(
                    "'\(word.text)' is no share of the servers", help: "write 0% to 100%: 'panic-threshold 50%'")
            }
            proxy.settings.panicThreshold = percent == 0 ? nil : percent
        },
        Keyword("failback", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let keyword = arguments.current
            proxy.settings.failback = (try failbackPolicy(&arguments), keyword)
            try arguments.expectEnd()
        },
        Keyword("failback-drain", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let keyword = arguments.current
            let (duration, _) = try arguments.time(example: "failback-drain 10m")
            try arguments.expectEnd()
            proxy.settings.failbackDrain = duration > .zero ? (duration, keyword) : nil
        },
        Keyword("rebalance", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            proxy.settings.rebalance = try rebalance(&arguments)
            try arguments.expectEnd()
        },
        Keyword("max-session-age", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            proxy.settings.sessionAge = try sessionAge(&arguments)
            try arguments.expectEnd(help: "write 'max-session-age 12h jitter 10%'")
        },
    ]

    /// The options of servers that are read here.
    static let servers: [Keyword<ServerDraft>] = [
        Keyword("max-session-age") { (server, arguments) throws(Diagnostic) in
            server.settings.sessionAge = try sessionAge(&arguments)
        }
    ]

    private static func failbackPolicy(
        _ arguments: inout Arguments
    ) throws(Diagnostic) -> FailbackConfiguration.Policy {
        let word = try arguments.word("'auto', 'hold TIME' or 'manual'", example: "failback hold 10m")
        switch word.text {
        case "auto": return .automatic
        case "manual": return .manual
        case "hold":
            let (duration, _) = try arguments.time(example: "failback hold 10m")
            return duration > .zero ? .hold(duration) : .automatic
        default:
            throw word.error(
                "'\(word.text)' is no way to come back from the backups",
                help: "write 'failback auto', 'failback hold 10m' or 'failback manual'")
        }
    }

    private static func rebalance(_ arguments: inout Arguments) throws(Diagnostic) -> RebalanceConfiguration? {
        let word = try arguments.word("'auto' or 'off'", example: "rebalance auto")
        switch word.text {
        case "off": return nil
        case "auto":
            guard arguments.take("per-minute") else { return RebalanceConfiguration() }
            let example = "rebalance auto per-minute 60"
            return RebalanceConfiguration(
                perMinute: try arguments.integer(in: RebalanceConfiguration.allowedPerMinute, example: example))
        default:
            throw word.error("'\(word.text)' is neither 'auto' nor 'off'", help: "write 'rebalance auto'")
        }
    }

    private static func sessionAge(_ arguments: inout Arguments) throws(Diagnostic) -> SessionAge {
        let example = "max-session-age 12h jitter 10%"
        let (limit, _) = try arguments.time(example: example)
        guard arguments.take("jitter") else { return SessionAge(limit: limit) }
        let word = try arguments.word("a share of the time", example: example)
        guard let percent = percent(word) else {
            throw word.error("'\(word.text)' is no share of the time", help: "write 0% to 100%: '\(example)'")
        }
        return SessionAge(limit: limit, jitterPercent: percent)
    }

    private static func percent(_ word: Word) -> Int? {
        guard word.text.hasSuffix("%"), let percent = Int(word.text.dropLast()), (0...100).contains(percent) else {
            return nil
        }
        return percent
    }
}
