import Foundation
import GRDB
import Model
import Seeds
import Testing

@testable import History

/// A supervisor as far as its history sees it, on a clock of its own: it starts, lives, is killed and starts again.
///
/// Beside the database goes the truth of what was committed, and after each crash one is held against the other.
final class SimulatedSupervisor {
    static let servers = [ServerIdentity.primary, .backup, .other]
    private static let sampled = [ServerIdentity.primary, .frontend]
    private static let hour: Int64 = 3_600_000

    /// How a supervisor ends.
    enum Ending {
        case inOrder
        /// Between two writes.
        case killed
        /// In the middle of a write.
        case killedWriting
        /// In the middle of the housekeeping.
        case killedTidying
    }

    private(set) var state: StateDirectory
    private(set) var truth = Truth()
    /// What the wall clock shows.
    private(set) var clock: Int64
    var random: SeededGenerator
    private var store: HistoryStore
    private var keeper = Housekeeping(retention: .standard)
    private var lastKnown = LastKnownStates(limits: .standard)
    private var states: [ServerIdentity: ServerState] = [:]
    private var run: HistoryStore.Run
    /// Numbers the writes, so that of one that was torn it can be said whether it was made.
    private var writes = 0

    /// Starts for the first time.
    init(at clock: Int64, seed: UInt64) throws {
        self.clock = clock
        random = SeededGenerator(seed: seed)
        state = try StateDirectory()
        run = .init(processID: 1, version: "1", startedAt: Timestamp(millisecondsSinceEpoch: clock))
        store = try Self.open(state, run)
        truth.begin(at: clock, because: .supervisorStarted)
        try findServers()
    }

    private var now: Timestamp { Timestamp(millisecondsSinceEpoch: clock) }

