/// xxHash in 32 and in 64 bits.
///
/// - Source: the xxHash fast digest algorithm, version 0.1.1 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
enum XXHash {
    private static let primes32: (UInt32, UInt32, UInt32, UInt32, UInt32) =
        (0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F, 0x1656_67B1)
    static let primes64: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5
    )

    /// The hash in 32 bits.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - seed: what it begins with.
    /// - Returns: the hash.
    static func hash32(_ bytes: UnsafeRawBufferPointer, seed: UInt32) -> UInt32 {
        let (p1, p2, p3, p4, p5) = primes32
        var (hash, offset): (UInt32, Int)
        if bytes.count >= 16 {
            var lanes: SIMD4<UInt32> = [seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1]
            offset = 0
            while offset + 16 <= bytes.count {
                for lane in 0..<4 {
                    lanes[lane] = turned(lanes[lane] &+ word32(bytes, offset + lane * 4) &* p2, 13) &* p1
                }
                offset += 16
            }
            hash = turned(lanes[0], 1) &+ turned(lanes[1], 7) &+ turned(lanes[2], 12) &+ turned(lanes[3], 18)
        } else {
            (hash, offset) = (seed &+ p5, 0)
        }
        hash &+= UInt32(truncatingIfNeeded: bytes.count)
        while offset + 4 <= bytes.count {
            hash = turned(hash &+ word32(bytes, offset) &* p3, 17) &* p4
            offset += 4
        }
        while offset < bytes.count {
            hash = turned(hash &+ UInt32(bytes[offset]) &* p5, 11) &* p1
            offset += 1
        }
        hash = (hash ^ hash >> 15) &* p2
        hash = (hash ^ hash >> 13) &* p3
        return hash ^ hash >> 16
    }

    /// The hash in 64 bits.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - seed: what it begins with.
    /// - Returns: the hash.
    static func hash64(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        let (p1, p2, p3, p4, p5) = primes64
        var (hash, offset): (UInt64, Int)
        if bytes.count >= 32 {
            var lanes: SIMD4<UInt64> = [seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1]
            offset = 0
            while offset + 32 <= bytes.count {
                for lane in 0..<4 { lanes[lane] = round(lanes[lane], word64(bytes, offset + lane * 8)) }
                offset += 32
            }
            hash = turned(lanes[0], 1) &+ turned(lanes[1], 7) &+ turned(lanes[2], 12) &+ turned(lanes[3], 18)
            for lane in 0..<4 { hash = (hash ^ round(0, lanes[lane])) &* p1 &+ p4 }
        } else {
            (hash, offset) = (seed &+ p5, 0)
        }
        hash &+= UInt64(bytes.count)
        while offset + 8 <= bytes.count {
            hash = turned(hash ^ round(0, word64(bytes, offset)), 27) &* p1 &+ p4
            offset += 8
        }
        if offset + 4 <= bytes.count {
            hash = turned(hash ^ UInt64(word32(bytes, offset)) &* p1, 23) &* p2 &+ p3
            offset += 4
        }
        while offset < bytes.count {
            hash = turned(hash ^ UInt64(bytes[offset]) &* p5, 11) &* p1
            offset += 1
        }
        return avalanched(hash)
    }

    /// The end of the hash in 64 bits.
    ///
    /// - Parameter hash: what it has come to.
    /// - Returns: the same, mixed.
    static func avalanched(_ hash: UInt64) -> UInt64 {
        var hash = (hash ^ hash >> 33) &* primes64.1
        hash = (hash ^ hash >> 29) &* primes64.2
        return hash ^ hash >> 32
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        turned(lane &+ word &* primes64.1, 31) &* primes64.0
    }

    /// Four bytes, the little end first.
    ///
    /// - Parameters:
    ///   - bytes: all.
    ///   - offset: where they begin; there are four from there on.
    /// - Returns: the number.
    static func word32(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes, the little end first.
    ///
    /// - Parameters:
    ///   - bytes: all.
    ///   - offset: where they begin; there are eight from there on.
    /// - Returns: the number.
    static func word64(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A word whose bits are turned to the left.
    ///
    /// - Parameters:
    ///   - word: the word.
    ///   - count: by how many, more than none and fewer than it has.
    /// - Returns: the word.
    static func turned<Bits: FixedWidthInteger>(_ word: Bits, _ count: Int) -> Bits {
        word << count | word >> (Bits.bitWidth - count)
    }
}
