import Foundation
import GRDB
import Model
import Testing

@testable import History

/// How long checks take, and for how long they say something before they are believed.
@Suite("checks in the history")
struct CheckTimesTests {
    private static let hour: Int64 = 3_600_000

    private func store(_ state: StateDirectory) throws -> HistoryStore {
        try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
    }

    private func checked(_ at: Int64, _ times: [Int64]) -> SessionSample {
        var sample = sample(.primary, at: .base + at)
        for time in times {
            if sample.checkTimes == nil {
                sample.checkTimes = CheckTimes(microseconds: time)
            } else {
                sample.checkTimes?.add(microseconds: time)
            }
        }
        return sample
    }

    @Test("mean and slowest are the same at every level, and where nothing was checked nothing is said")
    func levels() throws {
        let state = try StateDirectory()
        let store = try store(state)
        let samples = [
            checked(10_000, [300, 500]), checked(20_000, []), checked(70_000, [40_000]),
            checked(2 * Self.hour + 1000, []),
        ]
        try store.write(
            notes: [], records: samples.map { HistoryRecord.samples([$0]) }[...], gap: nil, now: .base + Self.hour)
        func answers(every length: Int64) throws -> [CheckTimes?] {
            try state.reader().sessions(HistoryQuestion(), bucketMilliseconds: length).map(\.checkTimes)
        }
        let whole = CheckTimes(count: 3, microseconds: 40_800, slowestMicroseconds: 40_000)
        let minutes: [CheckTimes?] = [
            CheckTimes(count: 2, microseconds: 800, slowestMicroseconds: 500),
            CheckTimes(count: 1, microseconds: 40_000, slowestMicroseconds: 40_000), nil,
        ]
        #expect(try answers(every: 60_000) == minutes)
        #expect(try answers(every: 24 * Self.hour) == [whole])
        // Two workers that sample at the same moment.
        try store.write(
            notes: [], records: [.samples([checked(20_000, [7])]), .samples([checked(10_000, [900])])], gap: nil,
            now: .base + Self.hour)
        let more = CheckTimes(count: 5, microseconds: 41_707, slowestMicroseconds: 40_000)
        #expect(try answers(every: 24 * Self.hour) == [more])
        var housekeeping = Housekeeping(retention: Retention(samples: .zero, minutes: .zero, hours: .zero))
        while try store.keepHouse(&housekeeping, now: .base + 80 * Self.hour) {}
        let left = try state.inside().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM samples_by_hour") }
        #expect(left == 0, "only days are left")
        #expect(try answers(every: 60_000) == [more])
        try store.close()
    }

    private func change(_ from: ServerState, _ to: ServerState, at: Int64, after turning: Int64?) -> HistoryRecord {
        var record = TransitionRecord(at: .base + at, server: .primary, from: from, to: to)
        record.turningMilliseconds = turning
        return .transition(record)
    }

    @Test("a lane knows when a server was going up or down, as far as that can be seen")
    func turnings() throws {
        let state = try StateDirectory()
        let store = try store(state)
        let records: [HistoryRecord] = [
            change(.unknown, .up, at: 0, after: nil), change(.up, .down, at: 60_000, after: 20_000),
            change(.down, .up, at: 90_000, after: 5000), change(.up, .maint, at: 100_000, after: nil),
            change(.maint, .up, at: 110_000, after: nil), change(.up, .down, at: 120_000, after: 100),
        ]
        try store.write(notes: [], records: records[...], gap: nil, now: .base + Self.hour)
        try store.close()
        let reader = try state.reader()
        let lengths: [Int64?] = [nil, 20_000, 5000, nil, nil, 100]
        #expect(try reader.transitions(HistoryQuestion()).map(\.record.turningMilliseconds) == lengths)
        var question = HistoryQuestion()
        (question.since, question.until) = (.base + 50_000, .base + Self.hour)
        let now = Timestamp.base + Self.hour
        let lane = try #require(try reader.outlines(question, finestMilliseconds: 1000, now: now).lanes.first)
        let falling = LaneOutline.Turning(from: .base + 50_000, to: .base + 60_000, isRising: false)
        let rising = LaneOutline.Turning(from: .base + 85_000, to: .base + 90_000, isRising: true)
        #expect(lane.turnings == [falling, rising])
        // The states that counted meanwhile are as they were.
        #expect(lane.parts.map(\.milliseconds).prefix(2) == [10_000, 30_000])
        let coarse = try reader.outlines(question, finestMilliseconds: Self.hour, now: now).lanes.first
        #expect(coarse?.turnings == [])
    }
}
