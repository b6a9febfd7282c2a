import Model

/// Judging: whether what a server has said is what was wanted.
extension CheckConversation {
    /// What an expectation says of what there is.
    enum Judgement: Sendable, Hashable {
        case passed
        /// What is not there yet may come.
        case undecided
        case failed(CheckResult)
    }

    /// Judges what the server has said.
    ///
    /// - Parameter expectation: what is wanted.
    /// - Returns: the judgement.
    mutating func judge(_ expectation: CheckExpectation) -> Judgement {
        switch expectation.match {
        case .status, .statusPattern, .header, .body, .bodyPattern, .bodyText:
            return judgeHTTP(expectation)
        case .answer(let kind):
            if answer.isEmpty, hasEnded { return silence(expectation) }
            return judge(kind)
        case .bytes, .pattern, .text:
            if answer.isEmpty, hasEnded { return silence(expectation) }
            return judgeBytes(expectation)
        }
    }

    /// A server that ends without a word.
    private func silence(_ expectation: CheckExpectation) -> Judgement {
        var words = "TCPCHK got an empty response at step \(current?.number ?? 0)"
        if let comment = current?.comment { words += " comment: '\(comment)'" }
        return .failed(
            CheckResult(status: expectation.errorStatus ?? .layer7InvalidResponse, code: code, detail: words))
    }

    private mutating func judgeBytes(_ expectation: CheckExpectation) -> Judgement {
        let isFound: Bool
        switch expectation.match {
        case .bytes(let wanted, _):
            if !hasEnded, answer.count < wanted.count { return .undecided }
            if !hasEnded, let least = expectation.leastBytes, answer.count < least { return .undecided }
            isFound = ByteText.contains(answer, wanted)
        case .pattern(let pattern, let isBinary):
            if !hasEnded, let least = expectation.leastBytes, answer.count < least { return .undecided }
            isFound = pattern.matches(isBinary ? ByteText.hexadecimal(answer) : answer)
        case .text(let text, let isBinary):
            if !hasEnded, let least = expectation.leastBytes, answer.count < least { return .undecided }
            let made = bytes(of: text)
            isFound =
                (isBinary ? ByteText.bytes(hexadecimal: made) : made).map { ByteText.contains(answer, $0) } ?? false
        case .status, .statusPattern, .header, .body, .bodyPattern, .bodyText, .answer:
            preconditionFailure("these are judged elsewhere")
        }
        if !isFound, !hasEnded, expectation.leastBytes == nil { return .undecided }
        guard isFound == expectation.isNegated else { return .passed }
        return .failed(failure(of: expectation, as: .layer7InvalidResponse, isFound: isFound, said: nil))
    }

    private mutating func judgeHTTP(_ expectation: CheckExpectation) -> Judgement {
        let parsed: HTTPAnswer
        switch HTTPAnswer.read(answer, hasEnded: hasEnded) {
        case .incomplete: return .undecided
        case .invalid:
            return .failed(failure(of: expectation, as: .layer7InvalidResponse, isFound: false, said: nil))
        case .answer(let answer): parsed = answer
        }
        code = ByteText.number16(parsed.status)
        if plan.stopsOnNotFound, party.isUp, code == 404 { return .passed }
        let isFound: Bool
        switch expectation.match {
        case .status(let ranges): isFound = ranges.contains { $0.contains(parsed.status) }
        case .statusPattern(let pattern): isFound = pattern.matches(parsed.statusDigits)
        case .header(let header): isFound = settled(header).isFound(in: parsed.headers)
        case .body(let wanted): return judgeBody(expectation, parsed) { body, _ in ByteText.contains(body, wanted) }
        case .bodyPattern(let pattern): return judgeBody(expectation, parsed) { body, _ in pattern.matches(body) }
        case .bodyText(let text): return judgeBody(expectation, parsed) { ByteText.contains($0, $1.bytes(of: text)) }
        case .bytes, .pattern, .text, .answer: preconditionFailure("these are judged elsewhere")
        }
        guard isFound == expectation.isNegated else { return .passed }
        return .failed(failure(of: expectation, as: .layer7Error, isFound: isFound, said: parsed.reason))
    }

    private mutating func judgeBody(
        _ expectation: CheckExpectation, _ parsed: HTTPAnswer, _ look: ([UInt8], CheckConversation) -> Bool
    ) -> Judgement {
        let isAll = hasEnded || parsed.isComplete
        guard !parsed.body.isEmpty else {
            guard isAll else { return .undecided }
            let said = "HTTP content check could not find a response body"
            return .failed(failure(of: expectation, as: .layer7InvalidResponse, isFound: false, said: said))
        }
        if !isAll, let least = expectation.leastBytes, parsed.body.count < least { return .undecided }
        let isFound = look(parsed.body, self)
        if !isFound, !isAll, expectation.leastBytes == nil { return .undecided }
        guard isFound == expectation.isNegated else { return .passed }
        let said =
            expectation.isNegated ? "HTTP check matched unwanted content" : "HTTP content check did not match"
        return .failed(failure(of: expectation, as: .layer7InvalidResponse, isFound: isFound, said: said))
    }
}

extension CheckConversation {
    /// A comparison with what is known now.
    private func settled(_ header: CheckHeaderMatch) -> CheckHeaderMatch {
        var header = header
        if let text = header.nameText { header.name = bytes(of: text) }
        if let text = header.valueText { header.value = bytes(of: text) }
        return header
    }
}

extension CheckHeaderMatch {
    /// Whether a header of an answer is the one that is wanted.
    ///
    /// - Parameter headers: the answer's headers, their names in small letters.
    /// - Returns: whether one of them is.
    func isFound(in headers: [HTTPAnswer.Header]) -> Bool {
        let name = name.map(ByteText.lowercase)
        return headers.contains { header in
            guard nameMethod.holds(header.name, name) else { return false }
            guard let value else { return true }
            let values = isWhole ? [header.value] : header.value.split(separator: UInt8(ascii: ",")).map(Array.init)
            return values.contains { valueMethod.holds(ByteText.trimmed($0), value) }
        }
    }
}

extension CheckHeaderMatch.Method {
    fileprivate func holds(_ text: [UInt8], _ wanted: [UInt8]) -> Bool {
        switch self {
        case .equal: text == wanted
        case .prefix: text.starts(with: wanted)
        case .suffix: text.reversed().starts(with: wanted.reversed())
        case .part: ByteText.contains(text, wanted)
        case .pattern(let pattern): pattern.matches(text)
        }
    }
}
