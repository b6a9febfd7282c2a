import EventLoop
import Peers
import Testing

@testable import Proxy

@Suite("source ports")
struct SourcePortsTests {
    @Test("the port that has been free for the longest is next, and each is lent once")
    func order() {
        var ports = SourcePorts(10...12)
        #expect([ports.take(), ports.take()] == [10, 11])
        ports.giveBack(11)
        ports.giveBack(10)
        #expect([ports.take(), ports.take(), ports.take(), ports.take()] == [12, 11, 10, nil])
        ports.giveBack(12)
        #expect(ports.count == 1)
        #expect(ports.take() == 12)
    }
}

/// Connections to servers that are made in a way of their own, with real sockets.
@Suite("leaving for servers")
struct LeavingTests {
    @Test("connections come from the proxy's source, or the server's own")
    func source() async throws {
        let servers = [try PeerListener(), try PeerListener()]
        let text = Example.listen(
            addresses: servers.map(\.address), options: ["", "source 127.0.0.4"], lines: ["source 127.0.0.3"])
        try await withInstance(text) { instance in
            for (server, host) in zip(servers, ["127.0.0.3", "127.0.0.4"]) {
                let client = try instance.connect()
                let far = try server.accept()
                #expect(far.remoteAddress.hasPrefix("\(host):"))
                client.close()
                far.close()
            }
        }
    }

    @Test("a source that is not this machine's ends sessions for lack of a resource")
    func wrongSource() async throws {
        let server = try FakeServer()
        try await withInstance(Example.listen([server], options: ["source 192.0.2.9"])) { instance in
            let client = try instance.connect()
            #expect(client.readToEnd().bytes.isEmpty)
            client.close()
            #expect(try await eventually { try await instance.server("s0").counters.connectionErrors == 1 })
        }
    }

    @Test("a session for which no source port is left ends, and a port that is given back serves the next")
    func noPortLeft() async throws {
        let server = try PeerListener()
        let text = Example.listen(addresses: [server.address], options: ["source 127.0.77.3:41000-41001"])
        try await withInstance(text) { instance in
            var pairs: [(client: Peer, far: Peer)] = []
            for _ in 0..<2 { pairs.append((try instance.connect(), try server.accept())) }
            #expect(Set(pairs.map(\.far.remoteAddress)) == ["127.0.77.3:41000", "127.0.77.3:41001"])
            let refused = try instance.connect()
            #expect(refused.readToEnd().ending == .fin)
            refused.close()
            pairs[1].far.close()
            pairs[1].client.close()
            #expect(try await eventually { try await instance.frontend().currentSessions == 1 })
            let next = (client: try instance.connect(), far: try server.accept())
            #expect(next.far.remoteAddress == "127.0.77.3:41001")
            for pair in [pairs[0], next] {
                pair.far.close()
                pair.client.close()
            }
        }
    }

    @Test("a server without a port of its own is connected to at its clients'")
    func clientsPort() async throws {
        let text = Example.listen(addresses: ["127.0.0.5"], lines: ["bind 127.0.0.1:PORT"])
        try await withInstance(text) { instance in
            for port in instance.ports {
                let server = try PeerListener(host: "127.0.0.5", port: port)
                let client = try Peer(port: port)
                try client.send("hello")
                let far = try server.accept()
                try far.expect("hello")
                client.close()
                far.close()
            }
        }
    }

    @Test("sessions go to a dispatch address, which is no server in the statistics", arguments: [true, false])
    func dispatch(listens: Bool) async throws {
        let target = try FakeServer(listens: listens)
        let lines = ["dispatch \(target.address)", "retries 1", "timeout connect 100ms"]
        try await withInstance(Example.listen(addresses: [], lines: lines)) { instance in
            let client = try instance.connect()
            try client.send("hello")
            client.finish()
            #expect(client.readToEnd().bytes == (listens ? Array("hello".utf8) : []))
            client.close()
            #expect(try await eventually { try await instance.backend().counters.currentSessions == 0 })
            let proxy = try #require(try await instance.snapshot().proxies.first)
            #expect(proxy.servers.isEmpty)
            let backend = try #require(proxy.backend)
            #expect(backend.isUp && backend.activeServers == 0 && backend.weight == 0)
            #expect(backend.counters.timesChosen == 0)
            #expect(backend.counters.connectAttempts == (listens ? 1 : 2))
            #expect(backend.counters.connectionErrors == (listens ? 0 : 1))
        }
    }

    @Test("options about TCP don't stand in the way")
    func options() async throws {
        let server = try FakeServer()
        let lines = ["option srvtcpka", "srvtcpka-idle 10s", "option tcp-smart-connect"]
        try await withInstance(Example.listen([server], options: ["tcp-ut 5s tfo send-proxy"], lines: lines)) {
            instance in
            for _ in 0..<3 {
                let client = try instance.connect()
                try client.send("hello")
                let bytes = client.receive(atMost: 12, within: Peer.patience).bytes
                #expect(String(decoding: bytes, as: UTF8.self) == "PROXY TCP4 1")
                client.close()
            }
        }
    }
}
