import Testing

@testable import Supervision

@Suite struct RestartPolicyTests {
    private let begin = ContinuousClock.now

    @Test("the wait doubles from a second on")
    func doubles() {
        var policy = RestartPolicy()
        policy.failuresUntilFatal = 100
        let waits = (0..<8).map { policy.failed(at: begin + .seconds($0)) }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30].map { .backoff(after: .seconds($0)) })
    }

    @Test("the fifth failure within a minute is fatal, and so is every one after it")
    func fatal() {
        var policy = RestartPolicy()
        for second in [0, 1, 3, 7] {
            #expect(policy.failed(at: begin + .seconds(second)) != .fatal(after: .seconds(60)))
        }
        #expect(policy.failed(at: begin + .seconds(15)) == .fatal(after: .seconds(60)))
        #expect(policy.failed(at: begin + .seconds(75)) == .fatal(after: .seconds(60)))
        #expect(policy.failed(at: begin + .seconds(4_000)) == .fatal(after: .seconds(60)))
    }

    @Test("failures more than a minute apart are never fatal")
    func sparse() {
        var policy = RestartPolicy()
        for number in 0..<20 {
            #expect(policy.failed(at: begin + .seconds(number * 16)) != .fatal(after: .seconds(60)))
        }
    }

    @Test("exactly a minute later a failure no longer counts")
    func windowEdge() {
        var inside = RestartPolicy()
        var outside = RestartPolicy()
        for _ in 0..<4 {
            _ = inside.failed(at: begin)
            _ = outside.failed(at: begin)
        }
        #expect(inside.failed(at: begin + .milliseconds(59_999)) == .fatal(after: .seconds(60)))
        #expect(outside.failed(at: begin + .seconds(60)) == .backoff(after: .seconds(16)))
    }

    @Test("a minute of running wipes the record clean, less does not")
    func settles() {
        var settled = RestartPolicy()
        var restless = RestartPolicy()
        for _ in 0..<5 {
            _ = settled.failed(at: begin)
            _ = restless.failed(at: begin)
        }
        settled.succeeded(at: begin)
        restless.succeeded(at: begin)
        #expect(settled.failed(at: begin + .seconds(60)) == .backoff(after: .seconds(1)))
        #expect(restless.failed(at: begin + .seconds(59)) == .fatal(after: .seconds(60)))
    }

    @Test("a forgotten record starts over")
    func forgets() {
        var policy = RestartPolicy()
        for _ in 0..<5 { _ = policy.failed(at: begin) }
        policy.forget()
        #expect(policy.failed(at: begin) == .backoff(after: .seconds(1)))
        #expect(policy.failed(at: begin) == .backoff(after: .seconds(2)))
    }
}
