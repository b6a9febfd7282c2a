import Foundation
import GRDB
import Model
import Testing

@testable import History

@Suite("the recorder outlives trouble with its database")
struct RecorderTroubleTests {
    @Test("a locked database is reported once, and once when it is over; nothing is lost")
    func locked() async throws {
        let state = try StateDirectory()
        let ear = TestEar()
        let recorder = state.recorder(ear: ear)
        recorder.start()
        try await eventually("the database is there") { (try? state.reader()) != nil }
        let lock = try state.inside()
        try lock.run("BEGIN IMMEDIATE")
        for number in 0..<50 { recorder.offer(transition(at: .base + Int64(number))) }
        try await eventually("the trouble is noticed") { recorder.status.trouble != nil }
        #expect(recorder.status.queued == 50)
        try lock.run("ROLLBACK")
        await recorder.flush()
        #expect(recorder.status == RecorderStatus(queued: 0, dropped: 0, written: 50, trouble: nil))
        #expect(try state.reader().transitions(HistoryQuestion()).count == 50)
        let heard = ear.heard
        #expect(heard.count == 2)
        #expect(heard.first?.contains("database is locked") == true)
        #expect(heard.first?.contains(state.database) == true)
        #expect(heard.last?.hasPrefix("history is written again after ") == true)
        let events = try state.reader().events(HistoryQuestion()).map(\.record)
        #expect(events.map(\.kind) == [.supervisorStarted, .historyTrouble])
        #expect(events.last?.detail?.hasPrefix("could not be written for ") == true)
        await recorder.stop()
    }

