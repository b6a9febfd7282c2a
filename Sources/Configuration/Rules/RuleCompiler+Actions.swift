import Model

/// What a `tcp-request` or `tcp-response` rule is about.
enum RuleStage: String {
    /// A connection that was just accepted.
    case connection
    /// One whose client is known.
    case session
    /// What the client of a session sends.
    case content
    /// What the server of a session answers.
    case answer

    /// How a rule about it begins.
    var keywords: String { self == .answer ? "tcp-response content" : "tcp-request \(rawValue)" }

    /// What of the bytes that are sent a rule about it can look at.
    var reach: ContentReach {
        switch self {
        case .connection, .session: .nothing
        case .content: .request
        case .answer: .answer
        }
    }

    /// Whether there is a session already.
    var hasSession: Bool { self == .content || self == .answer }

    /// Whether a rule about it can set variables of a scope.
    ///
    /// - Parameter scope: the scope.
    /// - Returns: whether there is anything of it.
    func knows(_ scope: SessionVariable.Scope) -> Bool {
        switch scope {
        case .process, .connection: true
        case .session: hasSession
        case .request: self == .content
        case .response: self == .answer
        case .check: false
        }
    }
}

// The actions of `tcp-request` and `tcp-response` rules.
//
// Source: HAProxy 2.6 configuration manual, section 4.2, and what HAProxy 2.6.12 takes.
extension RuleCompiler {
    /// An action's name, and what stands in parentheses after it.
    private struct Call {
        let name: String
        /// `nil` without parentheses.
        let argument: String?

        init(_ text: String) {
            guard let start = text.firstIndex(of: "("), text.hasSuffix(")") else {
                (name, argument) = (text, nil)
                return
            }
            name = String(text[..<start])
            argument = String(text[text.index(after: start)...].dropLast())
        }
    }

    private static let actions = """
        the actions are accept, reject, silent-drop, expect-proxy layer4, track-sc0 to track-sc2, sc-inc-gpc0(0), \
        sc-inc-gpc1(0), sc-inc-gpc(0,0), sc-set-gpt0(0), sc-set-gpt(0,0), set-src, set-src-port, set-dst, set-dst-port, set-var(txn.x) and unset-var(txn.x)
        """
    private static let answerActions = """
        the actions are accept, reject, close, silent-drop, sc-inc-gpc0(0), sc-inc-gpc1(0), sc-inc-gpc(0,0), \
        sc-set-gpt0(0), sc-set-gpt(0,0), set-var(txn.x) and unset-var(txn.x)
        """
    /// What comes too late once a server has been chosen.
    private static let onlyBefore: Set<String> = [
        "expect-proxy", "track-sc0", "track-sc1", "track-sc2", "set-src", "set-src-port", "set-dst", "set-dst-port",
    ]

    /// Reads an action.
    ///
    /// - Parameters:
    ///   - word: its name, with what stands in parentheses after it.
    ///   - line: the line.
    ///   - position: of the word after it; moved over what belongs to the action.
    ///   - stage: what the rule is about.
    /// - Returns: the action.
    /// - Throws: what is wrong with it.
    mutating func action(
        _ word: Word, of line: RuleLine, _ position: inout Int, at stage: RuleStage
    ) throws(Diagnostic) -> RuleSet.Gate.Action {
        let call = Call(word.text)
        let said = "\(stage.keywords) \(call.name)"
        guard stage != .answer || !Self.onlyBefore.contains(call.name) else { throw unsupported(word, of: line) }
        switch call.name {
        case "accept": return .accept
        case "reject": return .reject
        case "silent-drop": return .vanish
        case "close" where stage == .answer: return .close
        case "expect-proxy": return try expectedHeader(word, of: line, &position, at: stage)
        case "track-sc0", "track-sc1", "track-sc2":
            let sample = try sample(of: line, &position, at: stage, example: "\(said) src")
            let key = line.words[position - 1]
            let table = try table(of: line, &position)
            try expect(sample, key, toFit: table)
            return .track(
                RuleSet.Tracking(slot: call.name.last?.wholeNumberValue ?? 0, sample: sample, table: table))
        case "sc-inc-gpc0": return .count(TableSample(try subject(call, word), .countUp, table: nil))
        case "sc-inc-gpc1": return .count(TableSample(try subject(call, word), .countUpSecond, table: nil))
        case "sc-inc-gpc": return .countElement(try element(call, word, .countUp))
        case "sc-set-gpt":
            let element = try element(call, word, .tag)
            return .tagElement(element, try number(of: line, &position, at: stage, example: "\(said)(0,0) 1"))
        case "sc-set-gpt0":
            let subject = try subject(call, word)
            return .tag(subject, try number(of: line, &position, at: stage, example: "\(said)(0) 1"))
        case "set-src", "set-src-port", "set-dst", "set-dst-port":
            guard let part = RuleSet.AddressPart(rawValue: String(call.name.dropFirst("set-".count))) else {
                preconditionFailure("parts of addresses are named as their actions")
            }
            let example = part.isPort ? "\(said) int(5672)" : "\(said) str(192.0.2.1)"
            return .setAddress(part, try sample(of: line, &position, at: stage, example: example))
        case "set-var":
            let variable = try variable(call, word, at: stage)
            return .setVariable(variable, try sample(of: line, &position, at: stage, example: "\(word.text) src"))
        case "unset-var": return .unsetVariable(try variable(call, word, at: stage))
        default: throw unsupported(word, of: line)
        }
    }

