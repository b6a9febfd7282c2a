import EventLoop
import Seeds
import Testing

/// The queue against a model that sorts an array each time.
@Suite("timer queue")
struct TimerQueueTests {
    private func token(_ number: UInt32) -> EventToken { EventToken(kind: 1, generation: 0, index: number) }
    private func time(_ nanoseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

    @Test("an empty queue has no deadline and gives nothing")
    func empty() {
        var queue = TimerQueue()
        #expect(queue.nextDeadline == nil)
        #expect(queue.popDue(time(.max)) == nil)
        #expect(queue.count == 0)
    }

    @Test("a timer is given at its deadline and not a nanosecond before")
    func deadline() {
        var queue = TimerQueue()
        _ = queue.plan(at: time(100), token: token(7))
        #expect(queue.nextDeadline == time(100))
        #expect(queue.popDue(time(99)) == nil)
        #expect(queue.popDue(time(100)) == token(7))
        #expect(queue.popDue(time(100)) == nil)
    }

    @Test("cancelling no timer does nothing")
    func cancelNone() {
        var queue = TimerQueue()
        _ = queue.plan(at: time(1), token: token(1))
        var handle = TimerHandle.none
        queue.cancel(&handle)
        #expect(queue.count == 1)
        #expect(!handle.isPlanned)
    }

    @Test("a cancelled timer is never given, and its handle names nothing")
    func cancel() {
        var queue = TimerQueue()
        var handle = queue.plan(at: time(1), token: token(1))
        #expect(handle.isPlanned)
        queue.cancel(&handle)
        #expect(!handle.isPlanned)
        #expect(queue.popDue(time(10)) == nil)
        #expect(queue.nextDeadline == nil)
    }

    @Test("it agrees with a sorted array over random orders", arguments: 1...20 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = TimerQueue()
        var model: [(deadline: Int64, number: UInt32, handle: TimerHandle)] = []
        var now: Int64 = 0
        var next: UInt32 = 0
        for _ in 0..<3_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                // Few distinct deadlines, so that equal ones come up often.
                let deadline = now + Int64.random(in: -2...40, using: &random)
                let handle = queue.plan(at: time(deadline), token: token(next))
                model.append((deadline, next, handle))
                next += 1
            case 5..<7 where !model.isEmpty:
                let position = Int.random(in: 0..<model.count, using: &random)
                var handle = model.remove(at: position).handle
                queue.cancel(&handle)
            default:
                now += Int64.random(in: 0...10, using: &random)
                while let given = queue.popDue(time(now)) {
                    let due = model.map(\.deadline).min()
                    guard let position = model.firstIndex(where: { $0.number == given.index }) else {
                        Issue.record("timer \(given.index) was given twice or after its cancelling")
                        return
                    }
                    #expect(model[position].deadline == due)
                    model.remove(at: position)
                }
                #expect(!model.contains { $0.deadline <= now })
            }
            #expect(queue.count == model.count)
            #expect(queue.nextDeadline?.nanoseconds == model.map(\.deadline).min())
        }
    }
}
