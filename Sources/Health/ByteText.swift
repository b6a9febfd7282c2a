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

    /// A text that somebody is to read: UTF-8 as it is, and each byte that is none as `<FF>`, as HAProxy's log has it.
    ///
    /// - Parameter bytes: what a server sent.
    /// - Returns: the text.
    static func readable(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var parser = Unicode.UTF8.ForwardParser()
        var (position, rest) = (bytes.startIndex, bytes.makeIterator())
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let scalar):
                text.unicodeScalars.append(Unicode.UTF8.decode(scalar))
                bytes.formIndex(&position, offsetBy: scalar.count)
            case .error(let length):
                for byte in bytes[position...].prefix(length) {
                    text += "<\(String(decoding: hexadecimal([byte]), as: UTF8.self))>"
                }
                bytes.formIndex(&position, offsetBy: length)
            case .emptyInput: return text
            }
        }
    }

    /// How long the mark of a byte that is no text, such as `<FF>`, is at the beginning of a text.
    ///
    /// - Parameter text: one that `readable` has made, or the rest of one.
    /// - Returns: the number of its characters; 0 where there is none.
    static func markLength(at text: Substring.UnicodeScalarView) -> Int {
        let mark = Array(text.prefix(4))
        guard mark.count == 4, mark[0] == "<", mark[3] == ">",
            mark[1...2].allSatisfy({ $0.isASCII && digits.contains(UInt8(ascii: $0)) })
        else { return 0 }
        return 4
    }

    /// A number in the 16 bits, one of them the sign, that HAProxy keeps of a check's code.
    ///
    /// - Parameter number: what a server said.
    /// - Returns: what is told of it.
    static func number16(_ number: Int) -> Int { Int(Int16(truncatingIfNeeded: number)) }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
