/// Texts as addresses have them, with percent signs.
///
/// - Source: RFC 3986, section 2, and what HAProxy 2.6.12 makes of it.
enum URLText {
    /// Reads one.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - isForm: whether a plus sign is a blank everywhere; else only after a question mark.
    /// - Returns: what it stands for; `nil` where two hexadecimal digits don't follow a percent sign.
    static func decoded(_ bytes: [UInt8], isForm: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        var isInForm = isForm
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "+") where isInForm: result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count,
                    let high = Character(UnicodeScalar(bytes[index + 1])).hexDigitValue,
                    let low = Character(UnicodeScalar(bytes[index + 2])).hexDigitValue
                else { return nil }
                result.append(UInt8(high << 4 | low))
                index += 2
            case let byte:
                if byte == UInt8(ascii: "?") { isInForm = true }
                result.append(byte)
            }
            index += 1
        }
        return result
    }

    /// Writes one, so that it may stand in a query.
    ///
    /// - Parameter bytes: what is written.
    /// - Returns: the text.
    static func encoded(_ bytes: [UInt8]) -> String {
        var buffer = LineBuffer(capacity: bytes.count * 3)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                buffer.append(byte: byte)
            default:
                buffer.append(byte: UInt8(ascii: "%"))
                buffer.append(hexadecimal: UInt64(byte), width: 2)
            }
        }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}
