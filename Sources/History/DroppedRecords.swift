import Model

/// Counts records that were dropped, and over which time: a gap in the history.
struct DroppedRecords: Sendable, Hashable {
    /// The earliest and the latest moment of a dropped record.
    private(set) var span: ClosedRange<Timestamp>?
    /// Dropped transitions.
    private(set) var transitions = 0
    /// Dropped session samples.
    private(set) var samples = 0
    /// Dropped events.
    private(set) var events = 0
    /// Dropped lists of an instance's servers.
    private(set) var inventories = 0

    /// Whether nothing was dropped.
    var isEmpty: Bool { span == nil }
    /// How many rows were dropped, of all kinds.
    var rows: Int { transitions + samples + events + inventories }

    /// Counts one record.
    mutating func add(_ record: HistoryRecord) {
        switch record {
        case .transition(let transition):
            transitions += 1
            extend(to: transition.at)
        case .samples(let batch):
            samples += batch.count
            for sample in batch { extend(to: sample.at) }
        case .event(let event):
            events += 1
            extend(to: event.at)
        case .inventory(let at, _, _):
            inventories += 1
            extend(to: at)
        }
    }

    /// Counts what another count has.
    mutating func add(_ other: DroppedRecords) {
        transitions += other.transitions
        samples += other.samples
        events += other.events
        inventories += other.inventories
        guard let theirs = other.span else { return }
        extend(to: theirs.lowerBound)
        extend(to: theirs.upperBound)
    }

    private mutating func extend(to at: Timestamp) {
        guard let span else { return self.span = at...at }
        self.span = min(span.lowerBound, at)...max(span.upperBound, at)
    }

    /// What was dropped, in words: `2 transitions, 300 samples`.
    var summary: String {
        let counts = [
            (transitions, "transition", "transitions"), (samples, "sample", "samples"), (events, "event", "events"),
            (inventories, "server list", "server lists"),
        ]
        let words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
        return words.isEmpty ? "nothing" : words.joined(separator: ", ")
    }
}

extension HistoryRecord {
    /// How many rows the record takes in the database and counts in the queue; at least one, so that none is free.
    var rows: Int {
        switch self {
        case .transition, .event, .inventory: 1
        case .samples(let samples): max(1, samples.count)
        }
    }
}
