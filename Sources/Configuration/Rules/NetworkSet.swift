/// Networks of both kinds: how many there are of one length makes no difference.
public struct NetworkSet: Sendable, Hashable {
    private var table = NetworkTable()

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
        table.insert(high: high, low: low, isIPv6: isIPv6, length: length, standingFor: 0)
    }

    /// Whether an address is in one of the networks; an IPv4 address is the same written as an IPv6 one (`::ffff:a.b.c.d`).
    ///
    /// - Parameters:
    ///   - high: the address's first half; 0 for IPv4.
    ///   - low: its second half; an IPv4 address as a number.
    ///   - isIPv6: of which kind it is.
    /// - Returns: whether it is.
    public func contains(high: UInt64, low: UInt64, isIPv6: Bool) -> Bool {
        table.number(high: high, low: low, isIPv6: isIPv6) != nil
    }
}
