/// What a field means to a program that has never heard of it: where it comes from, how it behaves, how big it gets.
///
/// - Source: HAProxy 2.6 management guide, section 9.2.
struct FieldMeaning: Sendable {
    /// What its value is.
    enum Kind: String, Sendable {
        case s32, u32, u64, str
        /// A number that is not whole.
        case flt
    }

    /// Its name.
    let name: String
    /// Three letters: its origin, its nature and its scope.
    let tags: String
    /// What its value is.
    let kind: Kind
    /// What it says, in words.
    let words: String

    /// Makes a meaning.
    ///
    /// - Parameters:
    ///   - name: the field's name.
    ///   - tags: its origin, nature and scope, a letter each.
    ///   - kind: what its value is.
    ///   - words: what it says.
    init(_ name: String, _ tags: String, _ kind: Kind, _ words: String) {
        self.name = name
        self.tags = tags
        self.kind = kind
        self.words = words
    }

    /// `TAGS:TYPE:VALUE`, and what it says where that is wanted.
    ///
    /// - Parameters:
    ///   - value: the field's value.
    ///   - isDescribed: whether to say what it says.
    /// - Returns: the columns after the field's name, without line feed.
    func columns(_ value: String, isDescribed: Bool) -> String {
        "\(tags):\(kind.rawValue):\(value)\(isDescribed ? ":\"\(words)\"" : "")"
    }

    /// The members of a JSON object that are alike for all fields.
    ///
    /// - Parameters:
    ///   - value: the field's value.
    ///   - position: its number.
    /// - Returns: members, without braces.
    func members(_ value: String, at position: Int) -> String {
        let shown = kind == .str ? "\"\(JSONText.escaped(value))\"" : value
        let letters = Array(tags)
        return
            #""field":{"pos":\#(position),"name":"\#(name)"},"processNum":1,"tags":{"origin":"\#(Self.origin(letters[0]))","#
            + #""nature":"\#(Self.nature(letters[1]))","scope":"\#(Self.scope(letters[2]))"},"#
            + #""value":{"type":"\#(kind.rawValue)","value":\#(shown)}"#
    }

    private static func origin(_ letter: Character) -> String {
        switch letter {
        case "M": "Metric"
        case "S": "Status"
        case "K": "Key"
        case "C": "Config"
        case "P": "Product"
        default: "Unknown"
        }
    }

    private static func nature(_ letter: Character) -> String {
        switch letter {
        case "G": "Gauge"
        case "L": "Limit"
        case "m": "Min"
        case "M": "Max"
        case "R": "Rate"
        case "C": "Counter"
        case "D": "Duration"
        case "A": "Age"
        case "T": "Time"
        case "N": "Name"
        case "O": "Output"
        case "a": "Avg"
        default: "Unknown"
        }
    }

    private static func scope(_ letter: Character) -> String {
        switch letter {
        case "C": "Cluster"
        case "P": "Process"
        case "S": "Service"
        case "s": "System"
        default: "Unknown"
        }
    }
}

/// Text inside a JSON string.
enum JSONText {
    /// A text as it stands between quotes.
    ///
    /// - Parameter text: the text.
    /// - Returns: the same with what JSON forbids there escaped.
    /// - Source: RFC 8259, section 7.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
