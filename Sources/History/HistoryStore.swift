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
    /// What the database's first transition and first event are called.
    ///
    /// In a new database that is the moment at which it was begun, so that numbers go on growing when one database takes the
    /// place of another: who follows the history by them misses nothing and sees nothing twice.
    private let firstNumber: Int64

    /// Opens or makes the database, brings its schema up to date, and begins the run, or continues it if it is there.
    ///
    /// An earlier run that never said that it ended is closed at its last heartbeat.
    ///
    /// - Parameters:
    ///   - file: where.
    ///   - run: who writes.
    ///   - lastKnown: what a database that the run is new to has to be told first.
    ///   - lastNumber: the newest number that the run has given in another database.
    ///   - lockWait: how long to wait for another program's lock.
    ///   - now: the time.
    ///   - schema: the schema to bring it to.
    ///   - trace: sees the SQL of every statement, for tests.
    /// - Throws: `HistoryError`.
    init(
        file: HistoryFile, run: Run, lastKnown: [HistoryRecord] = [], lastNumber: Int64 = 0, lockWait: Duration,
        now: Timestamp, schema: HistorySchema = .current, trace: StatementTrace? = nil
    ) throws {
        self.file = file
        try file.makeDirectory()
        do {
            var configuration = Configuration()
            configuration.label = "history recorder"
            configuration.busyMode = .timeout(lockWait / .seconds(1))
            configuration.trace(with: trace)
            queue = try DatabaseQueue(path: file.path, configuration: configuration)
            try queue.inDatabase { db in
                try Self.prepare(db)
                try schema.migrate(db, path: file.path)
            }
            var (runID, firstNumber): (Int64, Int64) = (0, 0)
            try queue.inDatabase { db in
                try db.inTransaction(.immediate) {
                    firstNumber =
                        try Int64.fetchOne(db, sql: "SELECT min(id) FROM events")
                        ?? max(now.millisecondsSinceEpoch, lastNumber + 1)
                    runID = try Self.begin(
                        run, lastKnown: lastKnown, firstNumber: firstNumber, db: db, now: now)
                    return .commit
                }
            }
            (self.runID, self.firstNumber) = (runID, firstNumber)
            rows = RowWriter(runID: runID, firstNumber: firstNumber)
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
            var writer = RowWriter(runID: number, firstNumber: firstNumber)
            try writer.event(step.event(at: run.startedAt), db: db)
            for record in lastKnown { try writer.write(record, db: db) }
        }
        runID = number
        rows = RowWriter(runID: number, firstNumber: firstNumber)
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

    /// The newest number that was given; 0 before the first.
    var newestNumber: Int64 { rows.newestNumber }

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
