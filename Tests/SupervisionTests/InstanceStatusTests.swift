import Model
import Testing

@testable import Supervision

@Suite struct InstanceStatusTests {
    private func proxy(_ servers: [(OperationalState, AdministrativeState, isBackup: Bool)]) -> ProxySnapshot {
        var proxy = ProxySnapshot(name: "p", id: 2)
        proxy.servers = servers.enumerated().map { index, state in
            var server = ServerSnapshot(name: "s\(index)", id: index + 1, address: "127.0.0.1:1")
            (server.operational, server.administrative, server.isBackup) = state
            return server
        }
        return proxy
    }

    private func status(_ proxies: [ProxySnapshot]) -> InstanceStatus {
        var snapshot = InstanceSnapshot(instance: "i", at: Timestamp(millisecondsSinceEpoch: 0))
        snapshot.proxies = proxies
        var status = InstanceStatus(instance: "i", state: .running)
        status.count(snapshot)
        return status
    }

    @Test("servers that are down, drained or in maintenance are not up")
    func counts() {
        let status = status([
            proxy([(.up, .ready, false), (.degraded, .ready, false), (.down, .ready, false), (.up, .drain, false)]),
            proxy([(.up, .maint, false), (.up, .ready, true)]),
        ])
        #expect(status.servers == 6)
        #expect(status.serversUp == 3)
    }

    @Test("turns of more than a tenth of a second are counted")
    func longTurns() {
        var snapshot = InstanceSnapshot(instance: "i", at: Timestamp(millisecondsSinceEpoch: 0))
        for milliseconds in [1, 100, 101, 5_000] { snapshot.turns.count(Int64(milliseconds) * 1_000_000) }
        var status = InstanceStatus(instance: "i", state: .running)
        status.count(snapshot)
        #expect(status.longTurns == 2)
    }

    @Test("traffic is on the backup when no active server takes any and a backup does")
    func onBackup() {
        #expect(status([proxy([(.down, .ready, false), (.up, .ready, true)])]).isOnBackup)
        #expect(status([proxy([(.up, .drain, false), (.up, .ready, true)])]).isOnBackup)
        #expect(!status([proxy([(.up, .ready, false), (.up, .ready, true)])]).isOnBackup)
        #expect(!status([proxy([(.down, .ready, false), (.down, .ready, true)])]).isOnBackup)
        #expect(!status([proxy([(.down, .ready, false)])]).isOnBackup)
    }

    @Test("a proxy is without server when it has some and its backend is down")
    func withoutServer() {
        func named(_ name: String, isUp: Bool?, servers: Int) -> ProxySnapshot {
            var one = proxy(Array(repeating: (.up, .ready, false), count: servers))
            one.name = name
            if let isUp {
                one.backend = BackendSnapshot()
                one.backend?.isUp = isUp
            }
            return one
        }
        let status = status([
            named("up", isUp: true, servers: 1), named("down", isUp: false, servers: 2),
            named("page", isUp: true, servers: 0), named("frontend", isUp: nil, servers: 0),
        ])
        #expect(status.proxiesWithoutServer == ["down"])
    }

    @Test("an instance is healthy while it serves and each proxy has a server", arguments: InstanceState.allCases)
    func health(state: InstanceState) {
        var status = InstanceStatus(instance: "shop", state: state)
        let serves = [.running, .reloading].contains(state)
        #expect(status.isHealthy == serves)
        #expect(status.ailments == (serves ? [] : ["shop is \(state.rawValue)"]))
        status.reason = "cannot bind 127.0.0.1:1: Address already in use"
        #expect(status.ailments == (serves ? [] : ["shop is \(state.rawValue): \(status.reason ?? "")"]))
        status.proxiesWithoutServer = ["front", "mail"]
        #expect(!status.isHealthy)
        if serves { #expect(status.ailments == ["front", "mail"].map { "shop/\($0): no server takes traffic" }) }
    }

    @Test("sessions are those of the proxies that relay")
    func sessions() {
        var relay = proxy([])
        relay.frontend = FrontendSnapshot()
        relay.frontend?.currentSessions = 5
        var page = relay
        page.isHTTP = true
        #expect(status([relay, page]).sessions == 5)
    }
}
