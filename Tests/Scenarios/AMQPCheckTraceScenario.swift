import Foundation
import Testing

extension Scenarios {
    /// What each kind of check leaves in a broker's log, as `Documentation/extensions.md` has it.
    @Suite("Traces of checks in a broker's log", .serialized)
    struct AMQPCheckTraces {
        /// A kind of check, where it comes from, and the levels of the lines that each one leaves.
        private struct Kind: Sendable {
            var name: String
            var source: String
            var lines: [String] = []
            var trace: [String]
        }

        private static func kinds(_ password: String, _ wrong: String) -> [Kind] {
            let login = "option amqp-check user guest password-file"
            return [
                Kind(name: "connection", source: "127.0.1.1", trace: []),
                Kind(
                    name: "greeting", source: "127.0.1.2", lines: ["option amqp-check"],
                    trace: ["info", "warning", "warning"]),
                Kind(
                    name: "login", source: "127.0.1.3", lines: ["\(login) \(password)"],
                    trace: ["info", "info", "info"]),
                Kind(
                    name: "publisher", source: "127.0.1.4", lines: ["\(login) \(password) publish"],
                    trace: ["info", "info", "info"]),
                Kind(
                    name: "stranger", source: "127.0.1.5", lines: ["\(login) \(wrong)"],
                    trace: ["info", "error", "error", "info"]),
                Kind(
                    name: "nowhere", source: "127.0.1.6",
                    lines: ["option amqp-check vhost nowhere user guest password-file \(password)"],
                    trace: ["info", "error", "error", "info"]),
            ]
        }

        @Test(
            "a real broker's log has the lines that are documented, for each kind of check",
            .enabled(if: RabbitMQBrokers.isInstalled), .timeLimit(.minutes(3)))
        func traces() async throws {
            let directory = try TemporaryDirectory()
            let node = try RabbitMQBrokers.Node("rabbit", host: "127.0.0.3")
            let brokers = try await RabbitMQBrokers([node])
            let front = try HeldPort()
            let files = [try directory.write("guest\n", to: "guest"), try directory.write("tsueg\n", to: "wrong")]
            for file in files {
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            }
            let kinds = Self.kinds(files[0], files[1])
            var text = """
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                    timeout check 5s
                    default-server check inter 300ms
                frontend front
                    bind \(front.address)

                """
            for kind in kinds {
                text += "backend \(kind.name)\n" + kind.lines.map { "    \($0)\n" }.joined()
                text += "    server rabbit \(node.clients.address) source \(kind.source)\n"
            }
            let supervisor = try Supervisor(in: directory)
            try supervisor.configure("brokers", text)
            let process = try await supervisor.up(listeningOn: [front])
            let count = 5
            let traces = try await eventually("\(count) whole traces of each kind", within: .seconds(60)) {
                let traces = BrokerLog(try brokers.log(of: node)).traces().mapValues { $0.prefix(count) }
                let areThere = kinds.filter { !$0.trace.isEmpty }.allSatisfy { kind in
                    let own = traces[kind.source] ?? []
                    return own.count == count && own.allSatisfy { $0.count >= kind.trace.count }
                }
                return areThere ? traces : nil
            }
            for kind in kinds {
                for trace in traces[kind.source] ?? [] {
                    #expect(trace == kind.trace, "the lines of a check of '\(kind.name)'")
                }
            }
            #expect(traces["127.0.1.1"] == nil, "a connection and nothing else leaves no line")
            try await process.stop()
            try await brokers.stop()
        }
    }
}

/// The lines of a broker's log by the connection that they are about.
private struct BrokerLog {
    /// Who speaks, and at which level, in the order of the lines.
    private var lines: [(process: String, level: String)] = []
    /// Where a connection comes from, by the process that serves it.
    private var sources: [String: String] = [:]

    /// Reads a log: `2026-11-22 10:00:00.000000+00:00 [info] <0.712.0> accepting AMQP connection <0.712.0> (127.0.1.2:…`.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            guard let parts = line.firstMatch(of: /\[([a-z]+)\] (<[0-9.]+>) (.*)/) else { continue }
            lines.append((String(parts.2), String(parts.1)))
            if let source = parts.3.firstMatch(of: /accepting AMQP connection .*\((127\.0\.1\.[0-9]+):/) {
                sources[String(parts.2)] = String(source.1)
            }
        }
    }

    /// The levels of the lines about each connection, by where it came from, the oldest connection first.
    func traces() -> [String: [[String]]] {
        var levels: [String: [String]] = [:]
        var order: [String] = []
        for (process, level) in lines where sources[process] != nil {
            if levels[process] == nil { order.append(process) }
            levels[process, default: []].append(level)
        }
        return Dictionary(grouping: order) { sources[$0] ?? "" }.mapValues { $0.compactMap { levels[$0] } }
    }
}
