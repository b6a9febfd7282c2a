import Model

/// Reads `log` lines, which are the same in `global` and in proxies but for `log global`.
///
/// - Source: HAProxy 2.6 configuration manual, sections 3.1 and 4.2, `log`.
enum LogKeyword {
    /// Syslog's port.
    static let defaultPort: UInt16 = 514
    /// How the keyword is written.
    static let example = "log 127.0.0.1 local0 info"

    private static let formats: Set<String> = [
        "local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw",
    ]

    /// Reads the words after `log`.
    ///
    /// - Parameter arguments: the line, after the keyword.
    /// - Returns: the target.
    /// - Throws: what is wrong.
    static func read(_ arguments: inout Arguments) throws(Diagnostic) -> LogTarget {
        let address = arguments.expanding(try arguments.word("an address and a facility", example: example))
        let destination = try destination(address)
        try skipOptions(&arguments)
        guard let facilityWord = arguments.next() else {
            throw arguments.missing("'log' needs a facility after the address", help: "write '\(example)'")
        }
        guard let facility = LogFacility.allCases.first(where: { $0.name == facilityWord.text }) else {
            throw facilityWord.error(
                "unknown log facility '\(facilityWord.text)'",
                help: suggestion(facilityWord.text, among: LogFacility.allCases.map(\.name), noun: "facilities"))
        }
        var target = LogTarget(destination: destination, facility: facility)
        if let word = arguments.next() { target.level = try level(word, "log level") }
        if let word = arguments.next() { target.minimumLevel = try level(word, "minimum log level") }
        try arguments.expectEnd()
        return target
    }

    private static func level(_ word: Word, _ noun: String) throws(Diagnostic) -> LogLevel {
        guard let level = LogLevel.allCases.first(where: { $0.name == word.text }) else {
            throw word.error(
                "unknown \(noun) '\(word.text)'",
                help: suggestion(word.text, among: LogLevel.allCases.map(\.name), noun: "levels"))
        }
        return level
    }

    private static func suggestion(_ text: String, among names: [String], noun: String) -> String {
        if let closest = Suggestion.closest(to: text, among: names) { return "did you mean '\(closest)'?" }
        return "the \(noun) are \(names.joined(separator: ", "))"
    }

    /// `len`, `format` and `sample`, which may stand between the address and the facility.
    private static func skipOptions(_ arguments: inout Arguments) throws(Diagnostic) {
        while let option = arguments.peeked {
            switch option.text {
            case "len":
                _ = arguments.next()
                _ = try arguments.integer(in: 80...65535, example: "len 1024")
                arguments.add(option.note("'len' has no effect here: lines are never cut below a datagram's size"))
            case "format":
                _ = arguments.next()
                let format = try arguments.word("a format", example: "format rfc3164")
                guard formats.contains(format.text) else {
                    throw format.error(
                        "unknown log format '\(format.text)'",
                        help: suggestion(format.text, among: formats.sorted(), noun: "formats"))
                }
                arguments.add(option.note("'format' has no effect here: lines have HAProxy's default format"))
            case "sample":
                throw option.error("log option 'sample' is not supported here", help: "remove it")
            default:
                return
            }
        }
    }

    private static func destination(_ word: Word) throws(Diagnostic) -> LogTarget.Destination {
        switch word.text {
        case "stdout": return .fileDescriptor(1)
        case "stderr": return .fileDescriptor(2)
        case "fd@1": return .fileDescriptor(1)
        case "fd@2": return .fileDescriptor(2)
        default: break
        }
        var text = word.text
        if text.hasPrefix("udp@") { text = String(text.dropFirst(4)) }
        switch AddressText.parse(text) {
        case .path(let path):
            try AddressText.checkPath(path, at: word)
            return .unixDatagram(path: path)
        case .abstract, .descriptor:
            throw word.error(
                "a log address with '\(text.prefix { $0 != "@" })@' is not supported here",
                help: "use UDP, a socket's path, stdout or stderr")
        case .unsupported(let prefix):
            throw word.error(
                "a log address with '\(prefix)' is not supported here",
                help: "use UDP, a socket's path, stdout or stderr")
        case .host(let host, let family, let portText):
            var port = defaultPort
            if let portText, !portText.isEmpty { port = try AddressText.port(portText, at: word) }
            return .udp(host: try self.host(host, family: family, at: word), port: port)
        }
    }

    private static func host(
        _ host: String, family: AddressText.Family, at word: Word
    ) throws(Diagnostic) -> String {
        if host.isEmpty || host == "*" { return family == .ipv6 ? "::1" : "127.0.0.1" }
        if family != .ipv6, let address = IPAddressText.ipv4(host) { return address }
        if family != .ipv4, let address = IPAddressText.ipv6(host) { return address }
        if host == "localhost" { return family == .ipv6 ? "::1" : "127.0.0.1" }
        throw word.error(
            "'\(host)' is not an IP address", help: "write the log server's address, such as '\(example)'")
    }
}
