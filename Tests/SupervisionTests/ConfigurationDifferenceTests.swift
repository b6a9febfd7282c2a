import Configuration
import Testing

@testable import Supervision

@Suite struct ConfigurationDifferenceTests {
    private let old = Example.instance(binds: [.ipv4("127.0.0.1", port: 5680)])

    private func changes(_ change: (inout InstanceConfiguration) -> Void) -> [String] {
        var new = old
        change(&new)
        return ConfigurationDifference(from: old, to: new).changes
    }

    @Test("the same configuration has no difference, wherever its lines stand")
    func none() {
        let moved = changes {
            $0.proxies[0].location.line = 99
            $0.proxies[0].servers[0].location.line = 99
            $0.proxies[0].binds[0].location.line = 99
        }
        #expect(moved.isEmpty)
    }

    @Test("servers that came, went and changed are told by name")
    func servers() {
        let told = changes {
            $0.proxies[0].servers[0].address = .name("broker", port: 5672)
            $0.proxies[0].servers[0].weight = 3
            $0.proxies[0].servers[1].name = "rabbit_2"
            $0.proxies[0].servers[0].maxqueue = 4
        }
        #expect(
            told == [
                "listen rabbitmq_cluster: server rabbit: address 127.0.0.3:5672 -> broker:5672",
                "listen rabbitmq_cluster: server rabbit: weight 1 -> 3",
                "listen rabbitmq_cluster: server rabbit: options changed",
                "listen rabbitmq_cluster: server rabbit_2 added",
                "listen rabbitmq_cluster: server rabbit_backup removed",
            ])
    }

    @Test("what has changed of a check is told with its old and its new value")
    func checks() {
        var old = old
        for index in old.proxies[0].servers.indices { old.proxies[0].servers[index].check = CheckConfiguration() }
        var new = old
        new.proxies[0].servers[0].check = nil
        new.proxies[0].servers[1].check?.interval = .seconds(60)
        new.proxies[0].servers[1].check?.fall = 7
        new.proxies[0].servers[1].check?.port = 9
        #expect(
            ConfigurationDifference(from: old, to: new).changes == [
                "listen rabbitmq_cluster: server rabbit: no check any more",
                "listen rabbitmq_cluster: server rabbit_backup: inter 2s -> 1m",
                "listen rabbitmq_cluster: server rabbit_backup: fall 3 -> 7",
                "listen rabbitmq_cluster: server rabbit_backup: check changed",
            ])
    }

    @Test("addresses, limits and sections are told")
    func proxies() {
        let told = changes {
            $0.proxies[0].binds[0].address = .ipv4("127.0.0.1", port: 5690)
            $0.proxies[0].maxconn = 7
            $0.proxies[0].timeouts.client = .seconds(9)
            $0.proxies[0].timeouts.tunnel = .milliseconds(1_500)
            $0.proxies[0].retries = 9
            $0.proxies[0].balance = .leastConnections
            $0.proxies[0].redispatches.toggle()
            $0.proxies.append(Example.statistics(bind: .ipv4("127.0.0.1", port: 8101)))
            $0.global.maxconn = 50
            $0.global.logTag = "x"
        }
        #expect(
            told == [
                "global maxconn none -> 50", "global settings changed",
                "listen rabbitmq_cluster: bind 127.0.0.1:5690 added",
                "listen rabbitmq_cluster: bind 127.0.0.1:5680 removed", "listen rabbitmq_cluster: maxconn 100 -> 7",
                "listen rabbitmq_cluster: timeout client none -> 9s",
                "listen rabbitmq_cluster: timeout tunnel none -> 1500ms",
                "listen rabbitmq_cluster: balance roundrobin -> leastconn", "listen rabbitmq_cluster: retries 3 -> 9",
                "listen rabbitmq_cluster: options changed",
                "listen private_monitoring added",
            ])
    }

    @Test("a password is not told")
    func secrets() {
        var old = old
        old.proxies.append(Example.statistics(bind: .ipv4("127.0.0.1", port: 8101)))
        var new = old
        new.proxies[1].stats?.users = [.init(name: "ada", password: "geheim")]
        let difference = ConfigurationDifference(from: old, to: new)
        #expect(difference.description == "listen private_monitoring: statistics changed")
    }

    @Test("many differences are counted, not told")
    func many() {
        let new = InstanceConfiguration(
            name: old.name, file: old.file,
            proxies: (0..<10).map {
                ProxyConfiguration(name: "p\($0)", id: $0, kind: .backend, maxconn: 1, location: Example.nowhere)
            })
        let difference = ConfigurationDifference(from: old, to: new)
        #expect(difference.changes.count == 11)
        #expect(difference.description.hasSuffix("; backend p7 added; 3 more"))
    }
}
