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
    init(_ lines: [RuleLine], scope: SampleScope, hostName: String, servesRequests: Bool) {
        self.scope = scope
        self.servesRequests = servesRequests
        conditions = RuleConditionReader(SampleReader.Facts(hostName: hostName, environment: [:], scope: scope))
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

    private func gate(_ line: RuleLine, canReadContent: Bool) throws(Diagnostic) -> RuleSet.Gate {
        let action = try word(2, of: line, "an action", example: "tcp-request content reject")
        guard let known = RuleSet.Gate.Action(rawValue: action.text) else {
            throw action.error(
                "'\(line.keyword.text) \(line.words[1].text) \(action.text)' is not supported here",
                help: "the actions are accept and reject")
        }
        return RuleSet.Gate(action: known, condition: try condition(from: 3, of: line, canReadContent: canReadContent))
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
    private func condition(
        from position: Int, of line: RuleLine, canReadContent: Bool = true
    ) throws(Diagnostic) -> RuleCondition? {
        guard position < line.words.count else { return nil }
        return try conditions.read(line.words[position...], canReadContent: canReadContent)
    }
}
