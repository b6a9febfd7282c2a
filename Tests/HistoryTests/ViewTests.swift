import Foundation
import GRDB
import Model
import Testing

@testable import History

/// The views as other programs see them, asked with the `sqlite3` command.
@Suite("the history's views")
struct ViewTests {
    private static let day: Int64 = 86_400_000
    private static let program = "/usr/bin/sqlite3"
    private static let isThere = FileManager.default.isExecutableFile(atPath: program)

    private func ask(_ state: StateDirectory, _ sql: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["-readonly", "-separator", " ", "-nullvalue", "-", state.database, " " + sql]
        let (output, messages) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, messages)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let trouble = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(trouble)")
        return text.split(separator: "\n").map(String.init)
    }

    /// Three days in which the server was down for an hour of the second, and its backup carried the traffic.
    private func filled() throws -> StateDirectory {
        let state = try StateDirectory()
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
        var down = TransitionRecord(at: .base + Self.day + 3_600_000, server: .primary, from: .up, to: .down)
        (down.status, down.detail, down.sessions, down.sessionsCut) = (.layer4Error, "Connection refused", 4, 3)
        (down.activeServers, down.backupServers, down.carriers) = (0, 1, ["rabbit_backup"])
        down.lastedMilliseconds = Self.day
        try store.write(
            notes: [],
            records: [
                transition(.primary, .unknown, .up, at: .base), transition(.backup, .unknown, .up, at: .base),
                .transition(down), transition(.primary, .down, .up, at: .base + Self.day + 7_200_000),
                .event(
                    EventRecord(at: .base + 5, instance: "warren", kind: .reloaded, actor: "ada", reason: "new disk")),
                .samples([sample(.frontend, at: .base + 10_000, current: 2, max: 5, new: 3, bytesIn: 7, bytesOut: 8)]),
                .samples([sample(.frontend, at: .base + 20_000, current: 4, max: 4, new: 1, bytesIn: 1, bytesOut: 1)]),
                .samples([sample(.frontend, at: .base + 3 * Self.day, current: 1, max: 1, new: 1)]),
            ], gap: nil, now: .base + 3 * Self.day)
        var housekeeping = Housekeeping(retention: .standard)
        while try store.keepHouse(&housekeeping, now: .base + 3 * Self.day + 120_000) {}
        try store.close()
        return state
    }

    @Test("answer each question", .enabled(if: isThere, "needs the package sqlite3"))
    func answers() throws {
        let state = try filled()
        #expect(
            try ask(
                state,
                #"SELECT at, server, "from", "to", status, carried_by, sessions_cut FROM v_history WHERE "to" = 'DOWN'"#
            )
                == ["2026-01-02T01:00:00.000Z rabbit UP DOWN L4CON rabbit_backup 3"])
        #expect(
            try ask(
                state,
                "SELECT at, until, proxy, state, servers, outages, duration_ms, carried_by, sessions, sessions_cut, detail FROM v_incidents"
            )
                == [
                    "2026-01-02T01:00:00.000Z 2026-01-02T02:00:00.000Z rabbitmq RECOVERED rabbit 1 3600000 rabbit_backup 4 3 Connection refused"
                ])
        #expect(
            try ask(
                state,
                "SELECT at, server, every_ms, current, min, mean, max, total, bytes_in FROM v_sessions ORDER BY at_ms")
                == [
                    "2026-01-01T00:00:00.000Z FRONTEND 60000 4 2 3.0 5 4 8",
                    "2026-01-03T23:59:50.000Z FRONTEND 10000 1 1 1.0 1 1 0",
                ])
        #expect(
            try ask(
                state,
                "SELECT day, server, up_ms, down_ms, unknown_ms, transitions FROM v_uptime WHERE server = 'rabbit' ORDER BY day"
            )
                == [
                    "2026-01-01 rabbit 86400000 0 0 1", "2026-01-02 rabbit 82800000 3600000 0 2",
                    "2026-01-03 rabbit 86400000 0 0 0",
                ])
        #expect(
            try ask(state, "SELECT at, instance, event, actor, reason FROM v_events WHERE actor IS NOT NULL")
                == ["2026-01-01T00:00:00.005Z warren RELOADED ada new disk"])
    }

    @Test("answer the examples of the documentation", .enabled(if: isThere, "needs the package sqlite3"))
    func documentation() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Documentation/history.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let sql = try #require(text.components(separatedBy: "```sql\n").last?.components(separatedBy: "```").first)
        let examples = sql.split(separator: ";").map(String.init).filter { $0.contains("SELECT") }
        try #require(examples.count >= 5)
        let state = try filled()
        for example in examples { _ = try ask(state, example) }
        #expect(try ask(state, examples[4]).count == 1)
    }

    @Test("have the columns that the documentation names", .enabled(if: isThere, "needs the package sqlite3"))
    func columns() throws {
        let state = try filled()
        let expected = [
            "v_history": """
            id at_ms at instance proxy server from to status code detail check_ms lasted_ms sessions active_servers \
            backup_servers actor reason carried_by sessions_cut turning_ms
            """,
            "v_incidents": """
            at_ms at until instance proxy state servers outages duration_ms longest_ms carried_by sessions \
            sessions_cut status code detail actor reason
            """,
            "v_sessions": """
            at_ms at instance proxy server every_ms current min mean max total bytes_in bytes_out queued connect_errors \
            retries redispatches
            """,
            "v_uptime": """
            at_ms day instance proxy server up_ms down_ms maint_ms unknown_ms availability transitions \
            soft_failures soft_passes
            """,
            "v_events": "id at_ms at instance event actor reason detail",
            "v_checks": "at_ms at instance proxy server every_ms checks mean_ms max_ms",
            "v_soft_states": "at_ms at instance proxy server failed passed",
        ]
        let views = try ask(state, "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
        #expect(views == expected.keys.sorted())
        for (view, columns) in expected {
            #expect(try ask(state, "SELECT group_concat(name, ' ') FROM pragma_table_info('\(view)')") == [columns])
        }
    }

    /// What SQLite says of a database.
    private static func integrity(_ state: StateDirectory) throws -> String? {
        try state.inside().read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }

    @Test("are in an exported copy, which has the time that was asked for, also while a supervisor writes")
    func export() async throws {
        let state = try filled()
        let recorder = state.recorder(clock: TestClock(.base + 4 * Self.day))
        recorder.start()
        recorder.offer(transition(.primary, .unknown, .up, at: .base + 4 * Self.day))
        await recorder.flush()
        let copy = try StateDirectory()
        var question = HistoryQuestion()
        question.since = .base + Self.day
        try state.reader().copy(to: copy.database, question)
        await recorder.stop()
        #expect(try copy.files == ["history.sqlite"])
        #expect(
            try copy.reader().transitions(HistoryQuestion()).map(\.record)
                == state.reader().transitions(question).map(\.record))
        #expect(try Self.integrity(copy) == "ok")
        var seen: [TransitionRecord] = []
        try state.reader().eachTransition(question) { seen.append($0) }
        #expect(try seen == state.reader().transitions(question).map(\.record))
    }
}
