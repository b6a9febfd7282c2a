/// The bytes of one log line, reused from line to line.
///
/// Appending never allocates; what does not fit is cut off, as HAProxy does.
public struct LineBuffer: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer
    /// How many bytes are in it.
    public private(set) var count = 0

    /// Makes an empty buffer.
    ///
    /// - Parameter capacity: the most bytes that a line may have.
    public init(capacity: Int) {
        storage = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit { storage.deallocate() }

    /// The bytes so far; valid until the next change.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

    /// Forgets what came after the first bytes.
    ///
    /// - Parameter count: how many bytes stay.
    public mutating func truncate(to count: Int) {
        self.count = min(self.count, count)
    }

    /// Takes back a truncation; nothing but one byte may have been appended since.
    ///
    /// - Parameter count: how many bytes it had before.
    mutating func restore(to count: Int) {
        precondition(count <= storage.count, "a buffer has had no more bytes than it can hold")
        self.count = count
    }

    /// Appends one byte.
    ///
    /// - Parameter byte: the byte.
    public mutating func append(byte: UInt8) {
        guard count < storage.count else { return }
        storage[count] = byte
        count += 1
    }

    /// Appends a text as it is.
    ///
    /// - Parameter text: the text.
    public mutating func append(_ text: String) {
        let taken: Void? = text.utf8.withContiguousStorageIfAvailable { append(bytes: UnsafeRawBufferPointer($0)) }
        if taken == nil {
            for byte in text.utf8 { append(byte: byte) }
        }
    }

    /// Appends a literal.
    ///
    /// - Parameter text: the literal.
    public mutating func append(_ text: StaticString) {
        append(bytes: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a number in decimal.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - width: the least number of digits, filled with zeros.
    public mutating func append(_ number: Int64, width: Int = 1) {
        if number < 0 { append(byte: UInt8(ascii: "-")) }
        var rest = number.magnitude
        // 20 digits hold every 64-bit number.
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var first = digits.count
            while rest > 0 || digits.count - first < min(width, digits.count) {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            append(bytes: UnsafeRawBufferPointer(rebasing: digits[first...]))
        }
    }

    /// Appends a number in decimal.
    ///
    /// - Parameter number: the number.
    public mutating func append(_ number: Int) { append(Int64(number)) }

    /// Appends a number in hexadecimal digits.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - width: the least number of digits, filled with zeros.
    public mutating func append(hexadecimal number: UInt64, width: Int = 1) {
        let digits = max(width, (UInt64.bitWidth - number.leadingZeroBitCount + 3) / 4)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            // A shift by 64 bits or more gives 0.
            append(byte: Self.hexadecimalDigit(UInt8(truncatingIfNeeded: number >> UInt64(4 * place)) & 0xF))
        }
    }

    /// Appends a text with a backslash before each quotation mark, backslash and closing bracket.
    ///
    /// - Parameter text: the text.
    /// - Source: RFC 5424, section 6.3.3.
    public mutating func append(withBackslashes text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"): append(byte: UInt8(ascii: "\\"))
            default: break
            }
            append(byte: byte)
        }
    }

    /// Appends a text that came from outside, with everything that could upset a reader of the log written as `#` and
    /// two hexadecimal digits: what is not printable ASCII, the `#` itself and the quotation mark.
    ///
    /// - Parameter text: the text.
    /// - Source: HAProxy 2.6 configuration manual, section 8.6.
    public mutating func append(escaping text: String) {
        for byte in text.utf8 {
            if byte < 0x20 || byte > 0x7E || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\"") {
                append(byte: UInt8(ascii: "#"))
                append(byte: Self.hexadecimalDigit(byte >> 4))
                append(byte: Self.hexadecimalDigit(byte & 0xF))
            } else {
                append(byte: byte)
            }
        }
    }

    /// Appends bytes.
    ///
    /// - Parameter bytes: the bytes.
    public mutating func append(bytes: UnsafeRawBufferPointer) {
        let taken = min(bytes.count, storage.count - count)
        guard taken > 0 else { return }
        UnsafeMutableRawBufferPointer(rebasing: storage[count..<(count + taken)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
        count += taken
    }

    /// Overwrites bytes in place.
    ///
    /// - Parameters:
    ///   - offset: where the first one goes.
    ///   - byte: the byte.
    mutating func overwrite(at offset: Int, with byte: UInt8) { storage[offset] = byte }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
