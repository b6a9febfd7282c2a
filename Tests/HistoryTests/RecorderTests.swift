import Foundation
import GRDB
import Model
import Testing

@testable import History

@Suite("the recorder writes what it is offered")
struct RecorderTests {
    @Test("a transition comes back with everything that was recorded of it")
    func fullTransition() async throws {
        let state = try StateDirectory()
        var record = TransitionRecord(at: .base, server: .primary, from: .up, to: .down)
        record.status = .layer4Error
        record.code = 111
        record.detail = "Connection refused"
        record.checkMilliseconds = 3
        record.lastedMilliseconds = 86_400_000
        record.sessions = 17
        record.activeServers = 0
        record.backupServers = 1
        record.carriers = ["rabbit_backup", "rabbit_spare"]
        record.sessionsCut = 17
        record.actor = "uid 1000 (ada)"
        record.reason = "it's \"quoted\"; DROP TABLE runs -- ünïcode"
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(.transition(record))
        await recorder.flush()
        let rows = try state.reader().transitions(HistoryQuestion())
        #expect(rows.map(\.record) == [record])
        await recorder.stop()
    }

    @Test("a run begins with SUPERVISOR_STARTED and ends with SUPERVISOR_STOPPED")
    func runEvents() async throws {
        let state = try StateDirectory()
        let clock = TestClock()
        let recorder = state.recorder(clock: clock)
        recorder.start()
        recorder.offer(.event(EventRecord(at: .base + 5, instance: "warren", kind: .started, detail: "127.0.0.1:5680")))
        await recorder.flush()
        clock.advance(milliseconds: 1000)
        await recorder.stop()
        let events = try state.reader().events(HistoryQuestion()).map(\.record)
        #expect(events.map(\.kind) == [.supervisorStarted, .started, .supervisorStopped])
        #expect(events.map(\.at) == [.base, .base + 5, .base + 1000])
        #expect(events.first?.detail == "pid 4711, version 0.1.0")
        #expect(events.map(\.instance) == [nil, "warren", nil])
        #expect(recorder.status == RecorderStatus(queued: 0, dropped: 0, written: 1, trouble: nil))
    }

