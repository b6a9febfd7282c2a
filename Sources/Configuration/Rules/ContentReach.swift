import Model

/// What of the bytes that are sent a rule can look at.
enum ContentReach {
    /// Nothing: none have been read yet.
    case nothing
    /// What the client sends.
    case request
    /// What the server answers.
    case answer
    /// Whatever the rule can that names it, as an `acl` line stands.
    case anything

    /// Whether a sample can be known there.
    ///
    /// - Parameter fetch: what is asked for.
    /// - Returns: false where it never has a value.
    func includes(_ fetch: SampleExpression.Fetch) -> Bool {
        switch (fetch, self) {
        case (.content(.waitEnd), _): true
        case (.content, .request), (.content, .anything), (.answer, .answer), (.answer, .anything): true
        case (.content, _), (.answer, _): false
        default: true
        }
    }

    /// The error of a sample that can't be known there.
    ///
    /// - Parameters:
    ///   - word: what names it.
    ///   - isAboutAnswers: whether it is about what the server answers.
    /// - Returns: the error.
    func refusal(of word: Word, isAboutAnswers: Bool) -> Diagnostic {
        guard !isAboutAnswers else {
            return word.error(
                "'\(word.text)' can't be known here: the server has answered nothing yet",
                help: "write the rule as 'tcp-response content'")
        }
        guard self != .answer else {
            return word.error(
                "'\(word.text)' can't be known here: what the client has sent is passed on already",
                help: "keep it in a variable, with a rule such as 'tcp-request content set-var(txn.kept) req.len'")
        }
        return word.error(
            "'\(word.text)' can't be known here: nothing of what the client sends has been read yet",
            help: "write the rule as 'tcp-request content'")
    }
}

extension SampleExpression.Fetch {
    /// Whether it asks for what the server answers.
    var isAboutAnswers: Bool {
        if case .answer = self { true } else { false }
    }
}
