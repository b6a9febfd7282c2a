import Dispatch
import Synchronization
import Testing

@testable import EventLoop

@Suite(.timeLimit(.minutes(1))) struct ResolverTests {
    @Test("localhost is on loopback, and every name gets its own answer")
    func answers() async throws {
        let answers = await Resolver().addresses(
            of: ["localhost", "127.0.0.9", "no such host.invalid"], within: .seconds(10))
        #expect(answers.count == 3)
        guard case .addresses(let addresses)? = answers["localhost"], let local = addresses.first else {
            Issue.record("localhost has no address: \(answers)")
            return
        }
        #expect(["127.0.0.1", "::1"].contains(local.host))
        #expect(answers["127.0.0.9"] == SocketAddress(ip: "127.0.0.9", port: 0).map { .addresses([$0.endpoint]) })
        guard case .failed(let why)? = answers["no such host.invalid"] else {
            Issue.record("a name that cannot be has an address: \(answers)")
            return
        }
        #expect(!why.isEmpty)
    }

    @Test("more names than threads are all answered")
    func many() async {
        let names = Set((1...50).map { "127.0.1.\($0)" })
        let answers = await Resolver().addresses(of: names, within: .seconds(10))
        #expect(Set(answers.keys) == names)
        #expect(answers.values.allSatisfy { if case .addresses = $0 { true } else { false } })
    }

    @Test("a look-up that takes too long is given up, and its thread answers the next one")
    func timeout() async {
        let gate = DispatchSemaphore(value: 0)
        let resolver = Resolver { host in
            if host == "slow" { gate.wait() }
            return .failed(host)
        }
        #expect(await resolver.address(of: "slow", within: .milliseconds(20)) == .timedOut)
        #expect(await resolver.address(of: "quick", within: .seconds(10)) == .failed("quick"))
        gate.signal()
        #expect(await resolver.address(of: "late", within: .seconds(10)) == .failed("late"))
    }

    @Test("who asks for a name that is being looked up gets the same answer")
    func shared() async {
        let gate = DispatchSemaphore(value: 0)
        let gauge = Gauge()
        let resolver = Resolver { host in
            gauge.enter()
            gate.wait()
            return .failed(host)
        }
        let heard = AsyncStream<Resolver.Answer>.makeStream()
        for _ in 0..<3 { resolver.look(up: "one") { heard.continuation.yield($0) } }
        gate.signal()
        var answers: [Resolver.Answer] = []
        for await answer in heard.stream.prefix(3) { answers.append(answer) }
        #expect(answers == Array(repeating: .failed("one"), count: 3))
        #expect(gauge.most == 1)
    }

    @Test("no more look-ups run at once than there are threads")
    func bound() async {
        let gate = DispatchSemaphore(value: 0)
        let gauge = Gauge()
        let names = Set((0..<40).map { "\($0)" })
        let resolver = Resolver { host in
            gauge.enter()
            gate.wait()
            gauge.leave()
            return .failed(host)
        }
        let asking = Task { await resolver.addresses(of: names, within: .seconds(30)) }
        let deadline = ContinuousClock.now + .seconds(10)
        while gauge.most < Resolver.maximumThreads, ContinuousClock.now < deadline { await Task.yield() }
        for _ in names { gate.signal() }
        let answers = await asking.value
        #expect(answers.count == names.count)
        #expect(answers.allSatisfy { $0.value == .failed($0.key) })
        #expect(gauge.most == Resolver.maximumThreads)
    }
}

/// Counts who is inside.
private final class Gauge: Sendable {
    private let counts = Mutex((inside: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func enter() {
        counts.withLock { counts in
            counts.inside += 1
            counts.most = max(counts.most, counts.inside)
        }
    }

    func leave() { counts.withLock { $0.inside -= 1 } }
}

extension SocketAddress {
    fileprivate var endpoint: IPEndpoint {
        switch self {
        case .ip(let endpoint): endpoint
        case .unix, .abstract: .none
        }
    }
}
