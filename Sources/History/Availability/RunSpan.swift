import GRDB
import Model

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
