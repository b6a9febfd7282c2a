import Model
import Peers
import Testing

/// Checks that say something else than a server's state without changing it, as the history counts them.
@Suite("soft states")
struct SoftStateTests {
    @Test("checks that fail before 'fall' and that pass before 'rise' are counted with the samples, with no row each")
    func counted() async throws {
        let server = try FakeServer()
        let options = ["check inter 30ms rise 1000 fall 1000"]
        try await withInstance(Example.listen([server], options: options)) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP"] })
            server.stop()
            let hasFailed = try await eventually { try await instance.server("s0").failedChecks >= 3 }
            #expect(hasFailed)
            // A transition takes a sample with it.
            _ = await instance.worker.set(.drain, of: instance.identity("s0"), actor: "ada", reason: nil)
            let failed = soft(instance, \.softFailures)
            #expect(failed >= 3)
            #expect(soft(instance, \.softPasses) == 0)
            #expect(instance.history.path(of: "s0") == ["UNKNOWN>UP", "UP>DRAIN"])
        }
    }

    @Test("a server that is down counts the checks that pass before it rises")
    func passes() async throws {
        let server = try FakeServer(listens: false)
        let options = ["check inter 30ms rise 1000 fall 1"]
        try await withInstance(Example.listen([server], options: options)) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>DOWN"] })
            try server.start()
            #expect(
                try await eventually {
                    _ = await instance.worker.set(.drain, of: instance.identity("s0"), actor: "ada", reason: nil)
                    _ = await instance.worker.set(.ready, of: instance.identity("s0"), actor: "ada", reason: nil)
                    return soft(instance, \.softPasses) >= 2
                })
            #expect(soft(instance, \.softFailures) == 0)
        }
    }

    @Test("a transition says for how long checks had said so, and samples how long checks took")
    func turning() async throws {
        let server = try FakeServer()
        let options = ["check inter 40ms rise 3 fall 3"]
        try await withInstance(Example.listen([server], options: options)) { instance in
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP"] })
            server.stop()
            #expect(try await eventually { instance.history.path(of: "s0") == ["UNKNOWN>UP", "UP>DOWN"] })
            try server.start()
            #expect(try await eventually { instance.history.path(of: "s0").count == 3 })
            let transitions = instance.history.transitions.filter { $0.server.server == "s0" }
            #expect(transitions[0].turningMilliseconds == nil, "the first verdict came at once")
            // Two intervals lie between the first and the third.
            for transition in transitions.dropFirst() {
                let turning = try #require(transition.turningMilliseconds)
                #expect(turning >= 40, "\(turning)")
                #expect(turning <= transition.lastedMilliseconds ?? 0)
            }
            let times = instance.history.samples.filter { $0.subject.server == "s0" }.compactMap(\.checkTimes)
            #expect(times.reduce(0) { $0 + $1.count } >= 6)
            #expect(times.allSatisfy { $0.slowestMicroseconds > 0 && $0.meanMicroseconds > 0 })
            #expect(instance.history.samples.allSatisfy { $0.subject.server == "s0" || $0.checkTimes == nil })
            #expect(try await instance.server("s0").turningMilliseconds == nil)
        }
    }

    private func soft(_ instance: InstanceUnderTest, _ count: KeyPath<SessionSample, Int>) -> Int {
        instance.history.samples.filter { $0.subject.server == "s0" }.reduce(0) { $0 + $1[keyPath: count] }
    }
}
