import Foundation
import GRDB
import Model
import Testing

@testable import History

@Suite("the history answers")
struct HistoryDatabaseTests {
    /// Five transitions of three servers, one a minute.
    private func filled(_ state: StateDirectory) async throws -> HistoryDatabase {
        let clock = TestClock()
        let recorder = state.recorder(clock: clock)
        recorder.start()
        let servers: [ServerIdentity] = [.primary, .backup, .other, .primary, .primary]
        for (minute, server) in servers.enumerated() {
            recorder.offer(transition(server, .up, .down, at: .base + Int64(minute) * 60_000))
        }
        recorder.offer(.event(EventRecord(at: .base + 1, instance: "warren", kind: .started)))
        recorder.offer(.event(EventRecord(at: .base + 2, instance: "cluster", kind: .started)))
        await recorder.stop()
        return try state.reader()
    }

    private func minutes(_ reader: HistoryDatabase, _ change: (inout HistoryQuestion) -> Void) throws -> [Int64] {
        var question = HistoryQuestion()
        change(&question)
        return try reader.transitions(question).map {
            ($0.record.at.millisecondsSinceEpoch - Timestamp.base.millisecondsSinceEpoch) / 60_000
        }
    }

    @Test("about a server by its name, with its proxy, or with its instance")
    func names() async throws {
        let state = try StateDirectory()
        let reader = try await filled(state)
        #expect(try minutes(reader) { _ in } == [0, 1, 2, 3, 4])
        #expect(try minutes(reader) { $0.server = "rabbit" } == [0, 2, 3, 4])
        #expect(try minutes(reader) { $0.server = "rabbitmq/rabbit" } == [0, 2, 3, 4])
        #expect(try minutes(reader) { $0.server = "warren/rabbitmq/rabbit" } == [0, 3, 4])
        #expect(try minutes(reader) { $0.server = "rabbit_backup" } == [1])
        #expect(try minutes(reader) { ($0.server, $0.instance) = ("rabbit", "cluster") } == [2])
        #expect(try minutes(reader) { $0.instance = "warren" } == [0, 1, 3, 4])
        for name in ["nosuch", "", "/", "warren/rabbit", "a/warren/rabbitmq/rabbit", "rabbit' OR 1=1 --"] {
            #expect(try minutes(reader) { $0.server = name } == [], "\(name)")
        }
        #expect(try minutes(reader) { $0.instance = "nosuch" } == [])
    }

    @Test("about a time, about the newest, and about what came after a row")
    func times() async throws {
        let state = try StateDirectory()
        let reader = try await filled(state)
        #expect(try minutes(reader) { $0.since = .base + 60_000 } == [1, 2, 3, 4])
        #expect(try minutes(reader) { $0.until = .base + 60_000 } == [0])
        #expect(try minutes(reader) { $0.limit = 2 } == [3, 4])
        #expect(try minutes(reader) { ($0.limit, $0.server) = (2, "warren/rabbitmq/rabbit") } == [3, 4])
        #expect(try minutes(reader) { $0.limit = 0 } == [])
        let third = try reader.transitions(HistoryQuestion())[2].id
        #expect(try minutes(reader) { $0.after = third } == [3, 4])
        #expect(try minutes(reader) { $0.after = third + 2 } == [])
    }

