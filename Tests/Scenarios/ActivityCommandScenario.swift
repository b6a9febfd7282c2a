import Foundation
import Testing

extension Scenarios {
    @Suite("What the stats socket tells of the process, beside HAProxy")
    struct ActivityCommands {
        private static let file = """
            global
                stats socket STATS level admin
                nbthread 1
                maxconn 1000
            defaults
                mode tcp
                maxconn 500
                timeout connect 5s
                timeout client 60s
            listen l
                bind PORT
                server s1 SERVER0

            """

        @Test("the lines that have a meaning here are laid out as there")
        func layout() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            for side in [both.haproxy, both.own] { _ = try await side.choices(3) }
            #expect(try await both.own.ask("show tasks") == both.haproxy.ask("show tasks"))
            let (theirs, ours) = (
                try await values(both.haproxy.ask("show activity")), try await values(both.own.ask("show activity"))
            )
            #expect(ours["thread_id"] == theirs["thread_id"])
            #expect(Set(ours.keys).isSubset(of: theirs.keys))
            // As here, those of the stats socket are not sessions of a proxy.
            #expect(ours["accepted"] == "3")
            #expect(Int(ours["loops"] ?? "") ?? 0 > 0)
            for command in ["show fd 999", "operator;show fd 999", "user;show fd", "user;show startup-logs"] {
                #expect(try await both.own.ask(command) == both.haproxy.ask(command), "\(command)")
            }
            try await both.stop()
        }

        @Test("descriptors with their ports, and what was told of the file")
        func own() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            guard let client = try await Socket.connect(port: both.own.port.port) else {
                throw ScenarioError("refused")
            }
            _ = try await client.read(exactly: 2)
            let lines = try await both.own.ask("show fd").split(separator: "\n").map(String.init)
            #expect(lines.contains { $0.hasSuffix(" : l.st=RDY fe=l fam=ipv4 lport=\(both.own.port.port)") })
            let accepted = "lport=\(both.own.port.port) rport=\(try client.localPort()) fe=l"
            let line = try #require(lines.first { $0.hasSuffix(accepted) })
            #expect(try await sockets(of: both.own) == sockets(of: both.haproxy))
            let number = try #require(line.split(separator: " ").first)
            #expect(try await both.own.ask("show fd \(number)") == line + "\n\n")
            let told = try await both.own.ask("show startup-logs")
            #expect(told.contains("[WARNING]  (\(both.own.process.processID)) : config : "), "\(told)")
            #expect(told.contains("timeout server"), "\(told)")
            try await both.stop()
        }

        /// Of `show fd`, what listens and for whom.
        private func sockets(of side: BesideHAProxy.Side) async throws -> Set<String> {
            let ports = ["\(side.port.port)": "PORT", "\(side.stats.port)": "STATS"]
            let lines = try await side.ask("show fd").split(separator: "\n")
            // A socket may have several descriptors.
            let listening = lines.compactMap { line -> String? in
                guard let start = line.range(of: "l.st=RDY ") else { return nil }
                let words = line[start.lowerBound...].split(separator: " ")
                return words.map { word in
                    word.hasPrefix("lport=") ? ports[String(word.dropFirst(6))] ?? String(word) : String(word)
                }.joined(separator: " ")
            }
            return Set(listening)
        }

        private func values(_ text: String) -> [String: String] {
            Dictionary(
                text.split(separator: "\n").map { line in
                    let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                    return (parts[0], parts.count > 1 ? parts[1] : "")
                }, uniquingKeysWith: { first, _ in first })
        }
    }
}
