import GRDB
import Model
import Testing

@testable import History

@Suite("the numbers of transitions and events")
struct RowNumberTests {
    private func numbers(_ state: StateDirectory, _ table: String) throws -> [Int64] {
        try state.inside().read { try Int64.fetchAll($0, sql: "SELECT id FROM \(table) ORDER BY id") }
    }

    @Test("go on growing when a database is set aside and another takes its place, whatever the clock says")
    func newDatabase() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        for number in 0..<2000 { recorder.offer(transition(at: .base + Int64(number))) }
        await recorder.flush()
        let before = [try numbers(state, "transitions"), try numbers(state, "events")]
        #expect(before.map(\.count) == [2000, 1])
        let newest = try #require(before.compactMap(\.last).max())
        #expect(newest == Timestamp.base.millisecondsSinceEpoch + 1999)
        try state.inside().run("PRAGMA wal_checkpoint(TRUNCATE)")
        try Damage.overwritePages(from: 2, in: state)
        recorder.offer(transition(.backup, at: .base + 9000))
        await recorder.flush()
        // Who knows the first database up to some row finds all of the second after it.
        for table in ["transitions", "events"] {
            let after = try numbers(state, table)
            #expect(after.count == 2 && after.allSatisfy { $0 > newest }, "\(table): \(after)")
        }
        await recorder.stop()
    }

    @Test("go on in a database that is there, however small they are")
    func earlierDatabase() async throws {
        let state = try StateDirectory()
        try await Damage.history(in: state)
        let first = Timestamp.base.millisecondsSinceEpoch
        #expect(try numbers(state, "transitions") == Array(first..<first + 500))
        // As earlier versions of the program gave them.
        for table in ["transitions", "events"] { try state.inside().run("UPDATE \(table) SET id = id - \(first - 1)") }
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(transition(at: .base + 900))
        await recorder.stop()
        #expect(try numbers(state, "transitions") == Array(1...501))
        #expect(try numbers(state, "events") == Array(1...4))
    }
}
