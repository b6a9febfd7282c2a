/// Reads the options of `server` lines about connections, marks and names.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2.
enum ServerTrafficKeywords {
    /// The options that are read here.
    static let keywords: [Keyword<ServerDraft>] = limits + marks + connections + names + withoutEffect

    private static let limits: [Keyword<ServerDraft>] = [
        Keyword("minconn") { (server, arguments) throws(Diagnostic) in
            let limit = try arguments.integer(in: 0...Int(Int32.max), example: "minconn 10")
            server.settings.minconn = limit == 0 ? nil : limit
        },
        Keyword("slowstart") { (server, arguments) throws(Diagnostic) in
            // Counted in whole seconds, a part of one as one, as in HAProxy.
            let (duration, _) = try arguments.time(example: "slowstart 20s")
            let (seconds, attoseconds) = duration.components
            let rounded = Duration.seconds(seconds + (attoseconds > 0 ? 1 : 0))
            server.settings.slowStart = rounded > .zero ? rounded : nil
        },
    ]

    private static let marks: [Keyword<ServerDraft>] = [
        Keyword("error-limit") { (server, arguments) throws(Diagnostic) in
            server.settings.errorLimit = try arguments.integer(in: 1...Int(Int32.max), example: "error-limit 10")
        },
        Keyword("observe", read: readObserve),
        Keyword("on-error") { (server, arguments) throws(Diagnostic) in
            server.settings.errorReaction = try choice(&arguments, "on-error")
        },
        Keyword("on-marked-down") { (server, arguments) throws(Diagnostic) in
            try demand("shutdown-sessions", &arguments)
            server.settings.closesSessionsWhenDown = true
        },
        Keyword("on-marked-up") { (server, arguments) throws(Diagnostic) in
            try demand("shutdown-backup-sessions", &arguments)
            server.settings.closesBackupSessionsWhenUp = true
        },
        Keyword("track") { (server, arguments) throws(Diagnostic) in
            server.settings.track = try arguments.word("a server's name", example: "track backend/server")
        },
    ]

    private static let connections: [Keyword<ServerDraft>] = [
        Keyword("check-via-socks4") { (server, _) throws(Diagnostic) in server.settings.checksViaSOCKS = true },
        Keyword("socks4", read: readSOCKSProxy),
        Keyword("check-send-proxy") { (server, _) throws(Diagnostic) in server.settings.sendsProxyInChecks = true },
        Keyword("namespace") { (server, arguments) throws(Diagnostic) in
            let word = try arguments.word("a namespace", example: "namespace blue")
            guard word.text != "*" else {
                throw word.error(
                    "'namespace *' is not supported here: the namespace that a PROXY protocol header tells of is not "
                        + "followed", help: "write the namespace's name")
            }
            server.settings.namespace = word.text
        },
        Keyword("no-check-send-proxy") { (server, _) throws(Diagnostic) in
            server.settings.sendsProxyInChecks = false
        },
        Keyword("no-send-proxy") { (server, _) throws(Diagnostic) in server.settings.sendsProxyVersion1 = false },
        Keyword("no-send-proxy-v2") { (server, _) throws(Diagnostic) in server.settings.sendsProxyVersion2 = false },
        Keyword("no-send-proxy-v2-ssl") { (server, _) throws(Diagnostic) in
            server.settings.sendsProxyVersion2 = false
            server.settings.proxyOptions.remove(.ssl)
        },
        Keyword("no-send-proxy-v2-ssl-cn") { (server, _) throws(Diagnostic) in
            server.settings.sendsProxyVersion2 = false
            server.settings.proxyOptions.subtract([.ssl, .certificateName])
        },
        Keyword("no-tfo") { (server, _) throws(Diagnostic) in server.settings.usesFastOpen = false },
        Keyword("proxy-v2-options", read: readProxyOptions),
        Keyword("send-proxy") { (server, _) throws(Diagnostic) in server.settings.sendsProxyVersion1 = true },
        Keyword("send-proxy-v2") { (server, _) throws(Diagnostic) in server.settings.sendsProxyVersion2 = true },
        Keyword("send-proxy-v2-ssl") { (server, _) throws(Diagnostic) in
            server.settings.sendsProxyVersion2 = true
            server.settings.proxyOptions.insert(.ssl)
        },
        Keyword("send-proxy-v2-ssl-cn") { (server, _) throws(Diagnostic) in
            server.settings.sendsProxyVersion2 = true
            server.settings.proxyOptions.formUnion([.ssl, .certificateName])
        },
        Keyword("source") { (server, arguments) throws(Diagnostic) in
            server.settings.source = try SourceKeyword.read(&arguments, allowsPortRange: true)
        },
        Keyword("tcp-ut") { (server, arguments) throws(Diagnostic) in
            let (duration, _) = try arguments.time(example: "tcp-ut 30s")
            server.settings.userTimeout = duration > .zero ? duration : nil
        },
        Keyword("tfo") { (server, _) throws(Diagnostic) in server.settings.usesFastOpen = true },
    ]

