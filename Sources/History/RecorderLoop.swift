import Model

/// What the recorder's thread does from its first to its last moment: take records, write them, wait.
///
/// Owned and used by that thread alone. A failed attempt keeps its records in hand and is made again; meanwhile the queue
/// absorbs, and when its bound is reached it drops and counts.
struct RecorderLoop {
    private let file: HistoryFile
    private var run: HistoryStore.Run
    private let limits: RecorderLimits
    private let queue: RecordQueue
    private let now: @Sendable () -> Timestamp
    private let report: @Sendable (String) -> Void
    private let clock = ContinuousClock()

    private var store: HistoryStore?
    /// What was taken from the queue, and how much of it is settled.
    private var records: [HistoryRecord] = []
    private var position = 0
    private var dropped = DroppedRecords()
    /// What a new database has to be told first.
    private var lastKnown: LastKnownStates
    /// What the history is to say about itself; at most one for each file set aside or replaced since the last write.
    private var notes: [EventRecord] = []
    /// The newest number that a row was given in a database that is closed; those of the next one are greater.
    private var newestNumber: Int64 = 0
    private var trouble: RecorderTrouble
    private var hopelessAttempts = 0
    private var filesSetAside = 0
    private let retention: SharedRetention
    private var housekeeping: Housekeeping
    private var nextHousekeeping: ContinuousClock.Instant
    /// What both clocks showed at the last write, by which a wall clock that is set forward is told from time that goes by.
    private var lastSign: (wall: Timestamp, instant: ContinuousClock.Instant)?
    /// Kinds of trouble with the housekeeping that were told.
    private var housekeepingTold: Set<HistoryError.Code> = []

    init(
        file: HistoryFile, run: HistoryStore.Run, limits: RecorderLimits, retention: SharedRetention,
        queue: RecordQueue,
        now: @escaping @Sendable () -> Timestamp, report: @escaping @Sendable (String) -> Void
    ) {
        self.file = file
        self.run = run
        self.limits = limits
        self.queue = queue
        self.now = now
        self.report = report
        self.trouble = RecorderTrouble(limits: limits)
        self.lastKnown = LastKnownStates(limits: limits)
        self.retention = retention
        self.housekeeping = Housekeeping(retention: retention.value, bounds: limits.housekeeping)
        self.nextHousekeeping = clock.now + limits.housekeepingInterval
    }

    /// Runs until the queue is closed, then writes what is left and the run's end.
    mutating func runUntilClosed() {
        var nextHeartbeat = clock.now
        while !queue.isClosing {
            refill(waitingAtMost: max(.zero, clock.now.duration(to: min(nextHeartbeat, nextHousekeeping))))
            guard hasWork || clock.now >= nextHeartbeat else {
                keepHouse()
                continue
            }
            if let pause = attempt({ try $0.writeNext(to: $1) }) {
                queue.pause(pause, endsAtClose: true)
                nextHeartbeat = clock.now
            } else {
                nextHeartbeat = clock.now + limits.heartbeat
            }
        }
        finish()
        queue.finish()
    }

    /// Does a step of the housekeeping when one is due and the database is in order.
    ///
    /// Its failures count little: the next heartbeat finds out by itself what is wrong with the database, and rolling up can
    /// wait. Each kind is told once.
    private mutating func keepHouse() {
        guard clock.now >= nextHousekeeping else { return }
        guard let store, (try? file.identity()) == store.identity else {
            // No database, or another one: the next heartbeat opens it.
            nextHousekeeping = clock.now + limits.housekeepingInterval
            return
        }
        housekeeping.keep(retention.value)
        do {
            let didWork = try store.keepHouse(&housekeeping, now: now())
            nextHousekeeping = clock.now + (didWork ? limits.housekeepingPause : limits.housekeepingInterval)
        } catch {
            let error = HistoryError(error, path: file.path, operation: "roll up session counts")
            if housekeepingTold.insert(error.code).inserted {
                report("history: session counts could not be rolled up, and will be later: \(error)")
            }
            nextHousekeeping = clock.now + limits.housekeepingPatience
        }
    }

    private mutating func finish() {
        let deadline = clock.now + limits.stopPatience
        var hasEnded = false
        while !hasEnded, clock.now < deadline {
            refill(waitingAtMost: .zero)
            let isLast = !hasWork
            if isLast && queue.isHandedOver {
                // The successor has ended the run.
                hasEnded = true
                break
            }
            let pause = attempt { try isLast ? $1.endRun(at: $0.now()) : $0.writeNext(to: $1) }
            hasEnded = isLast && pause == nil
            if let pause { queue.pause(min(pause, max(.zero, clock.now.duration(to: deadline))), endsAtClose: false) }
        }
        if !hasEnded { giveUp() }
        closeStore()
    }

    private mutating func giveUp() {
        refill(waitingAtMost: .zero)
        var lost = dropped
        for record in records[position...] { lost.add(record) }
        queue.lose(records[position...])
        report("history ends without the end of this run; lost: \(lost.summary)")
    }

    // MARK: Loads and slices

    private var hasWork: Bool { position < records.count || !dropped.isEmpty || !notes.isEmpty }

    private mutating func refill(waitingAtMost patience: Duration) {
        guard !hasWork else { return }
        let load = queue.take(waitingAtMost: patience)
        (records, position, dropped) = (load.records, 0, load.dropped)
    }

