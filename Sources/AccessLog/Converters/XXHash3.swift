/// XXH3 in 64 bits, as of xxHash 0.8.
///
/// - Source: xxHash 0.8's specification of XXH3 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
enum XXHash3 {
    private static let secret: [UInt8] = [
        0xB8, 0xFE, 0x6C, 0x39, 0x23, 0xA4, 0x4B, 0xBE, 0x7C, 0x01, 0x81, 0x2C, 0xF7, 0x21, 0xAD, 0x1C,
        0xDE, 0xD4, 0x6D, 0xE9, 0x83, 0x90, 0x97, 0xDB, 0x72, 0x40, 0xA4, 0xA4, 0xB7, 0xB3, 0x67, 0x1F,
        0xCB, 0x79, 0xE6, 0x4E, 0xCC, 0xC0, 0xE5, 0x78, 0x82, 0x5A, 0xD0, 0x7D, 0xCC, 0xFF, 0x72, 0x21,
        0xB8, 0x08, 0x46, 0x74, 0xF7, 0x43, 0x24, 0x8E, 0xE0, 0x35, 0x90, 0xE6, 0x81, 0x3A, 0x26, 0x4C,
        0x3C, 0x28, 0x52, 0xBB, 0x91, 0xC3, 0x00, 0xCB, 0x88, 0xD0, 0x65, 0x8B, 0x1B, 0x53, 0x2E, 0xA3,
        0x71, 0x64, 0x48, 0x97, 0xA2, 0x0D, 0xF9, 0x4E, 0x38, 0x19, 0xEF, 0x46, 0xA9, 0xDE, 0xAC, 0xD8,
        0xA8, 0xFA, 0x76, 0x3F, 0xE3, 0x9C, 0x34, 0x3F, 0xF9, 0xDC, 0xBB, 0xC7, 0xC7, 0x0B, 0x4F, 0x1D,
        0x8A, 0x51, 0xE0, 0x4B, 0xCD, 0xB4, 0x59, 0x31, 0xC8, 0x9F, 0x7E, 0xC9, 0xD9, 0x78, 0x73, 0x64,
        0xEA, 0xC5, 0xAC, 0x83, 0x34, 0xD3, 0xEB, 0xC3, 0xC5, 0x81, 0xA0, 0xFF, 0xFA, 0x13, 0x63, 0xEB,
        0x17, 0x0D, 0xDD, 0x51, 0xB7, 0xF0, 0xDA, 0x49, 0xD3, 0x16, 0x55, 0x26, 0x29, 0xD4, 0x68, 0x9E,
        0x2B, 0x16, 0xBE, 0x58, 0x7D, 0x47, 0xA1, 0xFC, 0x8F, 0xF8, 0xB8, 0xD1, 0x7A, 0xD0, 0x31, 0xCE,
        0x45, 0xCB, 0x3A, 0x8F, 0x95, 0x16, 0x04, 0x28, 0xAF, 0xD7, 0xFB, 0xCA, 0xBB, 0x4B, 0x40, 0x7E,
    ]
    /// Lengths: of what is taken at once, of the step in the secret that belongs to it, and of the shortest secret.
    private static let (stripe, stripeStep, leastSecret) = (64, 8, 136)
    private static let (prime32a, prime32b, prime32c): (UInt64, UInt64, UInt64) =
        (0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D)
    private static let mixPrimes: (UInt64, UInt64) = (0x1656_6791_9E37_79F9, 0x9FB2_1C65_1E98_DF25)

    /// The hash.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - seed: what it begins with.
    /// - Returns: the hash.
    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        secret.withUnsafeBytes { secret in
            switch bytes.count {
            case 0: XXHash.avalanched(seed ^ word(secret, 56) ^ word(secret, 64))
            case 1...3: upTo3(bytes, secret, seed)
            case 4...8: upTo8(bytes, secret, seed)
            case 9...16: upTo16(bytes, secret, seed)
            case 17...128: upTo128(bytes, secret, seed)
            case 129...240: upTo240(bytes, secret, seed)
            default:
                seed == 0 ? long(bytes, secret) : derived(secret, seed).withUnsafeBytes { long(bytes, $0) }
            }
        }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 { XXHash.word64(bytes, offset) }

    private static func upTo3(
        _ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer, _ seed: UInt64
    ) -> UInt64 {
        let count = bytes.count
        let combined =
            UInt32(bytes[0]) << 16 | UInt32(bytes[count >> 1]) << 24 | UInt32(bytes[count - 1]) | UInt32(count) << 8
        let key = UInt64(XXHash.word32(secret, 0) ^ XXHash.word32(secret, 4)) &+ seed
        return XXHash.avalanched(UInt64(combined) ^ key)
    }

