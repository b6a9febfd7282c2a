import Model

/// Reads `log` lines, which are the same in `global` and in proxies but for `log global`.
///
/// - Source: HAProxy 2.6 configuration manual, sections 3.1 and 4.2, `log`.
enum LogKeyword {
    /// Syslog's port.
    static let defaultPort: UInt16 = 514
    /// How the keyword is written.
    static let example = "log 127.0.0.1 local0 info"

    /// The most bytes that a pipe takes without waiting, the line end left out.
    ///
    /// - Source: pipe(7), PIPE_BUF.
    private static let longestOnStream = 4095

    /// Reads the words after `log`.
    ///
    /// - Parameters:
    ///   - arguments: the line, after the keyword.
    ///   - rings: the rings that are named so far, and those that `tcp@` addresses need.
    /// - Returns: the target.
    /// - Throws: what is wrong.
    static func read(_ arguments: inout Arguments, _ rings: inout RingUses) throws(Diagnostic) -> LogTarget {
        let address = arguments.expanding(try arguments.word("an address and a facility", example: example))
        let ring = try rings.destination(address)
        let destination = if let ring { ring } else { try destination(address) }
        let options = try readOptions(&arguments, to: destination)
        rings.shape(destination, as: options)
        guard let facilityWord = arguments.next() else {
            throw arguments.missing("'log' needs a facility after the address", help: "write '\(example)'")
        }
        guard let facility = LogFacility.allCases.first(where: { $0.name == facilityWord.text }) else {
            throw facilityWord.error(
                "unknown log facility '\(facilityWord.text)'",
                help: suggestion(facilityWord.text, among: LogFacility.allCases.map(\.name), noun: "facilities"))
        }
        var target = options
        target.facility = facility
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

    /// What may stand between the address and the facility: each once, and in this order.
    private static let options = ["len", "format", "sample"]

    /// Reads `len`, `format` and `sample`.
    private static func readOptions(
        _ arguments: inout Arguments, to destination: LogTarget.Destination
    ) throws(Diagnostic) -> LogTarget {
        var target = LogTarget(destination: destination, facility: .local0)
        var possible = options[...]
        while let option = arguments.peeked, options.contains(option.text) {
            guard let place = possible.firstIndex(of: option.text) else {
                throw option.error(
                    "'\(option.text)' stands twice or too late in a 'log' line",
                    help: "write 'len', 'format' and 'sample' in this order, each once")
            }
            possible = possible[(place + 1)...]
            switch option.text {
            case "len":
                _ = arguments.next()
                target.length = try arguments.integer(in: 80...65535, example: "len 1024")
                if case .fileDescriptor = destination, target.length > longestOnStream {
                    arguments.add(
                        option.warning(
                            "lines are cut at \(longestOnStream) bytes: a pipe takes no more without waiting",
                            help: "write 'len \(longestOnStream)'"))
                    target.length = longestOnStream
                }
            case "format":
                _ = arguments.next()
                let word = try arguments.word("a format", example: "format rfc3164")
                guard let format = LogTarget.Format(rawValue: word.text) else {
                    throw word.error(
                        "unknown log format '\(word.text)'",
                        help: suggestion(
                            word.text, among: LogTarget.Format.allCases.map(\.rawValue), noun: "formats"))
                }
                target.format = format
            case "sample":
                _ = arguments.next()
                target.sampling = try sampling(
                    try arguments.word("ranges and a number of lines", example: "sample 1:10"))
            default:
                return target
            }
        }
        return target
    }

    /// `1-3,5:8`.
    private static func sampling(_ word: Word) throws(Diagnostic) -> LogTarget.Sampling {
        let example = "write the places and, after a colon, how many lines a period has, such as 'sample 1-2,4:10'"
        let halves = word.text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let period = number(halves[1]), period > 0 else {
            throw word.error("'\(word.text)' does not say how many lines a period has", help: example)
        }
        guard period <= longestPeriod else {
            throw word.error(
                "a period of \(period) lines is longer than \(longestPeriod)",
                help: "write less lines after the colon")
        }
        var ranges: [ClosedRange<Int>] = []
        for text in halves[0].split(separator: ",", omittingEmptySubsequences: false) {
            let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(number)
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first > 0, first <= last else {
                throw word.error("'\(text)' is no range of places", help: example)
            }
            guard last <= period else {
                throw word.error("place \(last) is beyond a period of \(period) lines", help: example)
            }
            guard !ranges.contains(where: { $0.overlaps(first...last) }) else {
                throw word.error("'\(text)' overlaps another range", help: example)
            }
            ranges.append(first...last)
        }
        return LogTarget.Sampling(ranges: ranges.sorted { $0.lowerBound < $1.lowerBound }, period: period)
    }

    /// The most lines that a period of `sample` has.
    private static let longestPeriod = Int(Int32.max)

    /// A number of digits alone.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private static func destination(_ word: Word) throws(Diagnostic) -> LogTarget.Destination {
        switch word.text {
        case "stdout": return .fileDescriptor(1)
        case "stderr": return .fileDescriptor(2)
        case let text where text.hasPrefix("fd@"):
            guard let descriptor = Int32(text.dropFirst(3)), descriptor >= 0 else {
                throw word.error("'\(text)' names no file descriptor", help: "write a number, such as 'fd@3'")
            }
            return .fileDescriptor(descriptor)
        default: break
        }
        var text = word.text
        if text.hasPrefix("udp@") {
            text = String(text.dropFirst(4))
            guard !text.hasPrefix("/") else {
                throw word.error("'\(text)' is a path, which UDP has not", help: "write '\(text)' without 'udp@'")
            }
        }
        if text.hasPrefix("udp4@") || text.hasPrefix("udp6@") { text = "ipv" + text.dropFirst(3) }
        if text.hasPrefix("uxdg@") { text = String(text.dropFirst(5)) }
        switch AddressText.parse(text, isForConnections: false) {
        case .path(let path):
            try AddressText.checkPath(path, at: word)
            return .unixDatagram(path: path)
        case .abstract(let name):
            try AddressText.checkAbstractName(name, at: word)
            return .abstractDatagram(name: name)
        case .descriptor:
            throw word.error(
                "a log address with '\(text.prefix { $0 != "@" })@' is not supported here",
                help: "use UDP, a socket's path, stdout or stderr")
        case .unsupported(let prefix):
            throw word.error(
                "a log address with '\(prefix)' is not supported here",
                help: "use UDP, a socket's path, stdout or stderr")
        case .host(let host, let family, let portText):
            var port = defaultPort
            // Port 0 stands for syslog's own, as no port does.
            if let portText, portText.contains(where: { $0 != "0" }) { port = try AddressText.port(portText, at: word) }
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
        if family == .any, IPAddressText.isName(host) { return host }
        throw word.error(
            "'\(host)' is neither an IP address nor a name",
            help: "write the log server's address, such as '\(example)'")
    }
}
