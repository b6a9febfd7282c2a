/// A client's address as `balance source` sees it.
///
/// The address in network order, cut into words of 32 bits that are combined by exclusive or: an IPv4 address is its own
/// key. The port doesn't count.
///
/// - Source: HAProxy 2.6 configuration manual, `balance source`; the key itself follows recordings of HAProxy 2.6
///   (Tests/Recordings), in which the function of `hash-type` makes no difference to `balance source`.
public struct ClientKey: Sendable, Hashable {
    /// The key.
    public let value: UInt32

    /// Makes the key of an IPv4 address.
    ///
    /// - Parameter address: the address as a number, its first byte the most significant.
    public init(ipv4 address: UInt32) {
        value = address
    }

    /// Makes the key of an address of either kind.
    ///
    /// - Parameter bytes: the address's 4 or 16 bytes in network order; a rest of fewer than 4 doesn't count.
    public init(bytes: some Sequence<UInt8>) {
        var key: UInt32 = 0
        var word: UInt32 = 0
        var count = 0
        for byte in bytes {
            word = word << 8 | UInt32(byte)
            count += 1
            if count % 4 == 0 {
                key ^= word
                word = 0
            }
        }
        value = key
    }

    /// The key mixed so that every bit of it may change every bit of the result (`hash-type ... avalanche`).
    var avalanched: UInt32 { Self.avalanche(value) }

    /// Mixes the bits of a number; no two numbers give the same result.
    ///
    /// - Parameter number: the number.
    /// - Returns: the mixed number.
    /// - Source: Bob Jenkins, "4-byte Integer Hashing", the first full avalanche function; the multiplication by a prime
    ///   follows recordings of HAProxy 2.6.
    static func avalanche(_ number: UInt32) -> UInt32 {
        var mixed = number
        mixed = (mixed &+ 0x7ed5_5d16) &+ (mixed << 12)
        mixed = (mixed ^ 0xc761_c23c) ^ (mixed >> 19)
        mixed = (mixed &+ 0x1656_67b1) &+ (mixed << 5)
        mixed = (mixed &+ 0xd3a2_646c) ^ (mixed << 9)
        mixed = (mixed &+ 0xfd70_46c5) &+ (mixed << 3)
        mixed = (mixed ^ 0xb55a_4f09) ^ (mixed >> 16)
        return mixed &* 3_221_225_473
    }
}
