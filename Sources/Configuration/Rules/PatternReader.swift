import Foundation

/// Reads the values after a sample: `80 1024:65535 gt 3`, `10.0.0.0/8`, `-m beg amqp.`.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.1.1 to 7.1.6, and what HAProxy 2.6.12 takes.
struct PatternReader {
    /// How values are compared; named as after `-m`.
    enum Method: String, CaseIterable {
        case found, bool, int, ip, bin, len, str, beg, sub, dir, dom, end, reg
    }

    /// How values are compared.
    let method: Method
    /// Whether small and capital letters are the same (`-i`).
    let ignoresCase: Bool
    /// Whether numbers are versions such as 3.1.
    let readsVersions: Bool

    /// Reads all values.
    ///
    /// - Parameter words: the values.
    /// - Returns: what the sample has to be.
    /// - Throws: which of them is none.
    func read(_ words: [Word]) throws(Diagnostic) -> PatternMatch {
        let texts = words.map { ignoresCase ? $0.text.lowercased() : $0.text }
        switch method {
        case .found: return .found
        case .bool: return .truth
        case .int: return .integers(try ranges(words))
        case .len: return .lengths(try ranges(words))
        case .ip: return .networks(try networks(words))
        case .bin: return .bytes(try binaries(words))
        case .str: return .texts(Set(texts), ignoresCase: ignoresCase)
        case .beg, .sub, .dir, .dom, .end:
            guard let place = PatternMatch.Place(rawValue: method.rawValue) else {
                preconditionFailure("places are named as methods are")
            }
            return .parts(texts, place, ignoresCase: ignoresCase)
        case .reg:
            for word in words { try checkExpression(word) }
            return .expressions(words.map(\.text), ignoresCase: ignoresCase)
        }
    }

    // MARK: Numbers

    private static let numberHelp = "write numbers and ranges such as '5671 1024:65535', or 'gt 10'"

    /// Numbers, ranges, and operators that hold for all numbers after them.
    private func ranges(_ words: [Word]) throws(Diagnostic) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        var comparison: Word?
        for word in words {
            if ["eq", "ge", "gt", "le", "lt"].contains(word.text) {
                comparison = word
                continue
            }
            if let range = try range(word, comparison?.text ?? "eq") { ranges.append(range) }
        }
        if let comparison, comparison == words.last {
            throw comparison.error("no number follows '\(comparison.text)'", help: Self.numberHelp)
        }
        return ranges
    }

    /// What one word stands for after an operator; `nil` where nothing can be that large or small.
    private func range(_ word: Word, _ comparison: String) throws(Diagnostic) -> ClosedRange<Int64>? {
        let ends = word.text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if ends.count == 2, comparison == "eq" {
            let first = ends[0].isEmpty ? Int64.min : try number(ends[0], of: word)
            let last = ends[1].isEmpty ? Int64.max : try number(ends[1], of: word)
            guard first <= last, word.text != ":" else {
                throw word.error("'\(word.text)' is no range of numbers", help: "write the smaller number first")
            }
            return first...last
        }
        let number = try number(Substring(word.text), of: word)
        switch comparison {
        case "ge": return number...Int64.max
        case "gt": return number == .max ? nil : number + 1...Int64.max
        case "le": return Int64.min...number
        case "lt": return number == .min ? nil : Int64.min...number - 1
        default: return number...number
        }
    }

    private func number(_ text: Substring, of word: Word) throws(Diagnostic) -> Int64 {
        guard readsVersions else {
            guard let number = Int64(text), !text.hasPrefix("+") else {
                throw word.error("'\(word.text)' is no number", help: Self.numberHelp)
            }
            return number
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt16($0) }
        guard parts.count <= 2, let major = parts.first ?? nil, let minor = parts.count == 2 ? parts[1] : 0 else {
            throw word.error("'\(word.text)' is no version", help: "write one such as 3.1 for TLS 1.0, or 3.3 for 1.2")
        }
        return Int64(major) << 16 | Int64(minor)
    }

    // MARK: Addresses

    private func networks(_ words: [Word]) throws(Diagnostic) -> NetworkSet {
        var networks = NetworkSet()
        for word in words {
            guard let network = Self.network(word.text) else {
                throw word.error(
                    "'\(word.text)' is no IP address or network",
                    help: "write addresses such as '192.0.2.1', '10.0.0.0/8' or '2001:db8::/32'")
            }
            networks.insert(
                high: network.high, low: network.low, isIPv6: network.isIPv6, length: network.length)
        }
        return networks
    }

    /// Takes an address or a network apart.
    ///
    /// - Parameter text: as it is written.
    /// - Returns: one of its addresses, of which kind it is, and how many bits count; `nil` where it is none.
    static func network(_ text: String) -> (high: UInt64, low: UInt64, isIPv6: Bool, length: Int)? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let mask = parts.count == 2 ? parts[1] : nil
        if let bytes = IPAddressText.bytes(ipv4: parts[0]) {
            guard let length = mask.map({ maskLength($0) }) ?? 32 else { return nil }
            return (0, bytes.reduce(0) { $0 << 8 | UInt64($1) }, false, length)
        }
        guard let bytes = IPAddressText.bytes(ipv6: parts[0]),
            let length = mask.map({ UInt8($0).flatMap { $0 <= 128 ? Int($0) : nil } }) ?? 128
        else { return nil }
        return (
            bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }, true, length
        )
    }

    /// The length of `24` or `255.255.255.0`; `nil` where the bits don't stand together.
    private static func maskLength(_ text: String) -> Int? {
        if let length = UInt8(text) { return length <= 32 ? Int(length) : nil }
        guard let bytes = IPAddressText.bytes(ipv4: text) else { return nil }
        let bits = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let length = (~bits).leadingZeroBitCount
        return bits.trailingZeroBitCount == 32 - length ? length : nil
    }

    // MARK: Bytes and expressions

    private func binaries(_ words: [Word]) throws(Diagnostic) -> Set<[UInt8]> {
        var binaries: Set<[UInt8]> = []
        for word in words {
            let digits = word.text.compactMap(\.hexDigitValue)
            guard digits.count == word.text.count, digits.count % 2 == 0 else {
                throw word.error("'\(word.text)' is not in hexadecimal digits", help: "write '414d5150' for AMQP")
            }
            binaries.insert(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
        }
        return binaries
    }

    private func checkExpression(_ word: Word) throws(Diagnostic) {
        do {
            _ = try Regex(word.text)
        } catch {
            throw word.error(
                "'\(word.text)' is no regular expression: \(error)", help: "write one such as '^amqp[0-9]+[.]'")
        }
    }
}
