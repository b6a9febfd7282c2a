import Model

/// One check of a server, from its first connection to its verdict: says what is to be done next, and is told what came of it.
///
/// Knows neither time nor sockets: the caller connects, sends, reads and looks at the clock. A server's bytes are hostile:
/// what is kept of them is bounded, and taking them apart takes a time that grows with their number alone.
///
/// - Source: HAProxy 2.6 configuration manual, `tcp-check` and `http-check`; recordings for the words of each verdict.
public struct CheckConversation: Sendable {
    /// What a server may say between two questions; what comes after that is not looked at.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.bufsize`, default.
    public static let longestAnswer = 16_384

    /// What is kept of the words of a verdict, in bytes.
    ///
    /// - Source: recordings of HAProxy 2.6.
    static let longestDetail = 127

    /// What is to be done next.
    public enum Demand: Sendable, Hashable {
        /// End the connection there is and make this one; then `connected()` or `failed(_:)`.
        case connect(CheckPlan.Connection)
        /// Send these bytes; then `sent()` or `failed(_:)`.
        case send([UInt8])
        /// Read; then `heard(_:)`, `heardEnd()` or `failed(_:)`.
        case listen
        /// End the connection: this is the verdict, its duration not counted.
        case end(CheckResult)
        /// This is the verdict, but keep the connection: when the next check is due, it goes on with `resumed()`, and
        /// what the server says before that is `heard(_:)` as ever.
        case pause(CheckResult)
    }

    /// How far the connection is, which decides what its failure means.
    enum Layer: Sendable, Hashable {
        /// It is being made.
        case connecting
        /// A proxy on the way is being asked for it.
        case tunneling
        /// It is being encrypted.
        case encrypting
        /// It is there.
        case open
    }

    let plan: CheckPlan
    let party: CheckParty
    /// The step that is being done; all are done behind the last one.
    private(set) var position = 0
    /// The last step that counts for the verdict's words: one that sets a variable doesn't.
    private(set) var current: CheckPlan.Step?
    private(set) var layer = Layer.connecting
    private(set) var isEncrypted = false
    /// What the server has said since it was asked last, up to `longestAnswer`.
    private(set) var answer: [UInt8] = []
    /// Whether nothing comes after `answer`.
    private(set) var hasEnded = false
    /// Whether something has to be read before the next expectation can be judged.
    private var isAnswerDue = true
    private(set) var variables: [String: [UInt8]] = [:]
    /// The code of the last HTTP answer.
    var code = 0
    /// The talk in AMQP, once it has begun.
    var amqp: AMQPConversation?
    /// How the check ends once the last bytes are sent.
    var verdict: CheckResult?

    /// Prepares a check.
    ///
    /// - Parameters:
    ///   - plan: its steps.
    ///   - party: who is checked.
    public init(_ plan: CheckPlan, with party: CheckParty) {
        self.plan = plan
        self.party = party
    }

    /// Whether nothing is said or heard on the connection that is being made: that it can be made is all there is to learn.
    public var onlyConnects: Bool {
        guard case .connect? = nextAction else { return nextAction == nil }
        return true
    }

    /// Whether what is sent first may go with the last packet of the connection's handshake: there is something, or nothing
    /// will ever come.
    public var hasFirstWord: Bool {
        switch nextAction {
        // Who asks an agent nothing waits for its word.
        case .send(let text): text != CheckText(bytes: [])
        case .request, nil: true
        case .amqp, .connect, .expect, .set, .unset: false
        }
    }

    /// What is done on the connection that is being made.
    private var nextAction: CheckPlan.Action? {
        let next = plan.steps[min(position + 1, plan.steps.count)...].first { step in
            switch step.action {
            case .set, .unset: false
            case .amqp, .connect, .send, .request, .expect: true
            }
        }
        return next?.action
    }

    /// What an agent has said of its server; `nil` when it hasn't said a whole line.
    public var agentReport: AgentReport? {
        guard case .expect(let expectation)? = current?.action, case .answer(.agentLine) = expectation.match,
            let line = agentLine
        else { return nil }
        return AgentReport(line)
    }

    /// Begins.
    ///
    /// - Returns: what is to be done first.
    public mutating func begin() -> Demand { proceed() }

    /// The connection has been made.
    ///
    /// - Parameters:
    ///   - isEncrypting: whether it is to be encrypted before anything is said; `encrypted()` tells of its end.
    ///   - isTunneling: whether it leads to a proxy so far; the same function tells of the connection behind it.
    /// - Returns: what is to be done next; `.listen` while it is being encrypted, or a proxy is asked.
    public mutating func connected(isEncrypting: Bool = false, isTunneling: Bool = false) -> Demand {
        precondition(layer == .connecting || layer == .tunneling, "a connection is made once")
        guard !isTunneling else {
            layer = .tunneling
            return .listen
        }
        guard !isEncrypting else {
            layer = .encrypting
            return .listen
        }
        layer = .open
        position += 1
        return proceed()
    }

    /// The connection is encrypted now.
    ///
    /// - Returns: what is to be done next.
    public mutating func encrypted() -> Demand {
        precondition(layer == .encrypting, "only a connection that is being encrypted can be ready")
        isEncrypted = true
        layer = .open
        position += 1
        return proceed()
    }

    /// Everything that was to be sent has been.
    ///
    /// - Returns: what is to be done next.
    public mutating func sent() -> Demand {
        if amqp != nil { return verdict.map { end($0) } ?? .listen }
        position += 1
        return proceed()
    }

