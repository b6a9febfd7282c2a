import Testing

@testable import Proxy

@Suite("retry policy")
struct RetryPolicyTests {
    private func steps(
        redispatches: Bool, connectLimit: Int64? = 5_000, activeServers: Int, timedOut: Bool = false, retries: Int32 = 3
    ) -> [RetryPolicy.Step] {
        let policy = RetryPolicy(redispatches: redispatches, connectLimit: connectLimit)
        return (0...retries).reversed().map {
            policy.step(retriesLeft: $0, activeServers: activeServers, timedOut: timedOut)
        }
    }

    @Test("one active server is tried again each second, and the last retry is a new choice")
    func one() {
        #expect(
            steps(redispatches: true, activeServers: 1) == [
                .retry(afterMilliseconds: 1_000), .retry(afterMilliseconds: 1_000),
                .redispatch(afterMilliseconds: 1_000), .giveUp,
            ])
    }

    @Test("with more than one active server every retry is a new choice without delay", arguments: [2, 3, 100])
    func several(activeServers: Int) {
        #expect(
            steps(redispatches: true, activeServers: activeServers) == [
                .redispatch(afterMilliseconds: 0), .redispatch(afterMilliseconds: 0),
                .redispatch(afterMilliseconds: 0), .giveUp,
            ])
    }

    @Test("without redispatch the same server is tried again to the end", arguments: [0, 1, 2])
    func sameServer(activeServers: Int) {
        #expect(
            steps(redispatches: false, activeServers: activeServers) == [
                .retry(afterMilliseconds: 1_000), .retry(afterMilliseconds: 1_000), .retry(afterMilliseconds: 1_000),
                .giveUp,
            ])
    }

    @Test("an attempt that had no answer has waited already")
    func timedOut() {
        #expect(
            steps(redispatches: true, activeServers: 1, timedOut: true) == [
                .retry(afterMilliseconds: 0), .retry(afterMilliseconds: 0), .redispatch(afterMilliseconds: 0), .giveUp,
            ])
    }

    @Test("a short connect timeout shortens the pause, a long one or none doesn't lengthen it")
    func pause() {
        #expect(steps(redispatches: false, connectLimit: 200, activeServers: 1)[0] == .retry(afterMilliseconds: 200))
        #expect(steps(redispatches: false, connectLimit: nil, activeServers: 1)[0] == .retry(afterMilliseconds: 1_000))
        #expect(
            steps(redispatches: false, connectLimit: 9_000, activeServers: 1)[0] == .retry(afterMilliseconds: 1_000))
    }

    @Test("without retries the first failure is the last")
    func noRetries() {
        #expect(steps(redispatches: true, activeServers: 3, retries: 0) == [.giveUp])
    }

    @Test("a single retry of a single server is a new choice")
    func singleRetry() {
        #expect(
            steps(redispatches: true, activeServers: 1, retries: 1) == [.redispatch(afterMilliseconds: 1_000), .giveUp])
    }
}
