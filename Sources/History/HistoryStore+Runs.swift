import GRDB
import Model

/// How one run of the supervisor follows another in a database.
extension HistoryStore {
    /// Begins a run, or finds it begun; runs that never said that they ended are closed.
    ///
    /// - Parameters:
    ///   - run: who writes.
    ///   - lastKnown: what a database that the run is new to has to be told first.
    ///   - firstNumber: what the database's first transition and its first event are called.
    ///   - db: the writing connection, in a transaction.
    ///   - now: the time.
    /// - Returns: the run's number.
    /// - Throws: `DatabaseError`.
    static func begin(
        _ run: Run, lastKnown: [HistoryRecord], firstNumber: Int64, db: Database, now: Timestamp
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
                try handOver(id, detail: detail, to: run, firstNumber: firstNumber, db: db)
                continue
            }
            try db.execute(sql: "UPDATE runs SET ended_at = heartbeat_at, lost = 1 WHERE id = ?", arguments: [id])
            var writer = RowWriter(runID: id, firstNumber: firstNumber)
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
        var writer = RowWriter(runID: id, firstNumber: firstNumber)
        try writer.event(
            EventRecord(
                at: run.startedAt, instance: nil, kind: .supervisorStarted,
                detail: "pid \(run.processID), version \(run.version)"),
            db: db)
        for record in lastKnown { try writer.write(record, db: db) }
        return id
    }

    /// Ends the run of a process that goes on only for its last sessions, whose counts it still adds.
    private static func handOver(
        _ id: Int64, detail: String, to run: Run, firstNumber: Int64, db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE runs SET ended_at = max(heartbeat_at, ?) WHERE id = ?",
            arguments: [run.startedAt.millisecondsSinceEpoch, id])
        var writer = RowWriter(runID: id, firstNumber: firstNumber)
        try writer.event(
            EventRecord(
                at: run.startedAt, instance: nil, kind: .upgraded,
                detail: "from \(detail) to pid \(run.processID), version \(run.version)"),
            db: db)
    }
}
