/// Reads the address word of a `server` line.
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 (`server`) and 11 (address formats).
enum ServerAddressText {
    /// Reads an address.
    ///
    /// - Parameter word: an IP address or a name, perhaps with a port, or a path.
    /// - Returns: its parts.
    /// - Throws: what is wrong.
    static func parse(_ word: Word) throws(Diagnostic) -> ServerAddressDraft {
        switch AddressText.parse(word.text) {
        case .path(let path):
            try AddressText.checkPath(path, at: word)
            return ServerAddressDraft(target: .unix(path: path), port: .fixed(0), word: word)
        case .abstract(let name):
            try AddressText.checkAbstractName(name, at: word)
            return ServerAddressDraft(target: .abstract(name: name), port: .fixed(0), word: word)
        case .descriptor:
            throw word.error(
                "a server's address can't be a descriptor", help: "use an IP address, a name or a socket's path")
        case .unsupported(let prefix):
            throw word.error(
                "a server's address with '\(prefix)' is not supported here",
                help: "use an IP address, a name or a socket's path")
        case .host(let host, let family, let portText):
            let target = try target(host, family: family, at: word)
            if case .service = target { return ServerAddressDraft(target: target, port: .fixed(0), word: word) }
            return ServerAddressDraft(target: target, port: try port(portText, at: word), word: word)
        }
    }

    /// Port 0 and a colon at the end mean the client's port, as no port does; a sign means a distance from it.
    private static func port(_ text: String?, at word: Word) throws(Diagnostic) -> ServerAddressDraft.Port {
        guard let text, !text.isEmpty else { return .client(offset: 0) }
        if let sign = text.first, sign == "+" || sign == "-" {
            let distance = try AddressText.port(String(text.dropFirst()), at: word, in: 0...UInt16.max)
            return .client(offset: sign == "+" ? Int(distance) : -Int(distance))
        }
        if text.contains("-") { throw word.error("a range of ports can't stand here", help: "write one port") }
        let port = try AddressText.port(text, at: word, in: 0...UInt16.max)
        return port == 0 ? .client(offset: 0) : .fixed(port)
    }

    private static func target(
        _ host: String, family: AddressText.Family, at word: Word
    ) throws(Diagnostic) -> ServerAddressDraft.Target {
        if host.isEmpty || ["*", "0.0.0.0", "::"].contains(host) { return .destination }
        if family != .ipv6, let address = IPAddressText.ipv4(host) { return .ip(address) }
        if family != .ipv4, let address = IPAddressText.ipv6(host) { return .ip(address) }
        // A service's name; what stands after it as a port has no meaning, as in HAProxy.
        if host.hasPrefix("_"), host.dropFirst().contains(where: \.isLetter) { return .service(host) }
        if IPAddressText.isName(host), host.contains(where: \.isLetter) { return .name(host) }
        throw word.error(
            "'\(host)' is neither an IP address nor a name",
            help: "write one such as '192.0.2.1:5672' or '[2001:db8::1]:5672'")
    }
}
