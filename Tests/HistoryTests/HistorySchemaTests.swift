import Foundation
import GRDB
import Migrations
import Model
import Testing

@testable import History

@Suite("the schema")
struct HistorySchemaTests {
    private func schema(steps: Int) -> HistorySchema {
        HistorySchema(migrations: Array(SchemaMigration.all.prefix(steps)))
    }

    private func migrate(_ state: StateDirectory, steps: Int) throws {
        try state.inside().inDatabase { try schema(steps: steps).migrate($0, path: state.database) }
    }

    private func layout(_ state: StateDirectory) throws -> [String] {
        try state.inside().read { db in
            try String.fetchAll(db, sql: "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY type, name")
        }
    }

    @Test("the steps are named by number, in order")
    func names() {
        #expect(!SchemaMigration.all.isEmpty)
        for (index, migration) in SchemaMigration.all.enumerated() {
            let number = String(index + 1)
            #expect(migration.name.hasPrefix("v" + String(repeating: "0", count: 3 - number.count) + number + "_"))
            #expect(migration.sql.contains(";"))
        }
    }

    @Test("every earlier version becomes the newest, and once is enough", arguments: 0..<SchemaMigration.all.count)
    func fromEachVersion(version: Int) throws {
        let newest = SchemaMigration.all.count
        let fresh = try StateDirectory()
        try migrate(fresh, steps: newest)
        let state = try StateDirectory()
        try migrate(state, steps: version)
        try migrate(state, steps: newest)
        #expect(try layout(state) == layout(fresh))
        #expect(try !layout(state).isEmpty)
        #expect(try state.inside().read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == newest)
        try migrate(state, steps: newest)
        #expect(try layout(state) == layout(fresh))
        #expect(try state.inside().read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    }

    @Test("a history of every earlier version keeps its rows", arguments: 1..<SchemaMigration.all.count)
    func keepsRows(version: Int) throws {
        let state = try StateDirectory()
        try migrate(state, steps: version)
        try state.inside().inDatabase { db in
            try db.execute(
                sql: """
                    INSERT INTO runs (id, pid, version, started_at, heartbeat_at) VALUES (1, 7, '0.1', 1000, 900000);
                    INSERT INTO instances (id, name, first_seen_at) VALUES (1, 'warren', 1000);
                    INSERT INTO servers (id, instance_id, proxy, name, first_seen_at)
                    VALUES (1, 1, 'rabbitmq', 'rabbit', 1000);
                    INSERT INTO transitions (run_id, server_id, at, from_state, to_state, status, detail, sessions,
                        active_servers, backup_servers)
                    VALUES (1, 1, 1000, 'UNKNOWN', 'UP', 'L4OK', NULL, 0, 1, 1),
                        (1, 1, 5000, 'UP', 'DOWN', 'L4CON', 'Connection refused', 3, 0, 1);
                    INSERT INTO samples (server_id, at, interval_ms, current, most, new, bytes_in, bytes_out)
                    VALUES (1, 10000, 10000, 3, 4, 5, 60, 70), (1, 70000, 10000, 1, 2, 1, 6, 7);
                    INSERT INTO events (run_id, instance_id, at, kind) VALUES (1, 1, 1000, 'STARTED');
                    INSERT INTO gaps (run_id, from_at, to_at, transitions, samples, events, inventories)
                    VALUES (1, 2000, 3000, 1, 0, 0, 0);
                    """)
        }
        try migrate(state, steps: SchemaMigration.all.count)
        let reader = try state.reader()
        #expect(try reader.transitions(HistoryQuestion()).map(\.record.to) == [.up, .down])
        #expect(try reader.transitions(HistoryQuestion()).last?.record.detail == "Connection refused")
        #expect(try reader.events(HistoryQuestion()).map(\.record.kind) == [.started])
        #expect(try reader.sessions(HistoryQuestion(), bucketMilliseconds: 60_000).map(\.total) == [5, 1])
        let now = Timestamp(millisecondsSinceEpoch: 10_000_000)
        let account = try #require(try reader.uptime(HistoryQuestion(), now: now).first)
        #expect((account.upMilliseconds, account.downMilliseconds) == (3000, 895_000))
        // What an earlier program sampled is rolled up like the rest.
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 8, version: "2", startedAt: now),
            lockWait: .seconds(1), now: now)
        var housekeeping = Housekeeping(retention: .standard)
        while try store.keepHouse(&housekeeping, now: now) {}
        try store.close()
        #expect(
            try state.inside().read {
                try Int.fetchAll($0, sql: "SELECT new FROM samples_by_minute ORDER BY at")
            } == [5, 1])
        #expect(try reader.sessions(HistoryQuestion(), bucketMilliseconds: 60_000).map(\.total) == [5, 1])
    }

    @Test("a step that fails leaves the version before it whole")
    func failingStep() throws {
        let state = try StateDirectory()
        try migrate(state, steps: SchemaMigration.all.count)
        let before = try layout(state)
        let failing = HistorySchema(migrations: SchemaMigration.all + [SchemaMigration.all[0]])
        #expect(throws: DatabaseError.self) {
            try state.inside().inDatabase { try failing.migrate($0, path: state.database) }
        }
        #expect(try layout(state) == before)
        #expect(
            try state.inside().read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == SchemaMigration.all.count)
    }

    @Test("every table is strict")
    func strict() throws {
        let state = try StateDirectory()
        try migrate(state, steps: SchemaMigration.all.count)
        let tables = try state.inside().read {
            try Row.fetchAll($0, sql: "SELECT name, strict FROM pragma_table_list WHERE type = 'table'")
        }
        let own = tables.filter { !($0["name"] as String).hasPrefix("sqlite_") }
        #expect(own.count >= 7)
        #expect(own.allSatisfy { $0["strict"] == 1 })
    }

    @Test("questions about a server, an instance or a time search an index and never walk through a large table")
    func queryPlans() throws {
        let state = try StateDirectory()
        try migrate(state, steps: SchemaMigration.all.count)
        var narrow = HistoryQuestion()
        (narrow.since, narrow.until, narrow.limit) = (.base, .base + 1000, 10)
        var following = HistoryQuestion()
        following.after = 7
        var newest = HistoryQuestion()
        newest.limit = 10
        var older = HistoryQuestion()
        (older.limit, older.before) = (10, .row(at: .base, id: 7))
        let queries: [(HistoryQuery, String)] = [
            (.transitions(narrow, servers: [1]), "transitions_by_server"),
            (.transitions(narrow, servers: [1, 2, 3]), "transitions_by_server"),
            (.transitions(HistoryQuestion(), servers: [1]), "transitions_by_server"),
            (.transitions(narrow, servers: nil), "transitions_by_time"),
            (.transitions(following, servers: nil), "PRIMARY KEY"),
            (.events(narrow, instance: 1), "events_by_instance"),
            (.events(HistoryQuestion(), instance: 1), "events_by_instance"),
            (.events(narrow, instance: nil), "events_by_time"),
            (.events(following, instance: nil), "PRIMARY KEY"),
            (.sessions(segment(.sample), servers: [1, 2], limit: nil), "PRIMARY KEY"),
            (.sessions(segment(.minute), servers: [1], limit: 10), "PRIMARY KEY"),
            (.sessions(segment(.hour), servers: [1], limit: 10), "PRIMARY KEY"),
            (.sessions(segment(.day), servers: [1], limit: 10), "PRIMARY KEY"),
            (StateChange.inTime(from: .base, to: .base + 1, servers: nil), "transitions_by_time"),
            (StateChange.inTime(from: .base, to: .base + 1, servers: [1, 2]), "transitions_by_"),
            (StateChange.last(of: 1, run: 1, before: .base), "transitions_by_server"),
            (StateChange.next(of: 1, after: .base), "transitions_by_server"),
            (StateChange.moment(ofTransition: 4000, before: .base), "COVERING INDEX transitions_by_time"),
            (DayAccounts.sum(ofServers: [1, 2], from: 0, to: 1), "PRIMARY KEY"),
            (.transitions(older, servers: nil), "transitions_by_time"),
            (.transitions(older, servers: [1]), "transitions_by_server"),
            (.events(older, instance: nil), "events_by_time"),
            (.softSums(ofServers: [1, 2], since: .base, until: .base + 1), "PRIMARY KEY"),
            (.softStates(since: .base, until: nil, before: nil, servers: [1, 2], limit: 10), "PRIMARY KEY"),
        ]
        for (query, index) in queries {
            let plan = try plan(query, in: state)
            #expect(plan.contains { $0.hasPrefix("SEARCH") && $0.contains(index) }, "\(query.sql): \(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN") && !$0.contains("bucket") }, "\(query.sql): \(plan)")
        }
        // The newest of all: the index is walked from its end, as far as the limit.
        let plan = try plan(.transitions(newest, servers: nil), in: state)
        #expect(plan == ["SCAN transitions USING INDEX transitions_by_time"])
    }

    private func segment(_ level: SampleLevel) -> SamplePlan.Segment {
        SamplePlan.Segment(level: level, from: 0, to: SamplePlan.endOfTime, bucketMilliseconds: 86_400_000)
    }

    private func plan(_ query: HistoryQuery, in state: StateDirectory) throws -> [String] {
        try state.inside().read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.sql, arguments: query.arguments).map {
                $0["detail"]
            }
        }
    }
}
