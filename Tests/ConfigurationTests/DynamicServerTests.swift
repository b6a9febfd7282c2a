import Model
import Testing

@testable import Configuration

@Suite("Servers that commands add to a configuration")
struct DynamicServerTests {
    private func configuration(_ lines: String) throws -> InstanceConfiguration {
        let text = """
            defaults
                mode tcp
                timeout connect 5s
                timeout client 5s
                timeout server 5s
            listen l
                bind 127.0.0.1:1
            \(lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))

            """
        let parsed = ConfigurationReader.parse(text, file: "test.cfg", instance: "test", environment: [:])
        return try #require(parsed.configuration, "\(parsed.diagnostics)")
    }

    private func identity(_ server: String) -> ServerIdentity {
        ServerIdentity(instance: "test", proxy: "l", server: server)
    }

    @Test("one that goes keeps its place for the next one of its number")
    func places() throws {
        var running = try configuration("server a 127.0.0.1:2\nserver b 127.0.0.1:3\nserver c 127.0.0.1:4")
        running = try running.removing(identity("b"))
        #expect(running.proxies[0].servers.map(\.name) == ["a", "b", "c"])
        #expect(running.proxies[0].presentServers.map(\.name) == ["a", "c"])
        let second = try running.adding(["d", "127.0.0.1:5"], toBackend: "l")
        #expect(second.place == 1)
        #expect(second.server.id == 2)
        let fourth = try second.configuration.adding(["b", "127.0.0.1:6"], toBackend: "l")
        #expect(fourth.place == 3)
        #expect(fourth.server.id == 4)
        let ninth = try fourth.configuration.adding(["e", "127.0.0.1:6", "id", "9"], toBackend: "l")
        #expect((ninth.place, ninth.server.id) == (4, 9))
    }

    @Test("servers that come and go again and again take no more places than there are at a time")
    func rotation() throws {
        var running = try configuration("server a 127.0.0.1:2")
        for turn in 0..<100 {
            running = try running.adding(["n\(turn)", "127.0.0.1:5"], toBackend: "l").configuration
            if turn > 1 { running = try running.removing(identity("n\(turn - 2)")) }
        }
        #expect(running.proxies[0].servers.count <= 4)
    }

    @Test("what the line says holds, and `default-server` doesn't")
    func options() throws {
        let running = try configuration("default-server weight 9 check\nserver a 127.0.0.1:2")
        let words = ["n", "127.0.0.1:5", "maxconn", "7", "backup", "send-proxy"]
        let server = try running.adding(words, toBackend: "l").server
        #expect((server.weight, server.maxconn, server.isBackup, server.check) == (1, 7, true, nil))
        #expect(server.proxyHeader == .version1)
        #expect(server.isDynamic && server.isDisabled && server.awaitsOrder)
        let enabled = try running.adding(["n", "127.0.0.1:5", "enabled"], toBackend: "l").server
        #expect(!enabled.isDisabled && !enabled.awaitsOrder)
        let disabled = try running.adding(["n", "127.0.0.1:5", "disabled"], toBackend: "l").server
        #expect(disabled.isDisabled && !disabled.awaitsOrder)
    }

    @Test(
        "a server that something names stays",
        arguments: [
            "server a 127.0.0.1:2 check\nserver b 127.0.0.1:3 track a",
            "server a 127.0.0.1:2\nuse-server a if { src 192.0.2.1 }",
            "server a 127.0.0.1:2\ntcp-request connection reject unless { srv_is_up(l/a) }",
        ])
    func named(_ lines: String) throws {
        let running = try configuration(lines)
        #expect(throws: ActRefusal.self) { try running.removing(identity("a")) }
    }
}
