import Foundation
import Testing

extension Scenarios {
    @Suite("Brokers that read the PROXY protocol")
    struct ProxyProtocol {
        /// A program that runs HAProxy's files, and how.
        private struct Program {
            var name: String
            var arguments: [String]
        }

        @Test(
            "RabbitMQ with proxy_protocol sees the client's own address behind every kind of header",
            .enabled(if: RabbitMQBrokers.isInstalled && Python.hasPika), .timeLimit(.minutes(5)))
        func clientsAddress() async throws {
            let node = try RabbitMQBrokers.Node("rabbit", host: "127.0.0.3")
            let brokers = try await RabbitMQBrokers([node], configuration: ["proxy_protocol = true"])
            for program in try Self.programs() {
                try await Self.run(program, before: node, of: brokers)
            }
            try await brokers.stop()
        }

        private static func run(_ program: Program, before node: RabbitMQBrokers.Node, of brokers: RabbitMQBrokers)
            async throws
        {
            let directory = try TemporaryDirectory()
            let ports = try (0..<4).map { _ in try HeldPort() }
            let broker = node.clients.address
            let between = "supervise-\(UUID().uuidString)"
            // The last one's client is told of by a header itself: to the broker, it is still the client.
            let file = try directory.write(
                """
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                listen version1
                    bind \(ports[0].address)
                    server rabbit \(broker) send-proxy check
                listen version2
                    bind \(ports[1].address)
                    server rabbit \(broker) send-proxy-v2 check
                listen options
                    bind \(ports[2].address)
                    server rabbit \(broker) send-proxy-v2 proxy-v2-options crc32c check check-send-proxy
                listen chain
                    bind \(ports[3].address)
                    server next abns@\(between) send-proxy-v2
                listen chained
                    bind abns@\(between) accept-proxy
                    server rabbit \(broker) send-proxy

                """, to: "brokers.cfg")
            let process = try TestProcess(program.arguments + ["-f", file], keeping: directory)
            let holders = try ports.map { try Python.start("holder", [String($0.port)]) }
            var expected: Set<[Substring]> = []
            for (number, holder) in holders.enumerated() {
                let what = "client \(number) of \(program.name): \(holder.output) \(process.errorOutput)"
                let words = try await eventually(what) { () -> [Substring]? in
                    guard holder.output.contains("held\n") else { return nil }
                    return holder.output.split(separator: "\n").first { $0.hasPrefix("from ") }?.split(separator: " ")
                }
                expected.insert(Array(words.dropFirst()))
            }
            try #require(expected.count == ports.count)
            let found = try await connections(of: node, at: brokers)
            #expect(Set(found) == expected, "through \(program.name)")
            #expect(found.count == expected.count, "through \(program.name): nobody else is connected")
            for holder in holders { try await holder.stop() }
            try await process.stop()
            try await eventually("the broker has lost them", every: .milliseconds(200)) {
                try await connections(of: node, at: brokers).isEmpty
            }
        }

        /// The other ends of a broker's connections, each as host and port.
        private static func connections(of node: RabbitMQBrokers.Node, at brokers: RabbitMQBrokers) async throws
            -> [[Substring]]
        {
            let listed = try await brokers.control(
                node.name, "list_connections", "--no-table-headers", "peer_host", "peer_port")
            return listed.split(separator: "\n").map { $0.split(separator: "\t") }
        }

        /// This program, and HAProxy where there is one.
        private static func programs() throws -> [Program] {
            let own = Program(name: "supervise", arguments: [try Supervisor.binary(), "haproxy", "-db"])
            let path = "/usr/sbin/haproxy"
            guard Requirement.isMet(FileManager.default.isExecutableFile(atPath: path), "\(path) (Debian: haproxy)")
            else { return [own] }
            return [own, Program(name: "haproxy", arguments: [path, "-db"])]
        }
    }
}
