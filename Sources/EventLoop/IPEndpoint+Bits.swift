/// The bits of an address: for masks, and for logs that write addresses in hexadecimal digits.
extension IPEndpoint {
    /// The address as a number of 128 bits in two halves; of an IPv4 address, the last 32 bits are it, the others 0.
    public var bits: (high: UInt64, low: UInt64) {
        isIPv6
            ? (UInt64(bigEndian: high), UInt64(bigEndian: low))
            : (0, UInt64(UInt32(bigEndian: UInt32(truncatingIfNeeded: low))))
    }

    /// The network that an address is in; the port stays.
    ///
    /// - Parameter length: how many bits of the address stay, up to 32 for IPv4 and 128 for IPv6.
    /// - Returns: the address with the other bits 0.
    public func masked(toFirst length: Int) -> IPEndpoint {
        var network = self
        let (highBits, lowBits) = bits
        if isIPv6 {
            network.high = (highBits & Self.mask(of: 64, first: length)).bigEndian
            network.low = (lowBits & Self.mask(of: 64, first: length - 64)).bigEndian
        } else {
            let masked = lowBits & (Self.mask(of: 32, first: length) & 0xFFFF_FFFF)
            network.low = UInt64(UInt32(masked).bigEndian)
        }
        return network
    }

    /// The first bits of a number of so many bits.
    private static func mask(of width: UInt64, first length: Int) -> UInt64 {
        // A shift by the whole width or more gives 0 in Swift, as it should here.
        ~UInt64(0) << (width - UInt64(min(max(length, 0), Int(width))))
    }
}
