/// A line with a rule, as it was read: compiled once all names of the file are known.
struct RuleLine: Sendable {
    /// Its words, the keyword first.
    let words: [Word]
    /// Just after its last word.
    let end: SourceLocation
    /// The variables where it stands.
    let environment: [String: String]

    /// Takes all words of a line.
    ///
    /// - Parameter arguments: the line, at whose end it is then.
    init(_ arguments: inout Arguments) {
        words = [arguments.first] + arguments.rest()
        end = arguments.end
        environment = arguments.environment
    }

    /// Makes a line of words that stand elsewhere.
    ///
    /// - Parameters:
    ///   - words: its words, the keyword first.
    ///   - arguments: the line that it is made of, whose end and variables it has.
    init(words: [Word], of arguments: Arguments) {
        self.words = words
        end = arguments.end
        environment = arguments.environment
    }

    /// Its keyword.
    var keyword: Word { words[0] }

    /// An error where the line ends too early.
    ///
    /// - Parameters:
    ///   - message: what is missing.
    ///   - help: what to write.
    /// - Returns: the diagnostic.
    func missing(_ message: String, help: String) -> Diagnostic {
        Diagnostic(severity: .error, location: end, message: message, help: help)
    }
}
