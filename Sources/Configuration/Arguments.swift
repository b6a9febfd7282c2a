/// The words of one line, taken one after the other; collects the warnings that their readers have.
struct Arguments {
    private let line: SourceLine
    /// The variables.
    let environment: [String: String]
    private var position = 0
    /// What was found that does not keep the line from being used, and the errors that the line was read on after.
    private(set) var diagnostics: [Diagnostic] = []

    /// The words with variables outside quotes that were replaced, because they are addresses.
    private(set) var expanded: Set<Word> = []

    /// Begins before the line's first word.
    ///
    /// - Parameters:
    ///   - line: the line.
    ///   - environment: the variables that addresses may name outside quotes.
    init(_ line: SourceLine, environment: [String: String] = [:]) {
        self.line = line
        self.environment = environment
    }

    /// The first word of the line.
    var first: Word { line.words[0] }

    /// The line's beginning.
    var start: SourceLocation { line.words[0].location }

    /// Just after the last word: where a missing word should stand.
    var end: SourceLocation { line.end }

    /// Whether no word is left.
    var isEmpty: Bool { position >= line.words.count }

    /// The next word, without taking it.
    var peeked: Word? { isEmpty ? nil : line.words[position] }

    /// The word taken last (the line's first one before any was taken).
    var current: Word { line.words[max(0, position - 1)] }

    /// Takes the next word.
    ///
    /// - Returns: the word, `nil` at the end of the line.
    mutating func next() -> Word? {
        guard let word = peeked else { return nil }
        position += 1
        return word
    }

    /// Takes the next word if it says something particular.
    ///
    /// - Parameter text: what it has to say.
    /// - Returns: whether it was taken.
    mutating func take(_ text: String) -> Bool {
        guard peeked?.text == text else { return false }
        position += 1
        return true
    }

    /// Takes all words that are left.
    ///
    /// - Returns: the words.
    mutating func rest() -> [Word] {
        defer { position = line.words.count }
        return Array(line.words[position...])
    }

    /// The word with the variables outside quotes replaced that an address may have.
    ///
    /// - Parameter word: a word of this line.
    /// - Returns: the word as it is meant.
    mutating func expanding(_ word: Word) -> Word {
        guard word.hasBareVariable else { return word }
        expanded.insert(word)
        let (text, missing) = VariableExpansion.expand(word.text, environment: environment)
        for name in missing {
            add(
                word.warning("the variable '\(name)' is not set", help: "write ${\(name)-VALUE} for a value without it")
            )
        }
        return Word(text: text, location: word.location)
    }

    // MARK: What is found

    /// Keeps a diagnostic and goes on.
    ///
    /// - Parameter diagnostic: what was found.
    mutating func add(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
    }

    /// An error where the line ends too early.
    ///
    /// - Parameters:
    ///   - message: what is missing.
    ///   - help: what to write.
    /// - Returns: the diagnostic.
    func missing(_ message: String, help: String?) -> Diagnostic {
        Diagnostic(severity: .error, location: line.end, message: message, help: help)
    }

    // MARK: Typed words

    /// Takes a word that has to be there.
    ///
    /// - Parameters:
    ///   - what: what it is, such as `a backend's name`.
    ///   - example: how the whole line could look.
    /// - Returns: the word.
    /// - Throws: that it is missing.
    mutating func word(_ what: String, example: String) throws(Diagnostic) -> Word {
        let keyword = current.text
        guard let word = next() else { throw missing("'\(keyword)' needs \(what)", help: "write '\(example)'") }
        return word
    }

    /// Takes a whole number.
    ///
    /// - Parameters:
    ///   - range: what it may be.
    ///   - example: how the keyword is written.
    /// - Returns: the number.
    /// - Throws: that it is missing, not a number or out of range.
    mutating func integer(in range: ClosedRange<Int>, example: String) throws(Diagnostic) -> Int {
        let keyword = current.text
        let word = try word("a number", example: example)
        guard let value = Int(word.text), word.text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else {
            if word.text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }), !word.text.isEmpty {
                throw word.error("\(word.text) is too large for '\(keyword)'", help: Self.rangeHelp(range, example))
            }
            throw word.error("'\(word.text)' is not a whole number", help: Self.rangeHelp(range, example))
        }
        guard range.contains(value) else {
            throw word.error("\(value) is out of range for '\(keyword)'", help: Self.rangeHelp(range, example))
        }
        return value
    }

    private static func rangeHelp(_ range: ClosedRange<Int>, _ example: String) -> String {
        range.upperBound == Int(Int32.max)
            ? "write a number from \(range.lowerBound) on, such as '\(example)'"
            : "write a number from \(range.lowerBound) to \(range.upperBound), such as '\(example)'"
    }

    /// Takes a time.
    ///
    /// - Parameters:
    ///   - example: how the keyword is written.
    ///   - unit: what a number without a unit counts.
    /// - Returns: the time and its word.
    /// - Throws: that it is missing or not a time.
    mutating func time(
        example: String, defaultUnit unit: TimeValue.Unit = .milliseconds
    ) throws(Diagnostic) -> (duration: Duration, word: Word) {
        let keyword = current.text
        let word = try word("a time", example: example)
        let units = "us, ms, s, m, h or d"
        do {
            let reading = try TimeValue.parse(word.text, defaultUnit: unit)
            if !reading.ignoredRest.isEmpty {
                add(
                    word.warning(
                        "'\(reading.ignoredRest)' after the time in '\(word.text)' is ignored",
                        help: "the units are \(units)"))
            }
            return (reading.duration, word)
        } catch {
            switch error {
            case .notANumber:
                throw word.error(
                    "'\(word.text)' is not a time", help: "write a whole number and a unit, such as '\(example)'")
            case .unknownUnit(let suffix):
                throw word.error(
                    "unknown unit '\(suffix)' in the time '\(word.text)'",
                    help: "the units are \(units), and milliseconds without one")
            case .tooLong:
                throw word.error(
                    "the time '\(word.text)' is too long for '\(keyword)'",
                    help: "the most is \(TimeValue.longestMilliseconds)ms (24.8 days)")
            }
        }
    }

    /// Demands that no word is left.
    ///
    /// - Parameter help: what to do instead.
    /// - Throws: an error about the first word that is left.
    func expectEnd(help: String? = nil) throws(Diagnostic) {
        guard let extra = peeked else { return }
        throw extra.error("unexpected '\(extra.text)' after '\(current.text)'", help: help ?? "remove it")
    }
}
