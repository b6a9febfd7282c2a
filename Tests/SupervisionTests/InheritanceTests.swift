import Configuration
import Model
import Proxy
import Testing

@testable import Supervision

@Suite struct InheritanceTests {
    private let configuration = Example.instance()
    private let rabbit = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit")
    private let down = InheritedServer(
        operational: .down, administrative: .ready, health: 0,
        lastCheck: CheckResult(status: .layer4Error), since: Timestamp(millisecondsSinceEpoch: 1))

    @Test("what checks found holds for the same server")
    func same() {
        let inherited = Inheritance.select(from: [rabbit: down], ordered: [:], last: configuration, next: configuration)
        #expect(inherited == [rabbit: down])
    }

    @Test("what checks found is forgotten when the address is another one, an order is not")
    func moved() {
        var next = configuration
        next.proxies[0].servers[0].address = .ip("127.0.0.9", port: 5672)
        let inherited = Inheritance.select(
            from: [rabbit: down], ordered: [rabbit: .drain], last: configuration, next: next)
        #expect(inherited[rabbit]?.operational == nil)
        #expect(inherited[rabbit]?.administrative == .drain)
    }

    @Test("an order outlives a worker that left nothing")
    func crash() {
        let inherited = Inheritance.select(
            from: [:], ordered: [rabbit: .maint], last: configuration, next: configuration)
        #expect(inherited.count == 1)
        #expect(inherited[rabbit]?.administrative == .maint)
    }

    @Test("a server without orders is in maintenance if its file says so")
    func disabled() {
        var next = configuration
        next.proxies[0].servers[0].isDisabled = true
        let known = [rabbit: down]
        let off = Inheritance.select(from: known, ordered: [:], last: configuration, next: next)
        #expect(off[rabbit]?.administrative == .maint)
        let on = Inheritance.select(from: known, ordered: [rabbit: .ready], last: configuration, next: next)
        #expect(on[rabbit]?.administrative == .ready)
    }

    @Test("a server that is gone leaves nothing")
    func gone() {
        var next = configuration
        next.proxies[0].servers.removeFirst()
        let inherited = Inheritance.select(
            from: [rabbit: down], ordered: [rabbit: .maint], last: configuration, next: next)
        #expect(inherited.isEmpty)
    }
}
