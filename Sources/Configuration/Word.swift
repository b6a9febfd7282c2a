/// One word of a line, with quotes and escapes resolved.
struct Word: Sendable, Hashable {
    /// What it says.
    let text: String
    /// Where it begins in the file.
    let location: SourceLocation
    /// Whether it has a variable outside double quotes, which stays as it is.
    let hasBareVariable: Bool
    /// Whether it has bytes that are not UTF-8, which stand as replacement characters in `text`.
    let hasForeignBytes: Bool
    /// How far each byte of the text stands from the word's beginning in the file, in characters; empty where the text
    /// stands there as it is.
    private let columns: [Int]

    /// Makes a word.
    ///
    /// - Parameters:
    ///   - text: what it says.
    ///   - location: where it begins.
    ///   - hasBareVariable: whether it has a variable outside double quotes.
    ///   - hasForeignBytes: whether it has bytes that are not UTF-8.
    ///   - columns: how far each byte of the text stands from the word's beginning; empty where each is one further.
    init(
        text: String, location: SourceLocation, hasBareVariable: Bool = false, hasForeignBytes: Bool = false,
        columns: [Int] = []
    ) {
        self.text = text
        self.location = location
        self.hasBareVariable = hasBareVariable
        self.hasForeignBytes = hasForeignBytes
        self.columns = columns
    }

    /// Where a byte of the text stands in the file.
    ///
    /// - Parameter offset: the byte, from 0; the text's length for the place after it.
    /// - Returns: its place, with the quotes and escapes before it counted.
    func location(at offset: Int) -> SourceLocation {
        var place = location
        if columns.isEmpty {
            place.column += text.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 }
        } else {
            place.column += offset < columns.count ? columns[offset] : (columns.last ?? 0) + 1
        }
        return place
    }

    /// Another word at this place.
    ///
    /// - Parameter text: what it says.
    /// - Returns: the word.
    func saying(_ text: String) -> Word { Word(text: text, location: location) }

    /// An error about this word.
    ///
    /// - Parameters:
    ///   - message: what is wrong.
    ///   - help: what to write instead.
    /// - Returns: the diagnostic.
    func error(_ message: String, help: String? = nil) -> Diagnostic {
        Diagnostic(severity: .error, location: location, message: message, help: help)
    }

    /// A warning about this word.
    ///
    /// - Parameters:
    ///   - message: what is doubtful.
    ///   - help: what to write instead.
    /// - Returns: the diagnostic.
    func warning(_ message: String, help: String? = nil) -> Diagnostic {
        Diagnostic(severity: .warning, location: location, message: message, help: help)
    }

    /// A note about this word.
    ///
    /// - Parameter message: what is worth knowing.
    /// - Returns: the diagnostic.
    func note(_ message: String) -> Diagnostic {
        Diagnostic(severity: .note, location: location, message: message)
    }
}

/// One line of a file that says something: at least one word.
struct SourceLine: Sendable, Hashable {
    /// Its words in order; never empty.
    let words: [Word]
    /// Just after its last word.
    let end: SourceLocation
}
