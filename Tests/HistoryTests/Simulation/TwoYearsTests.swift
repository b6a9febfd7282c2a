import Foundation
import GRDB
import Model
import Seeds
import Testing

@testable import History

/// Two years of a supervisor, with crashes and clocks that are moved, held against what really happened.
///
/// The years have a leap day, and the clocks of those who ask change four times.
@Suite("over two years")
struct TwoYearsTests {
    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000
    /// 2027-07-01T00:00:00Z; 2028 is a leap year.
    private static let begin: Int64 = 1_814_400_000_000
    private static let end = begin + 731 * day

    @Test("every account adds up to its period, counts agree with their samples, and no crash loses what was committed")
    func simulation() throws {
        let supervisor = try SimulatedSupervisor(at: Self.begin, seed: 2027)
        var endings = 0
        while supervisor.clock < Self.end {
            try supervisor.live(Int64.random(in: Self.minute...24 * Self.hour, using: &supervisor.random))
            switch Int.random(in: 0..<60, using: &supervisor.random) {
            case 0:
                let back = Int64.random(in: 3000...20 * Self.hour, using: &supervisor.random)
                try supervisor.moveClock(-back)
            case 1:
                let ahead = Int64.random(in: 6000...3 * Self.day, using: &supervisor.random)
                try supervisor.moveClock(ahead)
            case 2...4:
                let kinds: [SimulatedSupervisor.Ending] = [.inOrder, .killed, .killedWriting, .killedTidying]
                // While nobody runs, somebody may set the clock back, too.
                let away = Int64.random(in: -10 * Self.hour...2 * Self.day, using: &supervisor.random)
                try supervisor.end(kinds[endings % kinds.count], away: away)
                endings += 1
            default: break
            }
        }
        try supervisor.tidy()
        #expect(endings >= 40, "all endings were tried again and again")
        let now = supervisor.clock
        try supervisor.expectTruth(now: now, since: Self.begin - Self.day)
        for _ in 0..<40 {
            let since = Int64.random(in: Self.begin...now, using: &supervisor.random)
            let until = since + Int64.random(in: 1...90 * Self.day, using: &supervisor.random)
            try supervisor.expectTruth(now: now, since: since, until: min(until, now))
        }
        try expectCounts(supervisor)
        try expectLocalDays(supervisor)
        try expectNothingHidden(supervisor)
    }

    /// Session counts of each level are those of the samples.
    private func expectCounts(_ supervisor: SimulatedSupervisor) throws {
        let reader = try supervisor.state.reader()
        let levels: [(length: Int64, kept: Int64)] = [
            (Self.day, 800 * Self.day), (Self.hour, 399 * Self.day), (Self.minute, 13 * Self.day),
            (10_000, 47 * Self.hour),
        ]
        for (length, kept) in levels {
            let since = (supervisor.clock - kept) / length * length
            var question = HistoryQuestion()
            question.since = Timestamp(millisecondsSinceEpoch: since)
            let answered = try reader.sessions(question, bucketMilliseconds: length).map {
                CountLine(
                    at: $0.at.millisecondsSinceEpoch, subject: $0.subject.server, new: $0.total, bytesIn: $0.bytesIn,
                    least: $0.min ?? -1, most: $0.max, last: $0.current)
            }
            let samples = supervisor.truth.samples.filter { $0.at.millisecondsSinceEpoch >= since }
            #expect(answered.isEmpty == samples.isEmpty)
            #expect(Set(answered) == CountLine.expected(of: samples, every: length), "every \(length) ms")
        }
    }