    private func unsupported(_ word: Word, of line: RuleLine) -> Diagnostic {
        word.error(
            "'\(line.keyword.text) \(line.words[1].text) \(word.text)' is not supported here",
            help: line.keyword.text == "tcp-response" ? Self.answerActions : Self.actions)
    }

    private func expectedHeader(
        _ word: Word, of line: RuleLine, _ position: inout Int, at stage: RuleStage
    ) throws(Diagnostic) -> RuleSet.Gate.Action {
        guard stage == .connection else {
            throw word.error(
                "'expect-proxy' comes too late here: the client is known already",
                help: "write 'tcp-request connection expect-proxy layer4'")
        }
        let layer = try self.word(
            position, of: line, "'layer4'", example: "tcp-request connection expect-proxy layer4")
        guard layer.text == "layer4" else {
            throw layer.error("'expect-proxy' takes 'layer4' alone", help: "write 'expect-proxy layer4'")
        }
        position += 1
        return .expectHeader
    }

    /// A sample that can be known at a stage.
    private func sample(
        of line: RuleLine, _ position: inout Int, at stage: RuleStage, example: String
    ) throws(Diagnostic) -> SampleExpression {
        let word = try self.word(position, of: line, "a sample", example: example)
        let sample = try sample(word)
        guard stage.reach.includes(sample.fetch) else {
            throw stage.reach.refusal(of: word, isAboutAnswers: sample.fetch.isAboutAnswers)
        }
        position += 1
        return sample
    }

    /// A number of 32 bits, or a sample.
    private func number(
        of line: RuleLine, _ position: inout Int, at stage: RuleStage, example: String
    ) throws(Diagnostic) -> SampleExpression {
        let value = try self.word(position, of: line, "a number or a sample", example: example)
        guard let number = Int64(value.text) else {
            return try sample(of: line, &position, at: stage, example: example)
        }
        guard (0...Int64(UInt32.max)).contains(number) else {
            throw value.error("'\(value.text)' is no number of 32 bits", help: "write one up to \(UInt32.max)")
        }
        position += 1
        return SampleExpression(.constant(.integer(number)))
    }

    /// The number and the place of `sc-inc-gpc(0,1)`.
    private func element(
        _ call: Call, _ word: Word, _ quantity: ArraySample.Quantity
    ) throws(Diagnostic) -> ArraySample {
        let numbers = (call.argument ?? "").split(separator: ",").map { Int64($0) }
        guard numbers.count == 2, let index = numbers[0], let slot = numbers[1],
            OutsideConverterTable.indices.contains(index), TableSampleReader.slots.contains(slot)
        else {
            throw word.error(
                "'\(call.name)' needs a number of the array, and that of a place, from 0 to "
                    + "\(TableSampleReader.slots.upperBound)", help: "write '\(call.name)(0,0)'")
        }
        return ArraySample(.tracked(slot: Int(slot)), quantity, Int(index), table: nil)
    }

    /// The place of `sc-inc-gpc0(1)`.
    private func subject(_ call: Call, _ word: Word) throws(Diagnostic) -> TableSample.Subject {
        guard let number = call.argument.flatMap({ Int64($0) }), TableSampleReader.slots.contains(number) else {
            throw word.error(
                "'\(call.name)' needs the number of a place, from 0 to \(TableSampleReader.slots.upperBound)",
                help: "write '\(call.name)(0)'")
        }
        return .tracked(slot: Int(number))
    }

    private mutating func variable(
        _ call: Call, _ word: Word, at stage: RuleStage
    ) throws(Diagnostic) -> SessionVariable {
        guard let text = call.argument else {
            throw word.error("'\(call.name)' needs a variable in parentheses", help: "write '\(call.name)(txn.name)'")
        }
        guard !text.contains(",") else {
            throw word.error(
                "'\(call.name)' takes a variable and nothing else here",
                help: "write '\(call.name)(txn.name)', and what it depends on as a condition")
        }
        let variable = try SampleTable.variable(text, at: word)
        if !stage.knows(variable.scope) {
            note(
                word.warning(
                    "'\(text)' is never set here: nothing of its scope exists \(stage == .answer ? "any more" : "yet")",
                    help: stage.hasSession ? "write 'txn.\(variable.name)'" : "write 'sess.\(variable.name)'"))
        }
        return variable
    }
}