    /// The server has said something.
    ///
    /// - Parameter bytes: what; nothing of it is kept beyond `longestAnswer`.
    /// - Returns: what is to be done next.
    public mutating func heard(_ bytes: some Collection<UInt8>) -> Demand {
        if amqp != nil { return heardAMQP(bytes) }
        answer.append(contentsOf: bytes.prefix(Self.longestAnswer - answer.count))
        // Nothing more will be kept, so that what is there is all that there is to judge.
        if answer.count == Self.longestAnswer { hasEnded = true }
        isAnswerDue = false
        return proceed()
    }

    /// The server will say no more.
    ///
    /// - Returns: what is to be done next.
    public mutating func heardEnd() -> Demand {
        if let amqp { return end(amqp.ended()) }
        hasEnded = true
        isAnswerDue = false
        return proceed()
    }

    /// The connection is broken, or could not be made.
    ///
    /// - Parameter text: the system's words for it.
    /// - Returns: what is to be done next: what was said before counts.
    public mutating func failed(_ text: String) -> Demand {
        switch layer {
        case .connecting, .tunneling: return end(result(.layer4Error, text + whereabouts))
        case .encrypting: return end(result(.layer6Error, text + whereabouts))
        case .open:
            if let verdict { return end(verdict) }
            // Half of an HTTP answer is none; elsewhere what has been said counts.
            guard case .expect? = current?.action, !answer.isEmpty, !hasEnded, plan.wording != .http else {
                return end(result(.socketError, text + whereabouts))
            }
            return heardEnd()
        }
    }

    /// Nothing could be had on this machine for the connection.
    ///
    /// - Parameter text: the system's words for it.
    /// - Returns: the verdict.
    public mutating func failedHere(_ text: String) -> Demand { end(result(.socketError, text + whereabouts)) }

    /// The time is over.
    ///
    /// - Returns: the verdict.
    public mutating func expired() -> Demand {
        switch layer {
        case .connecting: return end(result(.layer4Timeout, whereabouts))
        case .tunneling: return end(result(.layer7Timeout, whereabouts))
        case .encrypting: return end(result(.layer6Timeout, whereabouts))
        case .open:
            if let amqp { return end(verdict ?? amqp.timedOut()) }
            var status = CheckStatus.layer7Timeout
            if case .expect(let expectation)? = current?.action { status = expectation.timeoutStatus ?? status }
            return end(result(status, whereabouts))
        }
    }

    // MARK: Steps

    private mutating func proceed() -> Demand {
        while position < plan.steps.count {
            let step = plan.steps[position]
            switch step.action {
            case .set(let variable, let text):
                variables[variable] = bytes(of: text)
                position += 1
            case .unset(let variable):
                variables[variable] = nil
                position += 1
            case .connect(let connection):
                current = step
                layer = .connecting
                forgetAnswer()
                return .connect(settled(connection))
            case .amqp(let check):
                current = step
                return beginAMQP(check)
            case .send(let text):
                current = step
                forgetAnswer()
                let bytes = bytes(of: text)
                if !bytes.isEmpty { return .send(bytes) }
                position += 1
            case .request(let request):
                current = step
                forgetAnswer()
                return .send(bytes(of: request))
            case .expect(let expectation):
                current = step
                guard !isAnswerDue else { return .listen }
                switch judge(expectation) {
                case .passed: position += 1
                case .undecided:
                    // More bytes may be what an earlier expectation must not see.
                    position = firstExpectation(before: position)
                    isAnswerDue = true
                    return .listen
                case .failed(let result): return end(result)
                }
            }
        }
        return end(success)
    }

    /// A connection to a port that is known now.
    private func settled(_ connection: CheckPlan.Connection) -> CheckPlan.Connection {
        var settled = connection
        if settled.port == nil, let text = connection.portText {
            let number = LeadingInteger(String(decoding: bytes(of: text), as: UTF8.self)).value ?? 0
            // What is too great is cut, as in HAProxy.
            let port = UInt16(truncatingIfNeeded: number)
            settled.port = port == 0 ? nil : port
        }
        settled.port = settled.port ?? connection.portOfAddress
        return settled
    }

    /// A verdict has a code where its status says so, and as many words as HAProxy keeps.
    func end(_ result: CheckResult) -> Demand { .end(told(result)) }

    /// What is told of a verdict.
    func told(_ result: CheckResult) -> CheckResult {
        var result = result
        result.detail = Self.shortened(result.detail)
        if !result.status.hasCode { result.code = nil }
        return result
    }

    /// What is kept of a text; a byte that is no text counts once, however it is shown.
    static func shortened(_ text: String) -> String {
        guard text.utf8.count > longestDetail || text.utf8.contains(0) else { return text }
        var kept = ""
        var rest = text.unicodeScalars[...]
        var count = 0
        while let scalar = rest.first, scalar != "\0" {
            let marked = ByteText.markLength(at: rest)
            // What would be cut in two is left out.
            count += marked > 0 ? 1 : UTF8.width(scalar)
            guard count <= longestDetail else { break }
            kept.unicodeScalars.append(contentsOf: rest.prefix(max(marked, 1)))
            rest = rest.dropFirst(max(marked, 1))
        }
        return kept
    }

    private mutating func forgetAnswer() {
        answer.removeAll(keepingCapacity: true)
        isAnswerDue = true
        if case .connect? = current?.action { hasEnded = false }
    }

    /// The first of the expectations in a row that ends at a position.
    private func firstExpectation(before position: Int) -> Int {
        var first = position
        while first > 0, case .expect = plan.steps[first - 1].action { first -= 1 }
        return first
    }

    private func result(_ status: CheckStatus, _ detail: String) -> CheckResult {
        CheckResult(status: status, code: code, detail: detail)
    }
}