    @Test("about the events of all, and of one instance alone")
    func events() async throws {
        let state = try StateDirectory()
        let reader = try await filled(state)
        var question = HistoryQuestion()
        question.server = "ignored"
        #expect(
            try reader.events(question).map(\.record.kind) == [
                .supervisorStarted, .supervisorStopped, .started, .started,
            ])
        question.instance = "cluster"
        #expect(try reader.events(question).map(\.record.kind) == [.started])
        question.instance = "nosuch"
        #expect(try reader.events(question).isEmpty)
    }

    @Test("about session counts in buckets aligned to the epoch")
    func buckets() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        for second in stride(from: Int64(10), through: 60, by: 10) {
            let at = Timestamp.base + second * 1000
            recorder.offer(
                .samples([
                    sample(
                        .frontend, at: at, current: Int(second), max: 100 - Int(second), new: 1, bytesIn: 10,
                        bytesOut: 20),
                    sample(.primary, at: at, current: 1, max: 2, new: 3, bytesIn: 4, bytesOut: 5),
                ]))
        }
        await recorder.stop()
        let reader = try state.reader()
        let rows = try reader.sessions(HistoryQuestion(), bucketMilliseconds: 30_000)
        #expect(rows.map(\.at) == [0, 0, 30_000, 30_000, 60_000, 60_000].map { .base + $0 })
        #expect(rows.map(\.subject.server) == ["FRONTEND", "rabbit", "FRONTEND", "rabbit", "FRONTEND", "rabbit"])
        #expect(rows.map(\.current) == [20, 1, 50, 1, 60, 1])
        #expect(rows.map(\.max) == [90, 2, 70, 2, 40, 2])
        #expect(rows.map(\.total) == [2, 6, 3, 9, 1, 3])
        #expect(rows.map(\.bytesIn) == [20, 8, 30, 12, 10, 4])
        #expect(rows.map(\.bytesOut) == [40, 10, 60, 15, 20, 5])
        var question = HistoryQuestion()
        (question.server, question.limit) = ("FRONTEND", 1)
        #expect(try reader.sessions(question, bucketMilliseconds: 86_400_000).map(\.total) == [6])
        #expect(try reader.sessions(question, bucketMilliseconds: 30_000).map(\.current) == [60])
        (question.limit, question.since, question.until) = (nil, .base + 20_000, .base + 40_000)
        #expect(try reader.sessions(question, bucketMilliseconds: 3_600_000).map(\.total) == [2])
    }

    @Test("about session counts rightly when two workers of an instance sample the same subject at the same moment")
    func twoWorkers() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(.samples([sample(at: .base, current: 5, max: 9, new: 2, bytesIn: 100, bytesOut: 1000)]))
        recorder.offer(.samples([sample(at: .base, current: 3, max: 3, new: 1, bytesIn: 10, bytesOut: 20)]))
        recorder.offer(.samples([sample(at: .base + 1, current: 6, max: 6, new: 4, bytesIn: 1, bytesOut: 2)]))
        await recorder.stop()
        let row = try #require(try state.reader().sessions(HistoryQuestion(), bucketMilliseconds: 1000).first)
        #expect((row.current, row.max, row.total, row.bytesIn, row.bytesOut) == (6, 9, 7, 111, 1022))
        let merged = try state.reader().sessions(HistoryQuestion(), bucketMilliseconds: 1).first
        #expect(merged?.current == 8)
    }

    @Test("about uptime over runs, a lost run and the live one")
    func uptime() async throws {
        let state = try StateDirectory()
        let file = HistoryFile(stateDirectory: state.path)
        func store(_ pid: Int32, _ started: Int64) throws -> HistoryStore {
            try HistoryStore(
                file: file, run: .init(processID: pid, version: "1", startedAt: .base + started), lockWait: .seconds(1),
                now: .base + started)
        }
        let first = try store(1, 0)
        try first.write(
            notes: [],
            records: [
                .inventory(at: .base, instance: "warren", servers: [.primary, .backup]),
                transition(.primary, .unknown, .up, at: .base + 1000),
                transition(.primary, .up, .down, at: .base + 11_000),
            ], gap: nil, now: .base + 21_000)
        try first.close()  // lost: its last heartbeat was at 21 s
        let second = try store(2, 50_000)
        try second.write(
            notes: [], records: [transition(.primary, .unknown, .maint, at: .base + 60_000)], gap: nil,
            now: .base + 65_000)
        let reader = try state.reader()
        let accounts = try reader.uptime(HistoryQuestion(), now: .base + 70_000)
        #expect(accounts.map(\.server) == [.primary, .backup])
        let primary = accounts[0]
        #expect(primary.upMilliseconds == 10_000)
        #expect(primary.downMilliseconds == 10_000)
        #expect(primary.maintMilliseconds == 10_000, "the live run goes on until now")
        #expect(primary.unknownMilliseconds == 40_000)
        #expect(primary.availability == 0.5)
        #expect(accounts[1].unknownMilliseconds == 70_000)
        #expect(accounts[1].availability == nil)

        let later = try reader.uptime(HistoryQuestion(), now: .base + 165_000)
        #expect(later[0].maintMilliseconds == 5_000, "without a sign of life the run ended at its last heartbeat")

        var question = HistoryQuestion()
        (question.server, question.since, question.until) = ("rabbit", .base + 6000, .base + 16_000)
        let part = try reader.uptime(question, now: .base + 70_000)
        #expect(part.map(\.upMilliseconds) == [5000])
        #expect(part.map(\.downMilliseconds) == [5000])

        try second.write(
            notes: [], records: [.inventory(at: .base + 66_000, instance: "warren", servers: [.primary])], gap: nil,
            now: .base + 70_000)
        (question.server, question.since, question.until) = (nil, .base + 67_000, nil)
        #expect(try reader.uptime(question, now: .base + 70_000).map(\.server) == [.primary])
        question.server = "rabbit_backup"
        #expect(try reader.uptime(question, now: .base + 70_000).map(\.unknownMilliseconds) == [3000])
        try second.close()
    }

    @Test("about uptime, that nothing is known while transitions were dropped; other gaps don't matter")
    func uptimeOverGaps() async throws {
        let state = try StateDirectory()
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
        try store.write(notes: [], records: [transition(.primary, .unknown, .up)], gap: nil, now: .base)
        var lossy = DroppedRecords()
        lossy.add(transition(.backup, at: .base + 2000))
        lossy.add(transition(.backup, at: .base + 5000))
        try store.write(notes: [], records: [], gap: lossy, now: .base + 6000)
        var harmless = DroppedRecords()
        harmless.add(.samples([sample(at: .base + 6000), sample(at: .base + 9000)]))
        try store.write(notes: [], records: [], gap: harmless, now: .base + 10_000)
        let account = try #require(try state.reader().uptime(HistoryQuestion(), now: .base + 10_000).first)
        #expect((account.upMilliseconds, account.unknownMilliseconds) == (7000, 3000))
        try store.close()
    }

    @Test("what a person may have meant")
    func suggestions() async throws {
        let state = try StateDirectory()
        let reader = try await filled(state)
        #expect(try reader.suggestion(for: "rabit_backup") == "rabbit_backup")
        #expect(try reader.suggestion(for: "Rabbit_Bakcup") == "rabbit_backup")
        #expect(try reader.suggestion(for: "rabbitmq/rabbti") == "rabbitmq/rabbit")
        #expect(try reader.suggestion(for: "waren/rabbitmq/rabbit") == "warren/rabbitmq/rabbit")
        #expect(try reader.suggestion(for: "rabbit") == nil)
        #expect(try reader.suggestion(for: "postgres") == nil)
        #expect(try reader.suggestion(for: "") == nil)
        #expect(EditDistance.between("kitten", "sitting") == 3)
        #expect(EditDistance.between("ab", "ba") == 1)
    }

    @Test("a missing history is said to be missing, with its path")
    func missing() throws {
        let state = try StateDirectory()
        let error = try #require(throws: HistoryError.self) { try state.reader() }
        #expect(error.code == .missing)
        #expect(error.path == state.database)
        #expect(error.description == "\(state.database): open: \(error.message)")
        try state.inside().run("PRAGMA page_count")
        #expect(
            try #require(throws: HistoryError.self) { try state.reader() }.code == .missing,
            "an empty file is no history")
        #expect(throws: HistoryError.self) { try HistoryDatabase(stateDirectory: state.path + "/nosuch/at/all") }
    }

    @Test("a damaged history is said to be damaged")
    func corrupt() async throws {
        let state = try StateDirectory()
        try await Damage.make("garbage", in: state)
        #expect(try #require(throws: HistoryError.self) { try state.reader() }.code == .corrupt)
    }

    @Test("while a supervisor writes, each answer is of one moment and nothing waits")
    func whileWriting() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(transition())
        await recorder.flush()
        let reader = try state.reader()
        let writing = Task.detached {
            for number in 1..<5000 {
                recorder.offer(transition(at: .base + Int64(number)))
                if number % 100 == 0 { await recorder.flush() }
            }
            await recorder.flush()
        }
        var counts: [Int] = []
        while counts.last != 5000, counts.count < 10_000 {
            let rows = try reader.transitions(HistoryQuestion())
            #expect(rows.map(\.record.at) == (0..<Int64(rows.count)).map { .base + $0 })
            counts.append(rows.count)
            await Task.yield()
        }
        await writing.value
        #expect(counts == counts.sorted())
        #expect(try reader.transitions(HistoryQuestion()).count == 5000)
        #expect(recorder.status.trouble == nil)
        await recorder.stop()
        #expect(try reader.transitions(HistoryQuestion()).count == 5000, "also after the supervisor has ended")
    }
}
