import Model

/// Reads what `tcp-check` and `http-check` lines have in common.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum CheckRuleReader {
    /// Reads the last word of a line.
    ///
    /// - Parameters:
    ///   - what: what it is.
    ///   - arguments: the line.
    /// - Returns: what it says.
    /// - Throws: that it is missing, or not the last one.
    static func readLast(_ what: String, _ arguments: inout Arguments) throws(Diagnostic) -> String {
        let keyword = arguments.current.text
        let word = try readFilled(what, &arguments, example: "\(keyword) \"TEXT\"")
        try arguments.expectEnd(help: "put quotes around the text, or a backslash before each space")
        return word.text
    }

    /// Reads a word that may not be empty.
    ///
    /// - Parameters:
    ///   - what: what it is.
    ///   - arguments: the line.
    ///   - example: how it is written.
    /// - Returns: the word.
    /// - Throws: that it is missing, or empty.
    static func readFilled(
        _ what: String, _ arguments: inout Arguments, example: String
    ) throws(Diagnostic) -> Word {
        let word = try arguments.word(what, example: example)
        guard !word.text.isEmpty else { throw word.error("\(what) can't be empty", help: "write '\(example)'") }
        return word
    }

    /// Reads `comment TEXT`, if it stands here.
    ///
    /// - Parameter arguments: the line.
    /// - Returns: what it says.
    /// - Throws: that the text is missing.
    static func readComment(_ arguments: inout Arguments) throws(Diagnostic) -> String? {
        guard arguments.take("comment") else { return nil }
        return try arguments.word("a comment", example: "comment \"TEXT\"").text
    }

    /// Reads the words after `connect`.
    ///
    /// - Parameters:
    ///   - arguments: the line.
    ///   - isHTTP: whether requests are sent on it.
    /// - Returns: the step.
    /// - Throws: what is wrong.
    static func readConnection(
        _ arguments: inout Arguments, isHTTP: Bool
    ) throws(Diagnostic) -> CheckDraft.Rule {
        var connection = CheckPlan.Connection()
        var comment: String?
        while let option = arguments.next() {
            switch option.text {
            case "default": connection.usesServerDefaults = true
            case "port":
                let word = try arguments.word("a port", example: "connect port 5672")
                (connection.port, connection.portText) = try readPort(word)
            case "addr":
                let word = try arguments.word("an IP address", example: "connect addr 192.0.2.1")
                let address = try ServerAddressText.parse(word)
                guard case .ip(let host) = address.target else {
                    throw word.error("'\(word.text)' is not an IP address", help: "write one such as 'addr 192.0.2.1'")
                }
                connection.address = host
                if case .fixed(let port) = address.port { connection.portOfAddress = port }
            case "send-proxy": connection.sendsHeader = true
            case "linger": connection.endsInOrder = true
            case "comment": comment = try arguments.word("a comment", example: "comment \"TEXT\"").text
            case "via-socks4": connection.goesThroughSOCKS = true
            case "ssl": connection.isEncrypted = true
            case "sni":
                connection.serverName = try arguments.word("a name", example: "connect ssl sni app.example").text
            case "alpn": connection.protocols = try TLSKeywords.protocols(&arguments)
            case "proto":
                let known = isHTTP ? "h1" : "none"
                let word = try arguments.word("a protocol", example: "connect proto \(known)")
                guard word.text == known else {
                    throw word.error(
                        "'\(word.text)' is no protocol of checks that say \(isHTTP ? "HTTP/1" : "nothing of HTTP")",
                        help: "write 'proto \(known)'")
                }
            default:
                throw option.error(
                    "unknown argument '\(option.text)' of 'connect'", help: "known are \(connectOptions)")
            }
        }
        return .step(.connect(connection), comment: comment)
    }

    private static let connectOptions =
        "addr, alpn, comment, default, linger, port, proto, send-proxy, sni, ssl and via-socks4"

    /// A port, or a sample that says it while the check runs.
    private static func readPort(_ word: Word) throws(Diagnostic) -> (port: UInt16?, text: CheckText?) {
        let isNumber = word.text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? (try AddressText.port(word.text, at: word), nil) : (nil, try CheckTextReader.readSample(word))
    }

    /// Reads `set-var(NAME) EXPRESSION`, `set-var-fmt(NAME) FORMAT` and `unset-var(NAME)`.
    ///
    /// - Parameters:
    ///   - word: the word that may be one of these.
    ///   - arguments: the line after it.
    /// - Returns: the step; `nil` where the word is none of these.
    /// - Throws: what is wrong.
    static func readVariable(_ word: Word, _ arguments: inout Arguments) throws(Diagnostic) -> CheckDraft.Rule? {
        guard let call = word.text.firstMatch(of: /^(set-var|set-var-fmt|unset-var)\((.*)\)$/) else { return nil }
        let name = String(call.2)
        guard name.wholeMatch(of: /(?:check|sess|proc)\.[A-Za-z0-9_.-]+/) != nil else {
            throw word.error(
                "'\(name)' is no variable that a check can set",
                help: "write 'check.NAME', with letters, digits, '_', '-' and '.' in the name")
        }
        if call.1 == "unset-var" {
            try arguments.expectEnd()
            return .step(.unset(variable: name), comment: nil)
        }
        let value = try arguments.word("a value", example: "\(word.text) str(hello)")
        let text = call.1 == "set-var" ? try CheckTextReader.readSample(value) : try CheckTextReader.read(value)
        try arguments.expectEnd()
        return .step(.set(variable: name, text), comment: nil)
    }

    // MARK: Expectations

    private static let successes: [CheckStatus] = [.layer7OK, .layer7Conditional, .layer6OK, .layer4OK]
    private static let errors: [CheckStatus] = [
        .layer7Conditional, .layer7InvalidResponse, .layer7Error, .layer6Error, .layer4Error,
    ]
    private static let timeouts: [CheckStatus] = [.layer7Timeout, .layer6Timeout, .layer4Timeout]

    /// Reads the words after `expect`.
    ///
    /// - Parameters:
    ///   - arguments: the line.
    ///   - isHTTP: whether it is about HTTP.
    /// - Returns: the step.
    /// - Throws: what is wrong.
    static func readExpectation(
        _ arguments: inout Arguments, isHTTP: Bool
    ) throws(Diagnostic) -> CheckDraft.Rule {
        var expectation: CheckExpectation?
        var options = CheckExpectation(.status([]))
        var comment: String?
        let example = isHTTP ? "http-check expect status 200" : "tcp-check expect string +PONG"
        while let word = arguments.next() {
            switch word.text {
            case "comment": comment = try arguments.word("a comment", example: "comment \"TEXT\"").text
            case "min-recv":
                let count = try arguments.integer(in: -1...Int(Int32.max), example: "min-recv 4")
                options.leastBytes = count < 0 ? nil : count
            case "on-success":
                options.successText = try CheckTextReader.read(
                    try readFilled("a format", &arguments, example: "on-success fine"))
            case "on-error":
                options.errorText = try CheckTextReader.read(
                    try readFilled("a format", &arguments, example: "on-error bad"))
            case "status-code":
                options.code = try CheckTextReader.readSample(
                    try arguments.word("an expression", example: "status-code int(1)"))
            case "ok-status": options.successStatus = try readStatus(of: successes, &arguments)
            case "error-status": options.errorStatus = try readStatus(of: errors, &arguments)
            case "tout-status": options.timeoutStatus = try readStatus(of: timeouts, &arguments)
            default:
                guard expectation == nil else {
                    throw word.error("unexpected '\(word.text)': one pattern is expected already", help: "remove it")
                }
                var keyword = word
                let isNegated = word.text.hasPrefix("!")
                if word.text == "!" {
                    keyword = try arguments.word("what must not be there", example: "expect ! string ERROR")
                } else if isNegated {
                    keyword = word.saying(String(word.text.dropFirst()))
                }
                if isNegated, keyword.text == "custom", !isHTTP {
                    throw word.error("'custom' can't be negated", help: "write 'expect custom'")
                }
                expectation = CheckExpectation(try CheckMatchReader.read(keyword, &arguments, isHTTP: isHTTP))
                expectation?.isNegated = isNegated
            }
        }
        guard let expectation else { throw arguments.missing("nothing is expected", help: "write '\(example)'") }
        options.match = expectation.match
        options.isNegated = expectation.isNegated
        return .step(.expect(options), comment: comment)
    }

    private static func readStatus(
        of known: [CheckStatus], _ arguments: inout Arguments
    ) throws(Diagnostic) -> CheckStatus {
        let keyword = arguments.current.text
        let word = try arguments.word("a status", example: "\(keyword) \(known[0].rawValue)")
        guard let status = known.first(where: { $0.rawValue == word.text.uppercased() }) else {
            throw word.error(
                "'\(word.text)' is no status for '\(keyword)'",
                help: "known are \(known.map(\.rawValue).joined(separator: ", "))")
        }
        return status
    }
}