    private static func open(_ state: StateDirectory, _ run: HistoryStore.Run) throws -> HistoryStore {
        try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: run, lockWait: .seconds(1), now: run.startedAt)
    }

    // MARK: Living

    /// Lets time go by, and writes what happened in it.
    func live(_ milliseconds: Int64) throws {
        let before = clock
        clock += milliseconds
        var records: [HistoryRecord] = []
        for server in Self.servers where Int.random(in: 0..<3, using: &random) == 0 {
            let at = Int64.random(in: before + 1...clock, using: &random)
            records.append(change(server, at: at))
        }
        for step in (0..<Int64.random(in: 0...3, using: &random)).reversed() {
            let counts = Self.sampled.map { subject in
                let current = Int.random(in: 0..<50, using: &random)
                return sample(
                    subject, at: now + -step * 10_000, current: current,
                    max: current + Int.random(in: 0..<9, using: &random), new: Int.random(in: 0..<20, using: &random),
                    bytesIn: Int64.random(in: 0..<9999, using: &random))
            }
            records.append(.samples(counts))
        }
        var lost: ClosedRange<Int64>?
        if Int.random(in: 0..<150, using: &random) == 0 {
            let from = Int64.random(in: before...clock, using: &random)
            lost = from...Int64.random(in: from...clock, using: &random)
        }
        try write(records, lost: lost)
        if Bool.random(using: &random) { try tidy() }
    }

    private func change(_ server: ServerIdentity, at moment: Int64) -> HistoryRecord {
        let all = [ServerState.up, .up, .down, .maint, .drain, .degraded, .stopping, .unknown]
        let next = all[Int.random(in: 0..<all.count, using: &random)]
        defer { states[server] = next }
        return transition(
            server, states[server] ?? .unknown, next, at: Timestamp(millisecondsSinceEpoch: moment))
    }

    private func write(_ records: [HistoryRecord], lost: ClosedRange<Int64>? = nil) throws {
        writes += 1
        let mark = HistoryRecord.event(EventRecord(at: now, instance: nil, kind: .changed, detail: "write \(writes)"))
        var gap: DroppedRecords?
        if let lost {
            var dropped = DroppedRecords()
            for moment in [lost.lowerBound, lost.upperBound] {
                dropped.add(transition(at: Timestamp(millisecondsSinceEpoch: moment)))
            }
            gap = dropped
        }
        let all = records + [mark]
        try store.write(notes: [], records: all[...], gap: gap, now: now)
        for record in all {
            truth.take(record)
            keeper.took(record)
            lastKnown.take(record)
        }
        if let lost { truth.lose(lost) }
        truth.live(until: clock)
    }

    /// Rolls up, adds up and removes all that is due.
    func tidy() throws {
        while try store.keepHouse(&keeper, now: now) {}
    }

    private func findServers() throws {
        states = [:]
        try write(Self.servers.map { change($0, at: clock) })
    }

    /// The clock is moved while the supervisor lives.
    func moveClock(_ milliseconds: Int64) throws {
        clock += milliseconds
        let step: ClockStep =
            milliseconds < 0 ? .back(milliseconds: -milliseconds) : .forward(milliseconds: milliseconds)
        run.startedAt = now
        let known = lastKnown.records(at: now, because: "the clock was set \(step.words)")
        try store.beginAgain(run, step: step, lastKnown: known)
        truth.begin(at: clock, because: step.event(at: now).kind)
        for record in known { truth.take(record) }
        keeper.restart()
    }

    // MARK: Ending

    /// Ends, is not there for a while, and starts again; a crash is looked at before.
    func end(_ ending: Ending, away: Int64) throws {
        switch ending {
        case .inOrder:
            try store.endRun(at: now)
            try store.close()
            truth.tell(.supervisorStopped)
            truth.live(until: clock)
        case .killed: try crash(with: try DiskImage(of: state))
        case .killedWriting: try crashWriting()
        case .killedTidying:
            let before = try DiskImage(of: state)
            for _ in 0..<Int.random(in: 1...8, using: &random) { _ = try store.keepHouse(&keeper, now: now) }
            try crash(with: torn(from: before, to: try DiskImage(of: state)))
        }
        clock += away
        let wasLost = ending != .inOrder
        run = .init(processID: run.processID + 1, version: "1", startedAt: now)
        store = try Self.open(state, run)
        truth.begin(at: clock, because: .supervisorStarted)
        if wasLost { truth.tell(.supervisorLost) }
        keeper = Housekeeping(retention: .standard)
        lastKnown = LastKnownStates(limits: .standard)
        try findServers()
    }

    private func crashWriting() throws {
        let (before, truthBefore) = (try DiskImage(of: state), truth)
        try live(Int64.random(in: 1000...Self.hour, using: &random))
        let image = torn(from: before, to: try DiskImage(of: state))
        let left = try image.restored()
        let last = try left.inside().read { db in
            try String.fetchOne(db, sql: "SELECT detail FROM events WHERE kind = 'CHANGED' ORDER BY id DESC LIMIT 1")
        }
        if last != "write \(writes)" {
            #expect(last == "write \(writes - 1)", "the write is not there, and the one before is")
            truth = truthBefore
        }
        try crash(with: image)
    }

    private func torn(from before: DiskImage, to after: DiskImage) -> DiskImage {
        let count = before.bytesWritten(until: after)
        return before.torn(after: Int.random(in: 0...count, using: &random), towards: after)
    }

    /// The process is gone, and these files are what is left.
    private func crash(with image: DiskImage) throws {
        try store.close()
        state = try image.restored()
        truth.end()
        // A reader may come before the next supervisor does.
        try expectTruth(now: truth.alive + Self.hour, since: truth.alive - 10 * 24 * Self.hour)
    }

    // MARK: Comparing

    /// Holds what the history says against the truth.
    func expectTruth(
        now: Int64, since: Int64, until: Int64? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let reader = try state.reader()
        var question = HistoryQuestion()
        question.since = Timestamp(millisecondsSinceEpoch: since)
        question.until = until.map { Timestamp(millisecondsSinceEpoch: $0) }
        let accounts = try reader.uptime(question, now: Timestamp(millisecondsSinceEpoch: now))
        #expect(accounts.count == Self.servers.count, sourceLocation: sourceLocation)
        for account in accounts {
            expectTruth(account, from: since, to: until ?? now, sourceLocation)
        }
        let counts = try state.inside().read { db in
            try (
                Int.fetchOne(db, sql: "SELECT count(*) FROM transitions"),
                Int.fetchOne(db, sql: "SELECT count(*) FROM events WHERE kind = 'CHANGED'")
            )
        }
        #expect(counts.0 == truth.transitions && counts.1 == truth.events[.changed], sourceLocation: sourceLocation)
    }

    private func expectTruth(_ account: Availability, from: Int64, to: Int64, _ sourceLocation: SourceLocation) {
        let known = truth.account(account.server, from: from, to: to)
        #expect(
            [account.upMilliseconds, account.downMilliseconds, account.maintMilliseconds] == known,
            sourceLocation: sourceLocation)
        #expect(account.unknownMilliseconds == to - from - known.reduce(0, +), sourceLocation: sourceLocation)
    }
}
