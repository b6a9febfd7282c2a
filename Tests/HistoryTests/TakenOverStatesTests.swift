import GRDB
import Model
import Testing

@testable import History

@Suite("what a new database is told of the one before")
struct TakenOverStatesTests {
    @Test("comes before the transition that was in hand, and says which servers were left")
    func damagedInAnOutage() async throws {
        let state = try StateDirectory()
        let clock = TestClock()
        let recorder = state.recorder(clock: clock)
        recorder.start()
        for server in [ServerIdentity.primary, .backup] {
            var up = TransitionRecord(at: .base, server: server, from: .unknown, to: .up)
            (up.activeServers, up.backupServers) = (1, 1)
            recorder.offer(.transition(up))
        }
        await recorder.flush()
        try state.inside().run("PRAGMA wal_checkpoint(TRUNCATE)")
        try Damage.overwritePages(from: 2, in: state)
        // The recorder gets to it some time after it happened.
        clock.advance(milliseconds: 9500)
        var down = TransitionRecord(at: .base + 9000, server: .primary, from: .up, to: .down)
        (down.activeServers, down.backupServers, down.carriers) = (0, 1, ["rabbit_backup"])
        recorder.offer(.transition(down))
        await recorder.flush()
        let reader = try state.reader()
        let rows = try reader.transitions(HistoryQuestion()).map(\.record)
        let moment = Timestamp.base + 9000
        #expect(rows.map(\.at) == [moment, moment, moment])
        #expect(rows.map(\.to) == [.up, .up, .down])
        #expect(rows.first?.detail == "taken over from the database before")
        var asked = HistoryQuestion()
        (asked.server, asked.since, asked.until) = ("rabbit", .base + 9000, .base + 10_000)
        let account = try #require(try reader.uptime(asked, now: .base + 10_000).first)
        #expect((account.upMilliseconds, account.downMilliseconds) == (0, 1000))
        let incident = try #require(try reader.incidents(HistoryQuestion(), now: .base + 10_000).first)
        #expect(incident.at == moment)
        #expect(incident.end == .open)
        #expect(incident.carriers == ["rabbit_backup"])
        #expect(incident.wasOnBackup && !incident.hadNoServer)
        await recorder.stop()
    }
}
