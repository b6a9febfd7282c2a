import Foundation
import Peers
import Testing

/// Headers that come as no HAProxy would take them: in pieces.
@Suite("accept-proxy")
struct AcceptProxyTests {
    private func text(_ server: FakeServer, logPort: UInt16, lines: [String] = []) -> String {
        Example.listen(
            [server],
            lines: ["log 127.0.0.1:\(logPort) local0", "option tcplog", "bind 127.0.0.1:PORT accept-proxy name second"]
                + lines)
    }

    @Test("a header may come byte by byte")
    func byteByByte() async throws {
        let (server, log) = (try FakeServer(), try LogCollector())
        try await withInstance(text(server, logPort: log.port)) { instance in
            let client = try Peer(port: instance.ports[1])
            for byte in Array("PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\r\n".utf8) { try client.send([byte]) }
            try client.send("ping")
            try client.expect("ping")
            client.close()
            #expect(try await eventually { log.lines.contains { $0.hasPrefix("192.0.2.7:40000 [") } })
            #expect(try await instance.frontend().totalSessions == 1)
        }
    }

    @Test("a header whose rest never comes is cut short with the client's end")
    func truncated() async throws {
        let (server, log) = (try FakeServer(), try LogCollector())
        try await withInstance(text(server, logPort: log.port)) { instance in
            let client = try Peer(port: instance.ports[1])
            try client.send("PROXY TCP4 192.0.2.7")
            #expect(try await eventually { try await instance.frontend().currentSessions == 1 })
            client.finish()
            #expect(client.readToEnd().ending != .open)
            client.close()
            #expect(
                try await eventually {
                    log.lines.contains { $0.hasSuffix("front/second: Truncated PROXY protocol header received") }
                })
            let frontend = try await instance.frontend()
            #expect(frontend.totalConnections == 1 && frontend.totalSessions == 0 && frontend.currentSessions == 0)
        }
    }

    @Test("a header that doesn't come in the client's time ends the connection")
    func timeout() async throws {
        let (server, log) = (try FakeServer(), try LogCollector())
        try await withInstance(text(server, logPort: log.port, lines: ["timeout client 200ms"])) { instance in
            let client = try Peer(port: instance.ports[1])
            try client.send("PROXY TC")
            #expect(client.readToEnd().ending != .open)
            client.close()
            #expect(
                try await eventually {
                    log.lines.contains { $0.hasSuffix("front/second: Timeout while waiting for PROXY protocol header") }
                })
        }
    }

    @Test("connections that wait for their header don't keep a stop from ending")
    func stop() async throws {
        let (server, log) = (try FakeServer(), try LogCollector())
        let instance = try InstanceUnderTest(text(server, logPort: log.port))
        let client = try Peer(port: instance.ports[1])
        #expect(try await eventually { try await instance.frontend().currentSessions == 1 })
        await instance.stop()
        #expect(client.readToEnd().ending != .open)
        client.close()
    }
}
