import Foundation
import Testing

extension Scenarios {
    @Suite("Variables of the process, beside HAProxy", .enabled(if: MonitoredPair.isInstalled))
    struct ProcessVariables {
        private static let file = """
            global
                stats socket STATS level admin
                set-var proc.closed bool(false)
                set-var proc.limit int(2)
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                tcp-request connection reject if { var(proc.closed) -m bool }
                tcp-request connection set-var(proc.seen) dst_port
                server s1 SERVER0

            """

        /// Whether a client gets to a server.
        private func isServed(_ side: BesideHAProxy.Side) async throws -> Bool {
            guard let socket = try await Socket.connect(port: side.port.port) else { return false }
            socket.finishWriting()
            return try await socket.readToEnd().bytes.isEmpty == false
        }

        @Test("what a command sets decides about the next client, and what rules set is told")
        func commands() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            for side in [both.haproxy, both.own] {
                #expect(try await side.ask("get var proc.seen") == "Variable not found.\n\n")
                #expect(try await isServed(side))
                let seen = "proc.seen: type=sint value=<\(side.port.port)>\n"
                #expect(try await side.ask("get var proc.seen") == seen)
                for (value, isServed) in [("bool(true)", false), ("bool(false)", true), ("str(true)", true)] {
                    let answer = try await side.ask("experimental-mode on;set var proc.closed \(value)")
                    #expect(answer.allSatisfy { $0 == "\n" }, "\(answer)")
                    #expect(try await self.isServed(side) == isServed, "\(value)")
                }
                for (text, value) in [("expr var(proc.limit),mul(3)", "6"), ("fmt %[var(proc.closed)]!", "true!")] {
                    let answer = try await side.ask("experimental-mode on;set var proc.x \(text);get var proc.x")
                    #expect(answer.contains("value=<\(value)>"), "\(answer)")
                }
            }
            try await both.stop()
        }

        @Test("random numbers and dates have values of their own")
        func moments() async throws {
            guard let both = try await BesideHAProxy(Self.file, servers: 1) else { return }
            for side in [both.haproxy, both.own] {
                var numbers: Set<Int> = []
                for sample in ["date", "date(3600)", "date(0,ms)", "rand(5)", "uuid"] {
                    let answer = try await side.ask("experimental-mode on;set var proc.x \(sample);get var proc.x")
                    let value = try #require(answer.firstMatch(of: #/type=(\w+) value=<(.*)>/#), "\(sample): \(answer)")
                    #expect(value.1 == (sample == "uuid" ? "str" : "sint"))
                    if let number = Int(value.2) { numbers.insert(number) }
                }
                #expect(numbers.count == 4)
                #expect(numbers.contains { (0..<5).contains($0) })
            }
            try await both.stop()
        }
    }
}
