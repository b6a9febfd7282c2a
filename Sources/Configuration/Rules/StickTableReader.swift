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

    /// The most numbers of an array.
    private static let mostNumbers = 100

    /// Data types that need requests, or that other actions than those here write.
    private static let unsupported: Set<String> = [
        "http_err_cnt", "http_err_rate", "http_fail_cnt",
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
        for part in parts(of: word.text) {
            let pieces = part.split(separator: "(", maxSplits: 1)
            let name = String(pieces.first ?? "")
            if let kept = StickTableConfiguration.ServerColumn(rawValue: name) {
                table.storedServerColumns.insert(kept)
                table.keepsServers = true
                continue
            }
            if try readArray(name, pieces, word, &table) { continue }
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
        try expectOneKind(table, word)
    }

    /// Arrays stand for the numbers that have names: a table has either.
    private static func expectOneKind(_ table: StickTableConfiguration, _ word: Word) throws(Diagnostic) {
        let pairs: [(array: String, hasArray: Bool, named: [StickTableConfiguration.Counter])] = [
            ("gpc", table.arrays.counts > 0, [.generalPurpose, .second]),
            ("gpc_rate", table.arrays.rates > 0, [.generalPurposeRate, .secondRate]),
            ("gpt", table.arrays.tags > 0, [.tag]),
        ]
        for pair in pairs where pair.hasArray {
            guard let named = pair.named.first(where: { table.counters[$0] != nil }) else { continue }
            throw word.error(
                "a table has '\(pair.array)' or '\(named.rawValue)', and not both",
                help: "remove '\(named.rawValue)': it is a number of the array")
        }
    }

    /// What stands between commas, but for those in parentheses.
    private static func parts(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }

    /// `gpc(3)`, `gpt(3)`, `gpc_rate(3,10s)`.
    private static func readArray(
        _ name: String, _ pieces: [Substring], _ word: Word, _ table: inout StickTableConfiguration
    ) throws(Diagnostic) -> Bool {
        guard ["gpc", "gpt", "gpc_rate"].contains(name) else { return false }
        let isRate = name == "gpc_rate"
        let example = isRate ? "gpc_rate(3,10s)" : "\(name)(3)"
        let values = pieces.count == 2 && pieces[1].hasSuffix(")") ? pieces[1].dropLast().split(separator: ",") : []
        guard values.count == (isRate ? 2 : 1), let count = Int(values[0]), (1...mostNumbers).contains(count) else {
            throw word.error(
                "'\(name)' needs how many numbers there are, up to \(mostNumbers)\(isRate ? ", and a time" : "")",
                help: "write '\(example)'")
        }
        switch name {
        case "gpc": table.arrays.counts = count
        case "gpt": table.arrays.tags = count
        default:
            // Whatever is wrong with the time, the example says what to write.
            guard let time = try? TimeValue.parse(String(values[1]), defaultUnit: .milliseconds),
                time.ignoredRest.isEmpty, time.duration > .zero
            else { throw word.error("'\(values[1])' is no time for '\(name)'", help: "write '\(example)'") }
            (table.arrays.rates, table.arrays.period) = (count, time.duration)
        }
        return true
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
