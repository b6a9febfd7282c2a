import Model

/// Reads `tcp-check` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `tcp-check`.
enum TCPCheckReader {
    private static let verbs = [
        "comment", "connect", "expect", "send", "send-binary", "send-binary-lf", "send-lf", "set-var", "unset-var",
    ]

    /// Reads the words after `tcp-check`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after the keyword.
    /// - Throws: what is wrong.
    static func readRule(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        let word = try arguments.word("what to do", example: "tcp-check connect")
        let rule: CheckDraft.Rule
        switch word.text {
        case "comment": rule = .comment(try CheckRuleReader.readLast("a comment", &arguments))
        case "connect": rule = try CheckRuleReader.readConnection(&arguments, isHTTP: false)
        case "expect": rule = try CheckRuleReader.readExpectation(&arguments, isHTTP: false)
        case "send", "send-lf", "send-binary", "send-binary-lf":
            let isBinary = word.text.hasPrefix("send-binary")
            let data = try CheckRuleReader.readFilled(
                "what is sent", &arguments, example: "tcp-check send PING\\r\\n")
            let text =
                word.text.hasSuffix("-lf")
                ? try CheckTextReader.read(data, isHexadecimal: isBinary)
                : CheckText(bytes: isBinary ? try CheckTextReader.hexadecimal(data) : Array(data.text.utf8))
            rule = .step(.send(text), comment: try CheckRuleReader.readComment(&arguments))
            try arguments.expectEnd(help: "put quotes around the data, or a backslash before each space")
        default:
            guard let variable = try CheckRuleReader.readVariable(word, &arguments) else {
                throw word.error(
                    "unknown rule 'tcp-check \(word.text)'", help: "known are \(verbs.joined(separator: ", "))")
            }
            rule = variable
        }
        try proxy.settings.checks.steps.append(rule, at: keyword, isOwn: proxy.owns)
    }
}
