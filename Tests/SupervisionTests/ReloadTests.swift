import Configuration
import EventLoop
import Model
import Testing

@testable import Supervision

/// Reloads that the running worker takes, with real workers: what goes on, and what becomes another.
@Suite(.timeLimit(.minutes(1))) struct ReloadTests {
    private let folder: TemporaryFolder
    private let (first, second): (EchoServer, EchoServer)
    private let address: BindAddress
    private let history = FakeHistory()
    private let ada = Operator(name: "uid 1000 (ada)", reason: "because")

    init() throws {
        folder = try TemporaryFolder()
        (first, second) = (try EchoServer(), try EchoServer())
        address = try Example.freeAddress()
    }

    private func write(_ servers: [String], clientTimeout: String = "30s", lines: [String] = []) throws {
        let text = """
            defaults
                mode tcp
                timeout connect 2s
                timeout client \(clientTimeout)
                timeout server 30s
            listen relay
                bind \(address)

            """
        let rest = (lines + servers.map { "server \($0)" }).map { "    \($0)\n" }.joined()
        try (text + rest).write(toFile: "\(folder.path)/one.cfg", atomically: true, encoding: .utf8)
    }

    private func start() async throws -> Supervisor {
        let settings = SupervisorSettings(directory: folder.path, environment: [:])
        let supervisor = Supervisor(
            settings: settings, history: history, surface: FakeSurface(), logger: LogLines().logger)
        try await supervisor.start()
        return supervisor
    }

    private func end(_ supervisor: Supervisor) async {
        await supervisor.shutDown(by: ada)
        await supervisor.shutDown(by: ada)
        await supervisor.waitUntilStopped()
    }

    private func reload(_ supervisor: Supervisor) async throws -> ReloadPlan {
        try #require(try await supervisor.carryOut(.reload, OrderOptions(), on: "one", by: ada))
    }

    private func servers(_ supervisor: Supervisor) async throws -> [ServerSnapshot] {
        try #require(try await supervisor.snapshot(of: "one")).proxies[0].servers
    }

    private func echo(_ word: String, _ client: Client) async throws -> String {
        try await onThread { try client.echo(word) }
    }

    /// Sessions that wait; `nil` while nobody can tell.
    private func waiting(_ supervisor: Supervisor) async -> Int? {
        let snapshot = try? await supervisor.snapshot(of: "one")
        return snapshot?.proxies.first?.backend?.counters.queueCurrent
    }

    /// Earlier workers with sessions; `nil` while nobody can tell.
    private func finishingWorkers(_ supervisor: Supervisor) async -> Int? {
        let statuses = try? await supervisor.status(of: ["one"])
        return statuses?.first?.finishingWorkers
    }

    private func expect(_ states: [OperationalState], _ supervisor: Supervisor) async throws {
        var found: [OperationalState] = []
        _ = await eventually {
            found = ((try? await servers(supervisor)) ?? []).map(\.operational)
            return found == states
        }
        #expect(found == states)
    }

    @Test("a dry run says what would be done, and does nothing")
    func dryRun() async throws {
        try write(["a \(first.address)"])
        let supervisor = try await start()
        try write(["a \(first.address) weight 7", "b \(second.address)"])
        var options = OrderOptions()
        options.isDryRun = true
        let plan = try await supervisor.carryOut(.reload, options, on: "one", by: ada)
        #expect(plan?.way == .inPlace)
        #expect(plan?.changes == ["listen relay: server a: weight 1 -> 7", "listen relay: server b added"])
        #expect(try await servers(supervisor).map(\.name) == ["a"])
        try write(["a \(first.address) wieght 7"])
        await #expect(throws: ControlError.self) {
            try await supervisor.carryOut(.reload, options, on: "one", by: ada)
        }
        #expect(try await supervisor.status(of: ["one"]).first?.reason == nil)
        #expect(history.kinds == [.started])
        await end(supervisor)
    }

    @Test(
        "servers come, change and go in the running worker; sessions of each go on, and new ones go where the file says"
    )
    func serversInPlace() async throws {
        try write(["a \(first.address)", "b \(second.address) weight 2"])
        let supervisor = try await start()
        let clients = try await onThread { [address] in try (0..<4).map { _ in try Client(connectedTo: address) } }
        for client in clients { #expect(try await onThread { try client.echo("before") } == "before") }
        let before = try await servers(supervisor)
        #expect(before.map(\.counters.currentSessions).reduce(0, +) == 4)
        let onA = before[0].counters.currentSessions
        #expect(onA > 0 && onA < 4)

        try write(["c \(second.address)", "a \(first.address) weight 5"], clientTimeout: "10s")
        let plan = try await reload(supervisor)
        #expect(plan.way == .inPlace)
        for client in clients { #expect(try await onThread { try client.echo("after") } == "after") }
        let after = try await servers(supervisor)
        #expect(after.map(\.name) == ["c", "a"])
        #expect(after.map(\.counters.currentSessions) == [0, onA])
        #expect(after.map(\.configuredWeight) == [1, 5])
        #expect(after[1].counters.totalSessions == onA)
        let snapshot = try #require(try await supervisor.snapshot(of: "one"))
        #expect(snapshot.proxies[0].frontend?.currentSessions == 4)
        #expect(snapshot.proxies[0].backend?.counters.totalSessions == 4)
        let status = try #require(try await supervisor.status(of: ["one"]).first)
        #expect(status.restarts == 0)
        #expect(status.finishingWorkers == 0)
        #expect(status.sessions == 4)
        #expect(history.kinds == [.started, .reloaded, .configurationChanged])
        #expect(
            history.events.last?.detail
                == "listen relay: server c added; listen relay: server a: weight 1 -> 5; "
                + "listen relay: server b removed; listen relay: timeout client 30s -> 10s")

        let fresh = try await onThread { [address] in try (0..<6).map { _ in try Client(connectedTo: address) } }
        for client in fresh { #expect(try await onThread { try client.echo("new") } == "new") }
        #expect(try await servers(supervisor).map(\.counters.currentSessions) == [1, onA + 5])
        // A server that went and comes back begins anew; the sessions that it had before go on all the same.
        try write(["b \(second.address)", "c \(second.address)", "a \(first.address) weight 5"])
        _ = try await reload(supervisor)
        #expect(try await servers(supervisor).map(\.counters.currentSessions) == [0, 1, onA + 5])
        for client in clients + fresh { #expect(try await onThread { try client.echo("last") } == "last") }
        await end(supervisor)
    }

    @Test("what a person has set holds through a reload where the file says what it said")
    func ordersGoOn() async throws {
        try write(["a \(first.address) weight 4", "b \(second.address) weight 4"])
        let supervisor = try await start()
        _ = try await supervisor.set(.drain, server: "one/a", by: ada)
        let b = ServerIdentity(instance: "one", proxy: "relay", server: "b")
        #expect(try await supervisor.carryOut(.server(b, .setWeight(.absolute(9))), on: "one", by: ada) == .done)
        try write(["a \(first.address) weight 5", "b \(second.address) weight 4 maxconn 3"])
        #expect(try await reload(supervisor).way == .inPlace)
        let after = try await servers(supervisor)
        #expect(after.map(\.administrative) == [.drain, .ready])
        #expect(after.map(\.configuredWeight) == [5, 9])
        #expect(after.map(\.sessionLimit) == [nil, 3])
        try write(["a \(first.address) weight 5", "b \(second.address) weight 4 maxconn 3 disabled"])
        _ = try await reload(supervisor)
        #expect(try await servers(supervisor).map(\.administrative) == [.drain, .maint])
        await end(supervisor)
    }

    @Test("a server that was down stays down with its downtime, and one that moves is asked anew")
    func healthGoesOn() async throws {
        let nobody = try Example.freeAddress()
        let check = "check inter 20ms fastinter 20ms downinter 20ms"
        try write(["a \(nobody) \(check)", "b \(first.address) \(check)"])
        let supervisor = try await start()
        try await expect([.down, .up], supervisor)
        #expect(await eventually { (try? await servers(supervisor))?.last?.lastCheck != nil })
        try write(["b \(first.address) \(check)", "a \(nobody) \(check) weight 3"], clientTimeout: "5s")
        #expect(try await reload(supervisor).way == .inPlace)
        let after = try await servers(supervisor)
        #expect(after.map(\.operational) == [.up, .down])
        #expect(after.map(\.counters.timesDown) == [0, 1])
        #expect(after[1].failedChecks > 0)
        let checked = try #require(after[0].lastCheck)
        #expect(checked.status == .layer4OK)
        // Another place: nothing is known of it, and then what its checks find.
        try write(["b \(first.address) \(check)", "a \(second.address) \(check) weight 3"])
        _ = try await reload(supervisor)
        try await expect([.up, .up], supervisor)
        #expect(try await servers(supervisor)[1].counters.timesDown == 1)
        await end(supervisor)
    }

    @Test("a server that gets a check is up until that says otherwise, in place and with a new worker")
    func newCheck() async throws {
        let nobody = try Example.freeAddress()
        for lines in [[], ["log 127.0.0.1:9 local0"]] {
            try write(["a \(first.address)", "b \(nobody)"])
            let supervisor = try await start()
            try write(["a \(first.address) check inter 30ms", "b \(nobody) check inter 20ms"], lines: lines)
            let way = try await reload(supervisor).way
            #expect(way == (lines.isEmpty ? .inPlace : .newWorker))
            #expect(try await servers(supervisor).first?.operational == .up)
            try await expect([.up, .down], supervisor)
            await end(supervisor)
        }
    }

    @Test("sessions that wait for a place wait on through a reload, and get the one that it brings")
    func queueGoesOn() async throws {
        try write(["a \(first.address) maxconn 1"])
        let supervisor = try await start()
        let served = try await onThread { [address] in try Client(connectedTo: address) }
        #expect(try await onThread { try served.echo("served") } == "served")
        let clients = try await onThread { [address] in try (0..<2).map { _ in try Client(connectedTo: address) } }
        #expect(await eventually { await waiting(supervisor) == 2 })
        try write(["z \(second.address) maxconn 1", "a \(first.address) maxconn 1"])
        #expect(try await reload(supervisor).way == .inPlace)
        #expect(try await onThread { try clients[0].echo("first") } == "first")
        #expect(await waiting(supervisor) == 1)
        try write(["z \(second.address) maxconn 2", "a \(first.address) maxconn 1"])
        _ = try await reload(supervisor)
        #expect(try await onThread { try clients[1].echo("second") } == "second")
        #expect(try await servers(supervisor).map(\.counters.currentSessions) == [2, 1])
        await end(supervisor)
    }

    @Test("a new worker goes on counting, and the old one's sessions are among those that there are until they end")
    func newWorker() async throws {
        let other = try Example.freeAddress()
        try write(["a \(first.address)"])
        let supervisor = try await start()
        var clients = [try await onThread { [address] in try Client(connectedTo: address) }]
        #expect(try await echo("before", clients[0]) == "before")
        try write(["a \(first.address)"], lines: ["bind \(other)"])
        let plan = try await reload(supervisor)
        #expect(plan.wayInWords == "new worker for: listen relay: bind \(other) added")
        #expect(try await echo("after", clients[0]) == "after")
        let status = try #require(try await supervisor.status(of: ["one"]).first)
        #expect(status.sessions == 1)
        #expect(status.finishingWorkers == 1)
        #expect(status.finishingSessions == 1)
        #expect(status.restarts == 1)
        let fresh = try await onThread { try Client(connectedTo: other) }
        #expect(try await onThread { try fresh.echo("new") } == "new")
        #expect(try await servers(supervisor).map(\.counters.currentSessions) == [2])
        #expect(try await servers(supervisor).map(\.counters.totalSessions) == [2])
        clients = []
        #expect(await eventually { await finishingWorkers(supervisor) == 0 })
        let after = try await servers(supervisor)
        #expect(after.map(\.counters.currentSessions) == [1])
        #expect(after.map(\.counters.totalSessions) == [2])
        #expect(after[0].counters.bytesIn == Int64("beforeafter".utf8.count))
        #expect(try await supervisor.carryOut(.instance(.clearCounters(all: true)), on: "one", by: ada) == .done)
        #expect(try await servers(supervisor).map(\.counters.totalSessions) == [0])
        await end(supervisor)
    }

    @Test("a server that falls takes the sessions of finishing workers along, where the file says so")
    func marked() async throws {
        let other = try Example.freeAddress()
        let server = "a \(first.address) on-marked-down shutdown-sessions"
        try write([server])
        let supervisor = try await start()
        let client = try await onThread { [address] in try Client(connectedTo: address) }
        #expect(try await echo("before", client) == "before")
        try write([server], lines: ["bind \(other)"])
        #expect(try await reload(supervisor).way == .newWorker)
        #expect(try await echo("after", client) == "after")
        _ = try await supervisor.set(.maint, server: "one/a", by: ada)
        #expect(try await onThread { client.isEnded() })
        #expect(await eventually { await finishingWorkers(supervisor) == 0 })
        await end(supervisor)
    }

    @Test("files that change reload their instance, others are only told")
    func files() async throws {
        try write(["a \(first.address)"])
        let supervisor = try await start()
        await supervisor.fileHasChanged("one.cfg", by: ada)
        #expect(history.kinds == [.started])
        try write(["a \(first.address) weight 3"])
        await supervisor.fileHasChanged("one.cfg", by: ada)
        #expect(history.kinds == [.started, .reloaded, .configurationChanged])
        try write(["a \(first.address) wieght 3"])
        await supervisor.fileHasChanged("one.cfg", by: ada)
        await supervisor.fileHasChanged("notes.txt", by: ada)
        await supervisor.fileHasChanged("two.cfg", by: ada)
        #expect(history.kinds == [.started, .reloaded, .configurationChanged, .reloadRefused])
        #expect(try await servers(supervisor).map(\.configuredWeight) == [3])
        await end(supervisor)
    }
}
