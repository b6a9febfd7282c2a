import GRDB
import Model

/// Keeps the history small and fast: rolls up session counts and states, removes counts that are old enough, and gives the
/// space back to the disk.
///
/// All of it is done in steps, each a short transaction of a bounded number of rows, so that what a worker has to say never
/// waits for it. A step that is lost, with the process or because the disk is full, is done again: rolling up replaces rows,
/// and what is removed was rolled up before.
struct Housekeeping {
    /// How many rows a step reads, removes or moves.
    struct Bounds: Sendable {
        /// Rows of the finer level that one step adds up.
        var rolledRows = 4_000
        /// Rows that one step removes.
        var removedRows = 2_000
        /// Pages that one step moves to give space back.
        var vacuumedPages = 64
        /// Free pages that are kept for rows to come; only what is beyond goes back to the disk.
        var reservedPages = 256
        /// How long a sample may take to arrive before its minute counts as complete; a later one has it added up again.
        var delayMilliseconds: Int64 = 5_000
    }

    /// How far a level's work in progress has come.
    private struct Progress {
        /// The beginning of the time that is being worked on.
        let from: Int64
        /// Its end.
        let until: Int64
        /// The number of the last subject that is done.
        var server: Int64
    }

    private var retention: Retention
    private let bounds: Bounds
    private var rolling: [SampleLevel: Progress] = [:]
    private var removing: [SampleLevel: Progress] = [:]
    private var days: DayAccounts.Progress?
    private var isVacuumDue = true

    init(retention: Retention, bounds: Bounds = Bounds()) {
        self.retention = retention
        self.bounds = bounds
    }

    /// Forgets what was known of a database that was closed, or of a step that failed.
    mutating func restart() {
        self = Housekeeping(retention: retention, bounds: bounds)
    }

    /// Goes on with another retention, if it is another one.
    ///
    /// - Parameter retention: how long each level is kept.
    mutating func keep(_ retention: Retention) {
        guard retention != self.retention else { return }
        self.retention = retention
        restart()
    }

    /// Takes notice of a record that was written: one of a time that is just being rolled up makes that begin anew.
    ///
    /// - Parameter record: the record.
    mutating func took(_ record: HistoryRecord) {
        switch record {
        case .samples(let samples):
            guard !rolling.isEmpty, let at = samples.map(\.at).min()?.millisecondsSinceEpoch else { return }
            if rolling.values.contains(where: { at < $0.until }) { rolling = [:] }
        case .transition, .inventory: days = nil
        case .event: break
        }
    }

    /// Does the next step, if one is due.
    ///
    /// - Parameters:
    ///   - db: the writing connection, in a transaction.
    ///   - now: the present.
    /// - Returns: whether something was done, so that another step may be due.
    /// - Throws: `DatabaseError`; then the transaction must be undone and `restart` called.
    mutating func step(_ db: Database, now: Timestamp) throws -> Bool {
        // Read each time: a late sample takes the mark of what has been rolled up back.
        let coverage = try SampleCoverage.fetch(db)
        for level in SampleLevel.allCases where level.finer != nil {
            if try rollUp(level, coverage, db, now: now.millisecondsSinceEpoch) { return true }
        }
        days = try DayAccounts.step(days, db, now: now)
        if days != nil { return true }
        for level in SampleLevel.allCases {
            if try remove(level, coverage, db, now: now.millisecondsSinceEpoch) { return true }
        }
        return try vacuum(db)
    }

    // MARK: Rolling up

    private mutating func rollUp(
        _ level: SampleLevel, _ coverage: SampleCoverage, _ db: Database, now: Int64
    ) throws -> Bool {
        guard let finer = level.finer else { return false }
        let complete =
            finer == .sample ? now - bounds.delayMilliseconds : coverage.rolledUntil[finer.rawValue]
        let end = level.floor(complete)
        let start = coverage.rolledUntil[level.rawValue]
        guard start < end else { return false }
        let servers = try Int.fetchOne(db, sql: "SELECT count(*) FROM servers") ?? 0
        guard let first = try firstMoment(in: finer, from: start, db: db), level.floor(first) < end else {
            try finish(level, until: end, coverage, db)
            return true
        }
        let from = level.floor(max(first, start))
        let rowsOfUnit = max(1, finer.rowsInCoarserUnit * servers)
        // A span that was begun is finished as it was begun, whatever the clock says meanwhile.
        let progress = rolling[level].flatMap { $0.from == from && $0.until <= end ? $0 : nil }
        let span =
            progress?.until ?? min(end, from + level.unitMilliseconds * Int64(max(1, bounds.rolledRows / rowsOfUnit)))
        let chunk = max(1, bounds.rolledRows / finer.rowsInCoarserUnit)
        let numbers = try Int64.fetchAll(
            db, sql: "SELECT id FROM servers WHERE id > ? ORDER BY id LIMIT ?",
            arguments: [progress?.server ?? 0, chunk])
        if !numbers.isEmpty { try add(level, from: finer, start: from, end: span, servers: numbers, db) }
        if numbers.count < chunk {
            try finish(level, until: span, coverage, db)
        } else {
            rolling[level] = Progress(from: from, until: span, server: numbers[numbers.count - 1])
        }
        return true
    }

