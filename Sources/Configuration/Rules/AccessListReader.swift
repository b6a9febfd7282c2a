import Model

/// Reads what an `acl` line or braces hold: a sample, flags, values.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.1, and what HAProxy 2.6.12 takes.
struct AccessListReader {
    /// What is known.
    var facts: SampleReader.Facts
    /// The lists of patterns so far.
    var book = PatternListBook()

    /// Reads one.
    ///
    /// - Parameters:
    ///   - words: the sample and what follows it; at least one word.
    ///   - reach: what of the bytes that are sent is there to be looked at.
    /// - Returns: the test.
    /// - Throws: what is wrong.
    mutating func read(_ words: ArraySlice<Word>, in reach: ContentReach) throws(Diagnostic) -> AccessTest {
        guard let first = words.first else { preconditionFailure("an access list has a word at least") }
        let sample = try SampleReader.read(first, facts: facts)
        guard reach.includes(sample.fetch) else {
            throw reach.refusal(of: first, isAboutAnswers: sample.fetch.isAboutAnswers)
        }
        var rest = words.dropFirst()
        let flags = try readFlags(&rest)
        let patterns = flags.files.flatMap(\.patterns) + rest
        // A variable may have any kind of value.
        var isOpen = false
        if case .variable = sample.fetch, sample.converters.isEmpty { isOpen = true }
        guard let method = flags.method ?? (isOpen ? nil : Self.method(of: sample.kind)) else {
            if isOpen {
                throw first.error(
                    "'\(first.text)' may have any kind of value, so it has to be said how it is compared",
                    help: "write it after it, such as '\(first.text) -m str amqp', '-m int gt 5', '-m ip' or '-m found'"
                )
            }
            throw first.error(
                "'\(first.text)' has bytes, which can be compared in several ways",
                help: "write one of them after it, such as '\(first.text) -m str AMQP', '-m bin 414d5150' or '-m found'"
            )
        }
        if let kind = method.kind, !sample.kind.canBe(kind) {
            throw first.error(
                "'-m \(method.rawValue)' compares \(kind.phrase), and '\(first.text)' is \(sample.kind.phrase)",
                help: "write another method, such as '-m str' or '-m found'")
        }
        let takesNone = method == .found || method == .bool
        guard takesNone || !patterns.isEmpty || flags.isDeliberatelyEmpty else {
            throw first.error(
                "no value stands after '\(first.text)', so this never holds",
                help: "write the values that it may have, or '-m found' where any will do")
        }
        var isVersion = false
        if case .content(.tlsVersion) = sample.fetch, sample.converters.isEmpty, method == .int { isVersion = true }
        let reader = PatternReader(method: method, ignoresCase: flags.ignoresCase, readsVersions: isVersion)
        var test = AccessTest(sample: sample, match: try reader.read(Array(patterns)))
        guard !takesNone else { return test }
        test.origin = book.add(
            first, files: flags.files.map { ($0.name, $0.patterns.map(\.text)) }, texts: rest.map(\.text),
            PatternReading(method: method, ignoresCase: flags.ignoresCase, readsVersions: isVersion),
            after: facts.maps.files.count)
        facts.maps.listCount = book.lists.count
        return test
    }

    /// How values of a kind are compared where nothing says it.
    private static func method(of kind: SampleExpression.Kind) -> PatternReader.Method? {
        switch kind {
        case .boolean: .bool
        case .integer: .int
        case .address: .ip
        case .text: .str
        case .binary: nil
        }
    }

    /// What stands between a sample and its values.
    private struct Flags {
        var method: PatternReader.Method?
        var ignoresCase = false
        var files: [(name: String, patterns: [Word])] = []
        /// `--`, after which nothing is missing.
        var isDeliberatelyEmpty = false
    }

    private func readFlags(_ words: inout ArraySlice<Word>) throws(Diagnostic) -> Flags {
        var flags = Flags()
        while let word = words.first, word.text.hasPrefix("-"), Int64(word.text) == nil {
            words.removeFirst()
            switch word.text {
            case "--":
                flags.isDeliberatelyEmpty = true
                return flags
            case "-i": flags.ignoresCase = true
            // Names are never looked up, and lists have no numbers of their own here.
            case "-n", "-M": continue
            case "-u": _ = try argument(of: word, &words, "a number", example: "-u 1")
            case "-m":
                let name = try argument(of: word, &words, "a method", example: "-m beg")
                guard let method = PatternReader.Method(rawValue: name.text) else {
                    throw name.error(
                        "unknown method '\(name.text)'",
                        help: "the methods are \(PatternReader.Method.allCases.map(\.rawValue).joined(separator: ", "))"
                    )
                }
                flags.method = method
            case "-f":
                let file = try argument(of: word, &words, "a file", example: "-f networks.lst")
                flags.files.append((file.text, try PatternFile.read(file)))
            default:
                throw word.error("unknown flag '\(word.text)'", help: "the flags are -i, -f, -m, -n, -M, -u and --")
            }
        }
        return flags
    }

    private func argument(
        of flag: Word, _ words: inout ArraySlice<Word>, _ what: String, example: String
    ) throws(Diagnostic) -> Word {
        guard let word = words.popFirst() else {
            throw flag.error("'\(flag.text)' needs \(what)", help: "write '\(example)'")
        }
        return word
    }
}
