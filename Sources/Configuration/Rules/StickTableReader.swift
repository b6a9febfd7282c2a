import Model

/// Reads `stick-table` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `stick-table`, and what HAProxy 2.6.12 takes.
enum StickTableReader {
    private static let example = "stick-table type ip size 100k expire 30m"
    /// The most bytes of a key.
    private static let longestKey = 1_024
    /// The bytes of a key where the line doesn't say it.
    private static let usualKeyLength = 32

    /// Data types that need requests, or that other actions than those here write.
    private static let unsupported: Set<String> = [
        "gpc", "gpc_rate", "gpt", "http_err_cnt", "http_err_rate", "http_fail_cnt",
        "http_fail_rate", "http_req_cnt", "http_req_rate",
    ]

    /// Reads a line.
    ///
    /// - Parameter line: the line.
    /// - Returns: the table, and what is to be said of it.
    /// - Throws: what is wrong.
    static func read(_ line: RuleLine) throws(Diagnostic) -> (StickTableConfiguration, [Diagnostic]) {
        var arguments = Arguments(SourceLine(words: line.words, end: line.end), environment: line.environment)
        _ = arguments.next()
        var kind: StickTableConfiguration.KeyKind?
        var size: Int?
        var table = StickTableConfiguration(keyKind: .ipv4, size: 1)
        while let word = arguments.next() {
            switch word.text {
            case "type": kind = try readKind(&arguments)
            case "len":
                throw word.error("'len' belongs after 'type string' or 'type binary'", help: "write '\(example)'")
            case "size": size = try readSize(&arguments)
            case "expire": table.expiry = try arguments.time(example: "expire 30m").duration
            case "nopurge": table.makesRoom = false
            case "srvkey": table.serverKey = try readServerKey(&arguments)
            case "store": try readStore(&arguments, &table)
            case "peers":
                table.peers = try arguments.word("the name of a peers section", example: "peers tables").text
            default:
                throw word.error(
                    "unknown option '\(word.text)' of a stick table",
                    help: "the options are type, size, expire, nopurge, srvkey, peers and store")
            }
        }
        guard let kind else { throw arguments.missing("a stick table needs a 'type'", help: "write '\(example)'") }
        guard let size else { throw arguments.missing("a stick table needs a 'size'", help: "write '\(example)'") }
        table.keyKind = kind
        table.size = size
        return (table, arguments.diagnostics)
    }

    private static func readKind(_ arguments: inout Arguments) throws(Diagnostic) -> StickTableConfiguration.KeyKind {
        let word = try arguments.word("what entries are found by", example: example)
        var length = usualKeyLength
        if word.text == "string" || word.text == "binary", arguments.take("len") {
            length = try arguments.integer(in: 1...longestKey, example: "type \(word.text) len 64")
        }
        switch word.text {
        case "ip": return .ipv4
        case "ipv6": return .ipv6
        case "integer": return .integer
        case "string": return .text(length: length)
        case "binary": return .bytes(length: length)
        default:
            throw word.error(
                "unknown type '\(word.text)' of a stick table",
                help: "the types are ip, ipv6, integer, string and binary")
        }
    }

    /// `100`, `100k`, `1m`.
    private static func readSize(_ arguments: inout Arguments) throws(Diagnostic) -> Int {
        let word = try arguments.word("the most entries", example: example)
        let unit: Int
        switch word.text.last {
        case "k", "K": unit = 1 << 10
        case "m", "M": unit = 1 << 20
        case "g", "G": unit = 1 << 30
        default: unit = 1
        }
        let digits = unit == 1 ? Substring(word.text) : word.text.dropLast()
        guard let number = Int(digits), number > 0, number <= Int(Int32.max) / unit else {
            throw word.error(
                "'\(word.text)' is no size of a stick table", help: "write a number such as 1000, 100k or 1m")
        }
        return number * unit
    }

    private static func readServerKey(
        _ arguments: inout Arguments
    ) throws(Diagnostic) -> StickTableConfiguration.ServerKey {
        let word = try arguments.word("'name' or 'addr'", example: "srvkey name")
        guard let key = StickTableConfiguration.ServerKey(rawValue: word.text) else {
            throw word.error("unknown server key '\(word.text)'", help: "write 'srvkey name' or 'srvkey addr'")
        }
        return key
    }

    /// `conn_cnt,conn_rate(10s)`.
    private static func readStore(
        _ arguments: inout Arguments, _ table: inout StickTableConfiguration
    ) throws(Diagnostic) {
        let word = try arguments.word("what is counted", example: "store conn_cur,conn_rate(10s)")
        for part in word.text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "(", maxSplits: 1)
            let name = String(pieces.first ?? "")
            if let kept = StickTableConfiguration.ServerColumn(rawValue: name) {
                table.storedServerColumns.insert(kept)
                continue
            }
            guard let counter = StickTableConfiguration.Counter(rawValue: name) else {
                if unsupported.contains(name) {
                    throw word.error(
                        "'\(name)' is not supported here: nothing counts it", help: "remove it; HAProxy has it")
                }
                let names = StickTableConfiguration.Counter.allCases.map(\.rawValue)
                throw word.error(
                    "there is nothing to store as '\(name)'",
                    help: Suggestion.closest(to: name, among: names).map { "did you mean '\($0)'?" }
                        ?? "known are \(names.joined(separator: ", "))")
            }
            table.counters[counter] = try period(of: counter, pieces, word)
        }
    }

    /// What stands in parentheses after a rate, and after nothing else.
    private static func period(
        of counter: StickTableConfiguration.Counter, _ pieces: [Substring], _ word: Word
    ) throws(Diagnostic) -> Duration {
        let example = counter.isRate ? "\(counter.rawValue)(10s)" : counter.rawValue
        guard counter.isRate == (pieces.count == 2) else {
            throw word.error(
                counter.isRate
                    ? "'\(counter.rawValue)' needs a time in parentheses"
                    : "'\(counter.rawValue)' takes nothing in parentheses", help: "write '\(example)'")
        }
        guard pieces.count == 2 else { return .zero }
        // Whatever is wrong with the time, the example says what to write.
        guard pieces[1].hasSuffix(")"),
            let time = try? TimeValue.parse(String(pieces[1].dropLast()), defaultUnit: .milliseconds),
            time.ignoredRest.isEmpty, time.duration > .zero
        else {
            throw word.error("'\(pieces[1])' is no time for '\(counter.rawValue)'", help: "write '\(example)'")
        }
        return time.duration
    }
}
