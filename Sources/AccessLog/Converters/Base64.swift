/// Bytes as text in 64 characters, with fill characters or without.
///
/// - Source: RFC 4648, sections 4 and 5.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Writes bytes.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - isForURL: whether the text is one for addresses, which has no fill characters.
    /// - Returns: the text.
    static func text(of bytes: [UInt8], isForURL: Bool = false) -> String {
        let alphabet = isForURL ? urlAlphabet : alphabet
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * place) & 63)
                if place <= group.count {
                    text.append(alphabet[index])
                } else if !isForURL {
                    text.append(UInt8(ascii: "="))
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - isForURL: whether it is one for addresses, which needs no fill characters.
    /// - Returns: the bytes; `nil` where it is none.
    static func bytes(of text: [UInt8], isForURL: Bool = false) -> [UInt8]? {
        let alphabet = isForURL ? urlAlphabet : alphabet
        let digits = text.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        let fill = text.count - digits.count
        guard fill <= 2, digits.count % 4 != 1, isForURL ? fill == 0 || text.count % 4 == 0 : text.count % 4 == 0 else {
            return nil
        }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
