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
    init(
        _ lines: [RuleLine], scope: SampleScope, hostName: String, servesRequests: Bool,
        book: PatternListBook = PatternListBook()
    ) {
        self.scope = scope
        self.servesRequests = servesRequests
        conditions = RuleConditionReader(
            SampleReader.Facts(hostName: hostName, environment: [:], scope: scope), book: book)
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
        default: preconditionFailure("'\(line.keyword.text)' is no rule")
        }
    }

    private mutating func readAccessList(_ line: RuleLine) throws(Diagnostic) {
        let help = "write 'acl local src 127.0.0.1'"
        guard line.words.count > 1 else { throw line.missing("'acl' needs a name and a condition", help: help) }
        let name = line.words[1]
        guard line.words.count > 2 else { throw line.missing("'acl' needs a condition", help: help) }
        do {
            try conditions.define(name, line.words[2...])
        } catch {
            guard !servesRequests else { return conditions.leaveToRequests(name) }
            conditions.tolerate(name)
            throw error
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
        let condition = try condition(from: 2, of: line)
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
        let sample = try sample(try word(2, of: line, "a sample", example: example))
        var position = 3
        let table = try table(of: line, &position)
        rules.sticking.append(
            StickRule(
                sample: sample, table: table, matches: verb.text != "store-request", stores: verb.text != "match",
                condition: try condition(from: position, of: line)))
    }

    /// `table NAME`, or the proxy's own table.
    private func table(of line: RuleLine, _ position: inout Int) throws(Diagnostic) -> Int {
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

    private func sample(_ word: Word) throws(Diagnostic) -> SampleExpression {
        try SampleReader.read(word, facts: conditions.facts)
    }

    // MARK: tcp-request

    private mutating func readRequestRule(_ line: RuleLine) throws(Diagnostic) {
        let stage = try word(
            1, of: line, "what to look at", example: "tcp-request connection reject if { src 192.0.2.1 }")
        switch stage.text {
        case "inspect-delay": rules.request.delay = try delay(line)
        case "connection": rules.connection.append(try gate(line, canReadContent: false))
        case "session": rules.session.append(try gate(line, canReadContent: false))
        case "content": rules.request.gates.append(try gate(line, canReadContent: true))
        default:
            throw stage.error(
                "unknown rule 'tcp-request \(stage.text)'",
                help: "write 'connection', 'session', 'content' or 'inspect-delay'")
        }
    }

    private mutating func gate(_ line: RuleLine, canReadContent: Bool) throws(Diagnostic) -> RuleSet.Gate {
        let action = try word(2, of: line, "an action", example: "tcp-request content reject")
        var position = 3
        let known = try self.action(action, of: line, &position, canReadContent: canReadContent)
        return RuleSet.Gate(
            action: known, condition: try condition(from: position, of: line, canReadContent: canReadContent))
    }

    private func action(
        _ word: Word, of line: RuleLine, _ position: inout Int, canReadContent: Bool
    ) throws(Diagnostic) -> RuleSet.Gate.Action {
        switch word.text {
        case "accept": return .accept
        case "reject": return .reject
        case "track-sc0", "track-sc1", "track-sc2":
            let key = try self.word(position, of: line, "a sample", example: "tcp-request connection track-sc0 src")
            let sample = try sample(key)
            if case .content = sample.fetch, !canReadContent {
                throw key.error(
                    "'\(key.text)' can't be known here: nothing of what the client sends has been read yet",
                    help: "write the rule as 'tcp-request content'")
            }
            position += 1
            let table = try table(of: line, &position)
            let slot = word.text.last?.wholeNumberValue ?? 0
            return .track(RuleSet.Tracking(slot: slot, sample: sample, table: table))
        case "sc-inc-gpc0(0)", "sc-inc-gpc0(1)", "sc-inc-gpc0(2)":
            return .countUp(slot: word.text.dropLast().last?.wholeNumberValue ?? 0)
        default:
            throw word.error(
                "'\(line.keyword.text) \(line.words[1].text) \(word.text)' is not supported here",
                help: "the actions are accept, reject, track-sc0 to track-sc2, and sc-inc-gpc0(0)")
        }
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

    private func word(
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
        from position: Int, of line: RuleLine, canReadContent: Bool = true
    ) throws(Diagnostic) -> RuleCondition? {
        guard position < line.words.count else { return nil }
        return try conditions.read(line.words[position...], canReadContent: canReadContent)
    }
}
