import Model
import Testing

@Suite("ServerState")
struct ServerStateTests {
    @Test(
        "every pair of states has one that traffic sees",
        arguments: [
            (.up, .ready, .up), (.up, .drain, .drain), (.up, .maint, .maint),
            (.down, .ready, .down), (.down, .drain, .down), (.down, .maint, .maint),
            (.degraded, .ready, .degraded), (.degraded, .drain, .drain), (.degraded, .maint, .maint),
            (.stopping, .ready, .stopping), (.stopping, .drain, .stopping), (.stopping, .maint, .maint),
        ] as [(OperationalState, AdministrativeState, ServerState)])
    func pairs(operational: OperationalState, administrative: AdministrativeState, expected: ServerState) {
        #expect(ServerState(operational: operational, administrative: administrative) == expected)
    }

    @Test("the words of the history's contract")
    func words() {
        #expect(
            ServerState.allCases.map(\.rawValue) == ["UNKNOWN", "UP", "DOWN", "DRAIN", "MAINT", "DEGRADED", "NOLB"])
    }

    @Test("a server is named by instance, proxy and server")
    func identity() {
        let identity = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit_backup")
        #expect(identity.description == "warren/rabbitmq_cluster/rabbit_backup")
    }

    @Test("a snapshot's server shows what traffic sees")
    func snapshot() {
        var server = ServerSnapshot(name: "rabbit", id: 1, address: "127.0.0.3:5672")
        #expect(server.state == .up)
        server.operational = .down
        #expect(server.state == .down)
        server.administrative = .maint
        #expect(server.state == .maint)
    }
}
