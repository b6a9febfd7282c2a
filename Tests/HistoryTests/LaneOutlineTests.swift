import Foundation
import Model
import Testing

@testable import History

@Suite("An outline of a lane")
struct LaneOutlineTests {
    private static let hour: Int64 = 3_600_000

    private func outline(_ known: [(Int64, Int64, ServerState)], until: Int64 = 100, finest: Int64 = 10) -> LaneOutline
    {
        LaneOutline(
            server: .primary, since: .base, until: .base + until,
            known: known.map { .init(from: .base + $0.0, to: .base + $0.1, content: .state($0.2)) },
            finestMilliseconds: finest)
    }

    @Test("covers the period, and says where nothing is known")
    func gaps() {
        let parts = outline([(20, 40, .up), (60, 90, .down)]).parts
        #expect(parts.map(\.content) == [.unknown, .up, .unknown, .down, .unknown].map { .state($0) })
        #expect(parts.map(\.milliseconds) == [20, 20, 20, 30, 10])
        #expect(outline([]).parts.map(\.content) == [.state(.unknown)])
    }

    @Test("leaves a short outage between long times as it is")
    func shortOutage() {
        let parts = outline([(0, 50, .up), (50, 51, .down), (51, 100, .up)]).parts
        #expect(parts.map(\.content) == [.state(.up), .state(.down), .state(.up)])
    }

    @Test("joins many short times in a row, whose shares it keeps")
    func mixed() throws {
        let short = (0..<20).map { (30 + Int64($0), 31 + Int64($0), $0.isMultiple(of: 4) ? ServerState.down : .up) }
        let lane = outline([(0, 30, .up)] + short + [(50, 100, .up)])
        #expect(lane.parts.count == 4)
        guard case .mixed(let share, let changes) = lane.parts[1].content else {
            Issue.record("no mixed part")
            return
        }
        #expect((share.upMilliseconds, share.downMilliseconds, changes) == (7, 3, 9))
        #expect(lane.account.downMilliseconds == 5)
        #expect(lane.account.upMilliseconds == 95)
    }

    private func write(_ records: [HistoryRecord], to state: StateDirectory, until end: Int64) throws {
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path),
            run: .init(processID: 1, version: "1", startedAt: .base), lockWait: .seconds(1), now: .base)
        var keeper = Housekeeping(retention: .standard)
        try store.write(notes: [], records: records[...], gap: nil, now: .base + end)
        for record in records { keeper.took(record) }
        while try store.keepHouse(&keeper, now: .base + end) {}
        try store.close()
    }

    private func change(
        _ server: ServerIdentity, _ from: ServerState, _ to: ServerState, at: Int64, active: Int, backup: Int
    ) -> HistoryRecord {
        var record = TransitionRecord(at: .base + at, server: server, from: from, to: to)
        (record.activeServers, record.backupServers) = (active, backup)
        return .transition(record)
    }

    @Test("a day with more changes than can be seen comes as one part, and the calm ones change by change")
    func crowdedDay() throws {
        let state = try StateDirectory()
        var records = [change(.primary, .unknown, .up, at: 0, active: 1, backup: 0)]
        // On the second day of four: down for a minute, 60 times.
        for count in 0..<60 {
            let at = 24 * Self.hour + Int64(count) * 600_000
            records.append(change(.primary, .up, .down, at: at, active: 0, backup: 0))
            records.append(change(.primary, .down, .up, at: at + 60_000, active: 1, backup: 0))
        }
        try write(records, to: state, until: 96 * Self.hour)
        var question = HistoryQuestion()
        (question.since, question.until) = (.base, .base + 96 * Self.hour)
        let coarse = try state.reader().outlines(
            question, finestMilliseconds: 3 * Self.hour, now: .base + 96 * Self.hour)
        let lane = try #require(coarse.lanes.first)
        #expect(lane.parts.map(\.milliseconds) == [24 * Self.hour, 24 * Self.hour, 48 * Self.hour])
        guard case .mixed(let share, let changes) = lane.parts[1].content else {
            Issue.record("no mixed part")
            return
        }
        #expect((share.downMilliseconds, changes) == (60 * 60_000, 120))
        let fine = try state.reader().outlines(question, finestMilliseconds: 1000, now: .base + 96 * Self.hour)
        #expect(fine.lanes.first?.parts.count == 121)
        #expect(fine.lanes.first?.account == lane.account)
    }

    @Test("a band is where backups had the traffic, and its parts know the transitions that began them")
    func bands() throws {
        let state = try StateDirectory()
        try write(
            [
                change(.primary, .unknown, .up, at: 0, active: 1, backup: 0),
                change(.backup, .unknown, .up, at: 0, active: 1, backup: 1),
                change(.primary, .up, .down, at: 1000, active: 0, backup: 1),
                change(.primary, .down, .up, at: 5000, active: 1, backup: 1),
                change(.primary, .up, .maint, at: 7000, active: 0, backup: 1),
                change(.backup, .up, .down, at: 8000, active: 0, backup: 0),
            ], to: state, until: 10_000)
        let reader = try state.reader()
        var question = HistoryQuestion()
        (question.since, question.until) = (.base + 2000, .base + 10_000)
        let outlines = try reader.outlines(question, finestMilliseconds: 1, now: .base + 10_000)
        #expect(
            outlines.bands == [
                BackupBand(instance: "warren", proxy: "rabbitmq", from: .base + 2000, to: .base + 5000),
                BackupBand(instance: "warren", proxy: "rabbitmq", from: .base + 7000, to: .base + 8000),
            ])
        let lane = try #require(outlines.lanes.first { $0.server == .primary })
        #expect(lane.parts.map(\.content) == [.state(.down), .state(.up), .state(.maint)])
        // Also of what began before the period.
        let numbers = lane.parts.compactMap(\.transition)
        let records = try reader.transitions(numbered: numbers)
        #expect(numbers.map { records[$0]?.to } == [.down, .up, .maint])
        #expect(try reader.transitions(numbered: []).isEmpty)
    }
}
