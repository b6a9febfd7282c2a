import Model

extension SampleExpression.Hash {
    /// The hash of some bytes.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - parameter: a number to begin with, or whether the hash is mixed once more.
    /// - Returns: the hash; of 32 bits it has no sign.
    func value(of bytes: UnsafeRawBufferPointer, _ parameter: Int64) -> Int64 {
        switch self {
        case .xxh32: return Int64(XXHash.hash32(bytes, seed: UInt32(truncatingIfNeeded: parameter)))
        case .xxh64: return Int64(bitPattern: XXHash.hash64(bytes, seed: UInt64(bitPattern: parameter)))
        case .xxh3: return Int64(bitPattern: XXHash3.hash(bytes, seed: UInt64(bitPattern: parameter)))
        case .crc32, .crc32c, .djb2, .sdbm, .wt6:
            let hash = shortHash(of: bytes)
            return Int64(parameter == 0 ? hash : Self.mixed(hash))
        }
    }

    private func shortHash(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        switch self {
        case .crc32: Self.checksum(bytes, Self.crc32Table)
        case .crc32c: Self.checksum(bytes, Self.crc32cTable)
        case .djb2: bytes.reduce(5_381) { $0 &* 33 &+ UInt32($1) }
        case .sdbm: bytes.reduce(0) { UInt32($1) &+ $0 << 6 &+ $0 << 16 &- $0 }
        case .wt6: Self.wangTaylor(bytes)
        case .xxh32, .xxh64, .xxh3: 0
        }
    }

    private static let crc32Table = table(of: 0xEDB8_8320)
    private static let crc32cTable = table(of: 0x82F6_3B78)

    /// What each byte adds to a checksum, for a polynomial whose bits stand in reverse.
    private static func table(of polynomial: UInt32) -> [UInt32] {
        (0..<256).map { (index: UInt32) in
            (0..<8).reduce(index) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ polynomial : rest >> 1 }
        }
    }

    /// - Source: RFC 1952, section 8, and RFC 3720, appendix B.4.
    private static func checksum(_ bytes: UnsafeRawBufferPointer, _ table: [UInt32]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    /// Two words that are turned by numbers of bits that they themselves say; the results follow HAProxy 2.6.12.
    private static func wangTaylor(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var (first, second): (UInt32, UInt32) = (0xA53C_965A, 0x5CA6_953A)
        var (firstTurn, secondTurn): (UInt32, UInt32) = (6, 18)
        for byte in bytes {
            let sum = ~(second &+ UInt32(byte))
            let other = ~(first ^ UInt32(byte))
            first = turned(sum, firstTurn)
            second = turned(other, secondTurn)
            let turns = (first >> 16 ^ second) & 0xFFFF
            firstTurn = turns & 0x1F
            secondTurn = turns >> 11
        }
        return first ^ second
    }

    private static func turned(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word << count | word >> ((32 &- count) & 31)
    }

    /// Mixes a hash, so that each bit of it depends on all.
    ///
    /// - Source: the 32-bit integer hash with six shifts by Bob Jenkins; the results follow HAProxy 2.6.12.
    private static func mixed(_ hash: UInt32) -> UInt32 {
        var hash = hash
        hash = (hash &+ 0x7ED5_5D16) &+ (hash << 12)
        hash = (hash ^ 0xC761_C23C) ^ (hash >> 19)
        hash = (hash &+ 0x1656_67B1) &+ (hash << 5)
        hash = (hash &+ 0xD3A2_646C) ^ (hash << 9)
        hash = (hash &+ 0xFD70_46C5) &+ (hash << 3)
        hash = (hash ^ 0xB55A_4F09) ^ (hash >> 16)
        return hash &* 3_221_225_473
    }
}
