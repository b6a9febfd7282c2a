import Foundation
import GRDB
import Model

/// The recorder's open database: one writing connection, used by the recorder's thread alone.
///
/// Every call is one transaction, so that whatever fails leaves the database as it was and can be tried again.
final class HistoryStore {
    /// Which run of the supervisor writes.
    struct Run: Sendable, Hashable {
        let processID: Int32
        let version: String
        var startedAt: Timestamp
        /// The process that serves until this one does; its run ends with this one's beginning, and it isn't lost.
        var predecessor: Int32?
    }

    /// The write-ahead log is cut back to this size after a checkpoint, so that one busy hour doesn't keep the disk for ever.
    private static let logSizeLimitBytes = 16 * 1024 * 1024

    /// Which file it is.
    let identity: HistoryFile.Identity?
    private let file: HistoryFile
    private let queue: DatabaseQueue
    private var runID: Int64
    private var rows: RowWriter

    /// Opens or makes the database, brings its schema up to date, and begins the run, or continues it if it is there.
    ///
    /// An earlier run that never said that it ended is closed at its last heartbeat.
    ///
    /// - Parameters:
    ///   - file: where.
    ///   - run: who writes.
    ///   - lastKnown: what a database that the run is new to has to be told first.
    ///   - lockWait: how long to wait for another program's lock.
    ///   - now: the time.
    ///   - schema: the schema to bring it to.
    /// - Throws: `HistoryError`.
    init(
        file: HistoryFile, run: Run, lastKnown: [HistoryRecord] = [], lockWait: Duration, now: Timestamp,
        schema: HistorySchema = .current
    ) throws {
        self.file = file
        try file.makeDirectory()
        do {
            var configuration = Configuration()
            configuration.label = "history recorder"
            configuration.busyMode = .timeout(lockWait / .seconds(1))
            queue = try DatabaseQueue(path: file.path, configuration: configuration)
            try queue.inDatabase { db in
                try Self.prepare(db)
                try schema.migrate(db, path: file.path)
            }
            var runID: Int64 = 0
            try queue.inDatabase { db in
                try db.inTransaction(.immediate) {
                    runID = try Self.begin(run, lastKnown: lastKnown, db: db, now: now)
                    return .commit
                }
            }
            self.runID = runID
            rows = RowWriter(runID: runID)
            identity = try file.identity()
        } catch {
            throw HistoryError(error, path: file.path, operation: "open")
        }
    }

