import Testing

@testable import Balancing

@Suite("RoundRobin")
struct RoundRobinTests {
    @Test("three equal servers take turns")
    func equal() {
        var robin = RoundRobin(weights: [1, 1, 1])
        let picks = (0..<9).map { _ in robin.next(avoiding: nil) { _ in true } }
        #expect(picks == [0, 1, 2, 0, 1, 2, 0, 1, 2])
    }
}
