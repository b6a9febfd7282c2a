/// Turns the address word of a `bind` or `stats socket` line into the addresses it means.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `bind`.
enum BindAddressText {
    /// Most addresses of one line; HAProxy has no limit, but would run out of descriptors.
    static let maximumAddresses = 1024

    /// Reads the whole word.
    ///
    /// - Parameters:
    ///   - word: addresses with commas between them, each with a port or a range of ports, or a path.
    ///   - isIPv6Only: whether `v6only` is given.
    ///   - pathPrefix: what stands before each path (`unix-bind prefix`).
    /// - Returns: the addresses in order; never empty.
    /// - Throws: what is wrong.
    static func addresses(
        _ word: Word, isIPv6Only: Bool, pathPrefix: String = ""
    ) throws(Diagnostic) -> [BindAddress] {
        var addresses: [BindAddress] = []
        let parts = word.text.split(separator: ",", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // HAProxy takes a comma at the end, and nothing else empty.
                if index == parts.count - 1, index > 0 { continue }
                throw word.error(
                    "an address is missing in '\(word.text)'", help: "write 'bind 127.0.0.1:5672' or 'bind *:5672'")
            }
            addresses += try one(String(part), at: word, isIPv6Only: isIPv6Only, pathPrefix: pathPrefix)
            guard addresses.count <= maximumAddresses else {
                throw word.error(
                    "'\(word.text)' means more than \(maximumAddresses) addresses", help: "use a smaller range of ports"
                )
            }
        }
        return addresses
    }

    private static func one(
        _ text: String, at word: Word, isIPv6Only: Bool, pathPrefix: String
    ) throws(Diagnostic) -> [BindAddress] {
        switch AddressText.parse(text) {
        case .path(let end):
            let path = pathPrefix + end
            try AddressText.checkPath(path, at: word)
            return [.unix(path: path)]
        case .abstract(let name):
            try AddressText.checkAbstractName(name, at: word)
            return [.abstract(name: name)]
        case .descriptor(let text):
            guard let number = Int32(text), number >= 0, !text.hasPrefix("+") else {
                throw word.error("'\(text)' is not the number of a descriptor", help: "write one such as 'fd@3'")
            }
            return [.descriptor(number)]
        case .unsupported(let prefix):
            throw word.error(
                "an address with '\(prefix)' is not supported here",
                help: "use an IP address with a port or a socket's path")
        case .host(let host, let family, let portText):
            guard let portText, !portText.isEmpty else {
                throw word.error("the port is missing in '\(text)'", help: "write it after a colon, such as '*:5672'")
            }
            let ports = try AddressText.ports(portText, at: word)
            let address = try resolve(host, family: family, at: word)
            var addresses: [BindAddress] = []
            for port in ports.prefix(maximumAddresses + 1) {
                switch address {
                case .ipv4(let host): addresses.append(.ipv4(host, port: port))
                case .ipv6(let host): addresses.append(.ipv6(host, port: port, isIPv6Only: isIPv6Only))
                }
            }
            return addresses
        }
    }

    private enum Host {
        case ipv4(String)
        case ipv6(String)
    }

    private static func resolve(
        _ host: String, family: AddressText.Family, at word: Word
    ) throws(Diagnostic) -> Host {
        if host.isEmpty || host == "*" { return family == .ipv6 ? .ipv6("::") : .ipv4("0.0.0.0") }
        if family != .ipv6, let address = IPAddressText.ipv4(host) { return .ipv4(address) }
        if family != .ipv4, let address = IPAddressText.ipv6(host) { return .ipv6(address) }
        if host == "localhost" { return family == .ipv6 ? .ipv6("::1") : .ipv4("127.0.0.1") }
        switch family {
        case .any:
            throw word.error(
                "'\(host)' is not an IP address",
                help: "names are not looked up for listening; write the address, or '*' for all")
        case .ipv4:
            throw word.error("'\(host)' is not an IPv4 address", help: "write one such as 'ipv4@127.0.0.1:5672'")
        case .ipv6:
            throw word.error("'\(host)' is not an IPv6 address", help: "write one such as 'ipv6@[::1]:5672'")
        }
    }
}
