/// Finds the longest of some texts that another begins with, by looking at few of them.
struct PrefixTable: Sendable {
    private struct Entry: Sendable {
        let bytes: [UInt8]
        /// Its place among the texts that the table was made of.
        let place: Int
        /// Where the longest other entry is that it begins with.
        let shorter: Int?
    }

    /// In the order of their bytes.
    private var entries: [Entry] = []

    /// Prepares texts to be found.
    ///
    /// - Parameter texts: the texts; of equal ones the first counts.
    init(_ texts: [String]) {
        let sorted = texts.enumerated().map { (bytes: Array($1.utf8), place: $0) }
            .sorted { left, right in
                left.bytes == right.bytes
                    ? left.place < right.place : left.bytes.lexicographicallyPrecedes(right.bytes)
            }
        entries.reserveCapacity(sorted.count)
        // The entries that the last one begins with, itself included, the longest last.
        var beginnings: [Int] = []
        for (bytes, place) in sorted where entries.last?.bytes != bytes {
            while let last = beginnings.last, !bytes.starts(with: entries[last].bytes) { beginnings.removeLast() }
            entries.append(Entry(bytes: bytes, place: place, shorter: beginnings.last))
            beginnings.append(entries.count - 1)
        }
    }

    /// Finds the longest text that another begins with.
    ///
    /// - Parameter text: the other.
    /// - Returns: its place among the texts that the table was made of; `nil` when there is none.
    func longest(atStartOf text: String) -> Int? {
        // All that it begins with are beginnings of the last entry that doesn't follow it, or that entry.
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if text.utf8.lexicographicallyPrecedes(entries[middle].bytes) { high = middle } else { low = middle + 1 }
        }
        var candidate = low > 0 ? low - 1 : nil
        while let index = candidate {
            if text.utf8.starts(with: entries[index].bytes) { return entries[index].place }
            candidate = entries[index].shorter
        }
        return nil
    }
}
