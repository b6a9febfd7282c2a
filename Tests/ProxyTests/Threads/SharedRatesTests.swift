import Dispatch
import EventLoop
import Synchronization
import Testing

@testable import Proxy

/// What several threads share: none of it may let in more than one thread would, or lose anything.
@Suite("what threads share")
struct SharedRatesTests {
    private static let threads = 8

    /// Runs a body on several threads at once, and adds up what they say.
    private func hammer(_ body: @Sendable (Int) -> Int) -> Int {
        let sum = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: Self.threads) { thread in
            sum.add(body(thread), ordering: .relaxed)
        }
        return sum.load(ordering: .relaxed)
    }

    @Test(
        "however many threads ask at once, as many connections get in as one thread would let in, at the same moments")
    func rates() {
        let rates = SharedRates()
        rates.limitConnections(to: 10)
        let moments: [(now: Int64, isAllowed: Int)] = [
            (5, 10), (900, 0), (1_005, 0), (1_006, 1), (1_105, 0), (1_206, 2), (2_006, 8), (9_000, 10),
        ]
        for moment in moments {
            let taken = hammer { _ in (0..<200).count { _ in rates.take(atMilliseconds: moment.now) } }
            #expect(taken == moment.isAllowed, "at \(moment.now)")
            #expect(rates.delay(atMilliseconds: moment.now) > 0)
        }
    }

    @Test("what is given back while others take lets as many in as without it")
    func givenBack() {
        let rates = SharedRates()
        rates.limitConnections(to: 50)
        rates.limitSessions(to: 30)
        let kept = hammer { thread in
            var kept = 0
            for round in 0..<500 where rates.take(atMilliseconds: 7) {
                if (thread + round).isMultiple(of: 3) { kept += 1 } else { rates.giveBack() }
            }
            return kept
        }
        let rest = hammer { _ in (0..<200).count { _ in rates.take(atMilliseconds: 7) } }
        #expect(kept + rest == 30)
        // Connections that become no sessions: the others may.
        for _ in 0..<20 { rates.giveBackSession() }
        #expect(hammer { _ in (0..<200).count { _ in rates.take(atMilliseconds: 7) } } == 20)
        #expect(rates.delay(atMilliseconds: 7) > 0)
    }

    @Test("a thread whose clock is behind neither turns the second back nor gets in more")
    func clocks() {
        let rates = SharedRates()
        rates.limitSessions(to: 4)
        #expect((0..<9).count { _ in rates.take(atMilliseconds: 2_000) } == 4)
        #expect(!rates.take(atMilliseconds: 1_990))
        let now = MonotonicTime(nanoseconds: 5_000_000_000)
        let counter = SharedRateCounter()
        for _ in 0..<3 { counter.count(at: now) }
        counter.count(at: MonotonicTime(nanoseconds: 4_999_000_000))
        #expect(counter.value(at: now) == 4)
    }

    @Test("a limit that is said again goes on; another one begins anew, and none lets all in")
    func changes() {
        let rates = SharedRates()
        rates.limitSessions(to: 2)
        #expect((0..<9).count { _ in rates.take(atMilliseconds: 0) } == 2)
        rates.limitSessions(to: 2)
        #expect(!rates.take(atMilliseconds: 0))
        rates.limitSessions(to: 3)
        #expect((0..<9).count { _ in rates.take(atMilliseconds: 0) } == 3)
        rates.limitSessions(to: nil)
        #expect((0..<9).allSatisfy { _ in rates.take(atMilliseconds: 0) })
    }

    @Test("the workers of an instance have the same rates, counters and ports as long as one of them has them")
    func group() {
        let group = WorkerGroup()
        let rates = group.rates(at: .frontend("a"))
        #expect(group.rates(at: .frontend("a")) === rates && group.rates(at: .frontend("b")) !== rates)
        let counter = group.rateCounter(at: .backend("a"))
        #expect(group.rateCounter(at: .backend("a")) === counter && group.rateCounter(at: .frontend("a")) !== counter)
    }

    @Test("no port is lent twice at a time, and none is lost")
    func ports() {
        let ports = SharedSourcePorts(2_000...2_015)
        let inUse = Mutex(Set<UInt16>())
        let twice = hammer { _ in
            var twice = 0
            for _ in 0..<400 {
                guard let port = ports.take() else { continue }
                if !inUse.withLock({ $0.insert(port).inserted }) { twice += 1 }
                inUse.withLock { _ = $0.remove(port) }
                ports.giveBack(port)
            }
            return twice
        }
        #expect(twice == 0)
        var all = Set<UInt16>()
        while let port = ports.take() { all.insert(port) }
        #expect(all == Set(2_000...2_015))
    }

    @Test("every session is counted, whichever thread has it")
    func counters() {
        let counter = SharedRateCounter()
        let now = MonotonicTime(nanoseconds: 3_000_000_000)
        _ = hammer { _ in
            for _ in 0..<1_000 { counter.count(at: now) }
            return 0
        }
        #expect(counter.value(at: now) == 1_000 * Self.threads)
    }
}
