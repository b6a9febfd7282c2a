import AccessLog
import Configuration
import EventLoop
import Model

/// A map as it is searched in one way: keys are read once, so that a look-up only compares.
///
/// Which pair counts where several match follows HAProxy 2.6.12: the longest beginning, the smallest network, else the first.
struct MapTable {
    /// What equal texts stand for.
    private var texts: [String: SampleValue] = [:]
    /// The others, in the order in which they are tried.
    private var rules: [(match: PatternMatch, expression: String, value: SampleValue)] = []
    private let method: MapSearch.Method
    private let fallback: SampleValue

    /// Reads the pairs of a file.
    ///
    /// - Parameters:
    ///   - entries: the pairs, each of which can be searched so.
    ///   - search: how.
    init(_ entries: [MapFile.Entry], _ search: MapSearch) {
        method = search.method
        fallback = search.fallback.map { Self.value($0, search.output) } ?? .none
        let reading = search.reading
        var ranks: [Int] = []
        for entry in entries {
            let value = Self.value(entry.value, search.output)
            if search.method == .str {
                if texts[entry.key] == nil { texts[entry.key] = value }
                continue
            }
            guard let match = try? reading.match(of: [entry.key]) else { continue }
            rules.append((match, entry.key, value))
            ranks.append(search.method.rank(of: entry.key))
        }
        // Equal ranks keep the file's order.
        rules = zip(rules, ranks).enumerated()
            .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
            .map(\.element.0)
    }

    /// What a value stands for.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - expressions: the regular expressions of the instance.
    /// - Returns: what counts where there is nothing, when there is nothing.
    func value(of value: SampleValue, _ expressions: ExpressionTable) -> SampleValue {
        if method == .str { return value.text.flatMap { texts[$0] } ?? fallback }
        guard let found = rules.first(where: { $0.match.accepts(value, expressions) }) else { return fallback }
        guard method == .regm, case .text(let pattern) = found.value else { return found.value }
        return .text(expressions.filled(pattern, with: found.expression, in: value.text ?? ""))
    }

    private static func value(_ text: String, _ output: MapSearch.Output) -> SampleValue {
        switch output {
        case .text: .text(text)
        case .integer: SampleValue.text(text).integer.map { .integer($0) } ?? .none
        case .address: SampleValue.text(text).address.map { .address($0) } ?? .none
        }
    }
}

extension MapSearch.Method {
    /// How much a key goes before others: the longer beginning, the longer mask.
    fileprivate func rank(of key: String) -> Int {
        switch self {
        case .beg: return key.utf8.count
        case .ip:
            let parts = key.split(separator: "/")
            guard parts.count == 2 else { return 128 }
            if let length = Int(parts[1]) { return length }
            return parts[1].split(separator: ".").reduce(0) { $0 + (UInt8($1)?.nonzeroBitCount ?? 0) }
        case .str, .sub, .dir, .dom, .end, .reg, .regm, .int: return 0
        }
    }
}
