extension Condition {
    /// Takes the quotes away and puts variables in, as it is done with a condition on the command line before it is read.
    ///
    /// Blanks separate nothing and `#` begins no comment here: the command line gave the condition as one word.
    ///
    /// - Parameters:
    ///   - text: the condition as given.
    ///   - environment: what `"$NAME"`, `"${NAME}"` and `"${NAME-otherwise}"` stand for; nothing when it isn't there.
    /// - Returns: the condition to evaluate.
    /// - Throws: `Mistake` for a quote or a brace without its end.
    /// - Source: HAProxy 2.6 configuration manual, sections 2.2 and 2.3, and what 2.6.12 answers.
    public static func unquoted(_ text: String, environment: [String: String]) throws(Mistake) -> String {
        // Bytes, because \xNN writes one.
        var result: [UInt8] = []
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case quote:
                quote = nil
            case "\"" where quote == nil, "'" where quote == nil:
                quote = character
            case "\\" where quote != "'":
                result += try escaped(&rest, in: quote)
            case "$" where quote == "\"":
                result += try variable(&rest, environment).utf8
            default:
                result += character.utf8
            }
        }
        guard quote == nil else { throw Mistake(description: "Unmatched quote.") }
        return String(decoding: result, as: UTF8.self)
    }

    /// What a backslash and the character behind it stand for; both stay where they mean nothing together.
    private static func escaped(_ rest: inout Substring, in quote: Character?) throws(Mistake) -> [UInt8] {
        guard let character = rest.popFirst() else { return Array("\\".utf8) }
        switch character {
        case "x":
            let digits = rest.prefix(2)
            guard digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) else {
                throw Mistake(description: "Truncated or invalid hexadecimal sequence.")
            }
            rest.removeFirst(2)
            return [byte]
        case "$" where quote != nil: return Array("$".utf8)
        case "#": return Array("#".utf8)
        case " " where quote != nil, "'" where quote != nil: return Array("\\\(character)".utf8)
        default: return Array((escapes[character].map(String.init) ?? "\\\(character)").utf8)
        }
    }

    /// What a character behind a backslash stands for; any other leaves both as they are.
    static let escapes: [Character: Character] = [
        "\\": "\\", "\"": "\"", "'": "'", " ": " ", "n": "\n", "r": "\r", "t": "\t",
    ]

    private static func variable(
        _ rest: inout Substring, _ environment: [String: String]
    ) throws(Mistake) -> String {
        func isNameCharacter(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber) || character == "_"
        }
        let isBraced = rest.first == "{"
        if isBraced { rest.removeFirst() }
        let name = rest.prefix(while: isNameCharacter)
        rest.removeFirst(name.count)
        var otherwise = ""
        if isBraced {
            guard let end = rest.firstIndex(of: "}") else { throw Mistake(description: "Missing closing brace.") }
            if rest.first == "-" { otherwise = String(rest[rest.index(after: rest.startIndex)..<end]) }
            rest = rest[rest.index(after: end)...]
        } else if name.isEmpty {
            throw Mistake(description: "Variable expansion: unrecognized character in variable name.")
        }
        return environment[String(name)] ?? otherwise
    }
}
