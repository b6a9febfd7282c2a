/// Reads the keywords of proxies that say how connections are made: `source`, `dispatch`, `rate-limit`, probes.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum ConnectionKeywords {
    private typealias Side = WritableKeyPath<ProxySettings, KeepaliveConfiguration> & Sendable

    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] =
        [
            Keyword("dispatch", .backends, readDispatch),
            Keyword("rate-limit", .frontendSide, readRateLimit),
            Keyword("source", .backendSide) { (proxy, arguments) throws(Diagnostic) in
                proxy.settings.source = try SourceKeyword.read(&arguments, allowsPortRange: false)
                try arguments.expectEnd()
            },
        ]
        + probes("clitcpka", .frontendSide, \.clientKeepalive)
        + probes("srvtcpka", .backendSide, \.serverKeepalive)

    /// `clitcpka-cnt`, `-idle`, `-intvl` and their siblings for servers.
    private static func probes(_ name: String, _ placement: Placement, _ side: any Side) -> [Keyword<ProxyDraft>] {
        [
            Keyword("\(name)-cnt", placement) { (proxy, arguments) throws(Diagnostic) in
                let count = try arguments.integer(in: 0...Int(Int32.max), example: "\(name)-cnt 3")
                try arguments.expectEnd()
                proxy.settings[keyPath: side].count = count == 0 ? nil : count
            },
            Keyword("\(name)-idle", placement) { (proxy, arguments) throws(Diagnostic) in
                proxy.settings[keyPath: side].idle = try readSeconds(&arguments)
            },
            Keyword("\(name)-intvl", placement) { (proxy, arguments) throws(Diagnostic) in
                proxy.settings[keyPath: side].interval = try readSeconds(&arguments)
            },
        ]
    }

    /// A time that the system counts in seconds; 0 leaves it to the system.
    private static func readSeconds(_ arguments: inout Arguments) throws(Diagnostic) -> Duration? {
        let (duration, _) = try arguments.time(example: "\(arguments.current.text) 30s", defaultUnit: .seconds)
        try arguments.expectEnd()
        let (seconds, attoseconds) = duration.components
        let rounded = Duration.seconds(seconds + (attoseconds > 0 ? 1 : 0))
        return rounded > .zero ? rounded : nil
    }

    private static func readRateLimit(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let what = try arguments.word("'sessions' and a number", example: "rate-limit sessions 100")
        guard what.text == "sessions" else {
            throw what.error("'rate-limit' knows sessions only", help: "write 'rate-limit sessions 100'")
        }
        let limit = try arguments.integer(in: 0...Int(Int32.max), example: "rate-limit sessions 100")
        try arguments.expectEnd()
        proxy.settings.sessionRateLimit = limit == 0 ? nil : limit
    }

    private static func readDispatch(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = arguments.expanding(try arguments.word("an address", example: "dispatch 192.0.2.1:5672"))
        try arguments.expectEnd()
        let draft = try ServerAddressText.parse(word)
        guard case .ip(let host) = draft.target, case .fixed(let port) = draft.port else {
            throw word.error("'\(word.text)' is not an IP address with a port", help: "write 'dispatch 192.0.2.1:5672'")
        }
        proxy.dispatch = .ip(host, port: port)
    }
}

/// Reads the words after `source`, which are the same in proxies and on servers' lines.
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 and 5.2, `source`.
enum SourceKeyword {
    /// Reads an address and what may follow it.
    ///
    /// - Parameters:
    ///   - arguments: the line, after the keyword.
    ///   - allowsPortRange: whether several ports may be given, as on servers' lines.
    /// - Returns: the source.
    /// - Throws: what is wrong.
    static func read(_ arguments: inout Arguments, allowsPortRange: Bool) throws(Diagnostic) -> SourceConfiguration {
        let example = "source 192.0.2.9"
        let word = arguments.expanding(try arguments.word("an address", example: example))
        guard case .host(let host, let family, let portText) = AddressText.parse(word.text) else {
            throw word.error("'\(word.text)' is not an IP address", help: "write '\(example)'")
        }
        var source = SourceConfiguration(address: try address(host, family: family, at: word))
        // Port 0 is any, as none is.
        if let portText, !portText.isEmpty, portText != "0" {
            let ports = try AddressText.ports(portText, at: word)
            guard ports.count == 1 || allowsPortRange else {
                throw word.error("a range of ports can't stand here", help: "write it on the servers' own lines")
            }
            source.ports = ports
        }
        while let option = arguments.peeked {
            switch option.text {
            case "interface":
                _ = arguments.next()
                source.interface = try arguments.word("an interface", example: "\(example) interface eth1").text
            case "usesrc":
                _ = arguments.next()
                source.foreign = try foreign(&arguments)
            default:
                return try checked(source, word)
            }
        }
        return try checked(source, word)
    }

    private static func checked(
        _ source: SourceConfiguration, _ word: Word
    ) throws(Diagnostic) -> SourceConfiguration {
        guard source.foreign != nil, let ports = source.ports, ports.count > 1 else { return source }
        throw word.error(
            "a range of ports can't go together with 'usesrc', which says where connections come from",
            help: "write the address without ports")
    }

    /// What stands after `usesrc`.
    private static func foreign(_ arguments: inout Arguments) throws(Diagnostic) -> ForeignSource {
        let example = "usesrc clientip"
        let word = arguments.expanding(try arguments.word("whose address servers see", example: example))
        switch word.text {
        case "client": return .clientEndpoint
        case "clientip": return .clientAddress
        case let text where text.hasPrefix("hdr_ip("):
            throw word.error(
                "'usesrc hdr_ip' is not supported here: requests are relayed without being read",
                help: "write 'usesrc clientip'; a PROXY protocol header ('accept-proxy') tells of the client, too")
        default: break
        }
        guard case .host(let host, let family, let portText) = AddressText.parse(word.text),
            let address = ipAddress(host, family: family)
        else {
            throw word.error(
                "'\(word.text)' is not an IP address, 'client' or 'clientip'", help: "write one such as '\(example)'")
        }
        guard let portText, !portText.isEmpty else { return .address(address, port: 0) }
        return .address(address, port: try AddressText.port(portText, at: word, in: 0...UInt16.max))
    }

    private static func address(
        _ host: String, family: AddressText.Family, at word: Word
    ) throws(Diagnostic) -> String {
        if host.isEmpty || host == "*" { return family == .ipv6 ? "::" : "0.0.0.0" }
        if let address = ipAddress(host, family: family) { return address }
        throw word.error(
            "'\(host)' is not an IP address", help: "write one of this machine's, such as 'source 192.0.2.9'")
    }

    private static func ipAddress(_ host: String, family: AddressText.Family) -> String? {
        if family != .ipv6, let address = IPAddressText.ipv4(host) { return address }
        return family == .ipv4 ? nil : IPAddressText.ipv6(host)
    }
}
