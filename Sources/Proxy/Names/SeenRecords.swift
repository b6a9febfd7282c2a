import EventLoop

/// What answers have named, and when last: a record that one answer leaves out is not gone at once, since servers don't
/// always name all they know.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.3.1 and `hold obsolete`.
struct SeenRecords<Key: Hashable, Record> {
    /// Most records that are kept of a name; what comes beyond that is not seen.
    static var capacity: Int { 1_024 }

    private var seen: [(key: Key, record: Record, at: MonotonicTime)] = []

    /// The records in the order in which they were first named.
    var records: [Record] { seen.map(\.record) }

    /// Takes in an answer.
    ///
    /// - Parameters:
    ///   - records: what it names; a record replaces the one of the same key.
    ///   - hold: how long a record is kept that is no longer named.
    ///   - now: what time it is.
    ///   - key: what makes a record the same.
    mutating func take(_ records: [Record], hold: Duration, at now: MonotonicTime, key: (Record) -> Key) {
        for record in records {
            let key = key(record)
            if let known = seen.firstIndex(where: { $0.key == key }) {
                seen[known] = (key, record, now)
            } else if seen.count < Self.capacity {
                seen.append((key, record, now))
            }
        }
        let limit = hold.wholeMilliseconds
        seen.removeAll { $0.at != now && now.milliseconds(since: $0.at) >= limit }
    }

    /// Forgets everything.
    mutating func forget() { seen = [] }
}
