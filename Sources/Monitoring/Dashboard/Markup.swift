import Model

/// HTML and SVG as they are put together piece by piece.
///
/// What is a literal goes in as it stands; what comes from a configuration, a server or a person goes in through `escaped`,
/// which leaves no sign that means something in a text or in an attribute between double quotes.
struct Markup: Sendable {
    /// What has been written.
    private(set) var text = ""

    /// Nothing yet.
    init() { text.reserveCapacity(1024) }

    /// Writes what is known to be markup.
    ///
    /// - Parameter markup: a piece that the program itself is the author of.
    mutating func raw(_ markup: StaticString) { text += markup.description }

    /// Writes markup that has been put together elsewhere.
    ///
    /// - Parameter markup: the piece.
    mutating func add(_ markup: Markup) { text += markup.text }

    /// Writes somebody else's words.
    ///
    /// - Parameter words: the text.
    mutating func escaped(_ words: String) {
        for scalar in words.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // Signs that HTML has no place for.
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Writes a whole number.
    ///
    /// - Parameter number: the number.
    mutating func number(_ number: Int) { text += String(number) }

    /// Writes a share of a width as a percentage with three decimals.
    ///
    /// - Parameter share: 0 to 1.
    mutating func percent(_ share: Double) {
        let thousandths = Int((share * 100_000).rounded())
        text += String(thousandths / 1000)
        let rest = thousandths % 1000
        if rest > 0 { text += "." + CivilTime.padded(rest, to: 3) }
        text += "%"
    }

    /// Writes an attribute with somebody else's words.
    ///
    /// - Parameters:
    ///   - name: the attribute's name.
    ///   - words: its value.
    mutating func attribute(_ name: StaticString, _ words: String) {
        text += " "
        raw(name)
        text += "=\""
        escaped(words)
        text += "\""
    }
}
