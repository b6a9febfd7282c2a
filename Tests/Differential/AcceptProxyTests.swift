import Foundation
import Peers
import Testing

/// Connections that begin with a header that says who the client is.
@Suite("accept-proxy, beside HAProxy", .serialized)
struct AcceptProxyTests {
    private static let signature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
    /// 192.0.2.7:40000 to 192.0.2.8:5672.
    private static let tcp4: [UInt8] = [192, 0, 2, 7, 192, 0, 2, 8, 0x9C, 0x40, 0x16, 0x28]

    private static func binary(_ family: UInt8, _ body: [UInt8], command: UInt8 = 0x21) -> [UInt8] {
        signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    /// A session whose client says who it is, and five bytes more at once.
    private func exchange(after header: [UInt8], _ stage: Scenario.Stage) throws {
        let client = try stage.connect()
        try client.send(header + Array("hello".utf8))
        let server = try stage.servers[0].accept()
        try server.expect("hello")
        try server.send("olleh")
        try client.expect("olleh")
        client.finish()
        stage.notes.add("server saw \(server.readToEnd().ending.rawValue)")
        server.close()
        stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
        client.close()
    }

    /// The next connection to any of the servers, and to which.
    private func acceptAnywhere(_ stage: Scenario.Stage) throws -> (server: Int, peer: Peer) {
        var accepted: (Int, Peer)?
        _ = stage.wait {
            for (index, server) in stage.servers.enumerated() where accepted == nil {
                accepted = server.acceptIfAny(within: .zero).map { (index, $0) }
            }
            return accepted != nil
        }
        guard let accepted else { throw MissingLine(description: "no server was asked") }
        return accepted
    }

    @Test(
        "headers that are right",
        arguments: [
            Array("PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\r\n".utf8),
            Array("PROXY TCP6 2001:db8::7 2001:db8::8 40000 5672\r\n".utf8), Array("PROXY UNKNOWN\r\n".utf8),
            binary(0x11, tcp4), binary(0x11, tcp4 + [4, 0, 3, 1, 2, 3, 2, 0, 0]), binary(0, [], command: 0x20),
            binary(0x11, tcp4, command: 0x20),
        ])
    func right(header: [UInt8]) async throws {
        try await Scenario(bindOptions: "accept-proxy") { stage in
            try exchange(after: header, stage)
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("the client that the header tells of is the one of the log, also at the beginning")
    func plainLog() async throws {
        try await Scenario(section: "frontend", bindOptions: "accept-proxy", lines: ["default_backend b", "backend b"])
        {
            try exchange(after: Array("PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\r\n".utf8), $0)
            try $0.awaitSessionLines(1)
        }.compare()
    }

    @Test("the client that the header tells of is the one who is tied to a server")
    func balanceSource() async throws {
        try await Scenario(bindOptions: "accept-proxy", lines: ["balance source"], servers: ["", "", ""]) { stage in
            for number in 1...9 {
                let client = try stage.connect()
                try client.send("PROXY TCP4 192.0.2.\(number * 7) 192.0.2.8 40000 5672\r\n")
                try client.send("x")
                client.finish()
                let (chosen, server) = try acceptAnywhere(stage)
                stage.notes.add("client \(number) went to server \(chosen)")
                _ = server.readToEnd()
                server.close()
                _ = client.readToEnd()
                client.close()
                try stage.awaitSessionLines(number)
            }
        }.compare()
    }

    @Test(
        "what is no header",
        arguments: [
            Array("AMQP\0\0\u{9}\u{1}0123456789".utf8), Array("PROXY UDP4 192.0.2.7 192.0.2.8 40000 5672\r\n".utf8),
            Array("PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\nhello".utf8),
            Array("PROXY TCP6 192.0.2.7 192.0.2.8 40000 5672\r\n".utf8),
            binary(0x11, Array(tcp4.dropLast())), binary(0x41, tcp4), binary(0x11, tcp4, command: 0x22),
            binary(0x11, tcp4, command: 0x11),
        ])
    func wrong(bytes: [UInt8]) async throws {
        try await Scenario(bindOptions: "accept-proxy name web") { stage in
            let client = try stage.connect()
            try client.send(bytes)
            stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("a client that ends, breaks or says nothing before its header", arguments: ["ends", "breaks", "waits"])
    func without(what: String) async throws {
        try await Scenario(
            bindOptions: "accept-proxy",
            lines: ["no option dontlognull", "timeout client \(what == "waits" ? "300ms" : "60s")"]
        ) { stage in
            let client = try stage.connect()
            switch what {
            case "ends": client.finish()
            case "breaks":
                // Accepted before it breaks: a connection that is gone already leaves no line.
                guard try stage.wait(until: { try stage.statistics().currentSessions == 1 }) else {
                    throw MissingLine(description: "nobody accepted")
                }
                client.reset()
            default: break
            }
            if what != "breaks" {
                stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
                client.close()
            }
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("clients that say nothing leave no line with 'option dontlognull'")
    func dontLogNull() async throws {
        try await Scenario(bindOptions: "accept-proxy", lines: ["timeout client 300ms"]) { stage in
            for ends in [true, false] {
                let client = try stage.connect()
                if ends { client.finish() }
                _ = client.readToEnd()
                client.close()
            }
            #expect(try stage.wait { try stage.statistics().currentSessions == 0 })
            let header = Array("PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\r\n".utf8)
            try exchange(after: header, stage)
            try stage.awaitSessionLines(1)
        }.compare()
    }
}
