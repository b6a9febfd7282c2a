import GRDB
import Model

/// Turns rows back into records.
struct RowReader {
    /// The database file, for errors.
    let path: String

    func transition(_ row: Row, _ subjects: Subjects) throws -> TransitionRecord {
        var record = TransitionRecord(
            at: Timestamp(millisecondsSinceEpoch: row["at"]), server: try subject(row, subjects),
            from: try word(row["from_state"], "state"), to: try word(row["to_state"], "state"))
        record.status = try (row["status"] as String?).map { try word($0, "check status") }
        record.code = row["code"]
        record.detail = row["detail"]
        record.checkMilliseconds = row["check_ms"]
        record.lastedMilliseconds = row["lasted_ms"]
        record.sessions = row["sessions"]
        record.activeServers = row["active_servers"]
        record.backupServers = row["backup_servers"]
        // Names of servers have no comma.
        record.carriers = (row["carried_by"] as String?)?.split(separator: ",").map(String.init) ?? []
        record.sessionsCut = row["sessions_cut"]
        record.turningMilliseconds = row["turning_ms"]
        record.actor = row["actor"]
        record.reason = row["reason"]
        return record
    }

    func event(_ row: Row, _ instances: [Int64: String]) throws -> EventRecord {
        EventRecord(
            at: Timestamp(millisecondsSinceEpoch: row["at"]),
            instance: (row["instance_id"] as Int64?).flatMap { instances[$0] }, kind: try word(row["kind"], "event"),
            actor: row["actor"], reason: row["reason"], detail: row["detail"])
    }

    func bucket(_ sum: SampleSum, _ subjects: Subjects) throws -> SessionBucket {
        var bucket = SessionBucket(
            at: Timestamp(millisecondsSinceEpoch: sum.at), subject: try subject(sum.server, subjects),
            current: sum.current, max: sum.most, total: sum.new, bytesIn: sum.bytesIn, bytesOut: sum.bytesOut)
        bucket.lengthMilliseconds = sum.bucketMilliseconds
        bucket.min = sum.least
        bucket.mean = sum.mean
        bucket.queued = sum.queued
        bucket.connectErrors = sum.connectErrors
        bucket.retries = sum.retries
        bucket.redispatches = sum.redispatches
        bucket.checkTimes = sum.checkTimes
        return bucket
    }

    func softStates(_ row: Row, _ subjects: Subjects) throws -> SoftStates {
        SoftStates(
            at: Timestamp(millisecondsSinceEpoch: row["at"]), server: try subject(row, subjects), failed: row["failed"],
            passed: row["passed"])
    }

    private func subject(_ row: Row, _ subjects: Subjects) throws -> ServerIdentity {
        try subject(row["server_id"], subjects)
    }

    private func subject(_ number: Int64, _ subjects: Subjects) throws -> ServerIdentity {
        guard let subject = subjects.byNumber[number] else {
            throw HistoryError(
                code: .corrupt, message: "a row belongs to server \(number), which is not there",
                path: path, operation: "read")
        }
        return subject.identity
    }

    private func word<Word: RawRepresentable>(_ text: String, _ kind: String) throws -> Word
    where Word.RawValue == String {
        guard let word = Word(rawValue: text) else {
            throw HistoryError(
                code: .newerSchema, message: "unknown \(kind) '\(text)': a newer supervise wrote it", path: path,
                operation: "read")
        }
        return word
    }
}

/// From when to when one run of the supervisor vouches for what it recorded.
struct RunSpan {
    let id: Int64
    let start: Timestamp
    let end: Timestamp

    /// When transitions were dropped: nothing is known of any server then.
    ///
    /// - Parameter db: the database.
    /// - Returns: one time a gap.
    /// - Throws: `DatabaseError`.
    static func blindTimes(_ db: Database) throws -> [ClosedRange<Timestamp>] {
        try Row.fetchAll(db, sql: "SELECT from_at, to_at FROM gaps WHERE transitions > 0").map { row in
            let from = Timestamp(millisecondsSinceEpoch: row["from_at"])
            return from...max(from, Timestamp(millisecondsSinceEpoch: row["to_at"]))
        }
    }

    /// All runs, in the order in which they were begun; one that is overtaken by a later one, after the clock was set back,
    /// ends where that begins.
    ///
    /// - Parameters:
    ///   - db: the database.
    ///   - now: what the live run ends at; a run without an end whose heartbeat is old ended with that heartbeat.
    /// - Returns: one span a run.
    /// - Throws: `DatabaseError`.
    static func fetchAll(_ db: Database, now: Timestamp) throws -> [RunSpan] {
        let rows = try Row.fetchAll(db, sql: "SELECT id, started_at, heartbeat_at, ended_at FROM runs ORDER BY id")
        let runs = rows.map { row in
            let heartbeat = Timestamp(millisecondsSinceEpoch: row["heartbeat_at"])
            let isAlive = now <= heartbeat.advanced(byMilliseconds: HistoryDatabase.lifeSignMilliseconds)
            let ended = (row["ended_at"] as Int64?).map { Timestamp(millisecondsSinceEpoch: $0) }
            return RunSpan(
                id: row["id"], start: Timestamp(millisecondsSinceEpoch: row["started_at"]),
                end: ended ?? (isAlive ? now : heartbeat))
        }
        var next: Timestamp?
        let believed = runs.reversed().map { run in
            defer { next = min(next ?? run.start, run.start) }
            return RunSpan(id: run.id, start: run.start, end: min(run.end, next ?? run.end))
        }
        return believed.reversed()
    }
}
