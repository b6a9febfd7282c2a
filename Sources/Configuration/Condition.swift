/// A condition as `.if` takes it and `haproxy -cc` evaluates it.
///
/// A condition is made of the numbers (0 is false), of predicates, of `!`, of `&&` (which binds closer) and `||`, and of
/// parentheses. All of it is read, also behind what decides: a mistake anywhere is an error.
///
/// - Source: HAProxy 2.6 configuration manual, section 2.4 ("Conditional blocks"), and what 2.6.12 answers.
public enum Condition {
    /// What a condition may ask about.
    public struct Facts: Sendable {
        /// The variables that `defined` looks for.
        public var environment: [String: String]
        /// The names for which `feature` holds.
        public var features: Set<String>
        /// The version that `version_atleast` and `version_before` compare with.
        public var version: String
        /// The TLS library with its version, such as `OpenSSL 3.0.19`, for `ssllib_name_startswith` and `openssl_version_…`.
        public var library: String

        /// Collects facts.
        ///
        /// - Parameters:
        ///   - environment: the variables that `defined` looks for.
        ///   - features: the names for which `feature` holds.
        ///   - version: the version to compare with, such as `2.6.12`.
        ///   - library: the TLS library with its version.
        public init(environment: [String: String], features: Set<String>, version: String, library: String = "") {
            self.environment = environment
            self.features = features
            self.version = version
            self.library = library
        }
    }

    /// A condition that cannot be read.
    public struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, in one sentence without a full stop.
        public let description: String
    }

    /// How deep parentheses and negations may be nested: a bound for the reader's own recursion.
    public static let deepestNesting = 1000

    /// Evaluates a condition.
    ///
    /// - Parameters:
    ///   - text: the condition; quotes have been taken away and variables been put in.
    ///   - facts: what it may ask about.
    /// - Returns: whether it holds; an empty one doesn't.
    /// - Throws: `Mistake` when it cannot be read.
    public static func evaluate(_ text: String, _ facts: Facts) throws(Mistake) -> Bool {
        var reader = ConditionReader(text, facts: facts)
        return try reader.readWhole()
    }
}

/// Reads a condition from left to right, one character at a time.
private struct ConditionReader {
    private let characters: [Character]
    private let facts: Condition.Facts
    private var position = 0
    private var depth = 0

    init(_ text: String, facts: Condition.Facts) {
        characters = Array(text)
        self.facts = facts
    }

    mutating func readWhole() throws(Condition.Mistake) -> Bool {
        skipBlanks()
        guard next != nil else { return false }
        let holds = try readAlternatives()
        if let next {
            throw mistake("unexpected character '\(next)' at the end of conditional expression '\(whole)'")
        }
        return holds
    }

    private mutating func readAlternatives() throws(Condition.Mistake) -> Bool {
        var holds = try readConjunction()
        while take("||") {
            let right = try readConjunction()
            holds = holds || right
        }
        return holds
    }

    private mutating func readConjunction() throws(Condition.Mistake) -> Bool {
        var holds = try readTerm()
        while take("&&") {
            let right = try readTerm()
            holds = holds && right
        }
        return holds
    }

    private mutating func readTerm() throws(Condition.Mistake) -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Condition.deepestNesting else { throw mistake("conditional expression is nested too deep") }
        skipBlanks()
        let begin = position
        let holds: Bool
        if take("!") {
            holds = try !readTerm()
        } else if take("(") {
            holds = try readAlternatives()
            guard take(")") else {
                throw mistake("expected ')' after conditional expression '\(text(from: begin))'")
            }
        } else if let number = readNumber() {
            holds = number != 0
        } else if let predicate = readPredicate() {
            holds = try evaluate(predicate)
        } else {
            throw mistake("unparsable conditional expression '\(text(from: begin))'")
        }
        skipBlanks()
        return holds
    }

    /// A number as C's `strtol` with base 0 takes it; what is too large is still not zero.
    private mutating func readNumber() -> Int? {
        var end = position
        if end < characters.count, "+-".contains(characters[end]) { end += 1 }
        var radix = 10
        if matches("0", at: end) {
            radix = 8
            let third = end + 2 < characters.count ? characters[end + 2] : nil
            if matches("0x", at: end) || matches("0X", at: end), third?.digit(radix: 16) != nil {
                radix = 16
                end += 2
            }
        }
        let begin = end
        var number = 0
        while end < characters.count, let digit = characters[end].digit(radix: radix) {
            let (product, overflows) = number.multipliedReportingOverflow(by: radix)
            number = overflows || product > .max - digit ? .max : product + digit
            end += 1
        }
        guard end > begin else { return nil }
        position = end
        return number
    }

    private mutating func readPredicate() -> ConditionPredicate? {
        var end = position
        while end < characters.count, characters[end].isNameCharacter { end += 1 }
        let name = String(characters[position..<end])
        guard let predicate = ConditionPredicate(rawValue: name) else { return nil }
        position = end
        return predicate
    }

    private mutating func evaluate(_ predicate: ConditionPredicate) throws(Condition.Mistake) -> Bool {
        let arguments = matches("(", at: position) ? try readArguments(of: predicate) : []
        let least = predicate.leastArgumentCount
        guard arguments.count >= least else {
            throw mistake(
                "missing arguments (got \(max(arguments.count, 1))/\(least)), type 'string' expected in argument 1 of "
                    + "predicate '\(predicate.rawValue)' used in conditional expression")
        }
        guard predicate.takes(arguments) else {
            throw mistake(
                "unparsable version '\(arguments.first ?? "")' in argument 1 of predicate '\(predicate.rawValue)' used in "
                    + "conditional expression")
        }
        return predicate.holds(arguments, facts)
    }

    /// The arguments between parentheses; blanks count, and quotes keep commas and parentheses together.
    private mutating func readArguments(of predicate: ConditionPredicate) throws(Condition.Mistake) -> [String] {
        position += 1
        var arguments = [""]
        var quote: Character?
        while let character = next {
            switch character {
            case quote:
                quote = nil
            case "\"" where quote == nil, "'" where quote == nil:
                quote = character
            case "\\" where quote != "'":
                let escape = position + 1 < characters.count ? Condition.escapes[characters[position + 1]] : nil
                if escape != nil { position += 1 }
                arguments[arguments.count - 1].append(escape ?? character)
            case "," where quote == nil && arguments.count < predicate.mostArgumentCount:
                arguments.append("")
            case "," where quote == nil:
                throw mistake(
                    "expected ')' before '\(text(from: position))' in argument 1 of predicate "
                        + "'\(predicate.rawValue)' used in conditional expression")
            case ")" where quote == nil:
                position += 1
                return arguments == [""] ? [] : arguments
            default:
                arguments[arguments.count - 1].append(character)
            }
            position += 1
        }
        throw mistake(
            "expected ')' in argument 1 of predicate '\(predicate.rawValue)' used in conditional expression")
    }

    private mutating func take(_ text: String) -> Bool {
        guard matches(text, at: position) else { return false }
        position += text.count
        return true
    }

    private mutating func skipBlanks() {
        while let next, next == " " || next == "\t" { position += 1 }
    }

    private var next: Character? { position < characters.count ? characters[position] : nil }
    private var whole: String { String(characters) }
    private func text(from begin: Int) -> String { String(characters[begin...]) }
    private func matches(_ text: String, at begin: Int) -> Bool { characters[begin...].starts(with: text) }
    private func mistake(_ text: String) -> Condition.Mistake { Condition.Mistake(description: text) }
}

