import Model
import Testing

@testable import Proxy

@Suite struct FinishingSamplesTests {
    private final class Worker {}

    private let first = Worker()
    private let second = Worker()

    private func sample(_ server: String, current: Int, new: Int, at: Int64 = 1) -> SessionSample {
        SessionSample(
            at: Timestamp(millisecondsSinceEpoch: at),
            subject: ServerIdentity(instance: "warren", proxy: "relay", server: server), intervalMilliseconds: 10_000,
            current: current, max: current, new: new, bytesIn: Int64(new), bytesOut: Int64(2 * new))
    }

    @Test("what finishing workers count comes with the next samples: what is new once, what is there each time")
    func merge() {
        let samples = FinishingSamples()
        samples.leave([sample("a", current: 3, new: 1)], of: ObjectIdentifier(first), isLast: false)
        samples.leave([sample("a", current: 2, new: 1)], of: ObjectIdentifier(first), isLast: false)
        samples.leave([sample("a", current: 5, new: 0)], of: ObjectIdentifier(second), isLast: false)
        let merged = samples.merge(into: [sample("a", current: 1, new: 7, at: 9)])
        #expect(merged.map(\.current) == [8])
        #expect(merged.map(\.max) == [8])
        #expect(merged.map(\.new) == [9])
        #expect(merged.map(\.bytesIn) == [9])
        #expect(merged.map(\.at.millisecondsSinceEpoch) == [9])
        let next = samples.merge(into: [sample("a", current: 1, new: 0)])
        #expect(next.map(\.current) == [8])
        #expect(next.map(\.new) == [0])
    }

    @Test("a worker that has ended is there once more, with what it had left to count")
    func ended() {
        let samples = FinishingSamples()
        samples.leave([sample("gone", current: 3, new: 1)], of: ObjectIdentifier(first), isLast: true)
        let merged = samples.merge(into: [sample("a", current: 1, new: 0, at: 9)])
        #expect(merged.map(\.subject.server) == ["a", "gone"])
        #expect(merged.map(\.current) == [1, 0])
        #expect(merged.map(\.new) == [0, 1])
        #expect(merged[1].at.millisecondsSinceEpoch == 9)
        #expect(samples.merge(into: []).isEmpty)
        samples.leave([sample("a", current: 0, new: 4)], of: ObjectIdentifier(second), isLast: true)
        #expect(samples.takeRest().map(\.new) == [4])
        #expect(samples.takeRest().isEmpty)
    }
}
