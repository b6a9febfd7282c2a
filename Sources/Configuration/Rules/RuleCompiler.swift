import Model

/// Turns the rule lines of one proxy into rules; goes on after each mistake.
struct RuleCompiler {
    /// A `use_backend` line.
    struct BackendChoice {
        /// The backend.
        let name: Word
        /// When it is used; always when `nil`.
        let condition: RuleCondition?
    }

    /// The proxy's rules.
    private(set) var rules = RuleSet()
    /// Its `use_backend` lines, of which the first that holds decides.
    private(set) var backendChoices: [BackendChoice] = []
    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// The lists of patterns, with those of this proxy.
    var book: PatternListBook { conditions.book }

    private var conditions: RuleConditionReader
    private let scope: SampleScope
    private let servesRequests: Bool

    /// Compiles.
    ///
    /// - Parameters:
    ///   - lines: the lines in the file's order.
    ///   - scope: what names mean.
    ///   - hostName: this machine's name.
    ///   - servesRequests: whether the proxy answers requests, so that lists may be for rules about them alone.
    ///   - book: the lists of patterns so far.
    ///   - maps: the maps so far; those of this proxy are added.
    init(
        _ lines: [RuleLine], scope: SampleScope, hostName: String, servesRequests: Bool,
        book: PatternListBook = PatternListBook(), maps: MapShelf = MapShelf()
    ) {
        self.scope = scope
        self.servesRequests = servesRequests
        conditions = RuleConditionReader(
            SampleReader.Facts(hostName: hostName, environment: [:], scope: scope, maps: maps), book: book)
        for line in lines {
            do {
                try read(line)
            } catch {
                diagnostics.append(error)
            }
        }
    }

    private mutating func read(_ line: RuleLine) throws(Diagnostic) {
        conditions.use(line.environment)
        switch line.keyword.text {
        case "acl": try readAccessList(line)
        case "use_backend": try readBackendChoice(line)
        case "use-server": try readServerRule(line)
        case "force-persist": try readPersistence(line)
        case "stick": try readStickRule(line)
        case "stick-table": try readStickTable(line)
        case "tcp-request": try readRequestRule(line)
        case "tcp-response": try readAnswerRule(line)
        default: preconditionFailure("'\(line.keyword.text)' is no rule")
        }
    }

    private mutating func readAccessList(_ line: RuleLine) throws(Diagnostic) {
        let help = "write 'acl local src 127.0.0.1'"
        guard line.words.count > 1 else { throw line.missing("'acl' needs a name and a condition", help: help) }
        let name = line.words[1]
        guard line.words.count > 2 else { throw line.missing("'acl' needs a condition", help: help) }
        guard name.text.lowercased() != "or" else {
            throw name.error(
                "'\(name.text)' can't be an acl's name: in a condition it stands between alternatives",
                help: "choose another name")
        }
        if let wrong = name.text.utf8.firstIndex(where: { !Self.isNameByte($0) }) {
            throw Diagnostic(
                severity: .error,
                location: name.location(at: name.text.utf8.distance(from: name.text.startIndex, to: wrong)),
                message: "'\(name.text[wrong])' can't stand in an acl's name",
                help: "use letters, digits, '-', '_', '.' and ':'")
        }
        do {
            try conditions.define(name, line.words[2...])
        } catch {
            guard !servesRequests else { return conditions.leaveToRequests(name) }
            conditions.tolerate(name)
            throw error
        }
    }

