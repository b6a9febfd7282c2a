import GRDB
import Model

/// How each server's days divide into states: rows that are added up from transitions when a day is over.
enum DayAccounts {
    /// Transitions that one step of adding up reads, if they are not all of one server.
    static let transitionsOfStep = 4_000
    /// How long after its end a day is added up; what comes later has it added up again.
    private static let delayMilliseconds: Int64 = 60_000

    /// The moment before which all days have been added up.
    static func mark(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT at FROM marks WHERE name = 'states_by_day'") ?? 0
    }

    /// Has days added up again from a moment on, of which something new has become known.
    static func reopen(from moment: Timestamp, _ db: Database) throws {
        let day = SampleLevel.day.floor(moment.millisecondsSinceEpoch)
        try db.cachedStatement(sql: "UPDATE marks SET at = ? WHERE name = 'states_by_day' AND at > ?")
            .execute(arguments: [day, day])
    }

    /// The sums of servers over days.
    static func sum(ofServers servers: [Int64], from: Int64, to: Int64) -> HistoryQuery {
        HistoryQuery(
            sql: """
                SELECT server_id, sum(up_ms), sum(down_ms), sum(maint_ms) FROM states_by_day \
                WHERE server_id IN (\(servers.map(String.init).joined(separator: ", "))) AND at >= ? AND at < ? \
                GROUP BY server_id
                """, arguments: [from, to])
    }

    /// The days in which servers changed their state more often than so many times, by server and time.
    static func crowded(_ servers: [Int64], from: Int64, to: Int64, above count: Int64) -> HistoryQuery {
        HistoryQuery(
            sql: """
                SELECT server_id, at, up_ms, down_ms, maint_ms, transitions FROM states_by_day \
                WHERE server_id IN (\(servers.map(String.init).joined(separator: ", "))) AND at >= ? AND at < ? \
                AND transitions > ? ORDER BY server_id, at
                """, arguments: [from, to, count])
    }

    /// How far a day that is being added up has come.
    struct Progress {
        /// The day's beginning.
        let day: Int64
        /// The number of the last server that is done.
        let server: Int64
    }

    /// Adds up the next day that is over, or a part of its servers.
    ///
    /// - Parameters:
    ///   - progress: what the step before returned.
    ///   - db: the writing connection, in a transaction.
    ///   - now: the present.
    /// - Returns: how far that came; `nil` when no day was due.
    /// - Throws: `DatabaseError`.
    static func step(_ progress: Progress?, _ db: Database, now: Timestamp) throws -> Progress? {
        let end = SampleLevel.day.floor(now.millisecondsSinceEpoch - delayMilliseconds)
        let mark = try mark(db)
        guard mark < end else { return nil }
        let runs = try RunSpan.fetchAll(db, now: now)
        guard let first = runs.map(\.start).min() else { return nil }
        let day = max(mark, SampleLevel.day.floor(first.millisecondsSinceEpoch))
        guard day < end else { return nil }
        let from = Timestamp(millisecondsSinceEpoch: day)
        let to = from.advanced(byMilliseconds: SampleLevel.day.unitMilliseconds)
        let servers = try Int64.fetchAll(
            db, sql: "SELECT id FROM servers WHERE id > ? AND name NOT IN (?, ?) ORDER BY id",
            arguments: [
                progress.map { $0.day == day ? $0.server : 0 } ?? 0, SessionSample.frontendName,
                SessionSample.backendName,
            ])
        let count = try db.cachedStatement(
            sql: "SELECT count(*) FROM transitions WHERE server_id = ? AND at >= ? AND at < ?")
        var chunk: [Int64] = []
        var transitions = 0
        for server in servers where transitions < transitionsOfStep {
            chunk.append(server)
            transitions +=
                try Int.fetchOne(
                    count, arguments: [server, from.millisecondsSinceEpoch, to.millisecondsSinceEpoch]) ?? 0
        }
        try add(chunk, from: from, to: to, runs: runs, db)
        if chunk.count == servers.count {
            try db.cachedStatement(sql: "UPDATE marks SET at = ? WHERE name = 'states_by_day'")
                .execute(arguments: [to.millisecondsSinceEpoch])
        }
        return Progress(day: day, server: chunk.last ?? 0)
    }

    private static func add(
        _ servers: [Int64], from: Timestamp, to: Timestamp, runs: [RunSpan], _ db: Database
    ) throws {
        let changes = try StateChanges(
            db, servers: servers, isAll: false, from: from, to: to, runs: runs,
            blind: try RunSpan.blindTimes(db))
        for server in servers {
            // Whose it is, no row says but the number.
            var account = Availability(
                server: ServerIdentity(instance: "", proxy: "", server: ""), since: from, until: to)
            for stretch in changes.timeline(of: server).known {
                account.add(stretch.state, from: stretch.from, to: stretch.to)
            }
            let count = changes.byServer[server]?.count { $0.at >= from && $0.at < to } ?? 0
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO states_by_day (server_id, at, up_ms, down_ms, maint_ms, transitions) \
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                server, from.millisecondsSinceEpoch, account.upMilliseconds, account.downMilliseconds,
                account.maintMilliseconds, count,
            ])
        }
    }
}
