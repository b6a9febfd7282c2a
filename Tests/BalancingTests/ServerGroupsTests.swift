import Testing

@testable import Balancing

@Suite("ServerGroups")
struct ServerGroupsTests {
    private func groups(allBackups: Bool = false) -> ServerGroups {
        ServerGroups(
            [
                .init(weight: 1, isBackup: false), .init(weight: 1, isBackup: true), .init(weight: 1, isBackup: false),
                .init(weight: 2, isBackup: true),
            ], usesAllBackups: allBackups)
    }

    private func choices(_ groups: inout ServerGroups, _ count: Int) -> [Choice] {
        (0..<count).map { _ in groups.next(avoiding: nil) { _ in true } }
    }

    @Test("backups get nothing while an active server is usable")
    func actives() {
        var groups = groups()
        #expect(choices(&groups, 4) == [.server(0), .server(2), .server(0), .server(2)])
        groups.setUsable(0, false)
        #expect(choices(&groups, 2) == [.server(2), .server(2)])
        #expect(groups.activeServers == 1 && groups.backupServers == 2)
        #expect(!groups.isOnBackup && groups.weightInUse == 1)
        #expect((0..<4).map { groups.takesTraffic($0) } == [false, false, true, false])
    }

    @Test("the first usable backup gets everything alone, and gives it back at once")
    func firstBackup() {
        var groups = groups()
        groups.setUsable(0, false)
        groups.setUsable(2, false)
        #expect(groups.isOnBackup && groups.weightInUse == 1)
        #expect(choices(&groups, 2) == [.server(1), .server(1)])
        #expect((0..<4).map { groups.takesTraffic($0) } == [false, true, false, false])
        groups.setUsable(1, false)
        #expect(choices(&groups, 2) == [.server(3), .server(3)])
        #expect(groups.weightInUse == 2)
        groups.setUsable(1, true)
        #expect(choices(&groups, 1) == [.server(1)])
        groups.setUsable(2, true)
        #expect(choices(&groups, 1) == [.server(2)])
    }

    @Test("with allbackups, all backups share the traffic by weight")
    func allBackups() {
        var groups = groups(allBackups: true)
        groups.setUsable(0, false)
        groups.setUsable(2, false)
        let chosen = choices(&groups, 30)
        #expect(chosen.count { $0 == .server(3) } == 20)
        #expect(chosen.count { $0 == .server(1) } == 10)
        #expect(groups.weightInUse == 3)
    }

    @Test("nobody is left when all are unusable or without a weight")
    func nobody() {
        var groups = groups()
        for server in 0..<4 { groups.setUsable(server, false) }
        #expect(choices(&groups, 1) == [.none])
        groups.setUsable(3, true)
        groups.setWeight(3, 0)
        #expect(choices(&groups, 1) == [.none])
        #expect(!groups.takesTraffic(3) && groups.weightInUse == 0)
    }

    @Test("full servers make a session wait: for any active, for the one backup, for any backup")
    func full() {
        var groups = groups()
        #expect(groups.next(avoiding: nil) { _ in false } == .waitForAny)
        groups.setUsable(0, false)
        groups.setUsable(2, false)
        #expect(groups.next(avoiding: nil) { _ in false } == .waitFor(1))
        var all = self.groups(allBackups: true)
        all.setUsable(0, false)
        all.setUsable(2, false)
        #expect(all.next(avoiding: nil) { _ in false } == .waitForAny)
    }
}
