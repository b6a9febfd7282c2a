import Balancing
import Configuration
import EventLoop
import Model

/// The numbers that an entry keeps in arrays; they are made with the first that is set.
struct ArrayNumbers: Sendable, Equatable {
    var counts: [Int64] = []
    var rates: [PeriodCounter] = []
    var tags: [Int64] = []

    /// Makes as many as a table has, of what there is.
    ///
    /// - Parameter arrays: how many the table has.
    mutating func fit(_ arrays: StickTableConfiguration.Arrays) {
        Self.resize(&counts, to: arrays.counts, filling: 0)
        Self.resize(&rates, to: arrays.rates, filling: PeriodCounter())
        Self.resize(&tags, to: arrays.tags, filling: 0)
    }

    private static func resize<Number>(_ numbers: inout [Number], to count: Int, filling number: Number) {
        guard numbers.count != count else { return }
        if numbers.count > count { numbers.removeLast(numbers.count - count) }
        numbers += Array(repeating: number, count: count - numbers.count)
    }
}

extension ProxyTable {
    /// Reads, and where it is asked for changes, a number of an array.
    ///
    /// - Parameters:
    ///   - quantity: what is asked for.
    ///   - index: which number.
    ///   - entry: the entry; `nil` where there is none.
    ///   - now: what time it is.
    /// - Returns: 0 where there is no entry, and `nil` for what the table doesn't keep.
    func read(
        _ quantity: ArraySample.Quantity, _ index: Int, of entry: StickTable<StickRecord>.Entry?, _ now: Int64
    ) -> Int64? {
        let arrays = configuration.arrays
        switch quantity {
        case .count:
            guard index < arrays.counts else { return nil }
            return entry.map { entries[$0].arrays.counts[existing: index] ?? 0 } ?? 0
        case .tag:
            guard index < arrays.tags else { return nil }
            return entry.map { entries[$0].arrays.tags[existing: index] ?? 0 } ?? 0
        case .rate:
            guard index < arrays.rates else { return nil }
            let counter = entry.flatMap { entries[$0].arrays.rates[existing: index] }
            return counter?.value(at: now, period: arrays.period.wholeMilliseconds) ?? 0
        case .countUp:
            guard index < max(arrays.counts, arrays.rates) else { return nil }
            guard let entry else { return 0 }
            entries[entry].arrays.fit(arrays)
            if index < arrays.rates {
                entries[entry].arrays.rates[index].count(at: now, period: arrays.period.wholeMilliseconds)
            }
            guard index < arrays.counts else { return entries[entry].arrays.rates[index].current }
            entries[entry].arrays.counts[index] += 1
            return entries[entry].arrays.counts[index]
        case .clear:
            guard index < arrays.counts else { return nil }
            guard let entry else { return 0 }
            let number = entries[entry].arrays.counts[existing: index] ?? 0
            if number != 0 { entries[entry].arrays.counts[index] = 0 }
            return number
        }
    }

    /// What an entry has in arrays, as it is shown.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - now: what time it is.
    /// - Returns: a text for each number, such as `gpc1=3`.
    func elements(of entry: StickTable<StickRecord>.Entry, _ now: Int64) -> [String] {
        let arrays = configuration.arrays
        func texts(_ count: Int, _ quantity: ArraySample.Quantity, _ name: (Int) -> String) -> [String] {
            (0..<count).map { index in
                let number = read(quantity, index, of: entry, now) ?? 0
                return "\(name(index))=\(UInt32(truncatingIfNeeded: number))"
            }
        }
        let period = arrays.period.wholeMilliseconds
        return texts(arrays.tags, .tag) { "gpt\($0)" } + texts(arrays.counts, .count) { "gpc\($0)" }
            + texts(arrays.rates, .rate) { "gpc\($0)_rate(\(period))" }
    }

    /// Sets a number of an array that rules set, where the table has it.
    ///
    /// - Parameters:
    ///   - index: which number.
    ///   - entry: the entry.
    ///   - number: to what.
    func setTag(_ index: Int, of entry: StickTable<StickRecord>.Entry, to number: Int64) {
        guard index < configuration.arrays.tags else { return }
        entries[entry].arrays.fit(configuration.arrays)
        entries[entry].arrays.tags[index] = Int64(UInt32(truncatingIfNeeded: number))
    }
}

extension Array {
    /// The element at a place; `nil` where there is none.
    fileprivate subscript(existing index: Int) -> Element? { index < count ? self[index] : nil }
}
