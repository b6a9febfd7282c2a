import AccessLog
import Configuration
import EventLoop
import Model

/// A map as it is searched in one way: keys are read once, so that a look-up only compares.
///
/// Which pair counts where several match follows HAProxy 2.6.12: the longest beginning, the smallest network, else the
/// first. Equal texts, beginnings and networks are found without going through all pairs.
public struct MapTable: Sendable {
    /// How pairs are found, by their places.
    private enum Index: Sendable {
        case texts([String: Int])
        case beginnings(PrefixTable)
        case networks(NetworkTable)
        /// Tried one after the other.
        case patterns([(match: PatternMatch, place: Int)])
    }

    private let index: Index
    /// What the pairs stand for, in the order of the file.
    private let values: [SampleValue]
    /// The keys of pairs whose values name parts of what was found; else empty.
    private let expressions: [String]

    /// Reads the pairs of a file.
    ///
    /// - Parameters:
    ///   - entries: the pairs; one that can't be searched so is never found.
    ///   - search: how.
    public init(_ entries: [MapFile.Entry], _ search: MapSearch) {
        values = entries.map { Self.value($0.value, search.output) }
        expressions = search.method == .regm ? entries.map(\.key) : []
        let keys = entries.map(\.key)
        switch search.method {
        case .str:
            index = .texts(Dictionary(keys.enumerated().map { ($1, $0) }) { first, _ in first })
        case .beg: index = .beginnings(PrefixTable(keys))
        case .ip: index = .networks(NetworkTable(keys))
        case .sub, .dir, .dom, .end, .reg, .regm, .int:
            let reading = search.reading
            index = .patterns(
                keys.enumerated().compactMap { place, key in
                    // What can't be read was refused where it came from.
                    (try? reading.match(of: [key])).map { ($0, place) }
                })
        }
    }

    /// What a value stands for.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - known: the regular expressions of the instance.
    /// - Returns: `nil` when there is nothing.
    func value(of value: SampleValue, _ known: ExpressionTable) -> SampleValue? {
        guard let place = place(of: value, known) else { return nil }
        guard !expressions.isEmpty, case .text(let pattern) = values[place] else { return values[place] }
        return .text(known.filled(pattern, with: expressions[place], in: value.text ?? ""))
    }

    /// Finds the pair that a text, as somebody wrote it, stands for.
    ///
    /// - Parameter text: the text.
    /// - Returns: the place of the pair; `nil` when there is none.
    public func place(of text: String) -> Int? { place(of: .text(text), ExpressionTable()) }

    private func place(of value: SampleValue, _ known: ExpressionTable) -> Int? {
        switch index {
        case .texts(let places): return value.text.flatMap { places[$0] }
        case .beginnings(let beginnings): return value.text.flatMap { beginnings.longest(atStartOf: $0) }
        case .networks(let networks):
            guard let address = value.address else { return nil }
            return networks.number(high: address.bits.high, low: address.bits.low, isIPv6: address.isIPv6)
        case .patterns(let patterns): return patterns.first { $0.match.accepts(value, known) }?.place
        }
    }

    /// A text of a file, or what is written for what a file doesn't have, as a value.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - output: what kind of value it is.
    /// - Returns: none where it is not of that kind.
    static func value(_ text: String, _ output: MapSearch.Output) -> SampleValue {
        switch output {
        case .text: .text(text)
        case .integer: SampleValue.text(text).integer.map { .integer($0) } ?? .none
        case .address: SampleValue.text(text).address.map { .address($0) } ?? .none
        }
    }
}
