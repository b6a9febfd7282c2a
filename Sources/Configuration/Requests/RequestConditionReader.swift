import Model

/// Reads conditions about requests to a statistics address: `if local !{ path /metrics } || admin`.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.1, 7.2, 7.3.6 and 7.4, and what HAProxy 2.6.12 takes.
struct RequestConditionReader {
    /// The lines of the access lists that have a name, by it: a test each.
    private var lists: [String: [[Word]]] = [:]
    /// The names of the userlists that its conditions have asked so far.
    private(set) var userlists: [Word] = []

    /// Those that need no line.
    private static let predefined: [String: [String]] = [
        "FALSE": ["always_false"], "TRUE": ["always_true"], "LOCALHOST": ["src", "127.0.0.1/8", "::1"],
        "METH_GET": ["method", "GET", "HEAD"], "METH_HEAD": ["method", "HEAD"], "METH_POST": ["method", "POST"],
    ]

    /// Texts that can be compared, by what their names begin with; the end says how (`path_beg`).
    private static let texts: [String: @Sendable (TextPattern) -> RequestTest] = [
        "path": { .path($0) }, "url": { .url($0) },
    ]

    private static let example = "{ path /metrics }"

    /// Takes an `acl` line; it is read where a condition names it.
    ///
    /// - Parameters:
    ///   - name: its name; lines of one name are one list.
    ///   - words: what follows.
    mutating func define(_ name: String, _ words: [Word]) { lists[name, default: []].append(words) }

    /// Reads what is left of a line, if that is a condition.
    ///
    /// - Parameter arguments: the line, where its condition may begin.
    /// - Returns: the condition; `nil` at the line's end.
    /// - Throws: what is wrong with it.
    mutating func read(_ arguments: inout Arguments) throws(Diagnostic) -> RequestCondition? {
        guard let verb = arguments.next() else { return nil }
        guard verb.text == "if" || verb.text == "unless" else {
            throw verb.error(
                "'\(verb.text)' is neither 'if' nor 'unless'", help: "write a condition such as 'if \(Self.example)'")
        }
        return try read(arguments.rest(), after: verb)
    }

    private mutating func read(_ words: [Word], after verb: Word) throws(Diagnostic) -> RequestCondition {
        var condition = RequestCondition(alternatives: [[]], isNegated: verb.text == "unless")
        var rest = words[...]
        var last = verb
        while let word = rest.first {
            if ["||", "or", "OR"].contains(word.text) {
                guard condition.alternatives.last?.isEmpty == false else {
                    throw word.error("no condition stands before '\(word.text)'", help: "write one, or remove it")
                }
                rest.removeFirst()
                condition.alternatives.append([])
            } else {
                condition.alternatives[condition.alternatives.count - 1].append(try term(&rest))
            }
            last = word
        }
        guard condition.alternatives.last?.isEmpty == false else {
            throw last.error("no condition follows '\(last.text)'", help: "write one such as '\(Self.example)'")
        }
        return condition
    }

    private mutating func term(_ words: inout ArraySlice<Word>) throws(Diagnostic) -> RequestCondition.Term {
        var isNegated = false
        var last: Word?
        while let word = words.popFirst() {
            last = word
            let name = word.text.drop { $0 == "!" }
            if (word.text.count - name.count) % 2 == 1 { isNegated.toggle() }
            if name.isEmpty { continue }
            let tests = name == "{" ? [try braces(word, &words)] : try named(word.saying(String(name)))
            return RequestCondition.Term(tests: tests, isNegated: isNegated)
        }
        guard let last else { preconditionFailure("a term has a word at least") }
        throw last.error("no condition follows '\(last.text)'", help: "write a name, or braces around a condition")
    }

    private mutating func braces(_ opening: Word, _ words: inout ArraySlice<Word>) throws(Diagnostic) -> RequestTest {
        guard let end = words.firstIndex(where: { $0.text == "}" }) else {
            throw opening.error("this brace is never closed", help: "close it with ' }', with a blank before it")
        }
        let inner = words[..<end]
        words = words[(end + 1)...]
        guard !inner.isEmpty else {
            throw opening.error("nothing stands between the braces", help: "write '\(Self.example)'")
        }
        return try test(inner)
    }

