/// The checksum of PROXY protocol headers: CRC-32 with Castagnoli's polynomial.
///
/// - Source: RFC 3720, appendix B.4, of which the first example is in the tests.
struct CRC32C {
    private static let polynomial: UInt32 = 0x82F6_3B78
    private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
        (0..<8).reduce(index) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ polynomial : rest >> 1 }
    }

    private var rest = UInt32.max

    /// The checksum of the bytes so far.
    var value: UInt32 { ~rest }

    /// Takes in further bytes.
    ///
    /// - Parameter bytes: the bytes.
    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { rest = rest >> 8 ^ CRC32C.table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    }
}
