import Foundation
import GRDB
import Model
import Seeds
import Testing

@testable import History

@Suite("a write that a crash interrupts")
struct TornWriteTests {
    private static let minute: Int64 = 60_000

    private func store(_ state: StateDirectory) throws -> HistoryStore {
        try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
    }

    /// What a reader finds, with the account that it makes of it.
    private func answer(_ image: DiskImage) throws -> [String] {
        let state = try image.restored()
        let reader = try state.reader()
        let transitions = try reader.transitions(HistoryQuestion()).map { "\($0.id) \($0.record.at) \($0.record.to)" }
        let now = Timestamp.base + 60 * 24 * 60 * Self.minute
        let accounts = try reader.uptime(HistoryQuestion(), now: now).map { "\($0)" }
        let counts = try reader.sessions(HistoryQuestion(), bucketMilliseconds: Self.minute).map { "\($0)" }
        let heartbeats = try state.inside().read { try String.fetchAll($0, sql: "SELECT heartbeat_at FROM runs") }
        return transitions + accounts + counts + heartbeats
    }

    @Test("is there as a whole or not at all, wherever in it that was")
    func everywhere() throws {
        var random = SeededGenerator(seed: 1)
        let state = try StateDirectory()
        let store = try store(state)
        var keeper = Housekeeping(retention: .standard)
        var at: Int64 = 0
        var (torn, whole) = (0, 0)
        for write in 0..<10 {
            let before = try DiskImage(of: state)
            var records: [HistoryRecord] = []
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                at += Int64.random(in: 1...3 * Self.minute, using: &random)
                records.append(transition(.primary, .up, Bool.random(using: &random) ? .down : .up, at: .base + at))
                records.append(.samples([sample(.frontend, at: .base + at, current: 3, max: 4, new: 2)]))
            }
            try store.write(notes: [], records: records[...], gap: nil, now: .base + at)
            if write % 3 == 2 { while try store.keepHouse(&keeper, now: .base + at) {} }
            // A checkpoint, whose writes into the file are interrupted, too.
            if write % 5 == 4 { try state.inside().run("PRAGMA wal_checkpoint(PASSIVE)") }
            let after = try DiskImage(of: state)
            // What rolls up makes no difference to the answers.
            let (old, new) = (try answer(before), try answer(after))
            let bytes = before.bytesWritten(until: after)
            #expect(bytes > 0 && old != new)
            for _ in 0..<5 {
                let left = try answer(before.torn(after: Int.random(in: 0...bytes, using: &random), towards: after))
                #expect(left == old || left == new)
                if left == old { torn += 1 } else { whole += 1 }
            }
            #expect(try answer(before.torn(after: bytes, towards: after)) == new)
            #expect(try answer(before.torn(after: 0, towards: after)) == old)
        }
        #expect(torn > 5 && whole > 1, "some were interrupted before their end, some after it: \(torn), \(whole)")
        try store.close()
    }
}
