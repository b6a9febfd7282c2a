import Model

/// The records that wait for the disk, and the count of those that found no room: a value, without threads.
///
/// A record counts against the bound until it is written or known to be lost, also while the writer has it in hand.
/// When there is no room, the newcomer is dropped and counted, with one exception: of each server the newest transition is
/// kept aside, so that after the gap the history again says what state the server is in.
struct RecordBacklog {
    /// What the writer takes in one go: records in the order in which they came, and what had to be dropped meanwhile.
    struct Load {
        var chunks: [[HistoryRecord]] = []
        var carried: [TransitionRecord] = []
        var dropped = DroppedRecords()

        /// All records in one piece; long work, so not under a lock.
        var records: [HistoryRecord] {
            chunks.flatMap(\.self) + carried.sorted { $0.at < $1.at }.map(HistoryRecord.transition)
        }
    }

    /// So many records are kept in one piece: an offer never has to move more than the list of pieces.
    private static let chunkLength = 512

    private let limits: RecorderLimits
    private var chunks: [[HistoryRecord]] = []
    private var carried: [ServerIdentity: TransitionRecord] = [:]
    private var dropped = DroppedRecords()
    /// Rows accepted and neither written nor lost.
    private(set) var heldRows = 0
    /// Rows dropped or lost since the start.
    private(set) var droppedRows = 0
    /// Rows written since the start.
    private(set) var writtenRows = 0
    /// Entries (records, and gaps to be shown) that were ever accepted.
    private(set) var accepted: Int64 = 0
    /// Entries that were written or lost; all accepted before a moment are settled once this reaches that moment's `accepted`.
    private(set) var settled: Int64 = 0

    init(limits: RecorderLimits) {
        self.limits = limits
    }

    /// Whether there is anything for the writer to take.
    var hasWork: Bool { !chunks.isEmpty || !carried.isEmpty || !dropped.isEmpty }

    /// Takes a record in, or drops it and counts it.
    mutating func offer(_ record: HistoryRecord) {
        let bound: Int
        switch record {
        case .samples: bound = limits.queuedSampleRows
        case .transition, .event, .inventory: bound = limits.queuedRows
        }
        guard heldRows + record.rows > bound else {
            heldRows += record.rows
            accepted += 1
            append(record)
            return
        }
        guard case .transition(let transition) = record else { return drop(record) }
        carry(transition)
    }

    private mutating func append(_ record: HistoryRecord) {
        if chunks.last.map({ $0.count < Self.chunkLength }) != true {
            chunks.append([])
            chunks[chunks.count - 1].reserveCapacity(Self.chunkLength)
        }
        chunks[chunks.count - 1].append(record)
    }

    private mutating func carry(_ transition: TransitionRecord) {
        if let older = carried[transition.server] {
            drop(.transition(older))
        } else {
            guard carried.count < limits.carriedTransitions else { return drop(.transition(transition)) }
            heldRows += 1
            accepted += 1
        }
        carried[transition.server] = transition
    }

    /// Drops a record that was not accepted.
    mutating func drop(_ record: HistoryRecord) {
        if dropped.isEmpty { accepted += 1 }
        droppedRows += record.rows
        dropped.add(record)
    }

    /// Hands everything to the writer, which owes a `settle` or `lose` for each record and for a gap.
    mutating func take() -> Load {
        let load = Load(chunks: chunks, carried: Array(carried.values), dropped: dropped)
        chunks = []
        carried = [:]
        dropped = DroppedRecords()
        return load
    }

    /// Notes that records are in the database, and perhaps the gap that was taken with them.
    ///
    /// - Parameters:
    ///   - records: how many records.
    ///   - rows: how many rows these are.
    ///   - gap: whether the gap is there too.
    mutating func settle(records: Int, rows: Int, gap: Bool) {
        heldRows -= rows
        writtenRows += rows
        settled += Int64(records) + (gap ? 1 : 0)
    }

    /// Notes that accepted records will never be written; they become part of the gap.
    mutating func lose(_ lost: ArraySlice<HistoryRecord>) {
        for record in lost {
            heldRows -= record.rows
            settled += 1
            drop(record)
        }
    }
}
