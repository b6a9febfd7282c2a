/// Which threads of an instance something is for, by their numbers from 1 on.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.1, `thread`.
public struct ThreadSet: Sendable, Hashable {
    /// The most threads that an instance may have.
    ///
    /// - Source: HAProxy 2.6 on 64-bit machines, `nbthread`.
    public static let most = 64

    /// A bit for each thread, the first one lowest.
    private var bits: UInt64

    /// Whether a thread is among them.
    ///
    /// - Parameter thread: its number, from 1 on.
    /// - Returns: whether it is.
    public func contains(_ thread: Int) -> Bool {
        (1...Self.most).contains(thread) && bits & (1 << UInt64(thread - 1)) != 0
    }

    /// Reads `[GROUP/]all|odd|even|NUMBER[-[NUMBER]]`.
    ///
    /// - Parameter word: what is written; there is one group of threads, 1.
    /// - Throws: that it is no set of threads.
    init(_ word: Word) throws(Diagnostic) {
        var text = word.text[...]
        if let slash = text.firstIndex(of: "/") {
            guard text[..<slash] == "1" else {
                throw word.error(
                    "there is no thread group '\(text[..<slash])'", help: "an instance's threads are group 1")
            }
            text = text[text.index(after: slash)...]
        }
        switch text {
        case "all": bits = .max
        case "odd": bits = 0x5555_5555_5555_5555
        case "even": bits = 0xAAAA_AAAA_AAAA_AAAA
        default:
            let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let first = Self.number(ends[0])
            let last = ends.count == 1 ? first : ends[1].isEmpty ? Self.most : Self.number(ends[1])
            guard let first, let last else {
                throw word.error(
                    "'\(word.text)' is no set of threads",
                    help: "write 'all', 'odd', 'even', a number from 1 to \(Self.most), or a range such as '1-2'")
            }
            bits = 0
            for thread in min(first, last)...max(first, last) { bits |= 1 << UInt64(thread - 1) }
        }
    }

    /// Those of both sets.
    ///
    /// - Parameter other: another set.
    /// - Returns: their union.
    func union(_ other: ThreadSet?) -> ThreadSet {
        var sum = self
        sum.bits |= other?.bits ?? 0
        return sum
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text).flatMap { (1...most).contains($0) ? $0 : nil }
    }
}