    /// Days as clocks on walls show them: of 23, 24 and 25 hours, of 24 and a half in one place, and one in February more.
    private func expectLocalDays(_ supervisor: SimulatedSupervisor) throws {
        for (place, lengths) in [
            ("Europe/Berlin", [23, 24, 25]), ("America/New_York", [23, 24, 25]),
            ("Australia/Lord_Howe", [23.5, 24, 24.5]),
        ] {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: place))
            let midnights = try midnights(calendar)
            #expect(midnights.count == 732)
            let pairs = zip(midnights, midnights.dropFirst()).map { ($0, $1) }
            #expect(Set(pairs.map { Double($1 - $0) / Double(Self.hour) }) == Set(lengths), "\(place)")
            // Days that are unlike others and those beside them one by one, what lies between in one piece.
            let unlike = pairs.indices.filter {
                pairs[$0].1 - pairs[$0].0 != Self.day || isLeapDay(pairs[$0].0, calendar)
            }
            #expect(unlike.count == 5, "four changes of clocks and a leap day in \(place)")
            let edges = ([0, pairs.count] + unlike.flatMap { [$0 - 1, $0, $0 + 1, $0 + 2] }).sorted()
            var question = HistoryQuestion()
            var sum = Availability(
                server: .other, since: Timestamp(millisecondsSinceEpoch: midnights[0]),
                until: Timestamp(millisecondsSinceEpoch: midnights[731]))
            let reader = try supervisor.state.reader()
            let now = Timestamp(millisecondsSinceEpoch: supervisor.clock)
            question.instance = ServerIdentity.other.instance
            for (from, to) in zip(edges, edges.dropFirst()) where from < to {
                try supervisor.expectTruth(now: supervisor.clock, since: midnights[from], until: midnights[to])
                question.since = Timestamp(millisecondsSinceEpoch: midnights[from])
                question.until = Timestamp(millisecondsSinceEpoch: midnights[to])
                let account = try #require(try reader.uptime(question, now: now).first)
                sum.upMilliseconds += account.upMilliseconds
                sum.downMilliseconds += account.downMilliseconds
                sum.maintMilliseconds += account.maintMilliseconds
                sum.unknownMilliseconds += account.unknownMilliseconds
            }
            (question.since, question.until) = (sum.since, sum.until)
            let whole = try #require(try reader.uptime(question, now: now).first)
            #expect(
                [sum.upMilliseconds, sum.downMilliseconds, sum.maintMilliseconds, sum.unknownMilliseconds]
                    == [
                        whole.upMilliseconds, whole.downMilliseconds, whole.maintMilliseconds,
                        whole.unknownMilliseconds,
                    ])
        }
    }

    private func midnights(_ calendar: Calendar) throws -> [Int64] {
        let first = calendar.startOfDay(for: Date(timeIntervalSince1970: Double(Self.begin / 1000) - 86_400))
        return try (0..<732).map { number in
            let day = try #require(calendar.date(byAdding: .day, value: number, to: first))
            return Int64(calendar.startOfDay(for: day).timeIntervalSince1970) * 1000
        }
    }

    private func isLeapDay(_ midnight: Int64, _ calendar: Calendar) -> Bool {
        let parts = calendar.dateComponents([.month, .day], from: Date(timeIntervalSince1970: Double(midnight / 1000)))
        return parts.month == 2 && parts.day == 29
    }

    /// Each crash, each gap and each step of the clock is an event, and the file is whole.
    private func expectNothingHidden(_ supervisor: SimulatedSupervisor) throws {
        let events = try supervisor.state.reader().events(HistoryQuestion()).map(\.record.kind)
        let counts = Dictionary(grouping: events, by: \.self).mapValues(\.count)
        #expect(counts == supervisor.truth.events)
        for kind in [EventKind.supervisorLost, .supervisorStopped, .gap, .clockSetBack, .clockSetForward] {
            #expect(counts[kind] ?? 0 > 0, "\(kind.rawValue) came to pass")
        }
        let (gaps, check) = try supervisor.state.inside().read { db in
            try (
                Int.fetchOne(db, sql: "SELECT count(*) FROM gaps"), String.fetchAll(db, sql: "PRAGMA integrity_check")
            )
        }
        #expect(gaps == counts[.gap])
        #expect(check == ["ok"])
    }
}

/// What the samples of one subject and bucket add up to.
private struct CountLine: Hashable {
    let at: Int64
    let subject: String
    let new: Int
    let bytesIn: Int64
    let least: Int
    let most: Int
    let last: Int

    static func expected(of samples: [SessionSample], every length: Int64) -> Set<CountLine> {
        let buckets = Dictionary(grouping: samples) {
            "\($0.at.millisecondsSinceEpoch / length * length) \($0.subject.server)"
        }
        return Set(
            buckets.values.compactMap { samples in
                guard let newest = samples.max(by: { $0.at < $1.at }) else { return nil }
                return CountLine(
                    at: newest.at.millisecondsSinceEpoch / length * length, subject: newest.subject.server,
                    new: samples.reduce(0) { $0 + $1.new }, bytesIn: samples.reduce(0) { $0 + $1.bytesIn },
                    least: samples.map(\.current).min() ?? -1, most: samples.map(\.max).max() ?? -1,
                    last: newest.current)
            })
    }
}