    private mutating func named(_ name: Word) throws(Diagnostic) -> [RequestTest] {
        if let lines = lists[name.text] {
            var tests: [RequestTest] = []
            for line in lines { tests.append(try test(line[...])) }
            return tests
        }
        if let words = Self.predefined[name.text] { return [try test(words.map(name.saying)[...])] }
        let known = Array(lists.keys) + Array(Self.predefined.keys)
        throw name.error(
            "there is no acl '\(name.text)' above this line",
            help: Suggestion.closest(to: name.text, among: known).map { "did you mean '\($0)'?" }
                ?? "write 'acl \(name.text) src 10.0.0.0/8' above, or braces")
    }

    // MARK: Tests

    private mutating func test(_ words: ArraySlice<Word>) throws(Diagnostic) -> RequestTest {
        guard let first = words.first else { preconditionFailure("a test has a word at least") }
        let (name, argument) = Self.parts(of: first.text)
        let values = words.dropFirst()
        switch name {
        case "always_true": return .always(true)
        case "always_false": return .always(false)
        case "src": return .source(try networks(first, values))
        case "method": return .method(try someOf(values, after: first, example: "method GET").map(\.text))
        case "http_auth":
            let list = try self.argument(argument, first, example: "http_auth(admins)")
            userlists.append(first.saying(list))
            return .user(of: list)
        case "http_auth_group":
            let groups = try someOf(values, after: first, example: "http_auth_group(admins) operators").map(\.text)
            let list = try self.argument(argument, first, example: "http_auth_group(admins)")
            userlists.append(first.saying(list))
            return .group(groups, of: list)
        default: break
        }
        let base = name.split(separator: "_", maxSplits: 1).map(String.init)
        let kind = base.count == 2 ? TextPattern.Kind(rawValue: base[1]) : .string
        if let kind {
            if let make = Self.texts[base[0]] { return make(try pattern(kind, first, values)) }
            if ["hdr", "req.hdr"].contains(base[0]) {
                let header = try self.argument(argument, first, example: "hdr(host)").lowercased()
                return .header(header, try pattern(kind, first, values))
            }
        }
        throw first.error(
            "'\(first.text)' can't be asked of a request to the statistics",
            help:
                "known are src, path, url, method, hdr(…), http_auth(…), http_auth_group(…), always_true and always_false"
        )
    }

    /// A name and what stands in parentheses after it.
    private static func parts(of text: String) -> (name: String, argument: String?) {
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { return (text, nil) }
        let end = text.index(before: text.endIndex)
        // `hdr_beg(host)` is written with the way before the parentheses.
        return (String(text[..<open]), String(text[text.index(after: open)..<end]))
    }

    private func argument(_ argument: String?, _ word: Word, example: String) throws(Diagnostic) -> String {
        if let argument, !argument.isEmpty { return argument }
        throw word.error("'\(word.text)' needs a name in parentheses", help: "write '\(example)'")
    }

    private func someOf(
        _ words: ArraySlice<Word>, after first: Word, example: String
    ) throws(Diagnostic) -> ArraySlice<Word> {
        if words.isEmpty { throw first.error("no value stands after '\(first.text)'", help: "write '\(example)'") }
        return words
    }

    private func networks(_ first: Word, _ words: ArraySlice<Word>) throws(Diagnostic) -> [IPNetwork] {
        var networks: [IPNetwork] = []
        for word in try someOf(words, after: first, example: "src 10.0.0.0/8") {
            guard let network = IPNetwork(word.text) else {
                throw word.error("'\(word.text)' is no address and no network", help: "write '10.0.0.0/8' or '::1'")
            }
            networks.append(network)
        }
        return networks
    }

    private func pattern(
        _ kind: TextPattern.Kind, _ first: Word, _ words: ArraySlice<Word>
    ) throws(Diagnostic) -> TextPattern {
        var pattern = TextPattern(kind: kind, values: [])
        var rest = words
        while let word = rest.first, word.text.hasPrefix("-") {
            rest.removeFirst()
            switch word.text {
            case "-i": pattern.ignoresCase = true
            case "-m":
                guard let way = rest.popFirst(), let kind = TextPattern.Kind(rawValue: way.text) else {
                    let known = TextPattern.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    throw word.error("'-m' needs a way to compare", help: "known here are \(known)")
                }
                pattern.kind = kind
            case "--":
                pattern.values = rest.map(\.text)
                return pattern
            default: throw word.error("'\(word.text)' is not known here", help: "the flags are -i, -m and --")
            }
        }
        if pattern.kind != .found { rest = try someOf(rest, after: first, example: "\(first.text) /metrics") }
        pattern.values = rest.map { pattern.ignoresCase ? $0.text.lowercased() : $0.text }
        return pattern
    }
}
