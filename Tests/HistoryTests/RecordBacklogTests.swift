import Model
import Testing

@testable import History

@Suite("the records that wait for the disk")
struct RecordBacklogTests {
    private func limits(_ rows: Int, samples: Int, carried: Int = 10) -> RecorderLimits {
        var limits = RecorderLimits.standard
        (limits.queuedRows, limits.queuedSampleRows, limits.carriedTransitions) = (rows, samples, carried)
        return limits
    }

    @Test("come out in the order in which they went in, however many they are")
    func order() {
        var backlog = RecordBacklog(limits: limits(5000, samples: 5000))
        for number in 0..<3000 { backlog.offer(transition(at: .base + Int64(number))) }
        let load = backlog.take()
        #expect(load.records == (0..<3000).map { transition(at: .base + Int64($0)) })
        #expect(load.dropped.isEmpty)
        #expect(!backlog.hasWork)
        #expect(backlog.heldRows == 3000, "what the writer has in hand still counts")
        backlog.settle(records: 3000, rows: 3000, gap: false)
        #expect((backlog.heldRows, backlog.writtenRows, backlog.settled) == (0, 3000, backlog.accepted))
    }

    @Test("samples leave room for what is rarer and matters more")
    func samplesGiveWay() {
        var backlog = RecordBacklog(limits: limits(10, samples: 6))
        let batch = HistoryRecord.samples([sample(at: .base), sample(.backup, at: .base)])
        for _ in 0..<5 { backlog.offer(batch) }
        #expect((backlog.heldRows, backlog.droppedRows) == (6, 4))
        for number in 0..<4 {
            backlog.offer(.event(EventRecord(at: .base + Int64(number), instance: nil, kind: .ready)))
        }
        #expect((backlog.heldRows, backlog.droppedRows) == (10, 4))
        backlog.offer(.event(EventRecord(at: .base + 9, instance: nil, kind: .ready)))
        let dropped = backlog.take().dropped
        #expect((dropped.samples, dropped.events, dropped.transitions) == (4, 1, 0))
        #expect(dropped.span == .base...(.base + 9))
        #expect(dropped.summary == "4 samples, 1 event")
    }

    @Test("an empty batch of samples is not free")
    func emptyBatch() {
        var backlog = RecordBacklog(limits: limits(2, samples: 2))
        for _ in 0..<5 { backlog.offer(.samples([])) }
        #expect(backlog.heldRows == 2)
    }

    @Test("that are lost by the writer become part of the next gap")
    func lost() {
        var backlog = RecordBacklog(limits: limits(10, samples: 10))
        backlog.offer(transition())
        let target = backlog.accepted
        backlog.lose(backlog.take().records[...])
        #expect(backlog.settled >= target)
        #expect(backlog.take().dropped.transitions == 1)
        #expect((backlog.heldRows, backlog.droppedRows) == (0, 1))
    }

    @Test("wait longer after each failure, up to a bound, and each kind of trouble is told once")
    func trouble() {
        var limits = RecorderLimits.standard
        (limits.firstPause, limits.longestPause) = (.milliseconds(100), .milliseconds(500))
        var trouble = RecorderTrouble(limits: limits)
        let locked = HistoryError(code: .locked, message: "database is locked", path: "/x", operation: "write")
        let full = HistoryError(code: .full, message: "disk is full", path: "/x", operation: "INSERT")
        #expect(trouble.recovery(at: .base)?.report == nil)
        let answers = [locked, locked, full, locked, full].map { trouble.failed($0, at: .base) }
        #expect(answers.map { $0.report != nil } == [true, false, true, false, false])
        #expect(answers.map(\.pause) == [100, 200, 400, 500, 500].map { .milliseconds($0) })
        for _ in 0..<100 { #expect(trouble.failed(locked, at: .base).pause == .milliseconds(500)) }
        _ = trouble.failed(full, at: .base)
        let recovery = trouble.recovery(at: .base + 1500)
        #expect(recovery?.report == "history is written again after 1500 ms")
        #expect(recovery?.event.detail == "could not be written for 1500 ms: INSERT: disk is full")
        #expect(trouble.recovery(at: .base + (-5))?.report == "history is written again after 0 ms")
    }
}
