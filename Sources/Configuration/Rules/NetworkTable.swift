/// Networks of both kinds and what each stands for, looked up by the lengths of their masks, the longest first: how many
/// there are of one length makes no difference.
public struct NetworkTable: Sendable, Hashable {
    /// The first bits of an address, the others 0; an IPv4 address is the last 32 of them.
    private struct Prefix: Sendable, Hashable {
        var high: UInt64
        var low: UInt64
    }

    /// The networks of one kind and one length.
    private struct Group: Sendable, Hashable {
        let isIPv6: Bool
        let length: Int
        var networks: [Prefix: Int]
    }

    /// The longest first.
    private var groups: [Group] = []

    /// No network.
    public init() {}

    /// The networks that texts such as `10.0.0.0/8` name; each stands for its place among them.
    ///
    /// - Parameter texts: the texts; what names no network is left out.
    public init(_ texts: [String]) {
        for (place, text) in texts.enumerated() {
            guard let network = PatternReader.network(text) else { continue }
            insert(
                high: network.high, low: network.low, isIPv6: network.isIPv6, length: network.length,
                standingFor: place)
        }
    }

    /// Adds a network; one that is there already stands for what it stood for.
    ///
    /// - Parameters:
    ///   - high: the first half of one of its addresses; 0 for IPv4.
    ///   - low: the second half; an IPv4 address as a number.
    ///   - isIPv6: of which kind it is.
    ///   - length: how many bits count.
    ///   - number: what it stands for.
    public mutating func insert(high: UInt64, low: UInt64, isIPv6: Bool, length: Int, standingFor number: Int) {
        let prefix = Self.prefix(high, low, isIPv6: isIPv6, length: length)
        if let index = groups.firstIndex(where: { $0.isIPv6 == isIPv6 && $0.length == length }) {
            if groups[index].networks[prefix] == nil { groups[index].networks[prefix] = number }
            return
        }
        let place = groups.firstIndex { $0.length < length } ?? groups.count
        groups.insert(Group(isIPv6: isIPv6, length: length, networks: [prefix: number]), at: place)
    }

    /// What the smallest network stands for that an address is in; an IPv4 address is the same written as an IPv6 one
    /// (`::ffff:a.b.c.d`), and networks of its own kind go first.
    ///
    /// - Parameters:
    ///   - high: the address's first half; 0 for IPv4.
    ///   - low: its second half; an IPv4 address as a number.
    ///   - isIPv6: of which kind it is.
    /// - Returns: `nil` when it is in none.
    public func number(high: UInt64, low: UInt64, isIPv6: Bool) -> Int? {
        if let number = find(high, low, isIPv6: isIPv6) { return number }
        if !isIPv6 { return find(0, low | Self.mappedPrefix, isIPv6: true) }
        guard high == 0, low >> 32 == Self.mappedPrefix >> 32 else { return nil }
        return find(0, low & 0xFFFF_FFFF, isIPv6: false)
    }

    /// - Source: RFC 4291, section 2.5.5.2.
    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

    private func find(_ high: UInt64, _ low: UInt64, isIPv6: Bool) -> Int? {
        for group in groups where group.isIPv6 == isIPv6 {
            let prefix = Self.prefix(high, low, isIPv6: isIPv6, length: group.length)
            if let number = group.networks[prefix] { return number }
        }
        return nil
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
