/// Reads keywords that act on what is sent, above all on HTTP requests.
///
/// Connections in `mode http` are relayed without being read. So each of these is either harmless to leave out, which a
/// warning tells, or the proxy can't do what it is meant to, which is an error. In `mode tcp`, HAProxy itself ignores
/// them; `Validator` sorts these cases out, as the mode may stand in a later line.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum ContentKeywords {
    /// One line that acts on content.
    struct Use: Sendable {
        /// Where it stands.
        let word: Word
        /// How messages name it.
        let name: String
        /// What is not done, where that does no harm; `nil` where it does.
        let leftOut: String?
        /// Whether a statistics address obeys it.
        var isObeyedByStatistics = false
        /// What keeps a statistics address from that.
        var obstacle: Diagnostic?
    }

    /// Options that act on requests: what is not done.
    private static let harmlessOptions: [(name: String, leftOut: String)] = [
        ("accept-invalid-http-request", "requests are not looked at"),
        ("accept-invalid-http-response", "responses are not looked at"),
        ("checkcache", "responses are not looked at"),
        ("disable-h2-upgrade", "requests are not looked at"),
        ("forwardfor", "servers see this machine's address and no X-Forwarded-For"),
        ("h1-case-adjust-bogus-client", "headers stay as they are"),
        ("h1-case-adjust-bogus-server", "headers stay as they are"),
        ("http-buffer-request", "requests are passed on as they come"),
        ("http-ignore-probes", "connections without a request are logged like others"),
        ("http-keep-alive", "clients and servers decide how long their connections last"),
        ("http-no-delay", "bytes are passed on as they come anyway"),
        ("http-pretend-keepalive", "headers stay as they are"),
        ("http-restrict-req-hdr-names", "headers stay as they are"),
        ("http-server-close", "clients and servers decide how long their connections last"),
        ("http-use-proxy-header", "headers stay as they are"),
        ("httpclose", "clients and servers decide how long their connections last"),
        ("idle-close-on-response", "responses are not looked at"),
        ("originalto", "servers see no X-Original-To"),
        ("prefer-last-server", "each connection is balanced by itself"),
    ]

    /// The options that are read here.
    static let options: [Keyword<ProxyDraft>] = harmlessOptions.map { option in
        Keyword(option.name) { (proxy, arguments) throws(Diagnostic) in
            use("option \(option.name)", leaving: option.leftOut, &proxy, &arguments)
        }
    }

    /// Keywords that act on requests: what is not done, or `nil` where that matters.
    private static let lines: [(name: String, placement: Placement, leftOut: String?)] = [
        ("capture", .frontendSide, "nothing of requests is logged"),
        ("compression", .anywhere, "responses are passed on as they come"),
        ("cookie", .backendSide, nil),
        ("errorfile", .anywhere, "a session that can't be served is closed without a response"),
        ("errorfiles", .anywhere, "a session that can't be served is closed without a response"),
        ("errorloc", .anywhere, "a session that can't be served is closed without a response"),
        ("errorloc302", .anywhere, "a session that can't be served is closed without a response"),
        ("errorloc303", .anywhere, "a session that can't be served is closed without a response"),
        ("http-after-response", .anywhere, nil),
        ("http-error", .anywhere, "a session that can't be served is closed without a response"),
        ("http-response", .anywhere, nil),
        ("http-reuse", .backendSide, "each session has a connection of its own"),
        ("http-send-name-header", .backendSide, nil),
        ("max-keep-alive-queue", .backendSide, "each connection is balanced by itself"),
        ("monitor", .frontends, "requests for the monitor's address go to the servers"),
        ("monitor-uri", .frontendSide, "requests for the monitor's address go to the servers"),
        ("redirect", .anywhere, nil),
        ("unique-id-header", .frontendSide, "requests have no ids"),
    ]

    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] =
        lines.map { line in
            Keyword(line.name, line.placement) { (proxy, arguments) throws(Diagnostic) in
                use(line.name, leaving: line.leftOut, &proxy, &arguments)
            }
        } + [Keyword("http-request", .anywhere, readRequestRule)]

    private static func use(
        _ name: String, leaving leftOut: String?, _ proxy: inout ProxyDraft, _ arguments: inout Arguments
    ) {
        proxy.settings.contentUses.append(Use(word: arguments.current, name: name, leftOut: leftOut))
        _ = arguments.rest()
    }

    /// `http-request`: headers that tell where a request came from can be left out; other actions decide something.
    ///
    /// Statistics addresses obey those about access and metrics; whether it is one is known at the end of the file only.
    private static func readRequestRule(
        _ proxy: inout ProxyDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let keyword = arguments.current
        let (rule, obstacle) = readForStatistics(&proxy, arguments)
        let action = try arguments.word("an action", example: "http-request deny")
        var leftOut: String?
        switch action.text {
        case "add-header", "set-header":
            let header = arguments.peeked?.text.lowercased() ?? ""
            if header.hasPrefix("x-forwarded-") || header == "forwarded" || header == "x-real-ip" {
                leftOut = "servers don't see '\(arguments.peeked?.text ?? "")'"
            }
        case "use-service" where arguments.peeked?.text == "prometheus-exporter":
            leftOut = "metrics are not served at this address"
        case "capture", "set-log-level", "set-nice", "set-tos", "set-mark", "disable-l7-retry":
            leftOut = "the request is passed on as it is"
        case "allow" where proxy.settings.contentUses.allSatisfy({ $0.leftOut != nil }) && arguments.isEmpty:
            leftOut = "the request is passed on anyway"
        default: break
        }
        var use = Use(word: keyword, name: "http-request \(action.text)", leftOut: leftOut)
        (use.isObeyedByStatistics, use.obstacle) = (rule != nil, obstacle)
        if let rule { proxy.settings.requestRules.append(rule) }
        proxy.settings.contentUses.append(use)
        _ = arguments.rest()
    }

    /// The line as a statistics address would obey it, or what is wrong with it there.
    private static func readForStatistics(
        _ proxy: inout ProxyDraft, _ arguments: Arguments
    ) -> (RequestRule?, Diagnostic?) {
        var arguments = arguments
        do throws(Diagnostic) {
            return (try RequestRuleKeywords.read("http-request", &proxy, &arguments), nil)
        } catch {
            return (nil, error)
        }
    }
}
