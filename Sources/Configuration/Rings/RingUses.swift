import Model

/// What `log` lines have to do with rings: those that they name, and those that a `tcp@` address has to itself.
struct RingUses: Sendable, Equatable {
    /// Where rings are named, which may be before their sections.
    private(set) var named: [Word] = []
    /// The rings that addresses of TCP have to themselves.
    private(set) var own: [LogRingConfiguration] = []

    /// The prefixes of addresses that lines go to over TCP.
    private static let streams = ["tcp@", "tcp4@", "tcp6@"]

    /// Reads the address of a `log` line, if it has to do with a ring.
    ///
    /// - Parameter word: the address.
    /// - Returns: where the lines go; `nil` for any other address.
    /// - Throws: what is wrong.
    mutating func destination(_ word: Word) throws(Diagnostic) -> LogTarget.Destination? {
        if word.text.hasPrefix("ring@") {
            let name = String(word.text.dropFirst("ring@".count))
            guard !name.isEmpty else {
                throw word.error("'ring@' names no ring", help: "write the name of a 'ring' section after it")
            }
            named.append(Word(text: name, location: word.location(at: "ring@".count)))
            return .ring(name: name)
        }
        guard let prefix = Self.streams.first(where: { word.text.hasPrefix($0) }) else { return nil }
        let address = try RingAddress.read(word, after: prefix)
        // The place tells two equal lines apart, and no section is called so.
        let file = word.location.file.split(separator: "/").last ?? ""
        var ring = LogRingConfiguration(
            name: "ring#\(file):\(word.location.line)",
            description: "created from logserver declared into '\(word.location.file)' at line \(word.location.line)")
        ring.servers = [LogRingConfiguration.Server(name: word.text, address: address)]
        own.append(ring)
        return .ring(name: ring.name)
    }

    /// Gives the ring that an address has to itself what its `log` line says of lines.
    ///
    /// - Parameters:
    ///   - destination: what `destination` has made of the address.
    ///   - target: the line's options.
    mutating func shape(_ destination: LogTarget.Destination, as target: LogTarget) {
        guard case .ring(let name) = destination, let index = own.firstIndex(where: { $0.name == name }) else { return }
        own[index].format = target.format ?? .local
        own[index].maxLength = target.length
    }
}

/// The address of a server that lines go to over a stream.
enum RingAddress {
    /// Reads one.
    ///
    /// - Parameters:
    ///   - word: where it stands.
    ///   - prefix: what stands before it.
    /// - Returns: the address.
    /// - Throws: what is wrong.
    static func read(_ word: Word, after prefix: String = "") throws(Diagnostic) -> LogRingConfiguration.Server.Address
    {
        let example = "write an IP address with a port, such as '\(prefix)127.0.0.1:601', or a socket's path"
        var text = String(word.text.dropFirst(prefix.count))
        if prefix == "tcp4@" { text = "ipv4@" + text }
        if prefix == "tcp6@" { text = "ipv6@" + text }
        switch AddressText.parse(text) {
        case .path(let path):
            try AddressText.checkPath(path, at: word)
            return .unix(path: path)
        case .host(let host, let family, let portText):
            guard let portText, !portText.isEmpty else {
                throw word.error("'\(word.text)' has no port", help: example)
            }
            let port = try AddressText.port(portText, at: word)
            if family != .ipv6, let address = IPAddressText.ipv4(host) { return .ip(host: address, port: port) }
            if family != .ipv4, let address = IPAddressText.ipv6(host) { return .ip(host: address, port: port) }
            if host == "localhost" { return .ip(host: family == .ipv6 ? "::1" : "127.0.0.1", port: port) }
            throw word.error("'\(host)' is no IP address", help: example)
        case .abstract, .descriptor, .unsupported:
            throw word.error("lines can't be sent to '\(word.text)' here", help: example)
        }
    }
}
