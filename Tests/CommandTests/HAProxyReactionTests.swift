import Foundation
import Model
import Testing

@testable import supervise

/// What signals do, and what SIGHUP tells, as values.
@Suite("haproxy signals")
struct HAProxyReactionTests {
    @Test("serving: INT and TERM end by themselves, USR1 finishes, TTOU pauses, TTIN resumes, HUP tells the states")
    func serving() {
        #expect(HAProxyReaction(to: SIGINT) == .endBySignal)
        #expect(HAProxyReaction(to: SIGTERM) == .endBySignal)
        #expect(HAProxyReaction(to: SIGUSR1) == .finish)
        #expect(HAProxyReaction(to: SIGTTOU) == .pause)
        #expect(HAProxyReaction(to: SIGTTIN) == .resume)
        #expect(HAProxyReaction(to: SIGUSR2) == .none)
        #expect(HAProxyReaction(to: SIGHUP) == .tellStates)
    }

    @Test("as a master: INT, TERM and USR1 end, USR2 and HUP reload")
    func master() {
        for number in [SIGINT, SIGTERM, SIGUSR1] { #expect(HAProxyMasterReaction(to: number) == .end) }
        for number in [SIGUSR2, SIGHUP] { #expect(HAProxyMasterReaction(to: number) == .reload) }
        #expect(HAProxyMasterReaction(to: SIGTTOU) == .none)
    }

    @Test("no signal both reacts and is ignored")
    func apart() {
        #expect(Set(HAProxyReaction.signals).isDisjoint(with: HAProxyReaction.ignored))
    }

    /// A proxy with servers, each with its state and whether it is a backup.
    private func proxy(_ name: String, _ servers: [(String, OperationalState, AdministrativeState, Bool)])
        -> ProxySnapshot
    {
        var proxy = ProxySnapshot(name: name, id: 2)
        proxy.frontend = FrontendSnapshot()
        var backend = BackendSnapshot()
        for (index, (name, operational, administrative, isBackup)) in servers.enumerated() {
            var server = ServerSnapshot(name: name, id: index + 1, address: "127.0.0.1:1")
            server.operational = operational
            server.administrative = administrative
            server.isBackup = isBackup
            if server.state == .up {
                if isBackup { backend.backupServers += 1 } else { backend.activeServers += 1 }
            }
            proxy.servers.append(server)
        }
        proxy.backend = backend
        return proxy
    }

    @Test("SIGHUP tells what HAProxy tells")
    func states() {
        var snapshot = InstanceSnapshot(instance: "shop", at: Timestamp(millisecondsSinceEpoch: 0))
        var busy = proxy("rabbitmq_cluster", [("rabbit", .up, .ready, false)])
        busy.frontend?.currentSessions = 1
        busy.frontend?.totalSessions = 1
        busy.backend?.counters.currentSessions = 1
        busy.backend?.counters.totalSessions = 1
        busy.servers[0].counters.currentSessions = 1
        busy.servers[0].counters.totalSessions = 1
        snapshot.proxies = [
            busy,
            proxy("a", [("s", .down, .ready, false), ("b", .up, .ready, true), ("m", .up, .maint, false)]),
            proxy("dis", []),
            proxy("bb", [("s", .down, .ready, false)]),
        ]
        let none = "Conn: act(FE+BE): 0+0, 0 pend (0 unass), tot(FE+BE): 0+0."
        #expect(
            HAProxyServerStates.lines(snapshot) == [
                "SIGHUP received, dumping servers states.",
                "SIGHUP: Server rabbitmq_cluster/rabbit is UP. Conn: 1 act, 0 pend, 1 tot.",
                "SIGHUP: Proxy rabbitmq_cluster has 1 active servers and 0 backup servers available. "
                    + "Conn: act(FE+BE): 1+1, 0 pend (0 unass), tot(FE+BE): 1+1.",
                "SIGHUP: Server a/s is DOWN. Conn: 0 act, 0 pend, 0 tot.",
                "SIGHUP: Server a/b is UP. Conn: 0 act, 0 pend, 0 tot.",
                "SIGHUP: Server a/m is DOWN. Conn: 0 act, 0 pend, 0 tot.",
                "SIGHUP: Proxy a is running on backup servers ! \(none)",
                "SIGHUP: Proxy dis has no servers. \(none)",
                "SIGHUP: Server bb/s is DOWN. Conn: 0 act, 0 pend, 0 tot.",
                "SIGHUP: Proxy bb has no server available ! \(none)",
            ])
        #expect(HAProxyServerStates.lines(nil) == ["SIGHUP received, dumping servers states."])
        snapshot.proxies[0].frontend?.totalConnections = 1
        #expect(
            HAProxyServerStates.stopLines(snapshot).first
                == "Proxy rabbitmq_cluster stopped (cumulated conns: FE: 1, BE: 1).")
    }

    @Test("a message's level takes eleven columns, and its further lines are set off")
    func frame() {
        #expect(HAProxyMessages.framed(.alert, "a\nb", by: 7) == "[ALERT]    (7) : a\n   | b")
        #expect(HAProxyMessages.framed(.warning, "a", by: 7) == "[WARNING]  (7) : a")
        #expect(HAProxyMessages.framed(.notice, "a", by: 7) == "[NOTICE]   (7) : a")
    }
}
