/// Reads `option …` and `no option …` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `option`.
enum OptionKeywords {
    /// The options.
    static let table = KeywordTable<ProxyDraft>(
        "option",
        [
            requestLog("httplog"), requestLog("httpslog"),
            Keyword("redispatch", .backendSide, readRedispatch),
            transparent,
            Keyword("tcplog") { (proxy, arguments) throws(Diagnostic) in
                let word = arguments.current
                try arguments.expectEnd()
                if proxy.kind == .backend {
                    arguments.add(
                        word.warning("'option tcplog' is ignored: a backend logs no sessions", help: "remove it"))
                } else {
                    LogFormatKeywords.tellOfOverride("'option tcplog'", word, in: proxy, &arguments)
                }
                proxy.settings.httpVariables["log-format"] = nil
                proxy.settings.unresolvedFormats["log-format"] = nil
                proxy.settings.logFormat = (.tcp, word)
            },
        ] + switches.map(keyword) + CheckKeywords.options + ContentKeywords.options + WithoutEffect.options,
        unsupported: KnownKeywords.options, replaced: KnownKeywords.replacedOptions)

    /// `option httplog` and `option httpslog`.
    private static func requestLog(_ name: String) -> Keyword<ProxyDraft> {
        Keyword(name) { (proxy, arguments) throws(Diagnostic) in
            let word = arguments.current
            let variant = name == "httplog" && arguments.take("clf") ? arguments.current : nil
            try arguments.expectEnd()
            if proxy.kind == .backend {
                arguments.add(
                    word.warning("'option \(name)' is ignored: a backend logs no sessions", help: "remove it"))
            } else {
                LogFormatKeywords.tellOfOverride("'option \(name)'", word, in: proxy, &arguments)
            }
            proxy.settings.commonLogFormat = variant
            proxy.settings.httpVariables["log-format"] = nil
            proxy.settings.unresolvedFormats["log-format"] = nil
            proxy.settings.logFormat = (.http, word)
        }
    }

    /// `option transparent`, which may also be written without `option`.
    static let transparent = Keyword<ProxyDraft>("transparent", .backendSide) { (proxy, arguments) throws(Diagnostic) in
        let word = arguments.current
        try arguments.expectEnd()
        proxy.settings.transparent = word
    }

    /// An option that is on or off, and nothing else.
    private struct Switch: Sendable {
        let name: String
        let placement: Placement
        let set: @Sendable (inout ProxySettings, Bool) -> Void
    }

    private static let switches: [Switch] = [
        Switch(name: "abortonclose", placement: .backendSide) { $0.abortsOnClose = $1 },
        Switch(name: "allbackups", placement: .backendSide) { $0.usesAllBackups = $1 },
        Switch(name: "clitcpka", placement: .frontendSide) { $0.clientKeepalive.isOn = $1 },
        Switch(name: "dontlog-normal", placement: .frontendSide) { $0.logging.omitsNormal = $1 },
        Switch(name: "dontlognull", placement: .frontendSide) { $0.ignoresNullSessions = $1 },
        Switch(name: "log-health-checks", placement: .backendSide) { $0.logsHealthChecks = $1 },
        Switch(name: "log-separate-errors", placement: .frontendSide) { $0.logging.separatesErrors = $1 },
        Switch(name: "logasap", placement: .frontendSide) { $0.logging.isEarly = $1 },
        Switch(name: "persist", placement: .backendSide) { $0.persists = $1 },
        Switch(name: "socket-stats", placement: .frontendSide) { $0.countsSockets = $1 },
        Switch(name: "srvtcpka", placement: .backendSide) { $0.serverKeepalive.isOn = $1 },
        Switch(name: "tcp-smart-accept", placement: .frontendSide) { $0.savesAcknowledgement = $1 },
        Switch(name: "tcp-smart-connect", placement: .backendSide) { $0.connectsSmartly = $1 },
        Switch(name: "tcpka", placement: .anywhere) {
            $0.clientKeepalive.isOn = $1
            $0.serverKeepalive.isOn = $1
        },
    ]

    private static func keyword(_ option: Switch) -> Keyword<ProxyDraft> {
        Keyword(option.name, option.placement) { (proxy, arguments) throws(Diagnostic) in
            try arguments.expectEnd()
            option.set(&proxy.settings, true)
        }
    }

    private static func readRedispatch(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        var interval = -1
        if !arguments.isEmpty {
            interval = try arguments.integer(in: -Int(Int32.max)...Int(Int32.max), example: "option redispatch 1")
            try arguments.expectEnd()
        }
        // As in HAProxy, 0 switches it off.
        proxy.settings.redispatches = interval != 0
        proxy.settings.redispatchInterval = interval == 0 ? -1 : interval
    }

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
        if let option = switches.first(where: { $0.name == word.text }) {
            option.set(&proxy.settings, false)
        } else if word.text == "redispatch" {
            proxy.settings.redispatches = false
        } else if word.text == transparent.name {
            proxy.settings.transparent = nil
        } else if ["httplog", "httpslog", "tcplog"].contains(word.text) {
            throw word.error(
                "'option \(word.text)' can't be switched off", help: "give the proxy another log format instead")
        } else {
            proxy.settings.contentUses.removeAll { $0.name == "option \(word.text)" }
            CheckKeywords.switchOff(word, in: &proxy)
        }
        try arguments.expectEnd()
    }
}
