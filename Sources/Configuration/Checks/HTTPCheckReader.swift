import Model

/// Reads `option httpchk` and `http-check` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum HTTPCheckReader {
    private static let verbs = [
        "comment", "connect", "disable-on-404", "expect", "send", "send-state", "set-var", "unset-var",
    ]

    /// Reads the words after `option httpchk`: a path, a method and a path, or these and a version.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after the option.
    /// - Throws: what is wrong.
    static func readOption(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = arguments.current
        let words = arguments.rest()
        var draft = HTTPRequestDraft()
        if words.count > 3 {
            throw words[3].error(
                "unexpected '\(words[3].text)' after 'httpchk'", help: "write 'option httpchk GET /health HTTP/1.1'")
        }
        if words.count == 1 {
            draft.target = CheckText(bytes: Array(words[0].text.utf8))
        } else if words.count > 1 {
            draft.method = words[0].text
            draft.target = CheckText(bytes: Array(words[1].text.utf8))
        }
        if words.count == 3 { try readVersion(words[2], into: &draft, &arguments) }
        proxy.settings.checks.kind = (.http(draft), word)
    }

    /// A version, after which headers and a body may be hidden, as they had to be once.
    private static func readVersion(
        _ word: Word, into draft: inout HTTPRequestDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) {
        let lines = word.text.split(separator: "\r\n", omittingEmptySubsequences: false)
        try checkVersion(word, String(lines[0]))
        draft.version = String(lines[0])
        guard lines.count > 1 else { return }
        arguments.add(
            word.warning(
                "headers and a body after the version are an old trick",
                help: "write them in a line such as 'http-check send hdr Host www.example'"))
        for line in lines.dropFirst().prefix(while: { !$0.isEmpty }) {
            guard let colon = line.firstIndex(of: ":") else {
                throw word.error("'\(line)' is no header", help: "write a name, a colon and a value")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            draft.headers.append(.init(String(line[..<colon]), CheckText(bytes: Array(value.utf8))))
        }
        let body = lines.drop { !$0.isEmpty }.dropFirst().joined(separator: "\r\n")
        if !body.isEmpty { draft.body = CheckText(bytes: Array(body.utf8)) }
    }

    private static func checkVersion(_ word: Word, _ version: String) throws(Diagnostic) {
        guard version.wholeMatch(of: /HTTP\/\d\.\d/) != nil else {
            throw word.error("'\(version)' is no version of HTTP", help: "write 'HTTP/1.0' or 'HTTP/1.1'")
        }
    }

    /// Reads the words after `http-check`.
    ///
    /// - Parameters:
    ///   - proxy: the section.
    ///   - arguments: the line, after the keyword.
    /// - Throws: what is wrong.
    static func readRule(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        let word = try arguments.word("what to do", example: "http-check expect status 200")
        let rule: CheckDraft.Rule
        switch word.text {
        case "disable-on-404":
            try arguments.expectEnd()
            proxy.settings.checks.stopsOnNotFound = true
            return
        case "send-state":
            try arguments.expectEnd()
            proxy.settings.checks.tellsState = true
            return
        case "comment": rule = .comment(try CheckRuleReader.readLast("a comment", &arguments))
        case "connect": rule = try CheckRuleReader.readConnection(&arguments, isHTTP: true)
        case "expect": rule = try CheckRuleReader.readExpectation(&arguments, isHTTP: true)
        case "send": rule = try readRequest(&arguments)
        default:
            guard let variable = try CheckRuleReader.readVariable(word, &arguments) else {
                throw word.error(
                    "unknown rule 'http-check \(word.text)'", help: "known are \(verbs.joined(separator: ", "))")
            }
            rule = variable
        }
        try proxy.settings.checks.exchanges.append(rule, at: keyword, isOwn: proxy.owns)
    }

    private static func readRequest(_ arguments: inout Arguments) throws(Diagnostic) -> CheckDraft.Rule {
        var draft = HTTPRequestDraft()
        var comment: String?
        let example = "http-check send meth GET uri /health ver HTTP/1.1 hdr Host www.example"
        while let option = arguments.next() {
            switch option.text {
            case "meth": draft.method = try arguments.word("a method", example: example).text
            case "uri":
                let path = try CheckRuleReader.readFilled("a path", &arguments, example: example)
                draft.target = CheckText(bytes: Array(path.text.utf8))
            case "uri-lf": draft.target = try CheckTextReader.read(try arguments.word("a path", example: example))
            case "ver":
                let word = try arguments.word("a version", example: example)
                try checkVersion(word, word.text)
                draft.version = word.text
            case "hdr":
                let name = try arguments.word("a header's name", example: example)
                let value = try arguments.word("a header's value", example: example)
                guard !name.text.isEmpty, name.text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }) else {
                    throw name.error("'\(name.text)' is no header's name", help: "write '\(example)'")
                }
                if name.text.lowercased() == "host", draft.headers.contains(where: { $0.name.lowercased() == "host" }) {
                    throw name.error("the request has a header 'host' already", help: "remove one of them")
                }
                draft.headers.append(.init(name.text, try CheckTextReader.read(value)))
            case "body":
                let body = try CheckRuleReader.readFilled("a body", &arguments, example: example)
                draft.body = CheckText(bytes: Array(body.text.utf8))
            case "body-lf": draft.body = try CheckTextReader.read(try arguments.word("a body", example: example))
            case "comment": comment = try arguments.word("a comment", example: example).text
            default:
                throw option.error("unknown argument '\(option.text)' of 'http-check send'", help: "write '\(example)'")
            }
        }
        return .request(draft, comment: comment)
    }
}
