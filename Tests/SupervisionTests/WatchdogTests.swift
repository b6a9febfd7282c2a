import EventLoop
import Foundation
import Model
import Proxy
import Synchronization
import Testing

@testable import Supervision

@Suite("Watchdog")
struct WatchdogTests {
    @Test("a loop that hangs is an event with what it was doing and where it is, and is beyond help later")
    func hangs() throws {
        let history = Kept()
        let told = Mutex<[String]>([])
        let hopeless = Mutex<[String]>([])
        let watchdog = Watchdog(
            stalledAfter: .seconds(2), hopelessAfter: .seconds(4), history: history,
            report: { line in told.withLock { $0.append(line) } },
            reaction: .init(hopeless: { line in hopeless.withLock { $0.append(line) } }))
        let worker = try HangingWorker()
        watchdog.watch(worker, of: "main")
        for _ in 0...2 { watchdog.look(after: .seconds(1)) }
        let event = try #require(history.events.first)
        #expect(history.events.count == 1)
        #expect(event.kind == .stalled && event.instance == "main")
        let detail = try #require(event.detail)
        #expect(detail.hasPrefix("busy with an order for 2.0 s, thread "))
        #expect(detail.contains("hangUntilReleased"), "\(detail)")
        #expect(told.withLock { $0.count } > 2)
        #expect(hopeless.withLock { $0.isEmpty })
        for _ in 0...1 { watchdog.look(after: .seconds(1)) }
        #expect(hopeless.withLock { $0 } == ["main: its loop has been stuck for 4.0 s"])
        worker.release()
        watchdog.look(after: .seconds(1))
        #expect(told.withLock { $0.last }?.contains("turns again after") == true)
    }

    @Test("as long as no loop is beyond help, all is well, also when there is none")
    func well() throws {
        let count = Mutex(0)
        let watchdog = Watchdog(
            stalledAfter: .seconds(1), hopelessAfter: .seconds(2), history: Kept(), report: { _ in },
            reaction: .init(allWell: { count.withLock { $0 += 1 } }))
        watchdog.look(after: .seconds(1))
        #expect(count.withLock { $0 } == 1)
        let worker = try HangingWorker()
        watchdog.watch(worker, of: "main")
        for _ in 0..<4 { watchdog.look(after: .seconds(1)) }
        // The first look sees the turn, the second counts one second, the third two.
        #expect(count.withLock { $0 } == 3)
        worker.release()
    }

    private final class Kept: HistorySink {
        private let records = Mutex<[HistoryRecord]>([])

        var events: [EventRecord] {
            records.withLock { $0.compactMap { if case .event(let event) = $0 { event } else { nil } } }
        }

        func offer(_ record: HistoryRecord) { records.withLock { $0.append(record) } }
    }
}

/// A worker whose loop is in the middle of a turn until it is released.
private final class HangingWorker: InstanceWorker {
    private let pulse = LoopPulse()
    private let gate = DispatchSemaphore(value: 0)
    private let isReleased = Mutex(false)

    init() throws {
        let begun = DispatchSemaphore(value: 0)
        try LoopThread.start(name: "hangs") { [pulse, gate] in
            pulse.attach()
            pulse.wake(at: .now())
            hangUntilReleased(gate, telling: begun)
        }
        begun.wait()
    }

    func release() {
        isReleased.withLock { $0 = true }
        gate.signal()
    }

    var presentTurn: WorkerTurn? {
        guard !isReleased.withLock({ $0 }) else { return nil }
        return pulse.present.map { WorkerTurn(began: $0.began, work: "an order", thread: $0.thread) }
    }

    func snapshot() async -> InstanceSnapshot? { nil }
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? { nil }
    func carryOut(_ act: RuntimeAct, actor: String, reason: String?) async -> ActResult { .refused(.notRunning) }
    func stopAccepting() async {}
    func inheritance() async -> [ServerIdentity: InheritedServer] { [:] }
    func stop(grace: Duration, isFinal: Bool, actor: String?, reason: String?) async {}
    func waitUntilEnded() async {}
    func take(_ mark: SessionMark) {}
    func finish(grace: Duration, actor: String?, reason: String?) async -> InstanceSnapshot? { nil }
}

@inline(never)
private func hangUntilReleased(_ gate: DispatchSemaphore, telling begun: DispatchSemaphore) {
    begun.signal()
    gate.wait()
}
