import History
import Model

/// What stands below the table of session counts on a terminal: a sparkline for each subject.
struct SessionOverview {
    /// More subjects than this have no sparklines: they would push the table off the screen.
    private static let shownSubjects = 24
    private static let widestLine = 60
    private static let narrowestLine = 5

    /// How many characters fit on a line.
    let columns: Int

    /// The lines.
    ///
    /// - Parameter buckets: what the table shows, oldest first.
    /// - Returns: the lines, without newlines.
    func lines(_ buckets: [SessionBucket]) -> [String] {
        var subjects: [ServerIdentity] = []
        for bucket in buckets where !subjects.contains(bucket.subject) {
            subjects.append(bucket.subject)
            if subjects.count > Self.shownSubjects { return [] }
        }
        let moments = Set(buckets.map(\.at)).sorted()
        let names = subjects.map(\.description.printable)
        let longest = names.map(\.count).max() ?? 0
        let most = subjects.map { subject in buckets.filter { $0.subject == subject }.map(\.max).max() ?? 0 }
        let tail = most.map { "  most \($0)" }
        let width = min(Self.widestLine, columns - longest - 2 - (tail.map(\.count).max() ?? 0))
        guard moments.count > 1, width >= Self.narrowestLine else { return [] }
        return [""]
            + subjects.indices.map { index in
                let counts = Dictionary(
                    buckets.filter { $0.subject == subjects[index] }.map { ($0.at, $0.max) }, uniquingKeysWith: max)
                let padding = String(repeating: " ", count: longest - names[index].count)
                return names[index] + padding + "  " + Sparkline.text(moments.map { counts[$0] }, width: width)
                    + tail[index]
            }
    }
}
