import Model

/// A `ring` section while its lines are being read.
struct RingDraft {
    /// Its name.
    let name: Word
    /// What is known of it.
    var configuration: LogRingConfiguration

    /// Begins a section.
    ///
    /// - Parameter name: its name.
    init(name: Word) {
        self.name = name
        configuration = LogRingConfiguration(name: name.text)
    }
}

/// Reads the lines of a `ring` section.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.9, and what HAProxy 2.6.12 takes.
enum RingKeywords {
    /// The largest ring: its memory is taken when the instance starts.
    private static let largest = 1 << 30

    /// All keywords of the section.
    static let table = KeywordTable<RingDraft>(
        "keyword",
        [
            Keyword("backing-file") { (_, arguments) throws(Diagnostic) in
                let keyword = arguments.current
                _ = try arguments.word("a path", example: "backing-file /var/tmp/ring")
                try arguments.expectEnd()
                arguments.add(
                    keyword.warning(
                        "'backing-file' has no effect: a ring is in memory alone here",
                        help: "remove it; 'show events' tells what is in a ring"))
            },
            Keyword("description") { (ring, arguments) throws(Diagnostic) in
                let first = try arguments.word("a text", example: "description \"lines for the collector\"")
                ring.configuration.description = ([first] + arguments.rest()).map(\.text).joined(separator: " ")
            },
            Keyword("format", read: readFormat),
            Keyword("maxlen") { (ring, arguments) throws(Diagnostic) in
                ring.configuration.maxLength = try arguments.integer(in: 80...65_535, example: "maxlen 1200")
                try arguments.expectEnd()
            },
            Keyword("server", read: readServer),
            Keyword("size", read: readSize),
            Keyword("timeout", read: readTimeout),
        ])

    /// Reads one line.
    ///
    /// - Parameters:
    ///   - ring: the section.
    ///   - arguments: the line, from its start.
    /// - Throws: what is wrong with it.
    static func read(_ ring: inout RingDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.next() else { return }
        try table.find(word, place: "in a 'ring' section").read(&ring, &arguments)
    }

    private static func readFormat(_ ring: inout RingDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a format", example: "format rfc5424")
        guard let format = LogTarget.Format(rawValue: word.text) else {
            let names = LogTarget.Format.allCases.map(\.rawValue)
            throw word.error(
                "unknown log format '\(word.text)'",
                help: Suggestion.closest(to: word.text, among: names).map { "did you mean '\($0)'?" }
                    ?? "the formats are \(names.joined(separator: ", "))")
        }
        try arguments.expectEnd()
        ring.configuration.format = format
    }

    private static func readSize(_ ring: inout RingDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a number of bytes", example: "size 64k")
        try arguments.expectEnd()
        // Whatever is wrong with it, the example says what to write.
        guard let size = try? SizeValue.parse(word.text), size <= largest else {
            throw word.error(
                "'\(word.text)' is no size of a ring", help: "write a number such as 32768 or 64k, at most 1g")
        }
        guard size >= ring.configuration.size else {
            return arguments.add(
                word.warning(
                    "size '\(word.text)' is ignored: the ring has \(ring.configuration.size) bytes already",
                    help: "write a larger size, or none"))
        }
        ring.configuration.size = size
    }

    private static func readTimeout(_ ring: inout RingDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let event = try arguments.word("'connect' or 'server' and a time", example: "timeout connect 5s")
        let (duration, word) = try arguments.time(example: "timeout \(event.text) 5s")
        try arguments.expectEnd()
        guard duration > .zero else {
            throw word.error("the timeout is 0", help: "write a time such as 'timeout \(event.text) 5s'")
        }
        switch event.text {
        case "connect": ring.configuration.connectTimeout = duration
        case "server": ring.configuration.serverTimeout = duration
        default: throw event.error("unknown timeout '\(event.text)'", help: "known are connect and server")
        }
    }

    private static func readServer(_ ring: inout RingDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let example = "server collector 192.0.2.9:601 log-proto octet-count"
        let name = try arguments.word("a name and an address", example: example)
        try NameRule.check(name, of: "a server")
        let address = arguments.expanding(try arguments.word("an address", example: example))
        var server = LogRingConfiguration.Server(name: name.text, address: try RingAddress.read(address))
        while let word = arguments.next() {
            guard word.text == "log-proto" else {
                throw word.error(
                    "'\(word.text)' is not supported for a ring's server here",
                    help: "its only option is 'log-proto legacy' or 'log-proto octet-count'")
            }
            let value = try arguments.word("'legacy' or 'octet-count'", example: "log-proto octet-count")
            guard let framing = LogRingConfiguration.Server.Framing(rawValue: value.text) else {
                throw value.error(
                    "unknown protocol '\(value.text)'", help: "the protocols are legacy and octet-count")
            }
            server.framing = framing
        }
        if let first = ring.configuration.servers.first(where: { $0.name == name.text }) {
            throw name.error("there is a server '\(first.name)' already", help: "give it another name")
        }
        ring.configuration.servers.append(server)
    }
}
