/// The protocol's numbers: one byte below 240, else as many as it takes, the lowest bits first.
///
/// - Source: HAProxy's peers protocol 2.1; the same numbers are in SPOP.
enum PeerNumber {
    /// The most bytes that one can have.
    static let mostBytes = 10

    /// Adds a number to what is sent.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - bytes: what is sent.
    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        guard number >= 240 else { return bytes.append(UInt8(number)) }
        bytes.append(UInt8(truncatingIfNeeded: number) | 240)
        var rest = (number - 240) >> 4
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest = (rest - 128) >> 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Reads what has come, byte by byte; what is missing or can't be is `nil`.
struct PeerReader {
    private let bytes: ArraySlice<UInt8>
    /// The next byte.
    private(set) var index: Int

    /// Prepares to read.
    ///
    /// - Parameter bytes: what has come.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    /// How many bytes are left.
    var left: Int { bytes.endIndex - index }

    mutating func byte() -> UInt8? {
        guard index < bytes.endIndex else { return nil }
        defer { index += 1 }
        return bytes[index]
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, left >= count else { return nil }
        defer { index += count }
        return bytes[index..<(index + count)]
    }

    /// A number of so many bytes, the highest first.
    mutating func whole<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number? {
        bytes(MemoryLayout<Number>.size)?.reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func number() -> UInt64? {
        guard let first = byte() else { return nil }
        var number = UInt64(first)
        guard first >= 240 else { return number }
        var shift: UInt64 = 4
        while let next = byte() {
            guard shift < 64 else { return nil }
            let (sum, overflows) = number.addingReportingOverflow(UInt64(next) << shift)
            guard !overflows else { return nil }
            number = sum
            if next < 128 { return number }
            shift += 7
        }
        return nil
    }

    /// A text with its length before it.
    mutating func text() -> String? {
        guard let length = number(), length <= UInt64(left), let bytes = bytes(Int(length)) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
