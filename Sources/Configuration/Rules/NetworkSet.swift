/// Networks of both kinds, looked up by the lengths of their masks: how many there are of one length makes no difference.
public struct NetworkSet: Sendable, Hashable {
    /// The first bits of an address, the others 0; an IPv4 address is the last 32 of them.
    private struct Prefix: Sendable, Hashable {
        var high: UInt64
        var low: UInt64
    }

    /// The networks of one kind and one length.
    private struct Group: Sendable, Hashable {
        let isIPv6: Bool
        let length: Int
        var networks: Set<Prefix>
    }

    private var groups: [Group] = []

    /// No network.
    public init() {}

    /// Adds a network.
    ///
    /// - Parameters:
    ///   - high: the first half of one of its addresses; 0 for IPv4.
    ///   - low: the second half; an IPv4 address as a number.
    ///   - isIPv6: of which kind it is.
    ///   - length: how many bits count.
    public mutating func insert(high: UInt64, low: UInt64, isIPv6: Bool, length: Int) {
        let prefix = Self.prefix(high, low, isIPv6: isIPv6, length: length)
        if let index = groups.firstIndex(where: { $0.isIPv6 == isIPv6 && $0.length == length }) {
            groups[index].networks.insert(prefix)
        } else {
            groups.append(Group(isIPv6: isIPv6, length: length, networks: [prefix]))
        }
    }

    /// Whether an address is in one of the networks; an IPv4 address is the same written as an IPv6 one (`::ffff:a.b.c.d`).
    ///
    /// - Parameters:
    ///   - high: the address's first half; 0 for IPv4.
    ///   - low: its second half; an IPv4 address as a number.
    ///   - isIPv6: of which kind it is.
    /// - Returns: whether it is.
    public func contains(high: UInt64, low: UInt64, isIPv6: Bool) -> Bool {
        if holds(high, low, isIPv6: isIPv6) { return true }
        if !isIPv6 { return holds(0, low | Self.mappedPrefix, isIPv6: true) }
        guard high == 0, low >> 32 == Self.mappedPrefix >> 32 else { return false }
        return holds(0, low & 0xFFFF_FFFF, isIPv6: false)
    }

    /// - Source: RFC 4291, section 2.5.5.2.
    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

    private func holds(_ high: UInt64, _ low: UInt64, isIPv6: Bool) -> Bool {
        for group in groups where group.isIPv6 == isIPv6 {
            if group.networks.contains(Self.prefix(high, low, isIPv6: isIPv6, length: group.length)) { return true }
        }
        return false
    }

    private static func prefix(_ high: UInt64, _ low: UInt64, isIPv6: Bool, length: Int) -> Prefix {
        guard isIPv6 else { return Prefix(high: 0, low: low & mask(32 + length) & 0xFFFF_FFFF) }
        return Prefix(high: high & mask(length), low: low & mask(length - 64))
    }

    /// The first bits of 64.
    private static func mask(_ length: Int) -> UInt64 {
        length <= 0 ? 0 : length >= 64 ? .max : .max << UInt64(64 - length)
    }
}
