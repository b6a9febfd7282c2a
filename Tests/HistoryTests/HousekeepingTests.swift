import Foundation
import GRDB
import Model
import Seeds
import Testing

@testable import History

@Suite("session counts are rolled up and removed")
struct HousekeepingTests {
    private static let day: Int64 = 86_400_000

    /// A store and the samples that it was given, to hold one against the other.
    private final class Rig {
        let state: StateDirectory
        let store: HistoryStore
        var given: [SessionSample] = []

        init() throws {
            state = try StateDirectory()
            store = try HistoryStore(
                file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
                lockWait: .seconds(1), now: .base)
        }

        func give(_ samples: [SessionSample]) throws {
            try store.write(notes: [], records: [.samples(samples)], gap: nil, now: .base)
            given += samples
        }

        func keepHouse(_ housekeeping: inout Housekeeping, now: Timestamp) throws {
            while try store.keepHouse(&housekeeping, now: now) {}
        }

        func pageCount() throws -> Int {
            try state.inside().read { try Int.fetchOne($0, sql: "PRAGMA page_count") } ?? 0
        }

        /// What the samples that were given add up to.
        func expected(since: Timestamp?, until: Timestamp?, every length: Int64) -> [String] {
            let asked = given.filter { ($0.at >= since ?? $0.at) && $0.at < until ?? .distantFuture }
            let groups = Dictionary(grouping: asked) {
                Bucket(at: $0.at.millisecondsSinceEpoch / length * length, subject: $0.subject.server)
            }
            return groups.map { bucket, samples in
                let newest = samples.max { $0.at < $1.at }
                let covered = samples.reduce(0) { $0 + $1.intervalMilliseconds }
                let sum = samples.reduce(0) { $0 + Int64($1.current) * $1.intervalMilliseconds }
                return Self.line(
                    bucket.at, bucket.subject, newest?.current ?? -1, samples.map(\.current).min() ?? -1,
                    Double(sum) / Double(covered), samples.map(\.max).max() ?? -1,
                    samples.reduce(0) { $0 + $1.new }, samples.reduce(0) { $0 + $1.bytesIn })
            }.sorted()
        }

        func answered(since: Timestamp?, until: Timestamp?, every length: Int64) throws -> [String] {
            var question = HistoryQuestion()
            (question.since, question.until) = (since, until)
            return try state.reader().sessions(question, bucketMilliseconds: length).map {
                Self.line(
                    $0.at.millisecondsSinceEpoch, $0.subject.server, $0.current, $0.min ?? -2, $0.mean ?? -2, $0.max,
                    $0.total, $0.bytesIn)
            }.sorted()
        }

        private static func line(
            _ at: Int64, _ subject: String, _ current: Int, _ least: Int, _ mean: Double, _ most: Int, _ new: Int,
            _ bytesIn: Int64
        ) -> String { "\(at) \(subject) \(current) \(least) \(mean) \(most) \(new) \(bytesIn)" }
    }

    private struct Bucket: Hashable {
        let at: Int64
        let subject: String
    }

    private func randomSamples(
        _ random: inout SeededGenerator, from start: Int64, count: Int, step: ClosedRange<Int64>
    ) -> [SessionSample] {
        var at = start
        return (0..<count).flatMap { _ in
            at += Int64.random(in: step, using: &random)
            return [ServerIdentity.primary, .backup, .frontend].filter { _ in Int.random(in: 0..<8, using: &random) > 0
            }
            .map { subject in
                let current = Int.random(in: 0..<50, using: &random)
                return sample(
                    subject, at: .base + at, current: current, max: current + Int.random(in: 0..<9, using: &random),
                    new: Int.random(in: 0..<20, using: &random), bytesIn: Int64.random(in: 0..<9999, using: &random))
            }
        }
    }

