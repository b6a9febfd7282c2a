import Model
import Supervision
import Testing

@testable import Monitoring

@Suite("Forms of the statistics page")
struct ServerFormTests {
    private func reading(_ body: String) -> ServerForm.Reading {
        ServerForm(body).reading(among: SnapshotFixtures.warrenOnBackup.proxies)
    }

    private func order(
        _ action: ServerForm.Action, _ servers: [String], strangers: Bool = false
    ) -> ServerForm.Reading {
        .order(
            ServerForm.Order(
                action: action, backend: "rabbitmq_warren", servers: servers, namesStrangers: strangers))
    }

    @Test("servers, proxy and action come in any order, by name or number")
    func orders() {
        #expect(reading("s=rabbit&action=drain&b=rabbitmq_warren") == order(.drain, ["rabbit"]))
        #expect(reading("b=%232&action=maint&s=rabbit&s=rabbit_backup") == order(.maint, ["rabbit", "rabbit_backup"]))
        #expect(reading("action=r%65ady&s=rabbit%5fbackup&b=rabbitmq_warren&x=1&y") == order(.ready, ["rabbit_backup"]))
        #expect(reading("s=rabbit&s=nope&action=shutdown&b=#2") == order(.endSessions, ["rabbit"], strangers: true))
    }

    @Test(
        "the actions of earlier versions go on",
        arguments: [("disable", ServerForm.Action.maint), ("enable", .ready), ("stop", .drain), ("start", .ready)])
    func oldNames(name: String, action: ServerForm.Action) {
        #expect(reading("s=rabbit&action=\(name)&b=#2") == order(action, ["rabbit"]))
    }

    @Test(
        "without server, proxy or action nothing changes",
        arguments: ["", "garbage", "s=rabbit&b=#2", "action=ready&b=#2", "s=rabbit&action=ready", "&&&==="])
    func nothing(body: String) { #expect(reading(body) == .outcome(.nothing)) }

    @Test(
        "what there isn't is wrong",
        arguments: [
            "s=nope&action=ready&b=#2", "s=rabbit&action=bogus&b=#2", "s=rabbit&action=&b=#2",
            "s=rabbit&action=ready&b=nope", "s=rabbit&action=ready&b=#99", "s=rabbit&action=ready&b=#x",
            "s=rabbit&action=ready&b=private_monitoring",
        ])
    func wrong(body: String) { #expect(reading(body) == .outcome(.wrong)) }

    @Test("each server is changed, and what became of them is told")
    func carrying() async {
        let supervisor = FakeSupervisor()
        let carrier = FormCarrier(control: supervisor, instance: "warren")
        let who = Operator(name: "statistics page (ada)")
        var order = ServerForm.Order(action: .markStopping, backend: "p", servers: ["a", "b"], namesStrangers: false)
        #expect(await carrier.carryOut(order, by: who) == .done)
        let acts = ["a", "b"].map { server in
            RuntimeAct.server(ServerIdentity(instance: "warren", proxy: "p", server: server), .setHealth(.stopping))
        }
        #expect(supervisor.orders == acts.map { .act($0, "warren", who) })
        order.namesStrangers = true
        #expect(await carrier.carryOut(order, by: who) == .partly)
        let deaf = FakeSupervisor(answering: .refused(.agentNotConfigured))
        order.action = .enableAgent
        #expect(await FormCarrier(control: deaf, instance: "warren").carryOut(order, by: who) == .nothing)
        let gone = FormCarrier(control: FakeSupervisor(refusing: .failed("gone")), instance: "warren")
        order.action = .ready
        #expect(await gone.carryOut(order, by: who) == .unknown)
    }
}
