import Foundation
import GRDB
import Model
import Testing

@testable import History

@Suite("a killed supervisor")
struct CrashTests {
    @Test("loses no row that was committed, and leaves a database that is whole", arguments: 1...4)
    func killedWhileWriting(round: Int) async throws {
        let state = try StateDirectory()
        // The child writes until it is killed in the middle of it; after each flush it notes how far it had got.
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = state.path as String, round = round as Int] in
            let recorder = Recorder(
                stateDirectory: path, version: "1", processID: 77, limits: .quick, now: { .base + 1 }, report: { _ in })
            recorder.start()
            let noteAt = path + "/committed"
            try Data().write(to: URL(fileURLWithPath: noteAt))
            let note = try FileHandle(forWritingTo: URL(fileURLWithPath: noteAt))
            let killer = Thread {
                usleep(UInt32(60_000 * round))
                kill(getpid(), SIGKILL)
            }
            var number: Int64 = 0
            while true {
                for _ in 0..<(17 * round) {
                    recorder.offer(transition(at: .base + number))
                    number += 1
                }
                await recorder.flush()
                try note.write(contentsOf: Data("\(number)\n".utf8))
                if number == Int64(17 * round) { killer.start() }
            }
        }
        let committed = try #require(
            String(contentsOfFile: state.path + "/committed", encoding: .utf8).split(separator: "\n").last.flatMap {
                Int($0)
            })
        #expect(committed > 0)
        #expect(try state.files.contains("history.sqlite-wal"))

        // What is left can be asked at once, before any supervisor runs again, by a reader that changes nothing.
        let rows = try state.reader().transitions(HistoryQuestion())
        #expect(rows.count >= committed)
        #expect(rows.map(\.record.at) == (0..<Int64(rows.count)).map { .base + $0 })

        let recorder = state.recorder(clock: TestClock(.base + 60_000))
        recorder.start()
        await recorder.stop()
        #expect(try state.reader().transitions(HistoryQuestion()).count == rows.count)
        #expect(try state.inside().inDatabase { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        let events = try state.reader().events(HistoryQuestion()).map(\.record.kind)
        #expect(Set(events) == [.supervisorStarted, .supervisorLost, .supervisorStopped])
        #expect(try state.files.allSatisfy { !$0.contains("corrupt") })
    }
}