    @Test("whatever is asked and whenever it was rolled up, the answer is that of the samples", arguments: 1...12)
    func agreesWithSamples(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rig = try Rig()
        var housekeeping = Housekeeping(retention: .standard, bounds: .init(rolledRows: 50))
        var at = Int64.random(in: 0..<Self.day, using: &random)
        for _ in 0..<6 {
            let samples = randomSamples(
                &random, from: at, count: 40, step: 1...(90_000 << Int64.random(in: 0..<5, using: &random)))
            // Some arrive when their time has been rolled up already.
            let late = samples.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
            try rig.give(samples.filter { !late.contains($0) })
            at = (samples.last?.at ?? .base).millisecondsSinceEpoch - Timestamp.base.millisecondsSinceEpoch
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                _ = try rig.store.keepHouse(&housekeeping, now: .base + at + 120_000)
            }
            if !late.isEmpty {
                try rig.give(late)
                housekeeping.took(.samples(late))
            }
            // A crash forgets what was going on.
            if Bool.random(using: &random) { housekeeping.restart() }
            for length in [10_000, 60_000, 90_000, 300_000, 3_600_000, 7_200_000, 86_400_000] as [Int64] {
                let since = Timestamp.base + Int64.random(in: 0...at, using: &random)
                let until = since + Int64.random(in: 1...Self.day, using: &random)
                #expect(
                    try rig.answered(since: since, until: until, every: length)
                        == rig.expected(since: since, until: until, every: length))
            }
        }
        try rig.keepHouse(&housekeeping, now: .base + at + 3 * 3_600_000)
        let rows = try rig.state.inside().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM samples_by_minute") }
        #expect((rows ?? 0) > 100, "something was rolled up")
        #expect(
            try rig.answered(since: nil, until: nil, every: 60_000)
                == rig.expected(since: nil, until: nil, every: 60_000))
        try rig.store.close()
    }

    @Test("each level is kept as long as its retention says, and no session is lost from the sums")
    func retention() throws {
        var random = SeededGenerator(seed: 1)
        let rig = try Rig()
        let retention = Retention(
            samples: .seconds(3 * 3600), minutes: .seconds(2 * 86_400), hours: .seconds(5 * 86_400))
        var housekeeping = Housekeeping(
            retention: retention, bounds: .init(rolledRows: 500, removedRows: 100, reservedPages: 4))
        var pages = 0
        for day in 0..<8 {
            try rig.give(randomSamples(&random, from: Int64(day) * Self.day, count: 280, step: 300_000...305_000))
            pages = max(pages, try rig.pageCount())
            try rig.keepHouse(&housekeeping, now: .base + Int64(day + 1) * Self.day)
        }
        let now = Timestamp.base + 8 * Self.day
        func oldest(_ table: String) throws -> Int64? {
            try rig.state.inside().read { try Int64.fetchOne($0, sql: "SELECT min(at) FROM \(table)") }
        }
        #expect(try #require(try oldest("samples")) >= (now + -3 * 3_600_000).millisecondsSinceEpoch)
        #expect(try #require(try oldest("samples_by_minute")) >= (now + -2 * Self.day).millisecondsSinceEpoch)
        #expect(try #require(try oldest("samples_by_hour")) >= (now + -5 * Self.day).millisecondsSinceEpoch)
        #expect(try oldest("samples_by_day") == Timestamp.base.millisecondsSinceEpoch)
        #expect(
            try rig.answered(since: nil, until: nil, every: Self.day)
                == rig.expected(since: nil, until: nil, every: Self.day))
        // Asked for more than is left, the answer says how long its buckets are.
        let buckets = try rig.state.reader().sessions(HistoryQuestion(), bucketMilliseconds: 300_000)
        #expect(Set(buckets.map(\.lengthMilliseconds)) == [300_000, 3_600_000, Self.day])
        #expect(buckets.reduce(0) { $0 + $1.total } == rig.given.reduce(0) { $0 + $1.new })
        #expect(try rig.pageCount() < pages, "the space goes back to the disk")
        let free = try rig.state.inside().read { try Int.fetchOne($0, sql: "PRAGMA freelist_count") }
        #expect(try #require(free) <= 4)
        try rig.store.close()
    }

    @Test("a step touches no more rows than its bounds say, however much there is to do")
    func bounded() throws {
        var random = SeededGenerator(seed: 2)
        let rig = try Rig()
        for _ in 0..<10 {
            let start = Int64.random(in: 0..<(3 * Self.day), using: &random)
            try rig.give(randomSamples(&random, from: start, count: 500, step: 10_000...11_000))
        }
        let bounds = Housekeeping.Bounds(rolledRows: 120, removedRows: 70)
        var housekeeping = Housekeeping(
            retention: Retention(samples: .seconds(3600), minutes: .seconds(3600), hours: .seconds(3600)),
            bounds: bounds)
        var steps = 0
        while true {
            let before = rig.store.changeCount()
            guard try rig.store.keepHouse(&housekeeping, now: .base + 30 * Self.day) else { break }
            steps += 1
            #expect(rig.store.changeCount() - before <= max(bounds.rolledRows, bounds.removedRows) + 1)
        }
        #expect(steps > 100)
        #expect(
            try rig.answered(since: nil, until: nil, every: Self.day).count
                == rig.expected(since: nil, until: nil, every: Self.day).count)
        try rig.store.close()
    }

    @Test("after the clock was set back, a time that was removed is not replaced by less")
    func clockSetBack() throws {
        var random = SeededGenerator(seed: 3)
        let rig = try Rig()
        var housekeeping = Housekeeping(
            retention: Retention(samples: .seconds(3600), minutes: .seconds(86_400), hours: .seconds(86_400)))
        try rig.give(randomSamples(&random, from: 0, count: 720, step: 10_000...10_000))
        try rig.keepHouse(&housekeeping, now: .base + Self.day)
        let before = try rig.answered(since: nil, until: nil, every: 60_000)
        #expect(before.count > 300)
        // An hour of the past comes again: one sample in a minute that had six.
        try rig.store.write(
            notes: [], records: [.samples([sample(.primary, at: .base + 600_500, current: 1, new: 1)])], gap: nil,
            now: .base)
        try rig.keepHouse(&housekeeping, now: .base + 700_000)
        try rig.keepHouse(&housekeeping, now: .base + Self.day)
        #expect(try rig.answered(since: nil, until: nil, every: 60_000) == before)
        try rig.store.close()
    }

    @Test("the recorder keeps house by itself")
    func recorder() async throws {
        let state = try StateDirectory()
        var limits = RecorderLimits.quick
        (limits.housekeepingInterval, limits.housekeepingPause) = (.milliseconds(5), .milliseconds(1))
        let clock = TestClock()
        let ear = TestEar()
        let recorder = state.recorder(limits: limits, clock: clock, ear: ear)
        recorder.start()
        recorder.offer(.samples([sample(at: .base, current: 2, max: 5, new: 3)]))
        recorder.offer(.samples([sample(at: .base + 10_000, current: 4, max: 4, new: 1)]))
        await recorder.flush()
        clock.advance(milliseconds: 3 * Self.day)
        try await eventually("samples are rolled up and removed") {
            try state.inside().read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM samples") == 0
                    && Int.fetchOne(db, sql: "SELECT new FROM samples_by_day") == 4
            }
        }
        let bucket = try #require(try state.reader().sessions(HistoryQuestion(), bucketMilliseconds: 60_000).first)
        #expect((bucket.current, bucket.min, bucket.mean, bucket.max, bucket.total) == (4, 2, 3, 5, 4))
        await recorder.stop()
        #expect(ear.heard.isEmpty)
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(millisecondsSinceEpoch: .max / 4)
}
