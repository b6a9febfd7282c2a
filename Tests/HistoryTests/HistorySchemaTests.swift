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
        let tables = try state.inside().read { try Row.fetchAll($0, sql: "SELECT name, strict FROM pragma_table_list") }
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
            (.sessions(narrow, servers: [1, 2], bucketMilliseconds: 1000), "PRIMARY KEY"),
            (.sessions(HistoryQuestion(), servers: [1], bucketMilliseconds: 1000), "PRIMARY KEY"),
            (.changes(of: 1, fromRun: 1), "transitions_by_server"),
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

    private func plan(_ query: HistoryQuery, in state: StateDirectory) throws -> [String] {
        try state.inside().read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.sql, arguments: query.arguments).map {
                $0["detail"]
            }
        }
    }
}
