import Seeds
import Testing

@testable import Balancing

@Suite("RoundRobin")
struct RoundRobinTests {
    private func picks(_ robin: inout RoundRobin, _ count: Int) -> [Int?] {
        (0..<count).map { _ in robin.next(avoiding: nil) { _ in true } }
    }

    @Test("three equal servers take turns")
    func equal() {
        var robin = RoundRobin(weights: [1, 1, 1])
        #expect(picks(&robin, 9) == [0, 1, 2, 0, 1, 2, 0, 1, 2])
    }

    @Test("over a round, every server gets exactly its weight, and never two turns that it could have spread")
    func fairness() {
        var robin = RoundRobin(weights: [5, 3, 1, 1])
        let round = picks(&robin, 160).compactMap { $0 }
        #expect((0..<4).map { server in round.count { $0 == server } } == [80, 48, 16, 16])
        for (one, two) in zip(round, round.dropFirst()) where one == two { #expect(one == 0) }
    }

    @Test("weight 0 gets nothing, and nobody is chosen when nobody has a weight")
    func zero() {
        var robin = RoundRobin(weights: [0, 1])
        #expect(picks(&robin, 3) == [1, 1, 1])
        robin.setWeight(1, 0)
        #expect(picks(&robin, 2) == [nil, nil])
        #expect(robin.totalWeight == 0)
        robin.setWeight(0, 256)
        #expect(picks(&robin, 2) == [0, 0])
        #expect(robin.totalWeight == 256)
    }

    @Test("a full server is passed over, and nobody is chosen when all are full")
    func full() {
        var robin = RoundRobin(weights: [1, 1, 1])
        #expect((0..<4).map { _ in robin.next(avoiding: nil) { $0 != 1 } } == [0, 2, 0, 2])
        #expect(robin.next(avoiding: nil) { _ in false } == nil)
        #expect(Set(picks(&robin, 3)) == [0, 1, 2])
    }

    @Test("a server to avoid is taken only when no other is free")
    func avoiding() {
        var robin = RoundRobin(weights: [1, 1])
        for _ in 0..<5 { #expect(robin.next(avoiding: 0) { _ in true } == 1) }
        #expect(robin.next(avoiding: 0) { $0 == 0 } == 0)
        var alone = RoundRobin(weights: [1])
        for _ in 0..<5 { #expect(alone.next(avoiding: 0) { _ in true } == 0) }
    }

    @Test("an unusable server gets nothing, and its share again when it is back")
    func usable() {
        var robin = RoundRobin(weights: [1, 1, 1])
        robin.setUsable(1, false)
        #expect(robin.servers == 2)
        #expect(!picks(&robin, 10).contains(1))
        robin.setUsable(1, true)
        #expect(picks(&robin, 30).count { $0 == 1 } == 10)
    }

    @Test("every pick is somebody usable and free, whatever happens in between")
    func anything() {
        var random = SeededGenerator(seed: 1)
        var robin = RoundRobin(weights: [1, 2, 3, 4, 5])
        var weights = [1, 2, 3, 4, 5]
        var usable = [true, true, true, true, true]
        for _ in 0..<20_000 {
            let server = Int(random.next() % 5)
            switch random.next() % 8 {
            case 0:
                weights[server] = Int(random.next() % 257)
                robin.setWeight(server, weights[server])
            case 1:
                usable[server].toggle()
                robin.setUsable(server, usable[server])
            default:
                let free = random.next()
                let candidates = (0..<5).filter { usable[$0] && weights[$0] > 0 && free >> $0 & 1 == 1 }
                let avoiding = random.next() % 2 == 0 ? server : nil
                let chosen = robin.next(avoiding: avoiding) { free >> $0 & 1 == 1 }
                if let chosen {
                    #expect(candidates.contains(chosen))
                    #expect(chosen != avoiding || candidates == [chosen])
                } else {
                    #expect(candidates.isEmpty)
                }
            }
        }
    }
}
