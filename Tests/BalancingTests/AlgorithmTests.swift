import Seeds
import Testing

@testable import Balancing

@Suite("Algorithms")
struct AlgorithmTests {
    static let algorithms: [Algorithm] = [
        .roundRobin, .staticRoundRobin, .leastConnections, .firstAvailable,
        .source(.mapBased, isAvalanched: false), .source(.mapBased, isAvalanched: true),
        .source(.consistent(balanceFactor: nil), isAvalanched: true),
        .source(.consistent(balanceFactor: 150), isAvalanched: false),
        .random(draws: 1, balanceFactor: nil, seed: 1), .random(draws: 3, balanceFactor: 200, seed: 2),
    ]

    private static func isBySource(_ algorithm: Algorithm) -> Bool {
        if case .source = algorithm { return true }
        return false
    }

    @Test("whatever happens in between, a session goes where it may go, or waits for a reason", arguments: algorithms)
    func anything(_ algorithm: Algorithm) {
        var random = SeededGenerator(seed: 7)
        let count = 6
        let limit = 4
        var weights = [1, 2, 3, 2, 1, 2]
        var groups = ServerGroups(
            weights.enumerated().map { .init(weight: $1, isBackup: $0 >= 4) }, usesAllBackups: true,
            algorithm: algorithm)
        var usable = Array(repeating: true, count: count)
        var held = Array(repeating: 0, count: count)
        for _ in 0..<10_000 {
            let server = Int(random.next() % UInt64(count))
            switch random.next() % 10 {
            case 0:
                weights[server] = weights[server] == 0 ? [1, 2, 3, 2, 1, 2][server] : 0
                groups.setWeight(server, weights[server])
            case 1:
                usable[server].toggle()
                groups.setUsable(server, usable[server])
            case 2, 3, 4:
                guard held[server] > 0 else { continue }
                held[server] -= 1
                groups.loadChanged(of: server, sessions: held[server], waiting: 0)
            default:
                let client = ClientKey(ipv4: UInt32(truncatingIfNeeded: random.next()))
                let choice = groups.next(avoiding: random.next() % 3 == 0 ? server : nil, client: client, waiting: 0) {
                    ServerLoad(sessions: held[$0], limit: limit)
                }
                let takers = (0..<count).filter { groups.takesTraffic($0) }
                switch choice {
                case .server(let chosen):
                    #expect(takers.contains(chosen) && held[chosen] < limit)
                    held[chosen] += 1
                    groups.loadChanged(of: chosen, sessions: held[chosen], waiting: 0)
                case .waitFor(let chosen):
                    #expect(Self.isBySource(algorithm) && takers.contains(chosen) && held[chosen] >= limit)
                case .waitForAny:
                    #expect(!takers.isEmpty && !Self.isBySource(algorithm))
                    if case .random = algorithm { continue }
                    #expect(takers.allSatisfy { held[$0] >= limit })
                case .none:
                    #expect(takers.isEmpty)
                }
            }
        }
    }

    @Test(
        "nobody is chosen without servers, a single one always", arguments: algorithms)
    func nobody(_ algorithm: Algorithm) {
        var empty = ServerGroups([], usesAllBackups: false, algorithm: algorithm)
        let client = ClientKey(ipv4: 1)
        #expect(empty.next(avoiding: nil, client: client, waiting: 0) { _ in ServerLoad(sessions: 0) } == .none)
        var one = ServerGroups([.init(weight: 1, isBackup: false)], usesAllBackups: false, algorithm: algorithm)
        let choice = one.next(avoiding: nil, client: nil, waiting: 0) { _ in ServerLoad(sessions: 0) }
        #expect(choice == .server(0))
        #expect(one.next(avoiding: 0, client: client, waiting: 0) { _ in ServerLoad(sessions: 0) } == .server(0))
        one.setWeight(0, 0)
        #expect(one.next(avoiding: nil, client: client, waiting: 0) { _ in ServerLoad(sessions: 0) } == .none)
    }

    @Test("a server that is not usable at the start joins later", arguments: algorithms)
    func joining(_ algorithm: Algorithm) {
        var groups = ServerGroups(
            [.init(weight: 1, isBackup: false, standing: .excluded), .init(weight: 1, isBackup: false)],
            usesAllBackups: false, algorithm: algorithm)
        #expect(groups.activeServers == 1 && groups.weightInUse == 1 && !groups.takesTraffic(0))
        func choices() -> Set<Choice> {
            Set(
                (0..<UInt32(200)).map { number in
                    let client = ClientKey(ipv4: 0x7f00_0001 + number * 7_919)
                    return groups.next(avoiding: 1, client: client, waiting: 0) { _ in ServerLoad(sessions: 0) }
                })
        }
        #expect(choices() == [.server(1)])
        groups.setUsable(0, true)
        #expect(groups.activeServers == 2 && groups.takesTraffic(0))
        #expect(choices().isSuperset(of: [.server(0)]))
    }

