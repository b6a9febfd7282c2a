import Testing

@testable import Balancing

@Suite("Servers that come while others take traffic")
struct AddedServerTests {
    private static let algorithms: [Algorithm] = [
        .roundRobin, .leastConnections, .firstAvailable, .random(draws: 2, balanceFactor: nil, seed: 7),
        .source(.consistent(balanceFactor: nil), isAvalanched: true),
        .source(.consistent(balanceFactor: 150), isAvalanched: false),
    ]

    private func picks(_ count: Int, of groups: inout ServerGroups) -> [Choice] {
        (0..<count).map { turn in
            groups.next(avoiding: nil, client: ClientKey(ipv4: UInt32(turn) &* 2_654_435_761), waiting: 0) { _ in
                ServerLoad(sessions: 0, limit: nil)
            }
        }
    }

    @Test("until it is of use, one that has come changes nobody's turn", arguments: algorithms)
    func unnoticed(_ algorithm: Algorithm) {
        let members = [2, 3].map { ServerGroups.Member(weight: $0, isBackup: false) }
        var without = ServerGroups(members, usesAllBackups: false, algorithm: algorithm)
        _ = picks(4, of: &without)
        var with = without
        with.add(ServerGroups.Member(weight: 5, isBackup: false), at: nil, id: 3)
        #expect(picks(20, of: &with) == picks(20, of: &without))
        #expect(with.weightInUse == without.weightInUse)
    }

    @Test("from then on it is like one that was there from the start", arguments: algorithms)
    func usable(_ algorithm: Algorithm) {
        var members = [2, 3].map { ServerGroups.Member(weight: $0, isBackup: false) }
        var grown = ServerGroups(members, usesAllBackups: false, algorithm: algorithm)
        members.append(ServerGroups.Member(weight: 5, isBackup: false, standing: .excluded))
        var whole = ServerGroups(members, usesAllBackups: false, algorithm: algorithm)
        #expect(picks(7, of: &grown) == picks(7, of: &whole))
        grown.add(ServerGroups.Member(weight: 5, isBackup: false), at: nil, id: 3)
        for server in [2, 0] {
            grown.setStanding(server, server == 2 ? .healthy : .excluded)
            whole.setStanding(server, server == 2 ? .healthy : .excluded)
            #expect(picks(30, of: &grown) == picks(30, of: &whole))
        }
        #expect(grown.activeServers == 2)
        #expect(grown.weightInUse == 8)
    }

    @Test("the place of one that has gone serves for the next one of its number", arguments: algorithms)
    func placeTaken(_ algorithm: Algorithm) {
        let members = [2, 3].map { ServerGroups.Member(weight: $0, isBackup: false) }
        var groups = ServerGroups(members, usesAllBackups: false, algorithm: algorithm)
        groups.setStanding(1, .excluded)
        groups.add(ServerGroups.Member(weight: 7, isBackup: true), at: 1, id: 2)
        groups.setStanding(1, .healthy)
        #expect(groups.activeServers == 1)
        #expect(groups.backupServers == 1)
        groups.setStanding(0, .failed)
        #expect(groups.isOnBackup)
        #expect(picks(3, of: &groups) == [.server(1), .server(1), .server(1)])
    }

    @Test("a tournament of any size keeps its order as it grows", arguments: [1, 2, 3, 4, 7, 8, 9])
    func tournament(_ size: Int) {
        var tournament = Tournament(servers: size)
        for server in 0..<size { tournament.enter(server, Tournament.Rank(key: 10 - server, arrival: server)) }
        for _ in 0..<9 { tournament.addServer() }
        #expect(tournament.first == size - 1)
        tournament.enter(size + 8, Tournament.Rank(key: -1, arrival: 99))
        #expect(tournament.first == size + 8)
        tournament.leave(size + 8)
        tournament.leave(size - 1)
        #expect(tournament.first == (size > 1 ? size - 2 : nil))
    }
}
