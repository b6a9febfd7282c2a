import Foundation
import Peers
import Testing

/// Connections that a SOCKS 4 proxy makes.
@Suite("SOCKS proxies, beside HAProxy", .serialized)
struct SOCKSTests {
    private static let granted: [UInt8] = [0, 90, 0, 0, 0, 0, 0, 0]
    private static let denied: [UInt8] = [0, 91, 0, 0, 0, 0, 0, 0]
    /// The length of a request with the user's name that HAProxy gives.
    private static let requestLength = 16
    /// The second server is the proxy of the first, and gets no sessions itself.
    private static let servers = ["socks4 127.0.0.1:PORT_OF_1", "weight 0"]

    /// What a client sends comes to the proxy behind a request for the server, and its answer goes to the client.
    @Test("bytes go through the proxy", arguments: ["", "send-proxy"])
    func session(option: String) async throws {
        try await Scenario(servers: ["\(Self.servers[0]) \(option)", Self.servers[1]]) { stage in
            let client = try stage.connect()
            try client.send("hello")
            let proxy = try stage.servers[1].accept()
            let request = try proxy.receive(Self.requestLength)
            // The server's port is not the same on both sides.
            stage.notes.add("asked \(Array(request[..<2])) \(Array(request[4...]))")
            // An answer in two pieces, the second with the server's first bytes.
            try proxy.send(Array(Self.granted[..<3]))
            try proxy.send(Self.granted[3...] + Array("olleh".utf8))
            if !option.isEmpty {
                var header: [UInt8] = []
                while header.last != 0x0A { header += try proxy.receive(1) }
                stage.notes.add(String(decoding: header.prefix(25), as: UTF8.self))
            }
            try proxy.expect("hello")
            try client.expect("olleh")
            client.finish()
            stage.noteEnd(of: "proxy", proxy)
            proxy.close()
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test(
        "a proxy that refuses, ends, or says nothing is a server that cannot be reached",
        arguments: ["denied", "ends", "silent"])
    func refusal(kind: String) async throws {
        try await Scenario(defaults: ["retries 1", "no option redispatch"], servers: Self.servers) { stage in
            let client = try stage.connect()
            try client.send("hello")
            for _ in 0..<2 {
                let proxy = try stage.servers[1].accept()
                _ = try proxy.receive(Self.requestLength)
                if kind == "denied" { try proxy.send(Self.denied) }
                if kind == "silent" { _ = proxy.readToEnd() }
                proxy.close()
            }
            let (bytes, _) = client.readToEnd()
            stage.notes.add("client got \(bytes.count) bytes")
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("checks through a proxy")
    func checks() async throws {
        func proxy(_ answer: [UInt8], then text: String = "") -> FakeServer.Behaviour {
            .custom { peer in
                _ = try peer.receive(Self.requestLength)
                if !answer.isEmpty { try peer.send(answer) }
                if !text.isEmpty { try peer.send(text) }
                _ = peer.readToEnd()
            }
        }
        var scene = try CheckScene([
            "grants": proxy(Self.granted, then: "hello"), "denies": proxy(Self.denied), "silent": proxy([]),
            "any": .silent,
        ])
        // To one that ends without a word HAProxy adds the text of whatever went wrong last in its process.
        for name in ["grants", "denies", "silent", "nobody"] {
            let port = name == "nobody" ? "1 " : "PORT_OF_\(name) "
            let line = "default-server socks4 127.0.0.1:\(port) check-via-socks4"
            scene.add([line], "any")
            scene.add(["option tcp-check", "tcp-check expect string hello", line], "any")
        }
        scene.add(["default-server socks4 127.0.0.1:1"], "any")
        try await scene.compare()
    }
}