    private static let names: [Keyword<ServerDraft>] = [
        Keyword("init-addr", read: readInitialAddress),
        Keyword("resolve-net", read: readNetworks),
        Keyword("resolve-opts", read: readResolutionOptions),
        Keyword("resolve-prefer") { (server, arguments) throws(Diagnostic) in
            server.settings.resolution.preference = try choice(&arguments, "resolve-prefer")
        },
        Keyword("resolvers") { (server, arguments) throws(Diagnostic) in
            let word = try arguments.word("the name of a resolvers section", example: "resolvers dns")
            server.settings.resolvers = word
            server.settings.resolution.resolvers = word.text
        },
    ]

    /// Options that are taken without doing anything: how many words each takes, how much that matters, and why.
    private static let withoutEffect: [Keyword<ServerDraft>] = [
        ("check-proto", 1, .note, "a check is a TCP connection"),
        ("cookie", 1, .note, "connections are not kept with a server"),
        ("max-reuse", 1, .note, "each session has a connection of its own"),
        ("pool-low-conn", 1, .note, "each session has a connection of its own"),
        ("pool-max-conn", 1, .note, "each session has a connection of its own"),
        ("pool-purge-delay", 1, .note, "each session has a connection of its own"),
        ("ws", 1, .note, "connections are relayed without being read"),
    ].map { Keyword(withoutEffect: $0, words: $1, severity: $2, reason: $3) }

    // MARK: Readers

    private static func demand(_ text: String, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current.text
        let word = try arguments.word("'\(text)'", example: "\(keyword) \(text)")
        guard word.text == text else {
            throw word.error("unknown argument '\(word.text)' of '\(keyword)'", help: "write '\(keyword) \(text)'")
        }
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ arguments: inout Arguments, _ keyword: String
    ) throws(Diagnostic) -> Value {
        let known = Value.allCases.map(\.rawValue)
        let word = try arguments.word("one of \(known.joined(separator: ", "))", example: "\(keyword) \(known[0])")
        guard let value = Value(rawValue: word.text) else {
            throw word.error(
                "unknown argument '\(word.text)' of '\(keyword)'", help: "known are \(known.joined(separator: ", "))")
        }
        return value
    }

    private static func readSOCKSProxy(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let example = "socks4 192.0.2.1:1080"
        let word = try arguments.word("an IP address and a port", example: example)
        let address = try ServerAddressText.parse(word)
        guard case .ip(let host) = address.target, case .fixed(let port) = address.port else {
            throw word.error("'\(word.text)' is no IP address with a port", help: "write one such as '\(example)'")
        }
        server.settings.socksProxy = .ip(host, port: port)
    }

