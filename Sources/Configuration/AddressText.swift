/// An address as a configuration writes it, cut into its parts: `[family@]host[:port]` or a path.
///
/// - Source: HAProxy 2.6 configuration manual, section 11 (address formats).
enum AddressText {
    /// What a prefix such as `ipv4@` demands.
    enum Family: Equatable {
        case any, ipv4, ipv6
    }

    /// What stands there.
    enum Form: Equatable {
        /// A host, perhaps empty or `*`, and what stands after the last colon; `nil` without a colon.
        case host(String, family: Family, port: String?)
        /// A path in the file system.
        case path(String)
        /// A name in the abstract namespace of Unix sockets.
        case abstract(String)
        /// The number of an inherited descriptor, as written.
        case descriptor(String)
        /// A prefix that exists in HAProxy but not here, such as `sockpair@`.
        case unsupported(prefix: String)
    }

    /// HAProxy's prefixes that mean something that does not exist here.
    private static let unsupportedPrefixes = [
        "sockpair@", "udp@", "udp4@", "udp6@", "quic4@", "quic6@", "dgram+", "uxdg@", "ring@",
    ]

    /// Prefixes that say that connections are meant, and what says the rest; longer ones first.
    private static let streamPrefixes = [
        ("stream+", ""), ("tcp4@", "ipv4@"), ("tcp6@", "ipv6@"), ("tcp@", ""),
    ]

    /// Cuts an address.
    ///
    /// - Parameters:
    ///   - text: the address.
    ///   - isForConnections: whether it is one of connections, which may be said (`tcp@`); else that has no meaning.
    /// - Returns: its parts.
    static func parse(_ text: String, isForConnections: Bool = true) -> Form {
        var text = Substring(text)
        var family = Family.any
        for (prefix, rest) in streamPrefixes where text.hasPrefix(prefix) {
            guard isForConnections else { return .unsupported(prefix: prefix) }
            text = Substring(rest + text.dropFirst(prefix.count))
        }
        if let prefix = unsupportedPrefixes.first(where: { text.hasPrefix($0) }) {
            return .unsupported(prefix: prefix)
        }
        for prefix in ["unix@", "uxst@"] where text.hasPrefix(prefix) {
            return .path(String(text.dropFirst(prefix.count)))
        }
        if text.hasPrefix("abns@") { return .abstract(String(text.dropFirst(5))) }
        if text.hasPrefix("fd@") { return .descriptor(String(text.dropFirst(3))) }
        if text.hasPrefix("/") { return .path(String(text)) }
        if text.hasPrefix("ipv4@") {
            family = .ipv4
            text = text.dropFirst(5)
        } else if text.hasPrefix("ipv6@") {
            family = .ipv6
            text = text.dropFirst(5)
        } else if text.hasPrefix("ip@") {
            text = text.dropFirst(3)
        }
        // In brackets there is no IPv4 address.
        if family != .ipv4, text.hasPrefix("["), let bracket = text.firstIndex(of: "]") {
            let host = String(text[text.index(after: text.startIndex)..<bracket])
            let rest = text[text.index(after: bracket)...]
            if rest.isEmpty { return .host(host, family: .ipv6, port: nil) }
            if rest.hasPrefix(":") { return .host(host, family: .ipv6, port: String(rest.dropFirst())) }
            return .host(String(text), family: family, port: nil)
        }
        // The last colon separates the port, also in an IPv6 address without brackets.
        guard let colon = text.lastIndex(of: ":") else { return .host(String(text), family: family, port: nil) }
        return .host(
            String(text[..<colon]), family: family, port: String(text[text.index(after: colon)...]))
    }

    /// The longest path of a Unix socket, as HAProxy has it: it makes the socket under a longer, temporary name.
    static let longestPath = 97

    /// Checks a Unix socket's path.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - word: where it stands.
    /// - Throws: that it is no usable path.
    static func checkPath(_ path: String, at word: Word) throws(Diagnostic) {
        guard path.hasPrefix("/") else {
            throw word.error("'\(path)' is not an absolute path", help: "begin the socket's path with '/'")
        }
        guard path.utf8.count <= longestPath else {
            throw word.error(
                "the socket's path is too long: \(path.utf8.count) bytes", help: "use at most \(longestPath) bytes")
        }
        guard !path.utf8.contains(0) else {
            throw word.error("the socket's path contains a zero byte", help: "remove it")
        }
    }

    /// The longest abstract name in bytes: what is left of a socket's address after the leading zero byte.
    static let longestAbstractName = 107

    /// Checks an abstract name.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - word: where it stands.
    /// - Throws: that it is no usable name.
    static func checkAbstractName(_ name: String, at word: Word) throws(Diagnostic) {
        guard (1...longestAbstractName).contains(name.utf8.count) else {
            throw word.error(
                "an abstract socket's name has 1 to \(longestAbstractName) bytes", help: "write one such as 'abns@app'")
        }
    }

    /// Reads one port or a range of ports.
    ///
    /// - Parameters:
    ///   - text: `PORT` or `PORT-PORT`.
    ///   - word: where they stand.
    /// - Returns: the ports.
    /// - Throws: that they are none.
    static func ports(_ text: String, at word: Word) throws(Diagnostic) -> ClosedRange<UInt16> {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try port(String(ends[0]), at: word)
        guard ends.count == 2 else { return first...first }
        let last = try port(String(ends[1]), at: word)
        guard first <= last else {
            throw word.error("the port range '\(text)' goes backwards", help: "write '\(last)-\(first)'")
        }
        return first...last
    }

    /// Reads one port.
    ///
    /// - Parameters:
    ///   - text: the digits.
    ///   - word: where they stand.
    ///   - range: which ports are allowed.
    /// - Returns: the port.
    /// - Throws: that it is no port.
    static func port(
        _ text: String, at word: Word, in range: ClosedRange<UInt16> = 1...UInt16.max
    ) throws(Diagnostic) -> UInt16 {
        guard !text.isEmpty else {
            throw word.error("the port is missing in '\(word.text)'", help: "write it after the colon")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw word.error(
                "'\(text)' is not a port", help: "write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard let port = UInt16(text), range.contains(port) else {
            throw word.error(
                "port \(text) is out of range", help: "write a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return port
    }
}
