import Model

/// Reads the lines of a `resolvers` section.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.3.2.
enum ResolversKeywords {
    /// DNS's port.
    static let defaultPort: UInt16 = 53

    /// All keywords of the section.
    static let table = KeywordTable<ResolversConfiguration>(
        "keyword",
        [
            Keyword("accepted_payload_size") { (section, arguments) throws(Diagnostic) in
                section.acceptedPayload = try arguments.integer(in: 512...65535, example: "accepted_payload_size 8192")
                try arguments.expectEnd()
            },
            Keyword("hold", read: readHold),
            Keyword("nameserver", read: readNameServer),
            Keyword("parse-resolv-conf") { (section, arguments) throws(Diagnostic) in
                try arguments.expectEnd()
                section.usesSystemServers = true
            },
            Keyword("resolve_retries") { (section, arguments) throws(Diagnostic) in
                section.retries = try arguments.integer(in: 0...Int(Int32.max), example: "resolve_retries 3")
                try arguments.expectEnd()
            },
            Keyword("timeout", read: readTimeout),
        ])

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - section: the section.
    ///   - arguments: the line, from its start.
    /// - Throws: what is wrong with it.
    static func read(_ section: inout ResolversConfiguration, _ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.next() else { return }
        try table.find(word, place: "in a 'resolvers' section").read(&section, &arguments)
    }

    private static func readNameServer(
        _ section: inout ResolversConfiguration, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let example = "nameserver dns1 192.0.2.53:53"
        let name = try arguments.word("a name and an address", example: example)
        let word = arguments.expanding(try arguments.word("an address", example: example))
        try arguments.expectEnd(help: "options of name servers are not supported here")
        if let first = section.nameServers.first(where: { $0.name == name.text }) {
            throw name.error("there is a name server '\(first.name)' already", help: "give it another name")
        }
        let form = forms.first { word.text.hasPrefix($0.prefix) }
        let text = String(word.text.dropFirst(form?.prefix.count ?? 0))
        guard case .host(let host, _, let portText) = AddressText.parse(text, isForConnections: false),
            let address = IPAddressText.ipv4(host) ?? IPAddressText.ipv6(host)
        else { throw word.error("'\(word.text)' is not a name server's IP address", help: "write '\(example)'") }
        var port = defaultPort
        if let portText, !portText.isEmpty { port = try AddressText.port(portText, at: word) }
        section.nameServers.append(
            .init(name: name.text, address: address, port: port, usesStream: form?.usesStream ?? false))
    }

    /// How an address may say the way to it.
    private static let forms: [(prefix: String, usesStream: Bool)] = [
        ("udp@", false), ("udp4@", false), ("udp6@", false), ("tcp@", true), ("tcp4@", true), ("tcp6@", true),
    ]

    private static func readHold(
        _ section: inout ResolversConfiguration, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let status = try arguments.word("an answer's kind and a time", example: "hold valid 10s")
        let (duration, _) = try arguments.time(example: "hold \(status.text) 10s")
        try arguments.expectEnd()
        switch status.text {
        case "nx": section.hold.unknownName = duration
        case "obsolete": section.hold.obsolete = duration
        case "other": section.hold.other = duration
        case "refused": section.hold.refused = duration
        case "timeout": section.hold.timeout = duration
        case "valid": section.hold.valid = duration
        default:
            throw status.error(
                "unknown kind of answer '\(status.text)'",
                help: "known are nx, obsolete, other, refused, timeout, valid")
        }
    }

    private static func readTimeout(
        _ section: inout ResolversConfiguration, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let event = try arguments.word("'resolve' or 'retry' and a time", example: "timeout retry 1s")
        let (duration, _) = try arguments.time(example: "timeout \(event.text) 1s")
        try arguments.expectEnd()
        switch event.text {
        case "resolve": section.interval = duration
        case "retry": section.retryTimeout = duration
        default: throw event.error("unknown timeout '\(event.text)'", help: "known are resolve and retry")
        }
    }
}
