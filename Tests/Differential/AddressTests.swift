import EventLoop
import Foundation
import Peers
import Testing

/// Servers that are not simply at an address and a port: on Unix sockets, in other networks, where the client wanted to go;
/// and servers that see the client's address.
@Suite("addresses of servers, beside HAProxy", .serialized)
struct AddressTests {
    /// A server on a Unix socket, or in another network.
    private final class Listener: Sendable {
        private let descriptor: Int32

        init(_ address: SocketAddress, namespace: String? = nil) throws {
            var options = ListenerOptions()
            options.namespace = namespace
            descriptor = try Socket.listen(on: address, backlog: 64, options: options)
        }

        deinit { Socket.close(descriptor) }

        func accept(_ stage: Scenario.Stage) throws -> Peer {
            var accepted: Peer?
            _ = stage.wait {
                if case .connection(let connection, _) = Socket.accept(descriptor) {
                    accepted = Peer(descriptor: connection)
                }
                return accepted != nil
            }
            guard let accepted else { throw MissingLine(description: "nobody came") }
            return accepted
        }
    }

    /// A session whose client has said who it is, with five bytes each way.
    private static func exchange(
        _ stage: Scenario.Stage, header: String = "", _ accept: () throws -> Peer
    ) throws {
        let client = try stage.connect()
        try client.send(header + "hello")
        let server = try accept()
        try server.expect("hello")
        try server.send("olleh")
        try client.expect("olleh")
        stage.finish(client, then: server)
        try stage.awaitSessionLines(1)
    }

    @Test(
        "servers on Unix sockets, by a path and by an abstract name, checked too", arguments: ["unix@/tmp/", "abns@"])
    func unixSockets(prefix: String) async throws {
        let name = "supervise-test-PORT_OF_0"
        let line = "server local \(prefix)\(name).sock check inter 30s downinter 20ms rise 1 fall 1"
        try await Scenario(lines: [line], servers: ["disabled"]) { stage in
            let name = "supervise-test-\(stage.servers[0].port).sock"
            try stage.awaitLine(containing: "rabbitmq_cluster/local is DOWN")
            let listener = try Listener(prefix == "abns@" ? .abstract(name: name) : .unix(path: "/tmp/\(name)"))
            // A file that is gone already disturbs nobody.
            defer { try? FileManager.default.removeItem(atPath: "/tmp/\(name)") }
            // Its checks are connections like any other, which end without a word.
            try stage.awaitLine(containing: "rabbitmq_cluster/local is UP")
            let client = try stage.connect()
            try client.send("hello")
            while true {
                let server = try listener.accept(stage)
                guard server.receive(atMost: 5, within: Peer.patience).bytes.count == 5 else { continue }
                try server.send("olleh")
                try client.expect("olleh")
                server.close()
                break
            }
            stage.noteEnd(of: "client", client)
            client.close()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: ["chkfail"])
    }

    @Test(
        "sessions go where their client wanted to, at its port or another one",
        arguments: ["option transparent", "server any 0.0.0.0", "server any *:PORT_OF_1", "server any 0.0.0.0:-1"])
    func destinations(line: String) async throws {
        // A section of its own: `listen` chooses by an algorithm.
        try await Scenario(
            section: "frontend", bindOptions: "accept-proxy",
            lines: ["default_backend own", "backend own", line, "backend unused"], servers: ["", ""]
        ) { stage in
            let (wanted, answering) =
                switch line {
                case "server any 0.0.0.0:-1": (stage.servers[0].port + 1, 0)
                case "server any *:PORT_OF_1": (stage.servers[0].port, 1)
                default: (stage.servers[0].port, 0)
                }
            let header = "PROXY TCP4 192.0.2.7 127.0.0.1 40000 \(wanted)\r\n"
            try Self.exchange(stage, header: header) { try stage.servers[answering].accept() }
        }.compare()
    }

    @Test("a server without a port is at the one that the client's header tells of")
    func toldPort() async throws {
        try await Scenario(
            bindOptions: "accept-proxy", lines: ["server one 127.0.0.1", "server two 127.0.0.1:+0"],
            sections: "backend unused\n"
        ) { stage in
            let header = "PROXY TCP4 192.0.2.7 192.0.2.8 40000 \(stage.servers[0].port)\r\n"
            try Self.exchange(stage, header: header) { try stage.servers[0].accept() }
        }.compare()
    }

    @Test("servers see the client's own address", arguments: ["clientip", "client", "127.0.0.77"])
    func foreignSources(whose: String) async throws {
        guard try Self.maySeemForeign() else { return }
        try await Scenario(bindOptions: "accept-proxy", servers: ["source 127.0.0.9 usesrc \(whose)"]) { stage in
            let port = stage.servers[0].port
            let header = "PROXY TCP4 127.0.0.7 127.0.0.1 \(port) 5672\r\n"
            try Self.exchange(stage, header: header) {
                let server = try stage.servers[0].accept()
                let (host, seenPort) = try Self.halves(of: server.remoteAddress)
                stage.notes.add("from \(host), \(seenPort == "\(port)" ? "the client's port" : "another port")")
                return server
            }
        }.compare()
    }

    @Test("servers in another network namespace")
    func namespace() async throws {
        let name = "supervise-\(getpid())"
        guard Self.run("ip netns add \(name) && ip -n \(name) link set lo up") else {
            print("skipped: no right to make a network namespace, or no 'ip'")
            return
        }
        defer { _ = Self.run("ip netns del \(name)") }
        try await Scenario(servers: ["namespace \(name) check inter 30s downinter 20ms rise 1 fall 1"]) { stage in
            // In this network there is a server at the same port: it is not this one that is meant.
            try stage.awaitLine(containing: "rabbitmq_cluster/rabbit_0 is DOWN")
            let listener = try Listener(.loopback(stage.servers[0].port), namespace: name)
            try stage.awaitLine(containing: "rabbitmq_cluster/rabbit_0 is UP")
            try Self.exchange(stage) { try listener.accept(stage) }
        }.compare(ignoring: ["chkfail"])
    }

    private static func halves(of address: String) throws -> (host: String, port: String) {
        let halves = address.split(separator: ":").map(String.init)
        try #require(halves.count == 2)
        return (halves[0], halves[1])
    }

    /// Whether this process may take addresses that aren't this machine's.
    private static func maySeemForeign() throws -> Bool {
        let foreign = try #require(SocketAddress(ip: "192.0.2.77", port: 0))
        var options = ListenerOptions()
        options.isTransparent = true
        do throws(SystemError) {
            Socket.close(try Socket.listen(on: foreign, backlog: 1, options: options))
            return true
        } catch {
            print("skipped: no right to foreign addresses: \(error)")
            return false
        }
    }

    private static func run(_ command: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "PATH=$PATH:/sbin:/usr/sbin; \(command) 2>/dev/null"]
        // A machine without a shell can't make a namespace either.
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
