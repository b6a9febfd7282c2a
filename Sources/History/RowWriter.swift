import GRDB
import Model

/// Turns records into rows, and names into the numbers that stand for them.
struct RowWriter {
    /// Steps back of the clock up to this length are evened out; longer ones begin another run.
    private static let smallStepMilliseconds: Int64 = 2_000

    private let runID: Int64
    private let firstNumber: Int64
    /// The newest number that a transition or an event was given; 0 before the first.
    private(set) var newestNumber: Int64 = 0
    // Numbers once looked up; they stay right as long as no transaction is rolled back. One entry for each name that the
    // configurations have had since the start.
    private var instances: [String: Int64] = [:]
    private var servers: [ServerIdentity: Int64] = [:]
    // The moment of each server's last transition. In a run they don't go back, whatever small steps the clock makes: so a
    // search by time finds them in the order in which they happened.
    private var lastTransitions: [ServerIdentity: Timestamp] = [:]

    /// Prepares for rows of a run.
    ///
    /// - Parameters:
    ///   - runID: the run's number.
    ///   - firstNumber: what the database's first transition and its first event are called; the others follow.
    init(runID: Int64, firstNumber: Int64) {
        self.runID = runID
        self.firstNumber = firstNumber
    }

    /// Forgets all numbers, which a rolled-back transaction may have given out.
    mutating func forgetNumbers() {
        instances.removeAll()
        servers.removeAll()
    }

    /// Writes one record.
    mutating func write(_ record: HistoryRecord, db: Database) throws {
        switch record {
        case .transition(let transition): try self.transition(transition, db: db)
        case .samples(let samples):
            for sample in samples { try self.sample(sample, db: db) }
            if let first = samples.map(\.at).min() { try reopen(first.millisecondsSinceEpoch, db: db) }
        case .event(let event): try self.event(event, db: db)
        case .inventory(let at, let instance, let servers):
            try inventory(at: at, instance: instance, servers: servers, db: db)
        }
    }

    private mutating func transition(_ record: TransitionRecord, db: Database) throws {
        var at = record.at
        if let last = lastTransitions[record.server], last > at,
            last <= at.advanced(byMilliseconds: Self.smallStepMilliseconds)
        {
            at = last
        }
        lastTransitions[record.server] = at
        try db.cachedStatement(
            sql: """
                INSERT INTO transitions (id, run_id, server_id, at, from_state, to_state, status, code, detail, check_ms, \
                lasted_ms, sessions, active_servers, backup_servers, actor, reason, carried_by, sessions_cut, \
                turning_ms) VALUES (max(?, 1 + coalesce((SELECT max(id) FROM transitions), 0)), \
                ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            firstNumber, runID, try number(of: record.server, at: record.at, db: db), at.millisecondsSinceEpoch,
            record.from.rawValue, record.to.rawValue, record.status?.rawValue, record.code, record.detail,
            record.checkMilliseconds, record.lastedMilliseconds, record.sessions, record.activeServers,
            record.backupServers, record.actor, record.reason,
            record.carriers.isEmpty ? nil : record.carriers.joined(separator: ","), record.sessionsCut,
            record.turningMilliseconds,
        ])
        newestNumber = max(newestNumber, db.lastInsertedRowID)
    }

    private mutating func sample(_ sample: SessionSample, db: Database) throws {
        // Two workers of one instance (a new one, and one that is finishing its sessions) may sample the same subject in the
        // same millisecond. What began and what flowed adds up, and so do the sessions that are open at that moment.
        try db.cachedStatement(
            sql: """
                INSERT INTO samples (server_id, at, interval_ms, current, most, new, bytes_in, bytes_out, queued, \
                connect_errors, retries, redispatches, checks, check_us, slowest_check_us) \
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (server_id, at) DO UPDATE SET \
                interval_ms = max(interval_ms, excluded.interval_ms), current = current + excluded.current, \
                most = max(most, excluded.most, current + excluded.current), new = new + excluded.new, \
                bytes_in = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out, \
                queued = queued + excluded.queued, connect_errors = connect_errors + excluded.connect_errors, \
                retries = retries + excluded.retries, redispatches = redispatches + excluded.redispatches, \
                checks = coalesce(checks + excluded.checks, checks, excluded.checks), \
                check_us = coalesce(check_us + excluded.check_us, check_us, excluded.check_us), \
                slowest_check_us = coalesce(max(slowest_check_us, excluded.slowest_check_us), slowest_check_us, \
                excluded.slowest_check_us)
                """
        ).execute(arguments: [
            try number(of: sample.subject, at: sample.at, db: db), sample.at.millisecondsSinceEpoch,
            sample.intervalMilliseconds, sample.current, sample.max, sample.new, sample.bytesIn, sample.bytesOut,
            sample.queued, sample.connectErrors, sample.retries, sample.redispatches, sample.checkTimes?.count,
            sample.checkTimes?.microseconds, sample.checkTimes?.slowestMicroseconds,
        ])
        if sample.softFailures > 0 || sample.softPasses > 0 { try softState(sample, db: db) }
    }

    /// Adds to the hour that the sample ends in; one that ends with the hour is of the hour before.
    private mutating func softState(_ sample: SessionSample, db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO soft_states (server_id, at, failed, passed) VALUES (?, ?, ?, ?) \
                ON CONFLICT (server_id, at) DO UPDATE SET failed = failed + excluded.failed, \
                passed = passed + excluded.passed
                """
        ).execute(arguments: [
            try number(of: sample.subject, at: sample.at, db: db),
            SampleLevel.hour.floor(sample.at.millisecondsSinceEpoch - 1), sample.softFailures, sample.softPasses,
        ])
    }

