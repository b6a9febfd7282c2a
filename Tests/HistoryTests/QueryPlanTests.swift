import GRDB
import Model
import Synchronization
import Testing

@testable import History

/// Every statement that is carried out is looked at, whoever has it carried out: so none can be forgotten.
@Suite("no question walks through a large table")
struct QueryPlanTests {
    private static let hour: Int64 = 3_600_000
    /// Those that grow with time.
    private static let large: Set<String> = [
        "transitions", "events", "samples", "samples_by_minute", "samples_by_hour", "samples_by_day", "soft_states",
        "states_by_day",
    ]

    /// The SQL that was carried out, each once.
    private final class Seen: Sendable {
        private let texts = Mutex<Set<String>>([])
        func take(_ sql: String) { texts.withLock { _ = $0.insert(sql) } }
        /// What reads or changes rows; the rest has no plan.
        var statements: [String] {
            let words = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"]
            return texts.withLock { $0 }.filter { sql in words.contains { sql.hasPrefix($0) } }.sorted()
        }
    }

    private func store(_ state: StateDirectory, trace: StatementTrace? = nil) throws -> HistoryStore {
        try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base, trace: trace)
    }

    /// Writes four days of three servers, one of which falls all the time on the second day, and what was sampled of them.
    private func fill(_ store: HistoryStore) throws {
        var records: [HistoryRecord] = [
            .inventory(at: .base, instance: "warren", servers: [.primary, .backup]),
            transition(.primary, .unknown, .up), transition(.backup, .unknown, .up), transition(.other, .unknown, .up),
        ]
        for minute in 0..<400 {
            let at = Timestamp.base + 24 * Self.hour + Int64(minute) * 60_000
            records.append(transition(.primary, .up, .down, at: at))
            records.append(transition(.primary, .down, .up, at: at + 20_000))
        }
        for tick in 0..<(96 * 6) {
            var counted = sample(.primary, at: .base + Int64(tick) * 600_000, current: 2, max: 3, new: 4)
            counted.softFailures = tick % 2
            records.append(.samples([counted, sample(.frontend, at: .base + Int64(tick) * 600_000, current: 1)]))
        }
        records.append(.event(EventRecord(at: .base + 1, instance: "warren", kind: .started)))
        records.append(.inventory(at: .base + 96 * Self.hour, instance: "warren", servers: [.backup]))
        var gap = DroppedRecords()
        gap.add(transition(.other, .up, .down, at: .base + 90 * Self.hour))
        try store.write(notes: [], records: records[...], gap: gap, now: .base + 96 * Self.hour)
        var housekeeping = Housekeeping(
            retention: Retention(samples: .seconds(3600), minutes: .seconds(86_400), hours: .seconds(2 * 86_400)))
        while try store.keepHouse(&housekeeping, now: .base + 97 * Self.hour) {}
    }

    @Test("of the command line, HTTP or the dashboard")
    func questions() throws {
        let state = try StateDirectory()
        let writer = try store(state)
        try fill(writer)
        try writer.close()
        let seen = Seen()
        let reader = HistoryDatabase(
            connection: HistoryConnection(file: HistoryFile(stateDirectory: state.path), trace: { seen.take($0) }))
        let now = Timestamp.base + 97 * Self.hour
        let changes: [(inout HistoryQuestion) -> Void] = [
            { $0.limit = 10 }, { $0.since = .base + 30 * Self.hour },
            { ($0.since, $0.until, $0.limit) = (.base + Self.hour, .base + 50 * Self.hour, 100) },
            { ($0.after, $0.limit) = (Timestamp.base.millisecondsSinceEpoch, 5) },
            {
                ($0.before, $0.limit) = (
                    .row(at: .base + 25 * Self.hour, id: Timestamp.base.millisecondsSinceEpoch + 40), 5
                )
            },
            { ($0.before, $0.limit) = (.subject(at: .base + 25 * Self.hour, .primary), 5) },
        ]
        var rows = 0
        for (server, instance) in [(nil, nil), ("rabbit", nil), ("FRONTEND", nil), (nil, "warren")]
            as [(String?, String?)]
        {
            for change in changes {
                var question = HistoryQuestion()
                (question.server, question.instance) = (server, instance)
                change(&question)
                rows += try reader.transitions(question).count
                rows += try reader.events(question).count
                rows += try reader.softStates(question).count
                rows += try reader.incidents(question, now: now).count
                for length in [10_000, 60_000, Self.hour, 24 * Self.hour] {
                    rows += try reader.sessions(question, bucketMilliseconds: length).count
                }
                rows += try reader.uptime(question, now: now).count + reader.lanes(question, now: now).count
                for finest in [1000, 3 * Self.hour] {
                    let outlines = try reader.outlines(question, finestMilliseconds: finest, now: now)
                    let numbers = outlines.lanes.flatMap(\.parts).compactMap(\.transition)
                    rows += try reader.transitions(numbered: numbers).count
                }
            }
        }
        rows += try reader.flapping(now: .base + 26 * Self.hour).count + reader.servers().count
        #expect(rows > 2000, "the questions are about what is there")
        #expect(seen.statements.count > 60)
        try expectSearches(seen.statements, state)
    }

    @Test("nor does a record that is written, or what is rolled up and removed")
    func writer() throws {
        let state = try StateDirectory()
        try store(state).close()
        let seen = Seen()
        let writer = try store(state, trace: { seen.take($0) })
        try fill(writer)
        try writer.endRun(at: .base + 98 * Self.hour)
        try writer.close()
        #expect(seen.statements.contains { $0.hasPrefix("DELETE FROM samples_by_hour") })
        #expect(seen.statements.contains { $0.contains("INTO states_by_day") })
        try expectSearches(seen.statements, state)
    }

    /// SQLite says SEARCH where it goes by an index and SCAN where it looks at every row.
    private func expectSearches(_ statements: [String], _ state: StateDirectory) throws {
        for sql in statements {
            let plan = try state.inside().read { db in
                let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                // What the parameters are makes no difference to the plan.
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String }
            }
            for step in plan where step.hasPrefix("SCAN ") {
                let table = String(step.split(separator: " ")[1])
                // The newest of all: the index by time is walked from its end, and no further than the limit.
                let isNewest = step.hasSuffix("USING INDEX \(table)_by_time") && sql.contains("LIMIT")
                #expect(!Self.large.contains(table) || isNewest, "\(sql)\n\(plan.joined(separator: "\n"))")
            }
        }
    }
}
