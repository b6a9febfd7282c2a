import AccessLog
import Configuration
import EventLoop

extension PatternMatch {
    /// Whether a value is one of those that a test asks for; no value never is.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - expressions: the regular expressions of the instance.
    /// - Returns: whether it is.
    func accepts(_ value: SampleValue, _ expressions: ExpressionTable) -> Bool {
        if case .none = value { return false }
        switch self {
        case .found: return true
        case .truth: return value.integer.map { $0 != 0 } ?? false
        case .integers(let ranges): return value.integer.map { Self.contains(ranges, $0) } ?? false
        case .lengths(let ranges): return Self.contains(ranges, Int64(value.bytes.count))
        case .networks(let networks):
            guard let address = value.address else { return false }
            return networks.contains(high: address.bits.high, low: address.bits.low, isIPv6: address.isIPv6)
        case .bytes(let all): return all.contains(value.bytes)
        case .texts(let all, let ignoresCase):
            guard let text = value.text else { return false }
            return all.contains(ignoresCase ? text.lowercased() : text)
        case .parts(let all, let place, let ignoresCase):
            guard let text = value.text else { return false }
            let bytes = Array((ignoresCase ? text.lowercased() : text).utf8)
            return all.contains { place.holds(Array($0.utf8), in: bytes) }
        case .expressions(let all, let ignoresCase):
            guard let text = value.text else { return false }
            return all.contains { expressions.finds($0, ignoresCase: ignoresCase, in: text) }
        }
    }

    private static func contains(_ ranges: [ClosedRange<Int64>], _ number: Int64) -> Bool {
        for range in ranges where range.contains(number) { return true }
        return false
    }
}

extension PatternMatch.Place {
    /// Whether a part stands at this place of a text.
    ///
    /// - Parameters:
    ///   - part: the part.
    ///   - text: the text.
    /// - Returns: whether it does.
    func holds(_ part: [UInt8], in text: [UInt8]) -> Bool {
        switch self {
        case .beginning: text.starts(with: part)
        case .end: text.count >= part.count && text[(text.count - part.count)...] == part[...]
        case .anywhere: Self.starts(of: part, in: text).contains { _ in true }
        case .pathElement: Self.isBetween(Array("/?".utf8), part, in: text)
        case .domainElement: Self.isBetween(Array("/?.:".utf8), part, in: text)
        }
    }

    private static func starts(of part: [UInt8], in text: [UInt8]) -> LazyFilterSequence<Range<Int>> {
        let count = max(0, text.count - part.count + 1)
        return (0..<count).lazy.filter { text[$0..<($0 + part.count)] == part[...] }
    }

    /// Whether a part, whose own delimiters at its ends don't count, begins and ends at a delimiter or at the text's end.
    private static func isBetween(_ delimiters: [UInt8], _ part: [UInt8], in text: [UInt8]) -> Bool {
        let inner = Array(
            part.drop { delimiters.contains($0) }.reversed().drop { delimiters.contains($0) }.reversed())
        guard !inner.isEmpty else { return false }
        return starts(of: inner, in: text).contains { start in
            let end = start + inner.count
            return (start == 0 || delimiters.contains(text[start - 1]))
                && (end == text.count || delimiters.contains(text[end]))
        }
    }
}