    private static func upTo8(
        _ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer, _ seed: UInt64
    ) -> UInt64 {
        let count = bytes.count
        let seed = seed ^ UInt64(UInt32(truncatingIfNeeded: seed).byteSwapped) << 32
        let input = UInt64(XXHash.word32(bytes, count - 4)) &+ UInt64(XXHash.word32(bytes, 0)) << 32
        var hash = input ^ ((word(secret, 8) ^ word(secret, 16)) &- seed)
        hash ^= XXHash.turned(hash, 49) ^ XXHash.turned(hash, 24)
        hash = hash &* mixPrimes.1
        hash ^= (hash >> 35) &+ UInt64(count)
        hash = hash &* mixPrimes.1
        return hash ^ hash >> 28
    }

    private static func upTo16(
        _ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer, _ seed: UInt64
    ) -> UInt64 {
        let count = bytes.count
        let low = word(bytes, 0) ^ ((word(secret, 24) ^ word(secret, 32)) &+ seed)
        let high = word(bytes, count - 8) ^ ((word(secret, 40) ^ word(secret, 48)) &- seed)
        return mixed(UInt64(count) &+ low.byteSwapped &+ high &+ folded(low, high))
    }

    private static func upTo128(
        _ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer, _ seed: UInt64
    ) -> UInt64 {
        let count = bytes.count
        var hash = UInt64(count) &* XXHash.primes64.0
        for pair in (0...(count - 1) / 32).reversed() {
            hash &+= pieces(bytes, pair * 16, secret, pair * 32, seed)
            hash &+= pieces(bytes, count - 16 - pair * 16, secret, pair * 32 + 16, seed)
        }
        return mixed(hash)
    }

    private static func upTo240(
        _ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer, _ seed: UInt64
    ) -> UInt64 {
        let count = bytes.count
        var hash = UInt64(count) &* XXHash.primes64.0
        for piece in 0..<8 { hash &+= pieces(bytes, piece * 16, secret, piece * 16, seed) }
        hash = mixed(hash)
        for piece in 8..<(count / 16) { hash &+= pieces(bytes, piece * 16, secret, (piece - 8) * 16 + 3, seed) }
        return mixed(hash &+ pieces(bytes, count - 16, secret, leastSecret - 17, seed))
    }

    private static func long(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        let (p1, p2, p3, p4, p5) = XXHash.primes64
        var sums: SIMD8<UInt64> = [prime32c, p1, p2, p3, p4, prime32b, p5, prime32a]
        let stripesInBlock = (secret.count - stripe) / stripeStep
        let blockLength = stripe * stripesInBlock
        let blocks = (bytes.count - 1) / blockLength
        for block in 0..<blocks {
            for index in 0..<stripesInBlock {
                take(bytes, block * blockLength + index * stripe, secret, index * stripeStep, &sums)
            }
            for lane in 0..<8 {
                let sum = sums[lane]
                sums[lane] = (sum ^ sum >> 47 ^ word(secret, secret.count - stripe + lane * 8)) &* prime32a
            }
        }
        let rest = (bytes.count - 1 - blockLength * blocks) / stripe
        for index in 0..<rest {
            take(bytes, blocks * blockLength + index * stripe, secret, index * stripeStep, &sums)
        }
        take(bytes, bytes.count - stripe, secret, secret.count - stripe - 7, &sums)
        var hash = UInt64(bytes.count) &* p1
        for pair in 0..<4 {
            hash &+= folded(
                sums[pair * 2] ^ word(secret, 11 + pair * 16), sums[pair * 2 + 1] ^ word(secret, 19 + pair * 16))
        }
        return mixed(hash)
    }

    private static func take(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ secret: UnsafeRawBufferPointer, _ secretOffset: Int,
        _ sums: inout SIMD8<UInt64>
    ) {
        for lane in 0..<8 {
            let value = word(bytes, offset + lane * 8)
            let key = value ^ word(secret, secretOffset + lane * 8)
            sums[lane ^ 1] &+= value
            sums[lane] &+= (key & 0xFFFF_FFFF) &* (key >> 32)
        }
    }

    /// The secret for a seed.
    private static func derived(_ secret: UnsafeRawBufferPointer, _ seed: UInt64) -> [UInt64] {
        (0..<(secret.count / 8)).map { index in
            let part = word(secret, index * 8)
            return (index % 2 == 0 ? part &+ seed : part &- seed).littleEndian
        }
    }

    private static func pieces(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ secret: UnsafeRawBufferPointer, _ secretOffset: Int,
        _ seed: UInt64
    ) -> UInt64 {
        folded(
            word(bytes, offset) ^ (word(secret, secretOffset) &+ seed),
            word(bytes, offset + 8) ^ (word(secret, secretOffset + 8) &- seed))
    }

    private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.low ^ product.high
    }

    private static func mixed(_ hash: UInt64) -> UInt64 {
        let hash = (hash ^ hash >> 37) &* mixPrimes.0
        return hash ^ hash >> 32
    }
}