    @Test("nothing is left beside the database after an orderly end")
    func cleanEnd() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        await recorder.stop()
        #expect(try state.files == ["history.sqlite"])
    }

    @Test("the writer's thread has a name, for those who look at what costs time")
    func threadName() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        await recorder.flush()
        let tasks = "/proc/self/task"
        let names = try FileManager.default.contentsOfDirectory(atPath: tasks).map { task in
            // A thread that ends meanwhile has none.
            (try? String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8)) ?? ""
        }
        #expect(names.contains("history\n"), "\(names)")
        await recorder.stop()
    }

    @Test("the heartbeat goes on while nothing happens")
    func heartbeat() async throws {
        let state = try StateDirectory()
        let clock = TestClock()
        let recorder = state.recorder(clock: clock)
        recorder.start()
        try await eventually("the run begins") { try heartbeat(state) == .base }
        clock.advance(milliseconds: 60_000)
        try await eventually("the heartbeat follows the clock") { try heartbeat(state) == .base + 60_000 }
        clock.advance(milliseconds: -1000)
        recorder.offer(transition())
        await recorder.flush()
        #expect(try heartbeat(state) == .base + 60_000, "a clock that is set back a little takes nothing back")
        await recorder.stop()
    }

    @Test("a clock that is set back begins another run, which is believed; the states go on")
    func clockSetBack() async throws {
        let state = try StateDirectory()
        let (clock, ear) = (TestClock(), TestEar())
        let recorder = state.recorder(clock: clock, ear: ear)
        recorder.start()
        recorder.offer(.inventory(at: .base, instance: "warren", servers: [.primary, .backup]))
        recorder.offer(transition(.primary, .unknown, .up, at: .base))
        recorder.offer(transition(.backup, .unknown, .down, at: .base))
        await recorder.flush()
        clock.advance(milliseconds: 7_200_000)
        recorder.offer(transition(.primary, .up, .down, at: .base + 7_200_000))
        await recorder.flush()
        clock.advance(milliseconds: -3_600_000)
        try await eventually("the step is noticed") {
            try state.reader().events(HistoryQuestion()).map(\.record.kind).contains(.clockSetBack)
        }
        recorder.offer(transition(.primary, .down, .up, at: .base + 3_700_000))
        clock.advance(milliseconds: 400_000)
        await recorder.flush()
        try await eventually("the heartbeat follows") {
            try state.inside().read { try Int64.fetchOne($0, sql: "SELECT max(heartbeat_at) FROM runs WHERE id = 2") }
                == (Timestamp.base + 4_000_000).millisecondsSinceEpoch
        }
        let accounts = try state.reader().uptime(HistoryQuestion(), now: .base + 4_000_000)
        // Up for an hour, down (as it was before the step) for 100 s, and up again.
        #expect(accounts.map(\.upMilliseconds) == [3_900_000, 0])
        #expect(accounts.map(\.downMilliseconds) == [100_000, 4_000_000])
        #expect(accounts.map(\.unknownMilliseconds) == [0, 0])
        #expect(ear.heard.count == 1)
        await recorder.stop()
    }

    private func heartbeat(_ state: StateDirectory) throws -> Timestamp? {
        guard FileManager.default.fileExists(atPath: state.database), (try? state.reader()) != nil else { return nil }
        return try state.inside().read { db in
            try Int64.fetchOne(db, sql: "SELECT heartbeat_at FROM runs").map { Timestamp(millisecondsSinceEpoch: $0) }
        }
    }

    @Test("a run that never ended is closed at its last heartbeat and recorded as lost")
    func lostRun() async throws {
        let state = try StateDirectory()
        let clock = TestClock()
        let first = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path),
            run: HistoryStore.Run(processID: 99, version: "0.0.9", startedAt: .base), lockWait: .seconds(1), now: .base)
        try first.write(notes: [], records: [transition()][...], gap: nil, now: .base + 7000)
        try first.close()
        clock.now = .base + 100_000
        let recorder = state.recorder(clock: clock)
        recorder.start()
        await recorder.stop()
        let events = try state.reader().events(HistoryQuestion()).map(\.record)
        #expect(events.map(\.kind) == [.supervisorStarted, .supervisorLost, .supervisorStarted, .supervisorStopped])
        #expect(events[1].at == .base + 7000)
        #expect(events[1].detail == "pid 99, version 0.0.9")
        let runs = try state.inside().read { try Row.fetchAll($0, sql: "SELECT ended_at, lost FROM runs ORDER BY id") }
        #expect(runs.map { $0["lost"] as Int } == [1, 0])
        #expect(runs[0]["ended_at"] == (Timestamp.base + 7000).millisecondsSinceEpoch)
    }

    @Test("records offered before the start are written, those after the end are counted as dropped")
    func outsideOfTheRun() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.offer(transition())
        await recorder.flush()
        #expect(recorder.status.queued == 1)
        recorder.start()
        recorder.start()
        await recorder.flush()
        await recorder.stop()
        await recorder.stop()
        recorder.offer(transition())
        await recorder.flush()
        #expect(recorder.status == RecorderStatus(queued: 0, dropped: 1, written: 1, trouble: nil))
        #expect(try state.reader().transitions(HistoryQuestion()).count == 1)
    }

    @Test("a recorder that never started ends at once and leaves no file")
    func neverStarted() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        await recorder.stop()
        recorder.start()
        #expect(try state.files.isEmpty)
    }

    @Test("offers from many threads all arrive, in each thread's order")
    func manyThreads() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    for number in 0..<500 {
                        var record = TransitionRecord(
                            at: .base + Int64(number),
                            server: ServerIdentity(instance: "i", proxy: "p", server: "s\(thread)"),
                            from: .up, to: .down)
                        record.sessions = number
                        recorder.offer(.transition(record))
                    }
                }
            }
        }
        await recorder.flush()
        let reader = try state.reader()
        for thread in 0..<8 {
            var question = HistoryQuestion()
            question.server = "s\(thread)"
            #expect(try reader.transitions(question).map(\.record.sessions) == Array(0..<500))
        }
        await recorder.stop()
    }

    @Test("a server that left the configuration is in no known state from then on")
    func removedServer() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(.inventory(at: .base, instance: "warren", servers: [.primary, .backup]))
        recorder.offer(transition(.backup, .unknown, .up, at: .base + 100))
        recorder.offer(.samples([sample(.frontend, at: .base + 100)]))
        recorder.offer(.inventory(at: .base + 1000, instance: "warren", servers: [.primary]))
        recorder.offer(.inventory(at: .base + 2000, instance: "warren", servers: [.primary]))
        await recorder.flush()
        let reader = try state.reader()
        let rows = try reader.transitions(HistoryQuestion()).map(\.record)
        #expect(rows.map(\.to) == [.up, .unknown])
        #expect(rows.last?.server == .backup)
        #expect(rows.last?.detail == "no longer configured")
        #expect(rows.last?.lastedMilliseconds == 900)
        #expect(try reader.servers() == [.primary, .backup])
        await recorder.stop()
    }
}
