import Model

/// Reads conditions: `if local !{ dst_port 5671 } || admin`.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.2, and what HAProxy 2.6.12 takes.
struct RuleConditionReader {
    /// The access lists that have a name, by it.
    private(set) var lists: [String: AccessList] = [:]
    /// Those that only rules about requests understand.
    private var requestLists: Set<String> = []
    private var reader: AccessListReader

    /// Those that need no line.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 7.4; the others there read HTTP or RDP.
    private static let predefined: [String: [String]] = [
        "FALSE": ["always_false"], "TRUE": ["always_true"], "LOCALHOST": ["src", "127.0.0.1/8", "::1"],
        "REQ_CONTENT": ["req.len", "gt", "0"], "WAIT_END": ["wait_end"],
    ]

    /// The predefined ones that look into what nothing here reads.
    private static let unread: Set<String> = [
        "HTTP", "HTTP_1.0", "HTTP_1.1", "HTTP_2.0", "HTTP_CONTENT", "HTTP_URL_ABS", "HTTP_URL_SLASH", "HTTP_URL_STAR",
        "METH_CONNECT", "METH_DELETE", "METH_GET", "METH_HEAD", "METH_OPTIONS", "METH_POST", "METH_PUT", "METH_TRACE",
        "RDP_COOKIE",
    ]

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - facts: what is known.
    ///   - book: the lists of patterns so far.
    init(_ facts: SampleReader.Facts, book: PatternListBook = PatternListBook()) {
        reader = AccessListReader(facts: facts, book: book)
    }

    /// The lists of patterns so far.
    var book: PatternListBook { reader.book }

    /// What is known.
    var facts: SampleReader.Facts { reader.facts }

    /// Changes the variables that `env` may name, for the lines after this one.
    ///
    /// - Parameter environment: the variables.
    mutating func use(_ environment: [String: String]) { reader.facts.environment = environment }

    /// Reads an `acl` line.
    ///
    /// - Parameters:
    ///   - name: its name; lines of one name are one list.
    ///   - words: what follows.
    /// - Throws: what is wrong.
    mutating func define(_ name: Word, _ words: ArraySlice<Word>) throws(Diagnostic) {
        // Whether what is sent can be read is up to the rule that names it.
        let test = try reader.read(words, in: .anything)
        lists[name.text, default: AccessList(tests: [])].tests.append(test)
    }

    /// Lets a name that has a wrong line stand for something, so that its users aren't wrong as well.
    ///
    /// - Parameter name: the name.
    mutating func tolerate(_ name: Word) {
        lists[name.text] = lists[name.text] ?? AccessList(tests: [])
    }

    /// Leaves a name to the rules about requests, which know more samples; no other rule can use it.
    ///
    /// - Parameter name: the name.
    mutating func leaveToRequests(_ name: Word) { requestLists.insert(name.text) }

    /// Reads a condition.
    ///
    /// - Parameters:
    ///   - words: the words from `if` or `unless` on; at least one.
    ///   - reach: what of the bytes that are sent is there to be looked at.
    /// - Returns: the condition.
    /// - Throws: what is wrong.
    mutating func read(_ words: ArraySlice<Word>, in reach: ContentReach) throws(Diagnostic) -> RuleCondition {
        guard let verb = words.first else { preconditionFailure("a condition has a word at least") }
        guard verb.text == "if" || verb.text == "unless" else {
            throw verb.error("unexpected '\(verb.text)'", help: "a condition begins with 'if' or 'unless'")
        }
        var alternatives: [[RuleCondition.Term]] = [[]]
        var rest = words.dropFirst()
        var last = verb
        while !rest.isEmpty {
            if let separator = rest.first, ["||", "or", "OR"].contains(separator.text) {
                guard alternatives.last?.isEmpty == false else { throw nothing(before: separator) }
                last = separator
                rest.removeFirst()
                alternatives.append([])
                continue
            }
            alternatives[alternatives.count - 1].append(try term(&rest, reach, end: words.last ?? verb))
        }
        guard alternatives.last?.isEmpty == false else {
            throw last.error("no condition follows '\(last.text)'", help: "write one such as '{ src 10.0.0.0/8 }'")
        }
        return RuleCondition(alternatives: alternatives, isNegated: verb.text == "unless")
    }

    private func nothing(before word: Word) -> Diagnostic {
        word.error("no condition stands before '\(word.text)'", help: "write one such as '{ src 10.0.0.0/8 }'")
    }

    private mutating func term(
        _ words: inout ArraySlice<Word>, _ reach: ContentReach, end: Word
    ) throws(Diagnostic) -> RuleCondition.Term {
        var isNegated = false
        while let first = words.first {
            words.removeFirst()
            let marks = first.text.prefix { $0 == "!" }.count
            if marks % 2 == 1 { isNegated.toggle() }
            let word = Word(text: String(first.text.dropFirst(marks)), location: first.location(at: marks))
            if word.text.isEmpty { continue }
            let list =
                word.text == "{" ? try braces(word, &words, reach) : try named(word, reach)
            return RuleCondition.Term(list: list, isNegated: isNegated)
        }
        throw end.error("no condition follows '\(end.text)'", help: "write a name, or braces around a condition")
    }

    private mutating func braces(
        _ opening: Word, _ words: inout ArraySlice<Word>, _ reach: ContentReach
    ) throws(Diagnostic) -> AccessList {
        guard let end = words.firstIndex(where: { $0.text == "}" }) else {
            throw opening.error("this brace is never closed", help: "close it with ' }', with a blank before it")
        }
        let inner = words[words.startIndex..<end]
        words = words[(end + 1)...]
        guard !inner.isEmpty else {
            throw opening.error("nothing stands between the braces", help: "write '{ src 10.0.0.0/8 }'")
        }
        return AccessList(tests: [try reader.read(inner, in: reach)])
    }

    private mutating func named(_ word: Word, _ reach: ContentReach) throws(Diagnostic) -> AccessList {
        guard !requestLists.contains(word.text) else { throw readsRequests(word) }
        if let list = lists[word.text] {
            if let test = list.tests.first(where: { !reach.includes($0.sample.fetch) }) {
                throw reach.refusal(of: word, isAboutAnswers: test.sample.fetch.isAboutAnswers)
            }
            return list
        }
        if let words = Self.predefined[word.text] {
            return AccessList(tests: [try reader.read(words.map(word.saying)[...], in: reach)])
        }
        if Self.unread.contains(word.text) { throw readsRequests(word) }
        let closest = Suggestion.closest(to: word.text, among: Array(lists.keys) + Array(Self.predefined.keys))
        throw word.error(
            "there is no acl '\(word.text)' above this line",
            help: closest.map { "did you mean '\($0)'?" } ?? "write 'acl \(word.text) src 10.0.0.0/8' above, or braces")
    }

    private func readsRequests(_ word: Word) -> Diagnostic {
        word.error(
            "the acl '\(word.text)' reads requests, which are not looked at here",
            help: "the predefined ones are \(Self.predefined.keys.sorted().joined(separator: ", "))")
    }
}