    private mutating func finish(
        _ level: SampleLevel, until: Int64, _ coverage: SampleCoverage, _ db: Database
    ) throws {
        var coverage = coverage
        coverage.rolledUntil[level.rawValue] = until
        try coverage.store(level, db)
        rolling[level] = nil
    }

    /// The first row of a level that is not before a moment: what lies between, nobody needs to look through.
    private func firstMoment(in level: SampleLevel, from: Int64, db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT min(at) FROM (SELECT (SELECT at FROM \(level.table) WHERE server_id = servers.id AND at >= ? \
                ORDER BY at LIMIT 1) AS at FROM servers)
                """, arguments: [from])
    }

    private func add(
        _ level: SampleLevel, from finer: SampleLevel, start: Int64, end: Int64, servers: [Int64], _ db: Database
    ) throws {
        let unit = level.unitMilliseconds
        // After the clock was set back, a time may be added up a second time when its finer rows have been removed already:
        // then the row that knows less gives way.
        try db.execute(
            sql: """
                INSERT INTO \(level.table) (server_id, at, samples, covered_ms, current, least, most, session_ms, new, \
                bytes_in, bytes_out, queued, connect_errors, retries, redispatches, checks, check_us, slowest_check_us)
                SELECT * FROM (\(finer.sum(ofServers: servers.map(String.init).joined(separator: ", ")))) WHERE true
                ON CONFLICT (server_id, at) DO UPDATE SET samples = excluded.samples, \
                covered_ms = excluded.covered_ms, current = excluded.current, least = excluded.least, \
                most = excluded.most, session_ms = excluded.session_ms, new = excluded.new, \
                bytes_in = excluded.bytes_in, bytes_out = excluded.bytes_out, queued = excluded.queued, \
                connect_errors = excluded.connect_errors, retries = excluded.retries, \
                redispatches = excluded.redispatches, checks = excluded.checks, check_us = excluded.check_us, \
                slowest_check_us = excluded.slowest_check_us WHERE excluded.samples >= samples
                """, arguments: [unit, unit, start, end, unit])
    }

    // MARK: Removing

    private mutating func remove(
        _ level: SampleLevel, _ coverage: SampleCoverage, _ db: Database, now: Int64
    ) throws -> Bool {
        guard let limit = retention.limit(of: level, now: now, coverage: coverage), limit > 0 else {
            return false
        }
        if limit > coverage.keptFrom[level.rawValue] {
            // Said first: from now on nobody asks this level for what is about to go.
            var coverage = coverage
            coverage.keptFrom[level.rawValue] = limit
            try coverage.store(level, db)
            removing[level] = Progress(from: 0, until: limit, server: 0)
            return true
        }
        // After a start, what an earlier run left undone.
        var progress = removing[level] ?? Progress(from: 0, until: limit, server: 0)
        defer { removing[level] = progress }
        var rest = bounds.removedRows
        while rest > 0 {
            guard
                let server = try Int64.fetchOne(
                    db, sql: "SELECT id FROM servers WHERE id > ? ORDER BY id LIMIT 1", arguments: [progress.server])
            else { return rest < bounds.removedRows }
            let removed = try remove(level, of: server, before: progress.until, atMost: rest, db)
            rest -= removed
            if rest > 0 { progress.server = server }
            if removed > 0 { isVacuumDue = true }
        }
        return true
    }

    private func remove(
        _ level: SampleLevel, of server: Int64, before limit: Int64, atMost count: Int, _ db: Database
    ) throws -> Int {
        try db.cachedStatement(
            sql: """
                DELETE FROM \(level.table) WHERE server_id = ? AND at IN (SELECT at FROM \(level.table) \
                WHERE server_id = ? AND at < ? ORDER BY at LIMIT ?)
                """
        ).execute(arguments: [server, server, limit, count])
        return db.changesCount
    }

    // MARK: Giving space back

    private mutating func vacuum(_ db: Database) throws -> Bool {
        guard isVacuumDue else { return false }
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        guard free > bounds.reservedPages else {
            isVacuumDue = false
            return false
        }
        let pages = min(bounds.vacuumedPages, free - bounds.reservedPages)
        try db.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
        let left = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        // A file that was not made for it never gets smaller.
        if left >= free { isVacuumDue = false }
        return left < free
    }
}
