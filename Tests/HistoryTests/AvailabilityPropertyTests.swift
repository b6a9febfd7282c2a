import Foundation
import GRDB
import Model
import Seeds
import Testing

@testable import History

@Suite("for any history, the account of a server's time")
struct AvailabilityPropertyTests {
    private static let day: Int64 = 86_400_000

    /// Writes several runs with gaps, lost ends, dropped records and clocks that were set back.
    private func write(_ state: StateDirectory, _ random: inout SeededGenerator, housekeeping: Bool) throws -> Int64 {
        var at = Int64.random(in: 0..<Self.day, using: &random)
        var furthest = at
        let states = [ServerState.up, .up, .up, .down, .maint, .drain, .degraded, .unknown]
        for run in 0..<6 {
            let store = try HistoryStore(
                file: HistoryFile(stateDirectory: state.path),
                run: .init(processID: Int32(run + 1), version: "1", startedAt: .base + at), lockWait: .seconds(1),
                now: .base + at)
            var keeper = Housekeeping(retention: .standard)
            var last: [ServerIdentity: ServerState] = [:]
            for _ in 0..<12 {
                var records: [HistoryRecord] = []
                for _ in 0..<Int.random(in: 1..<8, using: &random) {
                    at += Int64.random(in: 0...(Self.day / 20), using: &random)
                    // Two threads may look at the clock in another order than they hand over.
                    let shown =
                        at
                        - (Int.random(in: 0..<10, using: &random) == 0 ? Int64.random(in: 0...300, using: &random) : 0)
                    let server = [ServerIdentity.primary, .backup, .other][Int.random(in: 0..<3, using: &random)]
                    let next = states[Int.random(in: 0..<states.count, using: &random)]
                    records.append(transition(server, last[server] ?? .unknown, next, at: .base + shown))
                    last[server] = next
                }
                var gap: DroppedRecords?
                if Int.random(in: 0..<8, using: &random) == 0 {
                    var dropped = DroppedRecords()
                    dropped.add(transition(at: .base + (at - Int64.random(in: 0...100_000, using: &random))))
                    dropped.add(transition(at: .base + at))
                    gap = dropped
                }
                try store.write(notes: [], records: records[...], gap: gap, now: .base + at)
                for record in records { keeper.took(record) }
                if housekeeping, Bool.random(using: &random) {
                    while try store.keepHouse(&keeper, now: .base + at) {}
                }
            }
            if Bool.random(using: &random) { try store.endRun(at: .base + at) }
            try store.close()
            furthest = max(furthest, at)
            // The next one begins later, or with a clock that was set back by up to two days.
            at +=
                Bool.random(using: &random)
                ? Int64.random(in: 0...Self.day, using: &random) : -Int64.random(in: 0...(2 * Self.day), using: &random)
            at = max(0, at)
        }
        return max(furthest, at)
    }

    @Test("adds up to the period, and is the same whether or not its days were added up before", arguments: 1...12)
    func addsUp(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let state = try StateDirectory()
        let end = try write(state, &random, housekeeping: true)
        let reader = try state.reader()
        let now = Timestamp.base + end + 10 * Self.day
        let mark = try state.inside().read { try DayAccounts.mark($0) }
        #expect(mark > Timestamp.base.millisecondsSinceEpoch, "some days were added up")
        func answers(_ questions: [HistoryQuestion]) throws -> [[Availability]] {
            try questions.map { try reader.uptime($0, now: now) }
        }
        var questions = [HistoryQuestion()]
        for _ in 0..<60 {
            var question = HistoryQuestion()
            if Int.random(in: 0..<4, using: &random) > 0 {
                question.since = .base + Int64.random(in: -Self.day...end, using: &random)
                question.until = (question.since ?? now) + Int64.random(in: 1...(20 * Self.day), using: &random)
            }
            if Bool.random(using: &random) {
                question.server = ["rabbit", "rabbit_backup"].randomElement(using: &random)
            }
            questions.append(question)
        }
        let quick = try answers(questions)
        for account in quick.joined() {
            let parts = [
                account.upMilliseconds, account.downMilliseconds, account.maintMilliseconds,
                account.unknownMilliseconds,
            ]
            #expect(parts.allSatisfy { $0 >= 0 })
            #expect(
                parts.reduce(0, +) == account.until.millisecondsSinceEpoch - account.since.millisecondsSinceEpoch)
        }
        // Outlines leave out what is too short to be seen, and no time: they cover the period, and their shares are the same.
        for (question, accounts) in zip(questions, quick) where question.since != nil {
            let finest = Int64.random(in: 1000...(2 * Self.day), using: &random)
            let outlines = try reader.outlines(question, finestMilliseconds: finest, now: now).lanes
            #expect(outlines.map(\.account) == accounts.filter { $0.since < $0.until })
            for lane in outlines {
                #expect(lane.parts.first?.from == lane.since && lane.parts.last?.to == lane.until)
                #expect(zip(lane.parts, lane.parts.dropFirst()).allSatisfy { $0.to == $1.from && $0.from < $0.to })
            }
        }
        // The same from transitions alone.
        try state.inside().run("UPDATE marks SET at = 0; DELETE FROM states_by_day")
        #expect(try answers(questions) == quick)
        for (question, accounts) in zip(questions, quick) {
            #expect(try reader.lanes(question, now: now).map(\.account) == accounts.filter { $0.since < $0.until })
        }
    }
}