    @Test("a full queue drops, counts, and shows the gap; the newest state of each server survives")
    func overflow() async throws {
        let state = try StateDirectory()
        var limits = RecorderLimits.quick
        limits.queuedRows = 21
        limits.queuedSampleRows = 11
        limits.carriedTransitions = 2
        let recorder = state.recorder(limits: limits)
        recorder.start()
        recorder.offer(.event(EventRecord(at: .base, instance: "warren", kind: .started)))
        await recorder.flush()
        let lock = try state.inside()
        try lock.run("BEGIN IMMEDIATE")
        // The writer now has one record in hand, and takes no further ones before it is written.
        recorder.offer(.event(EventRecord(at: .base, instance: "warren", kind: .ready)))
        try await eventually("the trouble is noticed") { recorder.status.trouble != nil }
        for number in 0..<12 { recorder.offer(.samples([sample(at: .base + Int64(number))])) }  // 10 fit
        for number in 0..<10 {  // all fit
            recorder.offer(transition(.primary, .down, .up, at: .base + Int64(100 + number)))
        }
        recorder.offer(transition(.primary, .up, .down, at: .base + 200))  // carried, then dropped for the next
        recorder.offer(transition(.primary, .down, .maint, at: .base + 300))  // carried
        recorder.offer(transition(.backup, .up, .down, at: .base + 310))  // carried
        recorder.offer(transition(.other, .up, .down, at: .base + 320))  // no room left to carry it
        recorder.offer(.event(EventRecord(at: .base + 330, instance: "warren", kind: .crashed)))
        recorder.offer(.inventory(at: .base + 340, instance: "warren", servers: []))
        #expect(recorder.status.queued == 23)
        #expect(recorder.status.dropped == 6)
        try lock.run("ROLLBACK")
        await recorder.flush()
        #expect(recorder.status == RecorderStatus(queued: 0, dropped: 6, written: 24, trouble: nil))
        let reader = try state.reader()
        let rows = try reader.transitions(HistoryQuestion()).map(\.record)
        #expect(rows.count == 12)
        #expect(rows.suffix(2).map(\.server) == [.primary, .backup])
        #expect(rows.suffix(2).map(\.to) == [.maint, .down])
        let gap = try reader.events(HistoryQuestion()).map(\.record).first { $0.kind == .gap }
        #expect(
            gap?.detail
                == "dropped 2 transitions, 2 samples, 1 event, 1 server list of 2026-01-01T00:00:00.010Z to "
                + "2026-01-01T00:00:00.340Z")
        let row = try #require(try state.inside().read { try Row.fetchOne($0, sql: "SELECT * FROM gaps") })
        #expect(row["from_at"] == (Timestamp.base + 10).millisecondsSinceEpoch)
        #expect(row["to_at"] == (Timestamp.base + 340).millisecondsSinceEpoch)
        #expect(row["transitions"] == 2)
        await recorder.stop()
    }

    @Test(
        "a damaged database is set aside and a new one begun",
        arguments: ["garbage", "a damaged page", "a truncated file", "zeros"])
    func corrupt(kind: String) async throws {
        let state = try StateDirectory()
        let ear = TestEar()
        try await Damage.make(kind, in: state)
        let recorder = state.recorder(ear: ear)
        recorder.start()
        recorder.offer(transition(.backup))
        await recorder.flush()
        #expect(try state.reader().transitions(HistoryQuestion()).map(\.record.server) == [.backup])
        await recorder.stop()
        let asideName = "history.sqlite.corrupt-20260101T000000Z"
        #expect(try state.files.contains(asideName))
        #expect(ear.heard.count == 1)
        #expect(ear.heard.first?.contains("set aside as \(asideName)") == true)
        let events = try state.reader().events(HistoryQuestion()).map(\.record)
        #expect(events.map(\.kind) == [.supervisorStarted, .historyTrouble, .supervisorStopped])
        #expect(events[1].detail?.contains(asideName) == true)
    }

    @Test("a database that is damaged while it is in use is set aside, and what was in hand goes into the new one")
    func corruptWhileRunning() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        for number in 0..<2000 { recorder.offer(transition(at: .base + Int64(number))) }
        await recorder.flush()
        try state.inside().run("PRAGMA wal_checkpoint(TRUNCATE)")
        try Damage.overwritePages(from: 2, in: state)
        recorder.offer(transition(.backup, at: .base + 9000))
        await recorder.flush()
        #expect(try state.reader().transitions(HistoryQuestion()).map(\.record.server) == [.primary, .backup])
        await recorder.stop()
        #expect(try state.files.contains("history.sqlite.corrupt-20260101T000000Z"))
    }

    @Test("two damaged databases in one second get two names")
    func asideNames() throws {
        let state = try StateDirectory()
        let file = HistoryFile(stateDirectory: state.path)
        for expected in ["history.sqlite.corrupt-20260101T000000Z", "history.sqlite.corrupt-20260101T000000Z-2"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: file.path))
            try Data("y".utf8).write(to: URL(fileURLWithPath: file.path + "-wal"))
            #expect(try file.setAside(at: .base) == expected)
            #expect(try state.files.contains(expected + "-wal"))
        }
        #expect(try file.identity() == nil)
    }

    @Test("a newer program's database is left exactly as it is")
    func newerSchema() async throws {
        let state = try StateDirectory()
        try await Damage.history(in: state)
        try state.inside().run("PRAGMA user_version = 99")
        try await isRefused(state, because: "a newer supervise wrote it")
        #expect(throws: HistoryError.self) { try state.reader() }
    }

    @Test("another program's database is left exactly as it is")
    func foreignDatabase() async throws {
        let state = try StateDirectory()
        try state.inside().run("CREATE TABLE runs (id INTEGER)")
        try await isRefused(state, because: "not a history of supervise")
    }

    private func isRefused(_ state: StateDirectory, because reason: String) async throws {
        let before = try state.inside().read { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master") }
        let ear = TestEar()
        let recorder = state.recorder(limits: .impatient, ear: ear)
        recorder.start()
        recorder.offer(transition())
        try await eventually("it is said") { recorder.status.trouble != nil }
        #expect(recorder.status.trouble?.contains(reason) == true)
        await recorder.stop()
        #expect(ear.heard.count == 2)
        #expect(ear.heard.last == "history ends without the end of this run; lost: 1 transition")
        #expect(recorder.status == RecorderStatus(queued: 0, dropped: 1, written: 0, trouble: recorder.status.trouble))
        #expect(try state.inside().read { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master") } == before)
        #expect(try state.files.allSatisfy { !$0.contains("corrupt") })
    }

    @Test("records that the database will never take are left out after a few attempts, and the rest goes on")
    func hopeless() async throws {
        let state = try StateDirectory()
        let ear = TestEar()
        let recorder = state.recorder(ear: ear)
        recorder.start()
        recorder.offer(transition(.primary))
        await recorder.flush()
        try state.inside().run("DROP TABLE samples")
        recorder.offer(.samples([sample(at: .base)]))
        await recorder.flush()
        recorder.offer(transition(.backup))
        await recorder.flush()
        #expect(recorder.status.dropped == 1)
        let reader = try state.reader()
        #expect(try reader.transitions(HistoryQuestion()).count == 2)
        await recorder.stop()
        #expect(try reader.events(HistoryQuestion()).contains { $0.record.kind == .gap })
        #expect(ear.heard.count { $0.contains("no such table: samples") } == 2)
        #expect(recorder.status.trouble == nil)
    }

    @Test("after a few damaged databases the recorder leaves the next one where it is")
    func boundOfFilesSetAside() async throws {
        let state = try StateDirectory()
        try await Damage.make("garbage", in: state)
        let before = try Data(contentsOf: URL(fileURLWithPath: state.database))
        var limits = RecorderLimits.impatient
        limits.filesSetAside = 0
        let recorder = state.recorder(limits: limits)
        recorder.start()
        try await eventually("the trouble is noticed") { recorder.status.trouble != nil }
        await recorder.stop()
        #expect(try Data(contentsOf: URL(fileURLWithPath: state.database)) == before)
        #expect(try state.files == ["history.sqlite"])
    }

    @Test("a state directory that can't be made yet is tried again")
    func directoryLater() async throws {
        let state = try StateDirectory()
        let blocked = state.path + "/state"
        try Data().write(to: URL(fileURLWithPath: blocked))
        let ear = TestEar()
        let recorder = Recorder(
            stateDirectory: blocked, version: "1", processID: 1, limits: .quick, now: { .base },
            report: { ear.hear($0) })
        recorder.start()
        recorder.offer(transition())
        try await eventually("the trouble is noticed") { recorder.status.trouble != nil }
        try FileManager.default.removeItem(atPath: blocked)
        await recorder.flush()
        #expect(try HistoryDatabase(stateDirectory: blocked).transitions(HistoryQuestion()).count == 1)
        await recorder.stop()
        #expect(ear.heard.count == 2)
    }

    @Test(
        "a database that is removed while it is in use is begun anew, says so, and knows the servers' states",
        arguments: [["history.sqlite"], ["history.sqlite", "history.sqlite-wal", "history.sqlite-shm"]])
    func removedWhileRunning(files: [String]) async throws {
        let state = try StateDirectory()
        let clock = TestClock()
        let recorder = state.recorder(clock: clock)
        recorder.start()
        recorder.offer(.inventory(at: .base, instance: "warren", servers: [.primary, .backup]))
        recorder.offer(transition(.primary, .unknown, .up))
        recorder.offer(transition(.other, .unknown, .up))
        recorder.offer(transition(.other, .up, .unknown))
        await recorder.flush()
        for file in files { try FileManager.default.removeItem(atPath: state.path + "/" + file) }
        clock.advance(milliseconds: 1000)
        recorder.offer(transition(.backup, .unknown, .down, at: .base + 1000))
        await recorder.flush()
        let reader = try state.reader()
        let rows = try reader.transitions(HistoryQuestion()).map(\.record)
        #expect(rows.map(\.server) == [.primary, .backup])
        #expect(rows.map(\.to) == [.up, .down])
        #expect(rows.first?.detail == "taken over from the database before")
        #expect(try reader.servers() == [.primary, .backup])
        clock.advance(milliseconds: 1000)
        await recorder.stop()
        let uptime = try reader.uptime(HistoryQuestion(), now: .base + 2000)
        #expect(uptime.map(\.upMilliseconds) == [1000, 0])
        let events = try reader.events(HistoryQuestion()).map(\.record.kind)
        #expect(events == [.supervisorStarted, .historyTrouble, .supervisorStopped])
    }

    @Test("stop gives up in time while the database stays locked, and says what is lost")
    func stopWhileLocked() async throws {
        let state = try StateDirectory()
        let ear = TestEar()
        let recorder = state.recorder(limits: .impatient, ear: ear)
        recorder.start()
        try await eventually("the database is there") { (try? state.reader()) != nil }
        let lock = try state.inside()
        try lock.run("BEGIN IMMEDIATE")
        recorder.offer(.samples([sample(at: .base), sample(.backup, at: .base)]))
        let began = ContinuousClock.now
        await recorder.stop()
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(ear.heard.last == "history ends without the end of this run; lost: 2 samples")
        #expect(recorder.status.dropped == 2)
        try lock.run("ROLLBACK")
    }
}

extension RecorderLimits {
    /// Quick, and gives up soon.
    static var impatient: RecorderLimits {
        var limits = RecorderLimits.quick
        limits.stopPatience = .milliseconds(200)
        return limits
    }
}
