import Seeds
import Testing

@testable import Balancing

@Suite("standing")
struct StandingTests {
    private func groups(_ standings: [Standing], backups: Set<Int> = [], panic: Int? = nil) -> ServerGroups {
        ServerGroups(
            standings.enumerated().map { .init(weight: 1, isBackup: backups.contains($0), standing: $1) },
            usesAllBackups: false, panicThreshold: panic)
    }

    private func inUse(_ groups: ServerGroups, of count: Int) -> [Int] {
        (0..<count).filter { groups.takesTraffic($0) }
    }

    @Test("a degraded server gets nothing while a healthy one is left, a backup included")
    func degraded() {
        #expect(inUse(groups([.healthy, .degraded, .healthy]), of: 3) == [0, 2])
        #expect(inUse(groups([.degraded, .failed, .healthy], backups: [2]), of: 3) == [2])
    }

    @Test("degraded servers take the traffic when no healthy one is left, and give it back")
    func lastResort() {
        var groups = groups([.healthy, .degraded, .failed, .degraded])
        groups.setStanding(0, .failed)
        #expect(inUse(groups, of: 4) == [1, 3])
        #expect(groups.activeServers == 2)
        #expect((0..<4).map { _ in groups.next(avoiding: nil) { _ in true } } == [1, 3, 1, 3].map(Choice.server))
        groups.setStanding(2, .healthy)
        #expect(inUse(groups, of: 4) == [2])
        #expect(groups.activeServers == 1)
    }

    @Test("degraded active servers come before degraded backups")
    func degradedBackups() {
        var groups = groups([.degraded, .degraded, .healthy], backups: [1])
        #expect(inUse(groups, of: 3) == [2])
        groups.setStanding(2, .excluded)
        #expect(inUse(groups, of: 3) == [0])
        groups.setStanding(0, .failed)
        #expect(inUse(groups, of: 3) == [1])
        #expect(groups.isOnBackup)
    }

    @Test("below the panic threshold failed checks aren't believed, and servers that are ordered out stay out")
    func panic() {
        var groups = groups([.healthy, .healthy, .healthy, .healthy, .excluded], panic: 50)
        groups.setStanding(0, .failed)
        groups.setStanding(1, .failed)
        #expect(!groups.isPanicking)
        #expect(inUse(groups, of: 5) == [2, 3])
        groups.setStanding(2, .failed)
        #expect(groups.isPanicking)
        #expect(inUse(groups, of: 5) == [0, 1, 2, 3])
        groups.setStanding(0, .healthy)
        #expect(!groups.isPanicking)
        #expect(inUse(groups, of: 5) == [0, 3])
    }

    @Test("without a threshold nobody panics")
    func noPanic() {
        let groups = groups([.failed, .failed])
        #expect(!groups.isPanicking && groups.activeServers == 0)
    }

    @Test("the worst standing that takes traffic, by what there is", arguments: Standing.allCases, [nil, 1, 50, 100])
    func worst(only: Standing, threshold: Int?) {
        var reliance = Reliance(panicThreshold: threshold)
        #expect(reliance.worst == .healthy && !reliance.isPanicking)
        reliance.count(only, sign: 1)
        let expected: Standing =
            switch only {
            case .healthy, .excluded: .healthy
            case .degraded: .degraded
            case .failed: threshold == nil ? .healthy : .failed
            }
        #expect(reliance.worst == expected)
        reliance.count(only, sign: -1)
        #expect(reliance.worst == .healthy)
    }

    @Test("after any changes the groups are as if made so", arguments: 0..<60)
    func changes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let panic = [nil, 30, 60].randomElement(using: &random) ?? nil
        let backups = Set((0..<6).filter { _ in Bool.random(using: &random) })
        var standings = (0..<6).map { _ in Standing.allCases.randomElement(using: &random) ?? .healthy }
        var changed = groups(standings, backups: backups, panic: panic)
        for _ in 0..<40 {
            let server = Int.random(in: 0..<6, using: &random)
            standings[server] = Standing.allCases.randomElement(using: &random) ?? .healthy
            changed.setStanding(server, standings[server])
            let made = groups(standings, backups: backups, panic: panic)
            #expect(inUse(changed, of: 6) == inUse(made, of: 6))
            #expect(changed.activeServers == made.activeServers && changed.backupServers == made.backupServers)
            #expect(changed.weightInUse == made.weightInUse && changed.isPanicking == made.isPanicking)
        }
    }
}