    /// Whether a byte may stand in an acl's name, as in other names.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private mutating func readBackendChoice(_ line: RuleLine) throws(Diagnostic) {
        let name = try word(1, of: line, "a backend's name", example: "use_backend servers if { src 10.0.0.0/8 }")
        guard !name.text.contains("%[") else {
            throw name.error(
                "'use_backend' takes a name here, and no format that makes one of what the client sends",
                help: "write a line with a condition for each backend")
        }
        backendChoices.append(BackendChoice(name: name, condition: try condition(from: 2, of: line)))
    }

    private mutating func readServerRule(_ line: RuleLine) throws(Diagnostic) {
        let example = "use-server one if { src 10.0.0.0/8 }"
        let name = try word(1, of: line, "a server's name", example: example)
        guard !name.text.contains("%[") else {
            throw name.error(
                "'use-server' takes a name here, and no format that makes one of what the client sends",
                help: "write a line with a condition for each server")
        }
        guard let condition = try condition(from: 2, of: line) else {
            throw line.missing("'use-server' needs a condition", help: "write '\(example)'")
        }
        let servers = scope.proxies[scope.current].servers
        guard let index = servers.firstIndex(of: name.text) else {
            throw name.error(
                "there is no server '\(name.text)' in '\(scope.proxies[scope.current].name)'",
                help: Suggestion.closest(to: name.text, among: servers).map { "did you mean '\($0)'?" }
                    ?? "name one of its servers")
        }
        rules.servers.append(RuleSet.ServerRule(server: index, condition: condition))
    }

    private mutating func readPersistence(_ line: RuleLine) throws(Diagnostic) {
        guard let condition = try condition(from: 1, of: line) else {
            throw line.missing(
                "'force-persist' needs a condition", help: "write 'force-persist if { src 10.0.0.0/8 }'")
        }
        rules.forcedPersistence.append(condition)
    }

    // MARK: Stick tables

    private mutating func readStickTable(_ line: RuleLine) throws(Diagnostic) {
        guard rules.table == nil else {
            throw line.keyword.error(
                "'\(scope.proxies[scope.current].name)' has a stick table already",
                help: "give the second one a 'backend' section of its own, and name that after 'table'")
        }
        let (table, found) = try StickTableReader.read(line)
        rules.table = table
        diagnostics += found
    }

    /// `stick on src [table NAME] [if …]`.
    private mutating func readStickRule(_ line: RuleLine) throws(Diagnostic) {
        let example = "stick on src"
        let verb = try word(1, of: line, "'on', 'match' or 'store-request'", example: example)
        guard ["on", "match", "store-request"].contains(verb.text) else {
            throw verb.error(
                verb.text == "store-response"
                    ? "'stick store-response' is not supported here: answers are not looked at"
                    : "unknown rule 'stick \(verb.text)'", help: "write 'on', 'match' or 'store-request'")
        }
        let key = try word(2, of: line, "a sample", example: example)
        let sample = try sample(key)
        var position = 3
        let table = try table(of: line, &position)
        try expect(sample, key, toFit: table)
        rules.sticking.append(
            StickRule(
                sample: sample, table: table, matches: verb.text != "store-request", stores: verb.text != "match",
                condition: try condition(from: position, of: line)))
    }

    /// `table NAME`, or the proxy's own table.
    ///
    /// - Parameters:
    ///   - line: the line.
    ///   - position: where it may stand; moved over it.
    /// - Returns: the index of the proxy whose table it is.
    /// - Throws: that there is none.
    func table(of line: RuleLine, _ position: inout Int) throws(Diagnostic) -> Int {
        guard position < line.words.count, line.words[position].text == "table" else {
            guard scope.proxies[scope.current].hasTable else {
                throw line.keyword.error(
                    "'\(scope.proxies[scope.current].name)' has no stick table",
                    help: "write 'stick-table type ip size 100k expire 30m' here, or name one after 'table'")
            }
            return scope.current
        }
        let name = try word(position + 1, of: line, "the name of a proxy with a stick table", example: "table sessions")
        position += 2
        if let index = scope.proxies.firstIndex(where: { $0.name == name.text && $0.hasTable }) { return index }
        let names = scope.proxies.filter(\.hasTable).map(\.name)
        throw name.error(
            "there is no stick table '\(name.text)'",
            help: Suggestion.closest(to: name.text, among: names).map { "did you mean '\($0)'?" }
                ?? "add a section 'backend \(name.text)' with a 'stick-table' line")
    }

    /// Makes sure that entries of a table can be found by a sample.
    ///
    /// - Parameters:
    ///   - sample: the sample.
    ///   - word: the word that it is.
    ///   - table: the index of the proxy whose table it is.
    /// - Throws: that they can't.
    func expect(_ sample: SampleExpression, _ word: Word, toFit table: Int) throws(Diagnostic) {
        let proxy = scope.proxies[table]
        guard let key = proxy.tableKey, !sample.kind.canBe(key.kind) else { return }
        throw word.error(
            "entries of the table of '\(proxy.name)' are found by \(key.kind.phrase), and '\(word.text)' is "
                + sample.kind.phrase, help: "give the table 'type binary', or put a converter such as 'hex' after it")
    }

    /// The sample that a word is.
    ///
    /// - Parameter word: the word.
    /// - Returns: the sample.
    /// - Throws: what is wrong with it.
    func sample(_ word: Word) throws(Diagnostic) -> SampleExpression {
        try SampleReader.read(word, facts: conditions.facts)
    }

    // MARK: tcp-request

    private mutating func readRequestRule(_ line: RuleLine) throws(Diagnostic) {
        let stage = try word(
            1, of: line, "what to look at", example: "tcp-request connection reject if { src 192.0.2.1 }")
        switch stage.text {
        case "inspect-delay": rules.request.delay = try delay(line)
        case "connection": rules.connection.append(try gate(line, at: .connection))
        case "session": rules.session.append(try gate(line, at: .session))
        case "content": rules.request.gates.append(try gate(line, at: .content))
        default:
            throw stage.error(
                "unknown rule 'tcp-request \(stage.text)'",
                help: "write 'connection', 'session', 'content' or 'inspect-delay'")
        }
    }

    private mutating func readAnswerRule(_ line: RuleLine) throws(Diagnostic) {
        let stage = try word(1, of: line, "what to look at", example: "tcp-response content reject if { res.len 0 }")
        switch stage.text {
        case "inspect-delay": rules.answer.delay = try delay(line)
        case "content": rules.answer.gates.append(try gate(line, at: .answer))
        default:
            throw stage.error(
                "unknown rule 'tcp-response \(stage.text)'", help: "write 'content' or 'inspect-delay'")
        }
    }

    private mutating func gate(_ line: RuleLine, at stage: RuleStage) throws(Diagnostic) -> RuleSet.Gate {
        let action = try word(2, of: line, "an action", example: "\(line.keyword.text) content reject")
        var position = 3
        let known = try self.action(action, of: line, &position, at: stage)
        return RuleSet.Gate(
            action: known, condition: try condition(from: position, of: line, in: stage.reach))
    }

    private mutating func delay(_ line: RuleLine) throws(Diagnostic) -> Duration {
        var arguments = Arguments(SourceLine(words: Array(line.words.dropFirst()), end: line.end))
        _ = arguments.next()
        let time = try arguments.time(example: "\(line.keyword.text) inspect-delay 5s")
        try arguments.expectEnd()
        diagnostics += arguments.diagnostics
        return time.duration
    }

    // MARK: Words

    /// Keeps a warning.
    ///
    /// - Parameter diagnostic: the warning.
    mutating func note(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    /// A word of a line.
    ///
    /// - Parameters:
    ///   - position: which one, the keyword being 0.
    ///   - line: the line.
    ///   - what: what it is, for the error.
    ///   - example: what to write.
    /// - Returns: the word.
    /// - Throws: that the line ends before it.
    func word(
        _ position: Int, of line: RuleLine, _ what: String, example: String
    ) throws(Diagnostic) -> Word {
        guard position < line.words.count else {
            let said = line.words.prefix(position).map(\.text).joined(separator: " ")
            throw line.missing("'\(said)' needs \(what)", help: "write '\(example)'")
        }
        return line.words[position]
    }

    /// The condition at the end of a line; `nil` where there is none.
    private mutating func condition(
        from position: Int, of line: RuleLine, in reach: ContentReach = .request
    ) throws(Diagnostic) -> RuleCondition? {
        guard position < line.words.count else { return nil }
        return try conditions.read(line.words[position...], in: reach)
    }
}