/// What a condition can ask for by name.
private enum ConditionPredicate: String {
    case defined
    case feature
    case streq
    case strneq
    case versionAtLeast = "version_atleast"
    case versionBefore = "version_before"
    case libraryStartsWith = "ssllib_name_startswith"
    case libraryAtLeast = "openssl_version_atleast"
    case libraryBefore = "openssl_version_before"

    var leastArgumentCount: Int {
        switch self {
        case .streq, .strneq: 2
        case .defined, .feature, .versionAtLeast, .versionBefore, .libraryStartsWith, .libraryAtLeast, .libraryBefore: 0
        }
    }

    /// Whether the arguments can be read; of most predicates all can.
    func takes(_ arguments: [String]) -> Bool {
        switch self {
        case .libraryAtLeast, .libraryBefore: LibraryVersion(arguments.first ?? "") != nil
        case .defined, .feature, .streq, .strneq, .versionAtLeast, .versionBefore, .libraryStartsWith: true
        }
    }

    var mostArgumentCount: Int { max(leastArgumentCount, 1) }

    func holds(_ arguments: [String], _ facts: Condition.Facts) -> Bool {
        let first = arguments.first ?? ""
        switch self {
        case .defined: return facts.environment[first] != nil
        // HAProxy finds the empty name in its list, as every string has it.
        case .feature: return first.isEmpty || facts.features.contains(first)
        case .streq: return arguments[0] == arguments[1]
        case .strneq: return arguments[0] != arguments[1]
        case .versionAtLeast: return !(ProgramVersion(facts.version) < ProgramVersion(first))
        case .versionBefore: return ProgramVersion(facts.version) < ProgramVersion(first)
        case .libraryStartsWith: return facts.library.hasPrefix(first)
        case .libraryAtLeast: return LibraryVersion(ofLibrary: facts.library).map { !($0 < first) } ?? false
        case .libraryBefore: return LibraryVersion(ofLibrary: facts.library).map { $0 < first } ?? false
        }
    }
}

/// A version of OpenSSL: three numbers, and in older ones a letter.
private struct LibraryVersion {
    private let parts: [Int]

    /// Reads one; `nil` for anything else.
    init?(_ text: String) {
        guard let match = text.prefixMatch(of: #/(\d+)\.(\d+)\.(\d+)([a-z])?/#) else { return nil }
        let numbers = [match.1, match.2, match.3].compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        parts = numbers + [match.4?.first?.asciiValue.map(Int.init) ?? 0]
    }

    /// Finds it in a library's name.
    init?(ofLibrary name: String) {
        let words = name.split(separator: " ")
        guard words.count > 1 else { return nil }
        self.init(String(words[1]))
    }

    /// Whether it comes before another one, which can be read.
    static func < (one: LibraryVersion, other: String) -> Bool {
        LibraryVersion(other).map { one.parts.lexicographicallyPrecedes($0.parts) } ?? false
    }
}

extension Character {
    fileprivate var isNameCharacter: Bool { isASCII && (isLetter || isNumber) || self == "_" }

    fileprivate func digit(radix: Int) -> Int? {
        guard isASCII, let value = hexDigitValue, value < radix else { return nil }
        return value
    }
}