    /// Has a time added up again that has a new sample: one that came late, or after the clock was set back.
    private func reopen(_ at: Int64, db: Database) throws {
        for level in SampleLevel.allCases where level.finer != nil {
            try db.cachedStatement(
                sql: "UPDATE sample_levels SET rolled_until = ? WHERE name = ? AND rolled_until > ?"
            ).execute(arguments: [level.floor(at), level.table, level.floor(at)])
        }
    }

    /// Writes an event.
    mutating func event(_ record: EventRecord, db: Database) throws {
        let instance = try record.instance.map { try number(ofInstance: $0, at: record.at, db: db) }
        try db.cachedStatement(
            sql: """
                INSERT INTO events (id, run_id, instance_id, at, kind, actor, reason, detail) \
                VALUES (max(?, 1 + coalesce((SELECT max(id) FROM events), 0)), ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            firstNumber, runID, instance, record.at.millisecondsSinceEpoch, record.kind.rawValue, record.actor,
            record.reason, record.detail,
        ])
        newestNumber = max(newestNumber, db.lastInsertedRowID)
    }

    /// Writes what was dropped, as a gap and as an event that a person will see.
    mutating func gap(_ dropped: DroppedRecords, now: Timestamp, db: Database) throws {
        guard let span = dropped.span else { return }
        let (from, to) = (span.lowerBound.millisecondsSinceEpoch, span.upperBound.millisecondsSinceEpoch)
        try db.execute(
            sql: """
                INSERT INTO gaps (run_id, from_at, to_at, transitions, samples, events, inventories) \
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                runID, from, to, dropped.transitions, dropped.samples, dropped.events, dropped.inventories,
            ])
        try event(
            EventRecord(
                at: now, instance: nil, kind: .gap,
                detail: "dropped \(dropped.summary) of \(HistoryTime.text(span.lowerBound)) to "
                    + HistoryTime.text(span.upperBound)),
            db: db)
    }

    /// Notes which servers an instance has; those that it no longer has are in no known state from then on.
    private mutating func inventory(
        at: Timestamp, instance: String, servers: [ServerIdentity], db: Database
    ) throws {
        let instanceID = try number(ofInstance: instance, at: at, db: db)
        let present = Set(try servers.map { try number(of: $0, at: at, db: db) })
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT id, removed_at FROM servers WHERE instance_id = ? AND name NOT IN (?, ?)",
            arguments: [instanceID, SessionSample.frontendName, SessionSample.backendName])
        for row in rows {
            let id: Int64 = row["id"]
            let wasRemoved = (row["removed_at"] as Int64?) != nil
            guard present.contains(id) == wasRemoved else { continue }
            try db.execute(
                sql: "UPDATE servers SET removed_at = ? WHERE id = ?",
                arguments: [wasRemoved ? nil : at.millisecondsSinceEpoch, id])
            if !wasRemoved { try forgetState(of: id, at: at, db: db) }
        }
    }

    private func forgetState(of server: Int64, at: Timestamp, db: Database) throws {
        let last = try Row.fetchOne(
            db,
            sql: "SELECT run_id, to_state, at FROM transitions WHERE server_id = ? ORDER BY at DESC, id DESC LIMIT 1",
            arguments: [server])
        guard let last, last["run_id"] == runID, last["to_state"] != ServerState.unknown.rawValue else { return }
        try db.execute(
            sql: """
                INSERT INTO transitions (run_id, server_id, at, from_state, to_state, detail, lasted_ms, sessions, \
                active_servers, backup_servers) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0)
                """,
            arguments: [
                runID, server, at.millisecondsSinceEpoch, last["to_state"] as String, ServerState.unknown.rawValue,
                "no longer configured", max(0, at.millisecondsSinceEpoch - (last["at"] as Int64)),
            ])
    }

    private mutating func number(ofInstance name: String, at: Timestamp, db: Database) throws -> Int64 {
        if let known = instances[name] { return known }
        let number: Int64
        if let stored = try Int64.fetchOne(db, sql: "SELECT id FROM instances WHERE name = ?", arguments: [name]) {
            number = stored
        } else {
            try db.execute(
                sql: "INSERT INTO instances (name, first_seen_at) VALUES (?, ?)",
                arguments: [name, at.millisecondsSinceEpoch])
            number = db.lastInsertedRowID
        }
        instances[name] = number
        return number
    }

    private mutating func number(of server: ServerIdentity, at: Timestamp, db: Database) throws -> Int64 {
        if let known = servers[server] { return known }
        let instance = try number(ofInstance: server.instance, at: at, db: db)
        let stored = try Int64.fetchOne(
            db, sql: "SELECT id FROM servers WHERE instance_id = ? AND proxy = ? AND name = ?",
            arguments: [instance, server.proxy, server.server])
        let number: Int64
        if let stored {
            number = stored
        } else {
            try db.execute(
                sql: "INSERT INTO servers (instance_id, proxy, name, first_seen_at) VALUES (?, ?, ?, ?)",
                arguments: [instance, server.proxy, server.server, at.millisecondsSinceEpoch])
            number = db.lastInsertedRowID
        }
        servers[server] = number
        return number
    }
}