    /// The records of the next transaction.
    private var slice: ArraySlice<HistoryRecord> {
        var end = position
        var rows = 0
        while end < records.count, rows < limits.batchRows {
            rows += records[end].rows
            end += 1
        }
        return records[position..<end]
    }

    private mutating func writeNext(to store: HistoryStore) throws {
        let now = now()
        if let step = try clockStep(now, store) {
            var again = run
            again.startedAt = now
            try store.beginAgain(
                again, step: step, lastKnown: lastKnown.records(at: now, because: "the clock was set \(step.words)"))
            run = again
            housekeeping.restart()
            report("history: the clock was set \(step.words) by \(step.milliseconds) ms")
        }
        lastSign = (now, clock.now)
        let slice = slice
        let showsGap = slice.endIndex == records.count && !dropped.isEmpty
        let recovery = trouble.recovery(at: now)
        try store.write(
            notes: notes + (recovery.map { [$0.event] } ?? []), records: slice, gap: showsGap ? dropped : nil,
            now: now)
        position = slice.endIndex
        if showsGap { dropped = DroppedRecords() }
        notes = []
        hopelessAttempts = 0
        if let recovery {
            trouble = RecorderTrouble(limits: limits)
            report(recovery.report)
            queue.report(trouble: nil)
        }
        for record in slice {
            lastKnown.take(record)
            housekeeping.took(record)
        }
        queue.settle(slice, gap: showsGap)
    }

    /// Whether the wall clock was moved since the last sign of life.
    private func clockStep(_ now: Timestamp, _ store: HistoryStore) throws -> ClockStep? {
        if let back = try store.clockStep(now, tolerance: limits.clockTolerance) { return .back(milliseconds: back) }
        guard let lastSign else { return nil }
        let shown = now.millisecondsSinceEpoch - lastSign.wall.millisecondsSinceEpoch
        let lead = shown - Int64(lastSign.instant.duration(to: clock.now) / .milliseconds(1))
        return lead > Int64(limits.clockLead / .milliseconds(1)) ? .forward(milliseconds: lead) : nil
    }

    // MARK: Attempts

    /// Does something with the open database.
    ///
    /// - Returns: how long to wait before the next attempt; `nil` when this one went well.
    private mutating func attempt(_ work: (inout RecorderLoop, HistoryStore) throws -> Void) -> Duration? {
        do {
            let store = try openStore()
            try work(&self, store)
            return nil
        } catch {
            return failed(HistoryError(error, path: file.path, operation: "write"))
        }
    }

    private mutating func openStore() throws -> HistoryStore {
        if let store {
            if try file.identity() == store.identity { return store }
            // SQLite would go on writing into a file that no reader can find any more.
            closeStore()
            note("the database was removed or replaced by another; what it held is not in this one")
        }
        let now = now()
        // What a new database is told of the past comes before what is in hand.
        let firstInHand = records[position...].compactMap { record -> Timestamp? in
            if case .transition(let transition) = record { transition.at } else { nil }
        }.min()
        let opened = try HistoryStore(
            file: file, run: run, lastKnown: lastKnown.records(at: min(now, firstInHand ?? now)),
            lastNumber: newestNumber,
            lockWait: limits.lockWait, now: now)
        store = opened
        return opened
    }

    private mutating func failed(_ error: HistoryError) -> Duration {
        switch error.code {
        case .locked, .full:
            break  // The connection is sound, only the moment is not.
        case .corrupt:
            closeStore()
            if let pause = setAside(error) { return pause }
        case .unexpected:
            closeStore()
            hopelessAttempts += 1
            if hopelessAttempts >= limits.hopelessAttempts { dropSlice(error) }
        case .missing, .readOnly, .cannotOpen, .inputOutput, .newerSchema, .olderSchema, .foreign:
            closeStore()
        }
        return wait(for: error)
    }

    private mutating func wait(for error: HistoryError) -> Duration {
        let (news, pause) = trouble.failed(error, at: now())
        if let news { report(news) }
        queue.report(trouble: error.description)
        return pause
    }

    /// Puts a damaged database out of the way; `nil` when that is not to be done again.
    private mutating func setAside(_ error: HistoryError) -> Duration? {
        guard filesSetAside < limits.filesSetAside else { return nil }
        do {
            let name = try file.setAside(at: now())
            filesSetAside += 1
            note("the database was damaged (\(error.message)); it was set aside as \(name) and a new one begun")
            return limits.firstPause
        } catch {
            return wait(for: HistoryError(error, path: file.path, operation: "set aside"))
        }
    }

    private mutating func dropSlice(_ error: HistoryError) {
        let slice = slice
        hopelessAttempts = 0
        position = slice.endIndex
        queue.lose(slice)
        report("history could not take \(slice.count) records and leaves them out: \(error)")
    }

    private mutating func note(_ detail: String) {
        notes.append(EventRecord(at: now(), instance: nil, kind: .historyTrouble, detail: detail))
        report("history: \(detail)")
    }

    private mutating func closeStore() {
        guard let store else { return }
        self.store = nil
        newestNumber = max(newestNumber, store.newestNumber)
        housekeeping.restart()
        do { try store.close() } catch {
            report("history: \(HistoryError(error, path: file.path, operation: "close"))")
        }
    }
}