    /// Settings of the connection and, before the first table, of the file.
    private static func prepare(_ db: Database) throws {
        // Only works before the first table, and lets later versions give the space of old rows back to the disk.
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        // Readers and the writer never wait for one another.
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw DatabaseError(resultCode: .SQLITE_IOERR, message: "no write-ahead log on this file system")
        }
        // With the write-ahead log, NORMAL syncs at checkpoints only: a commit survives the death of the process (its pages
        // are with the kernel), and a power cut costs the last commits at most, never the database. FULL would pay one
        // disk sync a batch for those last seconds, on a disk that may be busy with the broker's own data.
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
        _ = try Int.fetchOne(db, sql: "PRAGMA journal_size_limit = \(logSizeLimitBytes)")
    }

    private static func begin(
        _ run: Run, lastKnown: [HistoryRecord], db: Database, now: Timestamp
    ) throws -> Int64 {
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM runs WHERE pid = ? AND started_at = ? AND ended_at IS NULL",
            arguments: [run.processID, run.startedAt.millisecondsSinceEpoch])
        if let known { return known }
        let left = try Row.fetchAll(db, sql: "SELECT id, pid, version, heartbeat_at FROM runs WHERE ended_at IS NULL")
        for row in left {
            let id: Int64 = row["id"]
            let heartbeat: Int64 = row["heartbeat_at"]
            let process: Int64 = row["pid"]
            let detail = "pid \(process), version \(row["version"] as String)"
            if process == run.predecessor.map(Int64.init) {
                try handOver(id, detail: detail, to: run, db: db)
                continue
            }
            try db.execute(sql: "UPDATE runs SET ended_at = heartbeat_at, lost = 1 WHERE id = ?", arguments: [id])
            var writer = RowWriter(runID: id)
            try writer.event(
                EventRecord(
                    at: Timestamp(millisecondsSinceEpoch: heartbeat), instance: nil, kind: .supervisorLost,
                    detail: detail),
                db: db)
        }
        try db.execute(
            sql: "INSERT INTO runs (pid, version, started_at, heartbeat_at) VALUES (?, ?, ?, ?)",
            arguments: [
                run.processID, run.version, run.startedAt.millisecondsSinceEpoch,
                max(now, run.startedAt).millisecondsSinceEpoch,
            ])
        let id = db.lastInsertedRowID
        // Where the clock was set back since the last run, this one is believed.
        try DayAccounts.reopen(from: run.startedAt, db)
        var writer = RowWriter(runID: id)
        try writer.event(
            EventRecord(
                at: run.startedAt, instance: nil, kind: .supervisorStarted,
                detail: "pid \(run.processID), version \(run.version)"),
            db: db)
        for record in lastKnown { try writer.write(record, db: db) }
        return id
    }

    /// Ends the run of a process that goes on only for its last sessions, whose counts it still adds.
    private static func handOver(_ id: Int64, detail: String, to run: Run, db: Database) throws {
        try db.execute(
            sql: "UPDATE runs SET ended_at = max(heartbeat_at, ?) WHERE id = ?",
            arguments: [run.startedAt.millisecondsSinceEpoch, id])
        var writer = RowWriter(runID: id)
        try writer.event(
            EventRecord(
                at: run.startedAt, instance: nil, kind: .upgraded,
                detail: "from \(detail) to pid \(run.processID), version \(run.version)"),
            db: db)
    }

    /// Writes records, and with them a heartbeat.
    ///
    /// - Parameters:
    ///   - notes: what the history has to say about itself.
    ///   - records: what to write; may be empty.
    ///   - gap: what was dropped, if this is to be shown now.
    ///   - now: the heartbeat's time.
    /// - Throws: `HistoryError`; then nothing was written.
    func write(
        notes: [EventRecord], records: ArraySlice<HistoryRecord>, gap: DroppedRecords?, now: Timestamp
    ) throws {
        try commit("write") { db in
            for note in notes { try rows.event(note, db: db) }
            for record in records { try rows.write(record, db: db) }
            if let gap { try rows.gap(gap, now: now, db: db) }
            if let moment = Self.earliestTransition(records, gap) { try DayAccounts.reopen(from: moment, db) }
            try beat(now, db: db)
        }
    }

    /// By how much the clock was set back since the last sign of life; `nil` when it wasn't, by more than is tolerated.
    ///
    /// - Parameters:
    ///   - now: what it shows.
    ///   - tolerance: how much doesn't count.
    /// - Returns: the step in milliseconds.
    /// - Throws: `HistoryError`.
    func clockStep(_ now: Timestamp, tolerance: Duration) throws -> Int64? {
        do {
            let heartbeat = try queue.inDatabase { db in
                try Int64.fetchOne(db, sql: "SELECT heartbeat_at FROM runs WHERE id = ?", arguments: [runID])
            }
            let step = (heartbeat ?? now.millisecondsSinceEpoch) - now.millisecondsSinceEpoch
            return step > Int64(tolerance / .milliseconds(1)) ? step : nil
        } catch {
            throw HistoryError(error, path: file.path, operation: "read the clock's last sign")
        }
    }

    /// Ends the run and begins another, since the clock was moved: in a run, time only goes on, and all of it went by.
    ///
    /// What the first run recorded of times that come a second time is believed no more; of times left out nothing is known.
    ///
    /// - Parameters:
    ///   - run: the new run.
    ///   - step: how the clock was moved.
    ///   - lastKnown: what is known of the servers.
    /// - Throws: `HistoryError`; then the first run goes on.
    func beginAgain(_ run: Run, step: ClockStep, lastKnown: [HistoryRecord]) throws {
        var number = runID
        try commit("begin a run") { db in
            try db.execute(sql: "UPDATE runs SET ended_at = heartbeat_at WHERE id = ?", arguments: [runID])
            try db.execute(
                sql: "INSERT INTO runs (pid, version, started_at, heartbeat_at) VALUES (?, ?, ?, ?)",
                arguments: [
                    run.processID, run.version, run.startedAt.millisecondsSinceEpoch,
                    run.startedAt.millisecondsSinceEpoch,
                ])
            number = db.lastInsertedRowID
            try DayAccounts.reopen(from: run.startedAt, db)
            var writer = RowWriter(runID: number)
            try writer.event(step.event(at: run.startedAt), db: db)
            for record in lastKnown { try writer.write(record, db: db) }
        }
        runID = number
        rows = RowWriter(runID: number)
    }

    /// Does one step of the housekeeping.
    ///
    /// - Parameters:
    ///   - housekeeping: what knows the step; begins anew when it failed.
    ///   - now: the present.
    /// - Returns: whether there was something to do, so that there may be more.
    /// - Throws: `HistoryError`; then nothing was changed.
    func keepHouse(_ housekeeping: inout Housekeeping, now: Timestamp) throws -> Bool {
        var didWork = false
        do {
            try commit("roll up session counts") { didWork = try housekeeping.step($0, now: now) }
        } catch {
            housekeeping.restart()
            throw error
        }
        return didWork
    }

    /// How many rows this connection has changed since it was opened.
    func changeCount() -> Int { queue.inDatabase { $0.totalChangesCount } }

    /// Notes that the supervisor ends in order.
    ///
    /// - Parameter now: when.
    /// - Throws: `HistoryError`.
    func endRun(at now: Timestamp) throws {
        try commit("end the run") { db in
            try rows.event(EventRecord(at: now, instance: nil, kind: .supervisorStopped), db: db)
            try beat(now, db: db)
            try db.execute(sql: "UPDATE runs SET ended_at = heartbeat_at WHERE id = ?", arguments: [runID])
        }
    }

    /// Closes the database; what the write-ahead log holds goes into the file.
    ///
    /// - Throws: `HistoryError`.
    func close() throws {
        do { try queue.close() } catch { throw HistoryError(error, path: file.path, operation: "close") }
    }

    /// The earliest moment of which the states of servers may be others than was known before.
    private static func earliestTransition(
        _ records: ArraySlice<HistoryRecord>, _ gap: DroppedRecords?
    ) -> Timestamp? {
        let changed = records.compactMap { record -> Timestamp? in
            switch record {
            case .transition(let transition): transition.at
            case .inventory(let at, _, _): at
            case .samples, .event: nil
            }
        }
        return (changed + (gap?.span.map { [$0.lowerBound] } ?? [])).min()
    }

    private func beat(_ now: Timestamp, db: Database) throws {
        // A wall clock that is set back doesn't take back what is known.
        try db.cachedStatement(sql: "UPDATE runs SET heartbeat_at = max(heartbeat_at, ?) WHERE id = ?")
            .execute(arguments: [now.millisecondsSinceEpoch, runID])
    }

    private func commit(_ operation: String, _ body: (Database) throws -> Void) throws {
        do {
            try queue.inDatabase { db in
                try db.inTransaction(.immediate) {
                    try body(db)
                    return .commit
                }
            }
        } catch {
            // Numbers given to new names in a transaction that was rolled back are not in the database.
            rows.forgetNumbers()
            throw HistoryError(error, path: file.path, operation: operation)
        }
    }
}
