import Model

/// What a proxy's lines ask of its checks, while they are being read.
struct CheckDraft {
    /// A kind of check that an option asks for.
    enum Kind {
        /// `option tcp-check`: the steps of the `tcp-check` lines.
        case steps
        /// `option httpchk`, with its own request; the steps of the `http-check` lines.
        case http(HTTPRequestDraft)
        /// A known protocol.
        case known(CheckPlan)
        /// `option external-check`: the program of the `external-check` lines.
        case program
    }

    /// One line that is a step, or says something about the next one.
    enum Rule {
        case step(CheckPlan.Action, comment: String?)
        /// An `http-check send`.
        case request(HTTPRequestDraft, comment: String?)
        case comment(String)
    }

    /// The lines of one keyword in order; those of `defaults` count as long as the section has none of its own.
    struct Rules {
        var rules: [Rule] = []
        /// Where the first of them stands.
        var location: SourceLocation?
    }

    /// The option that names the kind of check, and its word.
    var kind: (kind: Kind, word: Word)?
    /// The `tcp-check` lines.
    var steps = Rules()
    /// The `http-check` lines.
    var exchanges = Rules()
    /// `external-check command`.
    var command: String?
    /// `external-check path`.
    var path = ""
    /// `http-check disable-on-404`.
    var stopsOnNotFound = false
    /// `http-check send-state`.
    var tellsState = false
}

/// A request as far as one line says it.
struct HTTPRequestDraft {
    var method: String?
    var target: CheckText?
    var version: String?
    var headers: [CheckRequest.Header] = []
    var body: CheckText?

    /// The same, with what another line says besides.
    ///
    /// - Parameter other: the other line.
    /// - Returns: both together.
    func overridden(by other: HTTPRequestDraft) -> HTTPRequestDraft {
        HTTPRequestDraft(
            method: other.method ?? method, target: other.target ?? target, version: other.version ?? version,
            headers: other.headers.isEmpty ? headers : other.headers, body: other.body ?? body)
    }

    /// The request, with HAProxy's defaults for what no line says.
    ///
    /// - Parameter tellsState: whether the server learns how it is seen.
    /// - Returns: the request.
    func request(tellsState: Bool) -> CheckRequest {
        var request = CheckRequest(method: method ?? "OPTIONS", target: target ?? "/", version: version ?? "HTTP/1.0")
        request.headers = headers
        request.body = body
        request.tellsState = tellsState
        return request
    }
}

extension CheckDraft {
    /// The plan that the lines make.
    ///
    /// - Parameter nodeName: this machine's name, for servers that want to know who checks them.
    /// - Returns: the plan; `nil` where that a connection can be made is all that is asked for.
    func plan(nodeName: String) -> CheckPlan? {
        guard let kind else { return nil }
        switch kind.kind {
        case .known(let plan): return plan
        case .program: return nil
        case .steps: return CheckPlan(.steps, Self.connectingFirst(Self.numbered(steps.rules) { _, _ in nil }))
        case .http(let request):
            var plan = CheckPlan(.http, exchange(request))
            plan.stopsOnNotFound = stopsOnNotFound
            plan.nodeName = nodeName
            return plan
        }
    }

    /// The steps of HTTP: without `http-check send`, the option's own request; without a last `expect`, status 200 to 399.
    private func exchange(_ own: HTTPRequestDraft) -> [CheckPlan.Step] {
        var hasRequest = false
        var steps = Self.numbered(exchanges.rules) { request, number in
            defer { hasRequest = true }
            return .request((hasRequest ? request : own.overridden(by: request)).request(tellsState: tellsState))
        }
        steps = Self.connectingFirst(steps)
        if !hasRequest, let first = steps.firstIndex(where: \.isConnection) {
            let action = CheckPlan.Action.request(own.request(tellsState: tellsState))
            steps.insert(CheckPlan.Step(number: first + 1, action: action), at: first + 1)
        }
        if case .expect? = steps.last?.action { return steps }
        let action = CheckPlan.Action.expect(CheckExpectation(.status([200...399])))
        return steps + [CheckPlan.Step(number: steps.count, action: action)]
    }

    /// The lines as steps: a comment's line counts, and says something about the next one.
    private static func numbered(
        _ rules: [Rule], _ request: (HTTPRequestDraft, Int) -> CheckPlan.Action?
    ) -> [CheckPlan.Step] {
        var steps: [CheckPlan.Step] = []
        var comment: String?
        for (index, rule) in rules.enumerated() {
            switch rule {
            case .comment(let text): comment = text
            case .step(let action, let own):
                steps.append(CheckPlan.Step(number: index + 1, comment: own ?? comment, action: action))
                comment = nil
            case .request(let draft, let own):
                guard let action = request(draft, index) else { continue }
                steps.append(CheckPlan.Step(number: index + 1, comment: own ?? comment, action: action))
                comment = nil
            }
        }
        return steps
    }

    /// Something can be said only on a connection: without a line that makes one, the check begins with it.
    private static func connectingFirst(_ steps: [CheckPlan.Step]) -> [CheckPlan.Step] {
        let first = steps.first { step in
            switch step.action {
            case .set, .unset: false
            case .amqp, .connect, .send, .request, .expect: true
            }
        }
        if first?.isConnection == true { return steps }
        var connection = CheckPlan.Connection()
        connection.usesServerDefaults = true
        return [CheckPlan.Step(number: 0, action: .connect(connection))] + steps
    }
}

extension CheckDraft {
    /// Whether a step speaks TLS although the server's line may not.
    var hasEncryptedSteps: Bool {
        (steps.rules + exchanges.rules).contains { rule in
            guard case .step(.connect(let connection), _) = rule else { return false }
            return connection.isEncrypted
        }
    }

    /// The program that decides; `nil` where none does.
    var program: ProgramCheck? {
        guard case .program? = kind?.kind, let command else { return nil }
        return ProgramCheck(command: command, path: path)
    }
}

extension CheckPlan.Step {
    fileprivate var isConnection: Bool {
        if case .connect = action { return true }
        return false
    }
}
