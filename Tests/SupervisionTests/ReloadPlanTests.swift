import Configuration
import Testing

@testable import Supervision

@Suite struct ReloadPlanTests {
    private let old = Example.instance(binds: [.ipv4("127.0.0.1", port: 5680)])

    private func plan(_ change: (inout InstanceConfiguration) -> Void) -> ReloadPlan {
        var new = old
        change(&new)
        return ReloadPlan(from: old, to: new)
    }

    @Test("a file whose lines have only moved changes nothing")
    func nothing() {
        let plan = plan { $0.proxies[0].servers[0].location.line = 99 }
        #expect(plan == ReloadPlan(changes: [], causes: []))
        #expect(plan.wayInWords == "nothing has changed")
    }

    @Test("servers, limits, time limits and checks are changed in the running worker")
    func inPlace() {
        let plan = plan {
            $0.global.maxconn = 50
            $0.global.process.hardStopAfter = .seconds(9)
            $0.proxies[0].maxconn = 7
            $0.proxies[0].timeouts.client = .seconds(9)
            $0.proxies[0].retries = 9
            $0.proxies[0].balance = .leastConnections
            $0.proxies[0].servers[0].weight = 3
            $0.proxies[0].servers[0].address = .ip("127.0.0.9", port: 1)
            $0.proxies[0].servers[0].check = CheckConfiguration()
            $0.proxies[0].servers[1].name = "another"
        }
        #expect(plan.way == .inPlace)
        #expect(plan.causes.isEmpty)
        #expect(plan.changes.count == 11)
        #expect(plan.wayInWords == "in place")
    }

    @Test("addresses, rules, logs and sections take a new worker, which names them alone")
    func newWorker() {
        let bind = plan {
            $0.proxies[0].binds[0].address = .ipv4("127.0.0.1", port: 5690)
            $0.proxies[0].servers[0].weight = 3
        }
        #expect(bind.way == .newWorker)
        #expect(
            bind.wayInWords
                == "new worker for: listen rabbitmq_cluster: bind 127.0.0.1:5690 added; "
                + "listen rabbitmq_cluster: bind 127.0.0.1:5680 removed")
        #expect(bind.changes.count == 3)
        let others: [(inout InstanceConfiguration) -> Void] = [
            { $0.global.logTag = "x" },
            { $0.proxies[0].logFormat = .tcp },
            { $0.proxies[0].isDisabled = true },
            { $0.proxies[0].mode = .http },
            { $0.proxies[0].binds[0].acceptsProxyHeader = true },
            { $0.proxies[0].rules.request.delay = .seconds(1) },
            { $0.proxies[0].dispatch = .ip("127.0.0.1", port: 1) },
            { $0.proxies[0].source = SourceConfiguration(address: "127.0.0.1", ports: 1...9) },
            { $0.proxies.append(Example.statistics(bind: .ipv4("127.0.0.1", port: 8101))) },
            { $0.proxies.removeAll() },
        ]
        for other in others { #expect(plan(other).way == .newWorker) }
    }

    @Test(
        "where name servers say which servers there are, another list of servers takes a new worker, a time limit does not"
    )
    func resolvers() {
        var old = old
        old.proxies[0].servers[0].resolution.resolvers = "dns"
        var new = old
        new.proxies[0].timeouts.server = .seconds(3)
        #expect(ReloadPlan(from: old, to: new).way == .inPlace)
        new.proxies[0].servers[1].weight = 9
        #expect(ReloadPlan(from: old, to: new).way == .newWorker)
    }
}
