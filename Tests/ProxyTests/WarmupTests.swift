import EventLoop
import Model
import Peers
import Testing

@testable import Proxy

@Suite("slow start")
struct WarmupTests {
    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test("a server warms up when it comes back, and not at the start")
    func beginnings() {
        var warmup = Warmup(duration: .seconds(4), isOut: false)
        #expect(!warmup.isOn && warmup.steps == 16 && warmup.limit(30) == 30)
        warmup.note(isOut: true, at: at(0))
        #expect(!warmup.isOn)
        warmup.note(isOut: false, at: at(500))
        #expect(warmup.isOn && warmup.steps == 1 && warmup.limit(30) == 1)
        var disabled = Warmup(duration: .seconds(4), isOut: true)
        disabled.note(isOut: false, at: at(0))
        #expect(disabled.isOn)
    }

    @Test("it gets on by whole seconds, and ends")
    func course() {
        var warmup = Warmup(duration: .seconds(4), isOut: true)
        warmup.note(isOut: false, at: at(500))
        var steps: [Int] = []
        for moment in [1_499, 1_500, 2_600, 3_700, 4_499, 4_500] as [Int64] {
            warmup.look(at: at(moment))
            steps.append(warmup.steps)
        }
        #expect(steps == [1, 5, 9, 13, 13, 16])
        #expect(!warmup.isOn && warmup.limit(30) == 30)
    }

    @Test("a fall ends it, and a drain that ends begins it again, if it was not over")
    func changes() {
        var warmup = Warmup(duration: .seconds(4), isOut: true)
        warmup.note(isOut: false, at: at(0))
        warmup.look(at: at(3_000))
        warmup.note(isOut: false, at: at(3_100))
        warmup.look(at: at(4_000))
        #expect(warmup.isOn && warmup.steps == 1)
        warmup.note(isOut: true, at: at(4_000))
        #expect(!warmup.isOn)
        warmup.note(isOut: false, at: at(5_000))
        warmup.look(at: at(9_000))
        warmup.note(isOut: false, at: at(9_500))
        #expect(!warmup.isOn)
    }

    @Test("a server without slowstart never warms up")
    func without() {
        var warmup = Warmup(duration: nil, isOut: true)
        warmup.note(isOut: false, at: at(0))
        warmup.look(at: at(1_000))
        #expect(!warmup.isOn && warmup.steps == 16 && warmup.limit(7) == 7)
    }

    @Test("a server back from maintenance has a small weight and limit")
    func session() async throws {
        let server = try FakeServer()
        let text = Example.listen([server], options: ["weight 32 maxconn 10 slowstart 60s"])
        try await withInstance(text) { instance in
            #expect(try await instance.server("s0").slowStartPercent == nil)
            try await restart("s0", of: instance)
            let begin = try await instance.server("s0")
            #expect(begin.weight == 2 && begin.configuredWeight == 32 && begin.slowStartPercent == 6)
            let backend = try await instance.backend()
            #expect(backend.weight == 2 && backend.configuredWeight == 32)
            let clients = try (0..<3).map { _ in try instance.connect() }
            for client in clients { try client.send("a") }
            #expect(try await eventually { try await instance.backend().counters.queueMax == 2 })
            for client in clients { client.close() }
        }
    }

    @Test("weight and limit grow, and who waits is let in as they do")
    func growth() async throws {
        let server = try FakeServer()
        let text = Example.listen([server], options: ["weight 32 maxconn 2 slowstart 2s"], lines: ["timeout queue 20s"])
        try await withInstance(text) { instance in
            try await restart("s0", of: instance)
            let clients = try (0..<2).map { _ in try instance.connect() }
            for client in clients { try client.send("a") }
            for client in clients { try client.expect("a") }
            #expect(try await eventually { try await instance.server("s0").slowStartPercent == nil })
            #expect(try await instance.server("s0").weight == 32)
            for client in clients { client.close() }
        }
    }

    private func restart(_ server: String, of instance: InstanceUnderTest) async throws {
        for state in [AdministrativeState.maint, .ready] {
            #expect(await instance.worker.set(state, of: instance.identity(server), actor: "test", reason: nil))
        }
    }
}
