import Model

/// Texts as they may stand in quotes in JSON.
///
/// - Source: RFC 8259, section 7, and HAProxy 2.6 configuration manual, section 7.3.1, `json`.
enum JSONText {
    /// Writes a text.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - input: what its bytes are.
    /// - Returns: the text; `nil` where it is not of that kind.
    static func text(of bytes: [UInt8], as input: SampleExpression.JSONInput) -> String? {
        var result = ""
        // A zero byte ends the text.
        let bytes = bytes.prefix { $0 != 0 }
        guard input != .ascii else {
            for byte in bytes { append(UInt32(byte), to: &result) }
            return result
        }
        let leavesOut = input == .utf8s || input == .utf8ps
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        while true {
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar) where scalar.value <= 0xFFFF: append(scalar.value, to: &result)
            case .scalarValue, .error:
                guard leavesOut else { return nil }
            case .emptyInput: return result
            }
        }
    }

    private static func append(_ code: UInt32, to text: inout String) {
        switch code {
        case 0x22: text += "\\\""
        case 0x5C: text += "\\\\"
        case 0x2F: text += "\\/"
        case 0x08: text += "\\b"
        case 0x0C: text += "\\f"
        case 0x0A: text += "\\n"
        case 0x0D: text += "\\r"
        case 0x09: text += "\\t"
        case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(UInt8(code)))
        default:
            let digits = String(code & 0xFFFF, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