    private static func readObserve(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("'layer4'", example: "observe layer4")
        switch word.text {
        case "none": (server.settings.observedLayer, server.settings.observedResponses) = (nil, nil)
        case "layer4": (server.settings.observedLayer, server.settings.observedResponses) = (.layer4, nil)
        case "layer7": (server.settings.observedLayer, server.settings.observedResponses) = (.layer4, word)
        default:
            throw word.error("unknown argument '\(word.text)' of 'observe'", help: "known are none, layer4 and layer7")
        }
    }

    private static func readProxyOptions(
        _ server: inout ServerDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let word = try arguments.word("options", example: "proxy-v2-options crc32c")
        for text in word.text.split(separator: ",") {
            guard let option = ProxyHeader.Option(rawValue: String(text)) else {
                let known = ProxyHeader.Option.allCases.map(\.rawValue).joined(separator: ", ")
                throw word.error("unknown option '\(text)' of the PROXY protocol", help: "known are \(known)")
            }
            server.settings.proxyOptions.insert(option)
            if option == .uniqueID {
                arguments.add(word.note("the header has an empty id, whatever 'unique-id-format' says"))
            }
        }
    }

    private static func readNetworks(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let example = "resolve-net 10.0.0.0/8"
        let word = try arguments.word("networks", example: example)
        server.settings.resolution.networks = []
        for text in word.text.split(separator: ",").map(String.init) {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let v4 = IPAddressText.ipv4(parts[0])
            let longest = v4 == nil ? 128 : 32
            guard let address = v4 ?? IPAddressText.ipv6(parts[0]),
                let bits = parts.count == 1 ? longest : Int(parts[1]), (0...longest).contains(bits)
            else { throw word.error("'\(text)' is no network", help: "write one such as '\(example)'") }
            server.settings.resolution.networks.append(.init(address: address, bits: bits))
        }
    }

    private static func readResolutionOptions(
        _ server: inout ServerDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let word = try arguments.word("options", example: "resolve-opts allow-dup-ip")
        server.settings.resolution.allowsDuplicates = false
        server.settings.resolution.ignoresWeights = false
        for text in word.text.split(separator: ",") {
            switch text {
            case "allow-dup-ip": server.settings.resolution.allowsDuplicates = true
            case "ignore-weight": server.settings.resolution.ignoresWeights = true
            case "prevent-dup-ip": server.settings.resolution.allowsDuplicates = false
            default:
                throw word.error(
                    "unknown option '\(text)' of 'resolve-opts'",
                    help: "known are allow-dup-ip, ignore-weight and prevent-dup-ip")
            }
        }
    }

    private static func readInitialAddress(
        _ server: inout ServerDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let word = try arguments.word("ways to the first address", example: "init-addr last,libc,none")
        var ways: [NameResolutionConfiguration.InitialAddress] = []
        for text in word.text.split(separator: ",").map(String.init) {
            switch text {
            case "last": ways.append(.last)
            case "libc": ways.append(.system)
            case "none": ways.append(.none)
            default:
                guard let address = IPAddressText.ipv4(text) ?? IPAddressText.ipv6(text) else {
                    throw word.error(
                        "'\(text)' is no way to an address", help: "known are last, libc, none and IP addresses")
                }
                ways.append(.ip(address))
            }
        }
        server.settings.resolution.initialAddress = ways
    }
}

extension Keyword {
    /// Describes an option that is taken without doing anything.
    ///
    /// - Parameters:
    ///   - name: how it is written.
    ///   - words: how many words it takes, 0 or 1.
    ///   - severity: how much it matters that it does nothing.
    ///   - reason: why it does nothing.
    init(withoutEffect name: String, words: Int, severity: Diagnostic.Severity, reason: String) {
        self.init(name) { (_, arguments) throws(Diagnostic) in
            let keyword = arguments.current
            if words > 0 { _ = try arguments.word("a value", example: "\(name) VALUE") }
            arguments.add(
                Diagnostic(
                    severity: severity, location: keyword.location, message: "'\(name)' has no effect here: \(reason)"))
        }
    }
}
