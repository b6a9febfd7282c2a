import Model

/// In which order the lines of `tcp-check` and `http-check` may stand.
///
/// Comments and variables may stand anywhere. In HTTP each request has a connection of its own.
///
/// - Source: recordings of `haproxy -c` on all sequences of such lines.
enum CheckRuleOrder {
    /// What a line does to the connection; `nil` for one that does nothing.
    private enum Kind {
        case connect, send, expect

        init?(_ rule: CheckDraft.Rule) {
            switch rule {
            case .comment, .step(.set, _), .step(.unset, _): return nil
            case .step(.connect, _): self = .connect
            case .step(.expect, _): self = .expect
            case .request, .step(.send, _), .step(.request, _), .step(.amqp, _): self = .send
            }
        }
    }

    /// Finds out whether a line may follow others.
    ///
    /// - Parameters:
    ///   - rule: what the line says.
    ///   - rules: the lines before it.
    ///   - word: its keyword, `tcp-check` or `http-check`.
    /// - Throws: that it may not.
    static func check(_ rule: CheckDraft.Rule, after rules: [CheckDraft.Rule], at word: Word) throws(Diagnostic) {
        let before = rules.compactMap { Kind($0) }
        guard let kind = Kind(rule), let first = before.first, let last = before.last else { return }
        if kind == .connect, first != .connect {
            throw word.error(
                "'connect' can't follow what needs a connection",
                help: "begin with a line '\(word.text) connect', after variables and comments at most")
        }
        guard word.text == "http-check" else { return }
        switch (last, kind) {
        case (.connect, .send), (.send, .expect), (.expect, .expect), (.expect, .connect): return
        case (.connect, .connect), (.send, .connect):
            throw word.error(
                "nothing is expected of the connection before",
                help: "add a line such as 'http-check expect status 200'")
        case (.connect, .expect):
            throw word.error("nothing is asked on this connection", help: "add a line 'http-check send' before it")
        case (.send, .send), (.expect, .send):
            throw word.error(
                "a further request takes a connection of its own", help: "add a line 'http-check connect' before it")
        }
    }
}
