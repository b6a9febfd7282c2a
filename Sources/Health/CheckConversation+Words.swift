import Model

/// Words: what a verdict says besides its status.
extension CheckConversation {
    /// The verdict of a check of which every step has passed.
    var success: CheckResult {
        guard let current else { return CheckResult(status: .layer7OK, code: code, detail: "(tcp-check)") }
        switch current.action {
        case .connect:
            return CheckResult(
                status: isEncrypted ? .layer6OK : .layer4OK, code: code,
                detail: current.number == 0 ? "" : "(tcp-check)"
            )
        case .expect(let expectation):
            if plan.stopsOnNotFound, party.isUp, code == 404 {
                return CheckResult(status: .layer7Conditional, code: code)
            }
            let said = expectation.successText.map { text(of: $0) }
            return CheckResult(
                status: expectation.successStatus ?? .layer7OK, code: statusCode(expectation),
                detail: said ?? (plan.wording == .steps ? "(tcp-check)" : ""))
        case .amqp, .send, .request, .set, .unset:
            return CheckResult(status: .layer7OK, code: code, detail: "(tcp-check)")
        }
    }

    /// What the log alone tells of a check that has passed: HAProxy's statistics don't keep it.
    public var wordsForLog: String? {
        guard position == plan.steps.count, case .expect(let expectation)? = current?.action,
            expectation.successText == nil
        else { return nil }
        return answerWords.map(Self.shortened)
    }

    /// The verdict of a check that fails at an expectation.
    ///
    /// - Parameters:
    ///   - expectation: what was wanted.
    ///   - status: how the check ends where the expectation doesn't say it.
    ///   - isFound: whether what was looked for was there.
    ///   - said: what the protocol itself says about it.
    /// - Returns: the verdict.
    func failure(
        of expectation: CheckExpectation, as status: CheckStatus, isFound: Bool, said: String?
    ) -> CheckResult {
        var words: String
        if let own = expectation.errorText {
            words = text(of: own)
        } else if let said {
            words = said
        } else if plan.wording == .steps {
            words = isFound ? "TCPCHK matched unwanted content" : "TCPCHK did not match content"
            words += "\(expectation.match.name) at step \(current?.number ?? 0)"
        } else {
            words = ""
        }
        if let comment = current?.comment { words += " comment: \(comment)" }
        return CheckResult(
            status: expectation.errorStatus ?? status, code: statusCode(expectation), detail: words)
    }

    /// At which step a check of steps was, and what was wanted there.
    var whereabouts: String {
        guard plan.wording == .steps, let current else { return "" }
        guard current.number > 0 else { return " at initial connection step of tcp-check" }
        var words = " at step \(current.number) of tcp-check"
        switch current.action {
        case .connect(let connection): words += connection.port.map { " (connect port \($0))" } ?? " (connect)"
        case .send, .request: words += " (send)"
        case .expect(let expectation): words += " (expect \(expectation.match.description))"
        case .amqp, .set, .unset: break
        }
        if let comment = current.comment { words += " comment: '\(comment)'" }
        return words
    }

    /// The code that an expectation asks for, else the protocol's own.
    private func statusCode(_ expectation: CheckExpectation) -> Int {
        expectation.code.flatMap { Int(text(of: $0)) }.map(ByteText.number16) ?? code
    }

    /// A text as it is now, to its first zero, as HAProxy shows it.
    ///
    /// - Parameter text: the text.
    /// - Returns: its bytes as UTF-8, others as `<FF>`.
    func text(of text: CheckText) -> String { ByteText.readable(bytes(of: text).prefix { $0 != 0 }) }
}

extension CheckExpectation.Match {
    /// What follows `did not match content`.
    fileprivate var name: String {
        switch self {
        case .bytes(let bytes, isBinary: false), .body(let bytes): " '\(String(decoding: bytes, as: UTF8.self))'"
        case .bytes(_, isBinary: true): " (binary)"
        case .pattern(_, isBinary: false), .statusPattern, .bodyPattern: " (regex)"
        case .pattern(_, isBinary: true): " (binary regex)"
        case .text(_, isBinary: false), .bodyText: " (log-format string)"
        case .text(_, isBinary: true): " (log-format binary)"
        case .status: "(expect HTTP status codes)"
        case .header: " (header pattern)"
        case .answer: " (custom function)"
        }
    }

    /// What follows `expect`.
    fileprivate var description: String {
        switch self {
        case .bytes(let bytes, isBinary: false): "string '\(String(decoding: bytes, as: UTF8.self))'"
        case .bytes(let bytes, isBinary: true):
            // As HAProxy writes it: to the first zero.
            "binary '\(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))'"
        case .pattern(_, isBinary: false): "regex"
        case .pattern(_, isBinary: true): "binary regex"
        case .text(_, isBinary: false): "log-format string"
        case .text(_, isBinary: true): "log-format binary"
        case .status: "HTTP status codes"
        case .statusPattern: "HTTP status regex"
        case .header: "HTTP header pattern"
        case .body(let bytes): "HTTP body content '\(String(decoding: bytes, as: UTF8.self))'"
        case .bodyPattern: "HTTP body regex"
        case .bodyText: "log-format HTTP body"
        case .answer: "custom function"
        }
    }
}
