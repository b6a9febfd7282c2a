/// A JSON value whose objects keep their order, so that programs and people read the same fields in the same places.
public indirect enum JSON: Sendable, Hashable {
    /// `null`: not known, or not applicable.
    case null
    /// Text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// A number with a fraction; one that JSON cannot carry (infinite, not a number) is written as `null`.
    case number(Double)
    /// `true` or `false`.
    case boolean(Bool)
    /// A list.
    case array([JSON])
    /// Named values in the order in which they are written.
    case object([Field])

    /// A named value of an object.
    public struct Field: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: JSON

        /// Makes a field.
        ///
        /// - Parameters:
        ///   - name: its name.
        ///   - value: its value.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// Text, or `null`.
    ///
    /// - Parameter text: the text.
    /// - Returns: the value.
    public static func string(orNull text: String?) -> JSON { text.map(JSON.string) ?? .null }

    /// A whole number, or `null`.
    ///
    /// - Parameter number: the number.
    /// - Returns: the value.
    public static func integer(orNull number: (some BinaryInteger)?) -> JSON {
        number.map { .integer(Int64(clamping: $0)) } ?? .null
    }

    /// The value as one line of text without spaces.
    public var text: String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch self {
        case .null: output += "null"
        case .string(let text): JSON.write(text, to: &output)
        case .integer(let number): output += String(number)
        case .number(let number): output += number.isFinite ? String(number) : "null"
        case .boolean(let flag): output += flag ? "true" : "false"
        case .array(let values):
            output += "["
            for (index, value) in values.enumerated() {
                if index > 0 { output += "," }
                value.write(to: &output)
            }
            output += "]"
        case .object(let fields):
            output += "{"
            for (index, field) in fields.enumerated() {
                if index > 0 { output += "," }
                JSON.write(field.name, to: &output)
                output += ":"
                field.value.write(to: &output)
            }
            output += "}"
        }
    }

    /// Escapes what RFC 8259, section 7, demands, and DEL, which terminals do not like.
    private static func write(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
