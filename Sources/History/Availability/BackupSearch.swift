import Model

/// Finds out when backups carried a proxy's traffic, from what transitions say of the servers that were left.
struct BackupSearch {
    let subjects: Subjects
    let runs: [RunSpan]
    private var changes: [String: [StateChange]] = [:]
    private var names: [String: ServerIdentity] = [:]
    private var numbers: [String: [Int64]] = [:]

    init(subjects: Subjects, runs: [RunSpan]) {
        self.subjects = subjects
        self.runs = runs
    }

    mutating func add(_ own: [StateChange], of number: Int64, before end: Timestamp) {
        guard let identity = subjects.byNumber[number]?.identity else { return }
        let key = identity.instance + "/" + identity.proxy
        names[key] = identity
        numbers[key, default: []].append(number)
        changes[key, default: []] += own
    }

    /// The bands of a period.
    ///
    /// - Parameters:
    ///   - from: the period's beginning.
    ///   - to: its end.
    ///   - crowded: days of servers that were not read change by change.
    /// - Returns: the bands, by proxy and time.
    func bands(from: Timestamp, to: Timestamp, blind crowded: [Int64: [LaneOutline.Part]]) -> [BackupBand] {
        let ends = Dictionary(uniqueKeysWithValues: runs.map { ($0.id, $0.end) })
        var bands: [BackupBand] = []
        for (key, changes) in changes.sorted(by: { $0.key < $1.key }) {
            guard let identity = names[key], changes.contains(where: \.isOnBackup) else { continue }
            let unread = (numbers[key] ?? []).flatMap { crowded[$0] ?? [] }.map { $0.from..<$0.to }
            // A change at the edge of two spans is read for both.
            let ordered = Dictionary(changes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }).values
                .sorted { $0.id < $1.id }
            for (index, change) in ordered.enumerated() where change.isOnBackup {
                let next =
                    index + 1 < ordered.count && ordered[index + 1].run == change.run ? ordered[index + 1].at : to
                let begin = max(change.at, from)
                var end = min(next, min(to, ends[change.run] ?? to))
                for range in unread where range.lowerBound > begin && range.lowerBound < end { end = range.lowerBound }
                guard begin < end, !unread.contains(where: { $0.contains(begin) }) else { continue }
                if let last = bands.last, last.to == begin, last.instance == identity.instance,
                    last.proxy == identity.proxy
                {
                    bands[bands.count - 1].to = end
                } else {
                    bands.append(
                        BackupBand(instance: identity.instance, proxy: identity.proxy, from: begin, to: end))
                }
            }
        }
        return bands
    }
}

extension StateChange {
    /// Whether backups had the traffic after it.
    fileprivate var isOnBackup: Bool { state != .unknown && activeServers == 0 && backupServers > 0 }
}
