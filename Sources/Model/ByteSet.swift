/// A set of bytes.
struct ByteSet: Sendable, Hashable {
    private var low: SIMD2<UInt64> = .zero
    private var high: SIMD2<UInt64> = .zero

    /// No byte.
    init() {}

    /// Some bytes.
    ///
    /// - Parameter bytes: which.
    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    /// Whether a byte is in it.
    ///
    /// - Parameter byte: the byte.
    /// - Returns: whether it is.
    func contains(_ byte: UInt8) -> Bool {
        let half = byte < 128 ? low : high
        return half[Int(byte >> 6 & 1)] >> UInt64(byte & 63) & 1 != 0
    }

    /// Adds a byte.
    ///
    /// - Parameter byte: the byte.
    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        if byte < 128 { low[Int(byte >> 6)] |= bit } else { high[Int(byte >> 6 & 1)] |= bit }
    }

    /// Adds another set's bytes.
    ///
    /// - Parameter other: the other set.
    mutating func formUnion(_ other: ByteSet) {
        low |= other.low
        high |= other.high
    }

    /// All other bytes.
    var inverted: ByteSet {
        var result = self
        result.low = ~low
        result.high = ~high
        return result
    }

    /// The same with both cases of each letter that is in it.
    var ignoringCase: ByteSet {
        var result = self
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let capital = letter - 32
            if contains(letter) { result.insert(capital) }
            if contains(capital) { result.insert(letter) }
        }
        return result
    }

    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    static let letters = ByteSet(
        Array(UInt8(ascii: "a")...UInt8(ascii: "z")) + Array(UInt8(ascii: "A")...UInt8(ascii: "Z")))
    /// Letters, digits and the underscore.
    static let wordBytes = {
        var set = letters
        set.formUnion(digits)
        set.insert(UInt8(ascii: "_"))
        return set
    }()
    /// Space, tab, line feed, vertical tab, form feed, carriage return.
    static let blanks = ByteSet([0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D])
}
