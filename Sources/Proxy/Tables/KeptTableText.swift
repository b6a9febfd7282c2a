import Balancing
import Configuration
import EventLoop

/// Stick tables as the text of a file: a line for the moment, one for each table, one for each entry.
///
/// Times are durations, so that what is read in another process, or after the machine was started anew, goes on expiring: an
/// entry has lost the time since the file was written.
public enum KeptTableText {
    /// A line that is not as it was written.
    public struct Damage: Error, CustomStringConvertible {
        /// Its number, from 1.
        public let line: Int
        /// One sentence.
        public var description: String { "line \(line) is damaged" }
    }

    private static let title = "stick-tables"
    private static let version = "2"
    /// The version before, whose entries have fewer numbers.
    private static let formerVersion = "1"
    private static let nothing = "-"

    /// Writes tables.
    ///
    /// - Parameters:
    ///   - tables: the tables.
    ///   - wall: the time of day, in milliseconds since 1970.
    ///   - now: the same moment on the monotonic clock, in milliseconds.
    /// - Returns: the text.
    public static func write(_ tables: [KeptTable], wall: Int64, now: Int64) -> String {
        var text = "\(title) \(version) \(wall)\n"
        for table in tables {
            let counters = table.periods.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.key.rawValue)=\($0.value)" }
            text += (["table", table.proxy, name(of: table.keyKind)] + counters).joined(separator: " ") + "\n"
            for entry in table.entries {
                text += fields(of: entry, now: now).joined(separator: " ")
                text += "\n"
            }
        }
        return text
    }

    /// Reads tables.
    ///
    /// - Parameters:
    ///   - text: what was written.
    ///   - wall: the time of day, in milliseconds since 1970.
    ///   - now: the same moment on the monotonic clock, in milliseconds.
    /// - Returns: the tables with the entries whose time is not over.
    /// - Throws: `Damage` at the first line that is not as it was written.
    public static func read(_ text: String, wall: Int64, now: Int64) throws(Damage) -> [KeptTable] {
        var tables: [KeptTable] = []
        var age: Int64 = 0
        var layout = Layout.present
        for (index, line) in text.split(separator: "\n").enumerated() {
            let words = line.split(separator: " ").map(String.init)
            let damage = Damage(line: index + 1)
            if index == 0 {
                guard words.count == 3, words[0] == title, let known = Layout(version: words[1]),
                    let written = Int64(words[2])
                else { throw damage }
                layout = known
                // A clock that was set back lets nothing live longer.
                age = max(0, wall - written)
            } else if words.first == "table" {
                guard let table = table(words) else { throw damage }
                tables.append(table)
            } else {
                guard let last = tables.indices.last,
                    let entry = entry(words, layout, tables[last].keyKind, age: age, now: now)
                else { throw damage }
                if entry.expiresAt > now { tables[last].entries.append(entry) }
            }
        }
        return tables
    }

    // MARK: Tables

    private static func name(of kind: StickTableConfiguration.KeyKind) -> String {
        switch kind {
        case .ipv4: "ip"
        case .ipv6: "ipv6"
        case .integer: "integer"
        case .text(let length): "string:\(length)"
        case .bytes(let length): "binary:\(length)"
        }
    }

    private static func kind(_ name: String) -> StickTableConfiguration.KeyKind? {
        let parts = name.split(separator: ":", maxSplits: 1)
        let length = parts.count == 2 ? Int(parts[1]) : nil
        switch (parts.first, length) {
        case ("ip", nil): return .ipv4
        case ("ipv6", nil): return .ipv6
        case ("integer", nil): return .integer
        case ("string", let length?): return .text(length: length)
        case ("binary", let length?): return .bytes(length: length)
        default: return nil
        }
    }

    private static func table(_ words: [String]) -> KeptTable? {
        guard words.count >= 3, let kind = kind(words[2]) else { return nil }
        var periods: [StickTableConfiguration.Counter: Int64] = [:]
        for word in words[3...] {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let counter = StickTableConfiguration.Counter(rawValue: parts[0]),
                let period = Int64(parts[1]), period >= 0
            else { return nil }
            periods[counter] = period
        }
        return KeptTable(proxy: words[1], keyKind: kind, periods: periods)
    }

    // MARK: Entries

    /// Which numbers of a record stand in a file, in its order; those of the moment are not kept.
    private struct Layout {
        let numbers: [WritableKeyPath<StickRecord, Int64>]
        /// After the numbers.
        let rates: [WritableKeyPath<StickRecord, PeriodCounter>]

        private static var former: Layout {
            Layout(
                numbers: [\.serverID, \.connections, \.sessions, \.bytesIn, \.bytesOut, \.generalPurpose],
                rates: [\.connectionRate, \.sessionRate, \.bytesInRate, \.bytesOutRate, \.generalPurposeRate])
        }
        static var present: Layout {
            Layout(numbers: former.numbers + [\.second, \.tag], rates: former.rates + [\.secondRate])
        }

        private init(
            numbers: [WritableKeyPath<StickRecord, Int64>], rates: [WritableKeyPath<StickRecord, PeriodCounter>]
        ) {
            (self.numbers, self.rates) = (numbers, rates)
        }

        /// The layout of a version; `nil` of one that is not known.
        init?(version: String) {
            switch version {
            case KeptTableText.version: self = .present
            case KeptTableText.formerVersion: self = .former
            default: return nil
            }
        }
    }

    private static func fields(of entry: KeptTable.Entry, now: Int64) -> [String] {
        let left = entry.expiresAt == .max ? nothing : "\(entry.expiresAt - now)"
        let server = entry.record.server.map { hexadecimal(Array($0.utf8)) } ?? nothing
        let layout = Layout.present
        return [key(entry.key), left, server] + layout.numbers.map { "\(entry.record[keyPath: $0])" }
            + layout.rates.map { rate(entry.record[keyPath: $0], now: now) }
            + arrays(entry.record.arrays, now: now)
    }

    private static let (counts, arrayRates, tags) = ("gpc=", "gpc_rate=", "gpt=")

    /// The arrays that have anything, one word each, after all else.
    private static func arrays(_ arrays: ArrayNumbers, now: Int64) -> [String] {
        var words: [String] = []
        if !arrays.counts.isEmpty { words.append(counts + arrays.counts.map(String.init).joined(separator: ",")) }
        if !arrays.rates.isEmpty {
            words.append(arrayRates + arrays.rates.map { rate($0, now: now) }.joined(separator: ","))
        }
        if !arrays.tags.isEmpty { words.append(tags + arrays.tags.map(String.init).joined(separator: ",")) }
        return words
    }

    /// Takes the arrays off the end of an entry's words; `nil` where one is not as it was written.
    private static func arrays(from words: inout [String], age: Int64, now: Int64) -> ArrayNumbers? {
        var arrays = ArrayNumbers()
        while let word = words.last, let start = [counts, arrayRates, tags].first(where: { word.hasPrefix($0) }) {
            words.removeLast()
            let parts = word.dropFirst(start.count).split(separator: ",")
            if start == arrayRates {
                arrays.rates = parts.compactMap { rate(String($0), age: age, now: now) }
                guard arrays.rates.count == parts.count else { return nil }
            } else {
                let numbers = parts.compactMap { Int64($0) }
                guard numbers.count == parts.count else { return nil }
                if start == counts { arrays.counts = numbers } else { arrays.tags = numbers }
            }
        }
        return arrays
    }

    private static func entry(
        _ words: [String], _ layout: Layout, _ kind: StickTableConfiguration.KeyKind, age: Int64, now: Int64
    ) -> KeptTable.Entry? {
        var words = words
        guard let arrays = arrays(from: &words, age: age, now: now),
            words.count == 3 + layout.numbers.count + layout.rates.count, let key = key(words[0], kind)
        else { return nil }
        var record = StickRecord()
        record.arrays = arrays
        if words[2] != nothing {
            guard let bytes = bytes(words[2]) else { return nil }
            record.server = String(decoding: bytes, as: UTF8.self)
        }
        var expiresAt = Int64.max
        if words[1] != nothing {
            guard let left = Int64(words[1]) else { return nil }
            expiresAt = sum(now, sum(left, -age))
        }
        for (path, word) in zip(layout.numbers, words[3...]) {
            guard let number = Int64(word) else { return nil }
            record[keyPath: path] = number
        }
        for (path, word) in zip(layout.rates, words[(3 + layout.numbers.count)...]) {
            guard let rate = rate(word, age: age, now: now) else { return nil }
            record[keyPath: path] = rate
        }
        return KeptTable.Entry(key: key, expiresAt: expiresAt, record: record)
    }

    private static func rate(_ rate: PeriodCounter, now: Int64) -> String {
        rate == PeriodCounter() ? nothing : "\(now - rate.begin):\(rate.current):\(rate.previous)"
    }

    private static func rate(_ word: String, age: Int64, now: Int64) -> PeriodCounter? {
        if word == nothing { return PeriodCounter() }
        let parts = word.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 3 else { return nil }
        return PeriodCounter(begin: sum(now, -sum(max(0, parts[0]), age)), current: parts[1], previous: parts[2])
    }

    // MARK: Keys

    private static func key(_ key: StickKey) -> String {
        switch key {
        case .ipv4(let bits): String(bits)
        case .ipv6(let high, let low): "\(high):\(low)"
        case .integer(let number): String(number)
        case .text(let text): hexadecimal(Array(text.utf8))
        case .bytes(let bytes): hexadecimal(bytes)
        }
    }

    private static func key(_ word: String, _ kind: StickTableConfiguration.KeyKind) -> StickKey? {
        switch kind {
        case .ipv4: return UInt32(word).map { .ipv4($0) }
        case .integer: return UInt32(word).map { .integer($0) }
        case .ipv6:
            let parts = word.split(separator: ":").compactMap { UInt64($0) }
            return parts.count == 2 ? .ipv6(parts[0], parts[1]) : nil
        case .text: return bytes(word).map { .text(String(decoding: $0, as: UTF8.self)) }
        case .bytes: return bytes(word).map { .bytes($0) }
        }
    }

    /// Bytes as digits after an `x`, so that none are a word, too.
    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.reduce(into: "x") { text, byte in
            if byte < 16 { text += "0" }
            text += String(byte, radix: 16)
        }
    }

    private static func bytes(_ word: String) -> [UInt8]? {
        let digits = Array(word.utf8.dropFirst())
        guard word.first == "x", digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// A sum that stays within what there is: a damaged number is no reason to end.
    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, overflows) = one.addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max - 1) : sum
    }
}
