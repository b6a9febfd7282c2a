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
