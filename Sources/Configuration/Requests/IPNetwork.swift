import Foundation

/// A network of IP addresses; IPv4 is told as IPv6 has it (`::ffff:a.b.c.d`).
struct IPNetwork: Sendable, Equatable {
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads an address or a network.
    ///
    /// - Parameter text: such as `10.0.0.0/8`, `10.0.0.0/255.0.0.0` or `::1`.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let bytes = Self.bytes(of: parts[0]) else { return nil }
        let isIPv4 = !parts[0].contains(":")
        let offset = isIPv4 ? 96 : 0
        var length = 128 - offset
        if parts.count == 2 {
            guard let given = Int(parts[1]) ?? (isIPv4 ? Self.length(ofMask: parts[1]) : nil),
                (0...128 - offset).contains(given)
            else { return nil }
            length = given
        }
        bits = length + offset
        self.bytes = Self.masked(bytes, bits)
    }

    /// Whether an address is one of its.
    ///
    /// - Parameter address: the sixteen bytes.
    /// - Returns: whether it is.
    func contains(_ address: [UInt8]) -> Bool { Self.masked(address, bits) == bytes }

    /// The sixteen bytes of an address.
    ///
    /// - Parameter text: an IPv4 or IPv6 address; what follows a `%` is left out.
    /// - Returns: `nil` for what is none.
    static func bytes(of text: String) -> [UInt8]? {
        let text = String(text.prefix { $0 != "%" })
        if text.contains(":") {
            var address = in6_addr()
            guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            return withUnsafeBytes(of: address) { Array($0) }
        }
        guard let usual = IPAddressText.ipv4(text) else { return nil }
        return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + usual.split(separator: ".").compactMap { UInt8($0) }
    }

    /// How many bits of a mask are set; `nil` unless they are its first ones.
    private static func length(ofMask mask: String) -> Int? {
        guard let bytes = bytes(of: mask)?.suffix(4) else { return nil }
        let value = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return (~value).leadingZeroBitCount == 32 - value.trailingZeroBitCount || value == 0
            ? value.nonzeroBitCount : nil
    }

    private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, bits - index * 8))
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }
    }
}
