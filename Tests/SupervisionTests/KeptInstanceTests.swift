import Configuration
import Foundation
import Model
import Proxy
import Testing

@testable import Supervision

@Suite("What a crash leaves of an instance")
struct KeptInstanceTests {
    private let configuration = Example.instance()
    private let rabbit = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit")
    private let backup = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit_backup")

    private func kept() -> KeptInstance {
        var down = InheritedServer(
            operational: .down, administrative: .ready, health: 0, lastCheck: CheckResult(status: .layer4Error),
            since: Timestamp(millisecondsSinceEpoch: 5))
        down.weight = 7
        var resting = InheritedServer(
            operational: .up, administrative: .maint, health: 4, lastCheck: nil, since: nil)
        resting.declared = .up
        return KeptInstance([rabbit: down, backup: resting], ordered: [backup: .maint], under: configuration)
    }

    @Test("it is read as it was written")
    func file() throws {
        let folder = try TemporaryFolder()
        let files = KeptInstances(directory: "\(folder.path)/servers")
        #expect(files.read("warren") { Issue.record("\($0)") } == nil)
        try files.write(kept(), of: "warren")
        #expect(files.read("warren") { Issue.record("\($0)") } == kept())
        try Data("{".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/servers/warren.json"))
        var problem = ""
        #expect(files.read("warren") { problem = $0 } == nil)
        #expect(problem.contains("warren.json"))
        files.remove()
        #expect(files.read("warren") { Issue.record("\($0)") } == nil)
    }

    @Test("states, orders and weights hold under the same configuration")
    func same() {
        let (known, ordered) = kept().holding(under: configuration)
        #expect(ordered == [backup: .maint])
        #expect(known[rabbit]?.operational == .down)
        #expect(known[rabbit]?.weight == 7)
        #expect(known[rabbit]?.since == Timestamp(millisecondsSinceEpoch: 5))
        #expect(known[rabbit]?.isFromFile == true)
        #expect(known[backup]?.administrative == .maint)
        #expect(known[backup]?.declared == .up)
    }

    @Test("under another address only the order holds, under another weight the file's weight")
    func changed() {
        var next = configuration
        next.proxies[0].servers[0].weight = 9
        next.proxies[0].servers[1].address = .ip("127.0.0.9", port: 5672)
        let (known, ordered) = kept().holding(under: next)
        #expect(known[rabbit]?.operational == .down)
        #expect(known[rabbit]?.weight == nil)
        #expect(known[backup] == nil)
        #expect(ordered[backup] == .maint)
    }

    @Test("a health beyond what the file of now allows is its top")
    func health() {
        var next = configuration
        next.proxies[0].servers[1].check = nil
        #expect(kept().holding(under: next).known[backup]?.health == 1)
    }

    @Test("servers that are gone leave nothing")
    func gone() {
        var next = configuration
        next.proxies[0].servers.removeAll()
        let (known, ordered) = kept().holding(under: next)
        #expect(known.isEmpty && ordered.isEmpty)
    }
}