    @Test("weights may be changed freely where a table doesn't fix them")
    func dynamic() {
        #expect(
            Self.algorithms.map(\.isDynamic)
                == [true, false, true, true, false, false, true, true, true, true])
    }

    @Test("equal servers follow each other in the table, whatever the unit")
    func equals() {
        var map = ServerMap(shares: [32, 32, 32, 0], fileShares: [32, 32, 32, 16])
        #expect((0..<map.count).map { map[$0] } == [0, 1, 2, 0, 1, 2])
        map.setShare(3, 16)
        #expect(map.count == 7)
        #expect((0..<7).map { map[$0] }.sorted() == [0, 0, 1, 1, 2, 2, 3])
    }

    @Test("a server that leaves the ring moves only its own, and gets them back")
    func ring() throws {
        var ring = HashRing(shares: [16, 32, 16, 48], ids: [1, 2, 3, 4])
        let positions = (0..<2_000).map { ClientKey.avalanche(UInt32($0)) }
        let before = try positions.map { ring[try #require(ring.closestPoint(to: $0))] }
        ring.setShare(1, 0)
        let without = try positions.map { ring[try #require(ring.closestPoint(to: $0))] }
        for (old, new) in zip(before, without) { #expect(old == new || old == 1) }
        #expect(!without.contains(1))
        #expect(ring.count == 80)
        ring.setShare(1, 32)
        #expect(try positions.map { ring[try #require(ring.closestPoint(to: $0))] } == before)
    }

    @Test("random follows the weights, and with more draws the load")
    func random() {
        let members = [1, 2, 5].map { ServerGroups.Member(weight: $0 * 10, isBackup: false) }
        var blind = ServerGroups(
            members, usesAllBackups: false, algorithm: .random(draws: 1, balanceFactor: nil, seed: 3))
        var counts = [0, 0, 0]
        for _ in 0..<8_000 {
            guard
                case .server(let server) = blind.next(
                    avoiding: nil, client: nil, waiting: 0, load: { _ in ServerLoad(sessions: 0) })
            else { continue }
            counts[server] += 1
        }
        #expect(counts.reduce(0, +) == 8_000)
        for (count, fair) in zip(counts, [1_000, 2_000, 5_000]) { #expect(abs(count - fair) < fair / 4) }

        var keen = ServerGroups(
            members, usesAllBackups: false, algorithm: .random(draws: 20, balanceFactor: nil, seed: 3))
        let choices = (0..<100).map { _ in
            keen.next(avoiding: nil, client: nil, waiting: 0) { ServerLoad(sessions: $0 == 1 ? 0 : 100) }
        }
        #expect(choices.allSatisfy { $0 == .server(1) })
    }

    @Test("the same seed draws the same lots")
    func seed() {
        let members = (0..<20).map { _ in ServerGroups.Member(weight: 1, isBackup: false) }
        func choices(_ seed: UInt64) -> [Choice] {
            var groups = ServerGroups(
                members, usesAllBackups: false, algorithm: .random(draws: 2, balanceFactor: nil, seed: seed))
            return (0..<50).map { _ in
                groups.next(avoiding: nil, client: nil, waiting: 0) { _ in ServerLoad(sessions: 0) }
            }
        }
        #expect(choices(1) == choices(1))
        #expect(choices(1) != choices(2))
    }

    @Test("those who wait for any server keep their turn in round robin, and are overtaken by least connections")
    func turn() {
        let members = [ServerGroups.Member(weight: 1, isBackup: false)]
        for (algorithm, expected) in [
            (Algorithm.roundRobin, Choice.waitForAny), (.staticRoundRobin, .waitForAny), (.firstAvailable, .waitForAny),
            (.leastConnections, .server(0)), (.random(draws: 2, balanceFactor: nil, seed: 1), .server(0)),
        ] {
            var groups = ServerGroups(members, usesAllBackups: false, algorithm: algorithm)
            #expect(groups.next(avoiding: nil, client: nil, waiting: 1) { _ in ServerLoad(sessions: 0) } == expected)
        }
    }

    @Test("an address is cut into words of 32 bits that are combined")
    func key() {
        #expect(ClientKey(bytes: [127, 0, 0, 1]) == ClientKey(ipv4: 0x7f00_0001))
        #expect(ClientKey(bytes: [UInt8](repeating: 0, count: 15) + [1]).value == 1)
        #expect(ClientKey(bytes: [1, 2, 3, 4, 1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8]).value == 0x0506_0708)
    }
}

@Suite("Tournament")
struct TournamentTests {
    @Test(
        "the first is the one that sorting would put first, whoever comes and goes", arguments: [0, 1, 2, 3, 7, 8, 33])
    func first(_ count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        var tournament = Tournament(servers: count)
        var ranks: [Int: Tournament.Rank] = [:]
        #expect(tournament.first == nil)
        for arrival in 0..<(count * 200) {
            let server = Int(random.next() % UInt64(count))
            if random.next() % 3 == 0 {
                ranks[server] = nil
                tournament.leave(server)
            } else {
                let rank = Tournament.Rank(key: Int(random.next() % 5), arrival: arrival)
                ranks[server] = rank
                tournament.enter(server, rank)
                #expect(tournament.rank(of: server) == rank)
            }
            #expect(tournament.first == ranks.min { $0.value < $1.value }?.key)
        }
    }
}
