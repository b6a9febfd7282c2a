import Foundation
import GRDB
import Model
import Testing

@testable import History

@Suite("Handing the history over")
struct HandoverTests {
    @Test("the predecessor's run ends with the successor's beginning, is not lost, and what it writes later is kept")
    func handover() async throws {
        let state = try StateDirectory()
        let clock = TestClock()
        let old = Recorder(
            stateDirectory: state.path, version: "0.1.0", processID: 41, limits: .quick, now: { clock.now },
            report: { Issue.record("\($0)") })
        old.start()
        old.offer(.event(EventRecord(at: .base, instance: "warren", kind: .started)))
        await old.flush()

        clock.advance(milliseconds: 5_000)
        let new = Recorder(
            stateDirectory: state.path, version: "0.2.0", processID: 42, limits: .quick, successorOf: 41,
            now: { clock.now }, report: { Issue.record("\($0)") })
        new.start()
        new.offer(.event(EventRecord(at: clock.now, instance: "warren", kind: .started)))
        await new.flush()

        old.handOver()
        clock.advance(milliseconds: 1_000)
        let subject = ServerIdentity(instance: "warren", proxy: "p", server: "s")
        old.offer(
            .samples([
                SessionSample(
                    at: clock.now, subject: subject, intervalMilliseconds: 1_000, current: 0, max: 1, new: 1,
                    bytesIn: 1,
                    bytesOut: 1)
            ]))
        await old.stop()
        await new.stop()

        let events = try state.reader().events(HistoryQuestion()).map(\.record).filter { $0.instance == nil }
        #expect(events.map(\.kind) == [.supervisorStarted, .upgraded, .supervisorStarted, .supervisorStopped])
        #expect(events[1].detail == "from pid 41, version 0.1.0 to pid 42, version 0.2.0")
        let (runs, samples) = try state.inside().read { db in
            (
                try Row.fetchAll(db, sql: "SELECT ended_at, lost FROM runs ORDER BY id"),
                try Int.fetchOne(db, sql: "SELECT count(*) FROM samples")
            )
        }
        #expect(runs.map { $0["lost"] as Int } == [0, 0])
        #expect(runs[0]["ended_at"] == (Timestamp.base + 5_000).millisecondsSinceEpoch)
        #expect(samples == 1)
    }
}
