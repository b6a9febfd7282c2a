import Model
import Testing

@testable import Configuration

@Suite("ring sections, and log lines over TCP")
struct RingTests {
    private let listen = "listen l\n    bind :1\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\n"

    private func messages(_ text: String) -> [String] {
        Sample.parse(text + listen).diagnostics.filter { $0.severity != .note }
            .map { "\($0.location.line):\($0.location.column) \($0.message)" }
    }

    @Test("a section is read, wherever it stands")
    func section() throws {
        let text = """
            global
                log ring@collector len 300 format rfc5424 local0
            ring collector
                description "for the" collector
                format rfc3164
                maxlen 1200
                size 32k
                timeout connect 2s
                timeout server 3s
                server one 127.0.0.1:601 log-proto octet-count
                server two /run/collector.sock

            """
        let configuration = try Sample.parse(text + listen).valid()
        var ring = LogRingConfiguration(name: "collector", description: "for the collector")
        ring.format = .rfc3164
        ring.maxLength = 1_200
        ring.size = 32_768
        ring.connectTimeout = .seconds(2)
        ring.serverTimeout = .seconds(3)
        ring.servers = [.init(name: "one", address: .ip(host: "127.0.0.1", port: 601))]
        ring.servers[0].framing = .octetCount
        ring.servers.append(.init(name: "two", address: .unix(path: "/run/collector.sock")))
        #expect(configuration.rings == [ring])
        #expect(configuration.global.logTargets.map(\.destination) == [.ring(name: "collector")])
    }

    @Test("an address of TCP has a ring to itself, with its line's format and length")
    func ownRings() throws {
        let text = """
            global
                log tcp@[::1]:601 len 200 format raw local0
            defaults
                log tcp@localhost:602 local1

            """
        let configuration = try Sample.parse(text + listen + "listen m\n    bind :2\n").valid()
        #expect(
            configuration.rings.map(\.servers).map { $0.map(\.address) } == [
                [.ip(host: "::1", port: 601)], [.ip(host: "127.0.0.1", port: 602)],
            ])
        #expect(configuration.rings.map(\.format) == [.raw, .local])
        #expect(configuration.rings.map(\.maxLength) == [200, 1_024])
        #expect(Set(configuration.proxies.flatMap(\.logTargets).map(\.destination)).count == 1)
    }

    @Test(
        "mistakes are told at their place",
        arguments: [
            ("global\n    log ring@nope local0\n", "2:14 there is no ring 'nope'"),
            ("defaults\n    log ring@ local0\n", "2:9 'ring@' names no ring"),
            ("global\n    log tcp@127.0.0.1 local0\n", "2:9 'tcp@127.0.0.1' has no port"),
            ("global\n    log tcp@example.org:1 local0\n", "2:9 'example.org' is no IP address"),
            ("ring a b\n", "1:8 unexpected 'b' after 'a'"),
            ("ring a\nring a\n", "2:6 there is a ring 'a' in line 1 already"),
            ("ring a\n    format nope\n", "2:12 unknown log format 'nope'"),
            ("ring a\n    maxlen 5\n", "2:12 5 is out of range for 'maxlen'"),
            ("ring a\n    size 10\n", "2:10 size '10' is ignored: the ring has 16384 bytes already"),
            ("ring a\n    size 9g\n", "2:10 '9g' is no size of a ring"),
            ("ring a\n    timeout foo 1s\n", "2:13 unknown timeout 'foo'"),
            ("ring a\n    timeout server 0\n", "2:20 the timeout is 0"),
            ("ring a\n    server x 127.0.0.1\n", "2:14 '127.0.0.1' has no port"),
            ("ring a\n    server x 127.0.0.1:9 check\n", "2:26 'check' is not supported for a ring's server here"),
            ("ring a\n    server x 127.0.0.1:9 log-proto y\n", "2:36 unknown protocol 'y'"),
            ("ring a\n    server x :9\n", "2:14 '' is no IP address"),
            ("ring a\n    backing-file /x\n", "2:5 'backing-file' has no effect: a ring is in memory alone here"),
        ])
    func mistakes(text: String, message: String) {
        #expect(messages(text).contains(message), "\(messages(text))")
    }
}
