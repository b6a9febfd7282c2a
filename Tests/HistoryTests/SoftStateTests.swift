import Foundation
import GRDB
import Model
import Testing

@testable import History

/// What checks say without changing a state, counted by the hour.
@Suite("soft states in the history")
struct SoftStateTests {
    private static let hour: Int64 = 3_600_000

    private func record(_ samples: [SessionSample], now: Timestamp) throws -> StateDirectory {
        let state = try StateDirectory()
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
        let begin = [transition(.primary, .unknown, .up), transition(.backup, .unknown, .up)]
        try store.write(
            notes: [], records: (begin + samples.map { HistoryRecord.samples([$0]) })[...], gap: nil, now: now)
        try store.close()
        return state
    }

    private func soft(
        _ server: ServerIdentity = .primary, at: Timestamp, failed: Int = 0, passed: Int = 0
    ) -> SessionSample {
        var sample = sample(server, at: at)
        (sample.softFailures, sample.softPasses) = (failed, passed)
        return sample
    }

    @Test("they add up by server and hour, and an hour without any has no row")
    func addedUp() throws {
        let state = try record(
            [
                soft(at: .base + 10_000, failed: 2), soft(at: .base + 20_000, failed: 1, passed: 4),
                soft(.backup, at: .base + 20_000, failed: 7), soft(at: .base + 2 * Self.hour),
                // A sample that ends with the hour is of the hour before.
                soft(at: .base + 3 * Self.hour, failed: 5), soft(at: .base + 3 * Self.hour + 1, failed: 6),
            ], now: .base + 4 * Self.hour)
        let rows = try state.reader().softStates(HistoryQuestion())
        #expect(
            rows == [
                SoftStates(at: .base, server: .primary, failed: 3, passed: 4),
                SoftStates(at: .base, server: .backup, failed: 7, passed: 0),
                SoftStates(at: .base + 2 * Self.hour, server: .primary, failed: 5, passed: 0),
                SoftStates(at: .base + 3 * Self.hour, server: .primary, failed: 6, passed: 0),
            ])
        var question = HistoryQuestion()
        (question.server, question.limit) = ("rabbit", 2)
        #expect(try state.reader().softStates(question).map(\.failed) == [5, 6])
        question.before = .subject(at: .base + 2 * Self.hour, .primary)
        #expect(try state.reader().softStates(question).map(\.failed) == [3])
        (question.before, question.limit) = (nil, nil)
        (question.since, question.until) = (.base + Self.hour, .base + 3 * Self.hour)
        #expect(try state.reader().softStates(question).map(\.failed) == [5])
    }

    @Test("an availability without an outage says how many checks failed")
    func availability() throws {
        let state = try record([soft(at: .base + 10_000, failed: 2, passed: 1)], now: .base + Self.hour)
        let accounts = try state.reader().uptime(HistoryQuestion(), now: .base + Self.hour)
        #expect(accounts.map(\.availability) == [1, 1])
        #expect(accounts.map(\.softFailures) == [2, 0])
        #expect(accounts.map(\.softPasses) == [1, 0])
    }

    @Test("the counts of queues, errors, retries and redispatches add up over all levels")
    func troubleWithConnections() throws {
        var samples: [SessionSample] = []
        for index in 1...12 {
            var sample = sample(.primary, at: .base + Int64(index) * 10_000)
            (sample.queued, sample.connectErrors, sample.retries, sample.redispatches) = (index, 1, 2, 3)
            samples.append(sample)
        }
        let state = try record(samples, now: .base + Self.hour)
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
        var housekeeping = Housekeeping(retention: Retention(samples: .zero, minutes: .zero, hours: .seconds(864_000)))
        while try store.keepHouse(&housekeeping, now: .base + 49 * Self.hour) {}
        try store.close()
        let left = try state.inside().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM samples") }
        #expect(left == 0, "only what was rolled up is left")
        let buckets = try state.reader().sessions(HistoryQuestion(), bucketMilliseconds: 86_400_000)
        #expect(buckets.map(\.queued) == [12])
        #expect(buckets.map(\.connectErrors) == [12])
        #expect(buckets.map(\.retries) == [24])
        #expect(buckets.map(\.redispatches) == [36])
    }

    @Test("session counts go on before a row, whatever level it is of")
    func pagesOfCounts() throws {
        let samples = (1...30).flatMap { index in
            [ServerIdentity.primary, .backup].map { sample($0, at: .base + Int64(index) * 60_000, new: index) }
        }
        let state = try record(samples, now: .base + Self.hour)
        var question = HistoryQuestion()
        let whole = try state.reader().sessions(question, bucketMilliseconds: 120_000)
        question.limit = 7
        var pages: [SessionBucket] = []
        while true {
            let page = try state.reader().sessions(question, bucketMilliseconds: 120_000)
            guard let first = page.first else { break }
            pages = page + pages
            question.before = .subject(at: first.at, first.subject)
        }
        #expect(pages == whole)
        #expect(whole.count > 14)
    }
}

/// A system clock that is set forward.
@Suite("a clock set forward")
struct ClockSetForwardTests {
    @Test("begins another run; of the time left out nothing is known")
    func setForward() async throws {
        let state = try StateDirectory()
        let (clock, ear) = (TestClock(), TestEar())
        var limits = RecorderLimits.quick
        limits.clockLead = RecorderLimits.standard.clockLead
        let recorder = state.recorder(limits: limits, clock: clock, ear: ear)
        recorder.start()
        recorder.offer(.inventory(at: .base, instance: "warren", servers: [.primary]))
        recorder.offer(transition(.primary, .unknown, .up, at: .base))
        await recorder.flush()
        clock.advance(milliseconds: 3_600_000)
        try await eventually("the step is noticed") {
            try state.reader().events(HistoryQuestion()).map(\.record.kind).contains(.clockSetForward)
        }
        clock.advance(milliseconds: 2_000)
        try await eventually("the heartbeat follows") {
            try state.inside().read { try Int64.fetchOne($0, sql: "SELECT max(heartbeat_at) FROM runs") }
                == (Timestamp.base + 3_602_000).millisecondsSinceEpoch
        }
        let account = try #require(try state.reader().uptime(HistoryQuestion(), now: .base + 3_602_000).first)
        #expect(account.upMilliseconds == 2_000)
        #expect(account.unknownMilliseconds == 3_600_000)
        #expect(ear.heard.count == 1)
        let step = try #require(
            try state.reader().events(HistoryQuestion()).map(\.record).first { $0.kind == .clockSetForward })
        #expect(step.detail?.hasSuffix("ms; of the time left out nothing is known") == true)
        await recorder.stop()
    }
}
