/// What is done with bytes that are a text, whatever its encoding.
enum ByteText {
    /// Whether one text is a part of another.
    ///
    /// - Parameters:
    ///   - text: the longer one.
    ///   - part: the shorter one; an empty one is a part of every text.
    /// - Returns: whether it is.
    static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        var start = 0
        while text.count - start >= part.count {
            guard let begin = text[start...(text.count - part.count)].firstIndex(of: first) else { return false }
            if text[begin...].starts(with: part) { return true }
            start = begin + 1
        }
        return false
    }

    /// A capital letter's small one; any other byte as it is.
    ///
    /// - Parameter byte: the byte.
    /// - Returns: the small letter.
    static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }

    /// A small letter's capital; any other byte as it is.
    ///
    /// - Parameter byte: the byte.
    /// - Returns: the capital.
    static func uppercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
    }

    /// A text without blanks around it.
    ///
    /// - Parameter text: the text.
    /// - Returns: what is left.
    static func trimmed(_ text: some BidirectionalCollection<UInt8>) -> [UInt8] {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return Array(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    /// Bytes in hexadecimal digits, capital ones.
    ///
    /// - Parameter bytes: the bytes.
    /// - Returns: twice as many digits.
    static func hexadecimal(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// The bytes that hexadecimal digits stand for.
    ///
    /// - Parameter text: the digits.
    /// - Returns: the bytes; `nil` where it is something else, or half a byte is left.
    static func bytes(hexadecimal text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = digits.firstIndex(of: uppercase(text[index])),
                let low = digits.firstIndex(of: uppercase(text[index + 1]))
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
