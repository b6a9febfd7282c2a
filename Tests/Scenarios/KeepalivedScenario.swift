import Foundation
import Testing

extension Scenarios {
    @Suite("An address that two supervisors share")
    struct Keepalived {
        private static let program = "/usr/sbin/keepalived"

        /// In place of the example's.
        private static let sharedAddress = "198.18.0.10"
        private static let port = 5670

        /// A machine: its network, its supervisor and its keepalived.
        private struct Machine {
            let side: NetworkPair.Side
            let supervisor: Supervisor
            let process: TestProcess
            let keepalived: TestProcess

            /// Starts both; the machine with the highest priority gets the address.
            init(_ side: NetworkPair.Side, priority: Int) async throws {
                self.side = side
                let directory = try TemporaryDirectory()
                supervisor = try Supervisor(in: directory)
                try supervisor.configure(
                    "amqp",
                    """
                    defaults
                        mode tcp
                        timeout connect 1s
                        timeout client 60s
                        timeout server 60s
                    listen brokers
                        bind :\(Keepalived.port)
                        server rabbit 172.17.0.3:5672 check inter 100 rise 1 fall 1

                    """)
                process = try supervisor.start(["--stand-ins"], within: side.command)
                let configuration = try directory.write(
                    try Keepalived.example(priority: priority, supervisor), to: "keepalived.conf")
                try await eventually("it is healthy; \(process.errorOutput)") { [supervisor] in
                    try await supervisor.run("is-healthy").status == .code(0)
                }
                keepalived = try TestProcess(
                    side.command([
                        Keepalived.program, "--dont-fork", "--log-console", "--log-detail", "--vrrp",
                        "--use-file", configuration, "--pid", "\(directory.path)/keepalived.pid",
                        "--vrrp_pid", "\(directory.path)/vrrp.pid",
                    ]), keeping: directory)
            }

            /// Waits until it has the shared address.
            func awaitAddress() async throws {
                let log = { "\(keepalived.errorOutput)\(process.errorOutput)" }
                try await eventually("\(side.name) has the address; \(log())", every: .milliseconds(100)) {
                    try await side.addresses().contains(Keepalived.sharedAddress)
                }
            }

            /// Waits until it has the shared address no longer: it gives it up when it hears of the other machine.
            func awaitLoss() async throws {
                try await eventually("\(side.name) gives the address up; \(keepalived.errorOutput)") {
                    try await !side.addresses().contains(Keepalived.sharedAddress)
                }
            }

            func standIn(_ order: String) async throws {
                try await supervisor.run("stand-in", order, "rabbit").requireSuccess("stand-in \(order)")
            }

            /// What the shared address says to a greeting of no known version: its own one.
            func greeting() async throws -> String {
                let address = "TCP4:\(Keepalived.sharedAddress):\(Keepalived.port),connect-timeout=2"
                let script = "printf 'AMQP\\001\\001\\011\\011' | socat -t2 - \(address)"
                return try await Finished(side.command(["sh", "-c", script])).output
            }

            func stop() async throws {
                try await keepalived.stop()
                try await process.stop()
            }
        }

        @Test(
            "the address goes to the other machine when an instance has no server, and comes back",
            .enabled(if: Tool.isThere("keepalived") && Tool.isThere("socat")), .timeLimit(.minutes(2)))
        func moves() async throws {
            guard let networks = try await NetworkPair.make() else {
                print("skipped: no right to make network namespaces, or no 'ip'")
                return
            }
            let first = try await Machine(networks.first, priority: 150)
            let second = try await Machine(networks.second, priority: 100)
            try await first.awaitAddress()
            try await second.awaitLoss()
            #expect(try await second.greeting().hasPrefix("AMQP"))

            try await first.standIn("stop")
            try await second.awaitAddress()
            try await first.awaitLoss()
            let ailing = try await first.supervisor.run("is-healthy")
            #expect(ailing.status == .code(1))
            #expect(ailing.errorOutput == "supervise: amqp/brokers: no server takes traffic\n")
            #expect(try await first.greeting().hasPrefix("AMQP"))

            try await first.standIn("start")
            try await first.awaitAddress()
            try await second.awaitLoss()
            #expect(try await second.greeting().hasPrefix("AMQP"))

            // A machine whose supervisor has ended has no server either.
            try await first.process.stop()
            try await second.awaitAddress()
            #expect(try await first.supervisor.run("is-healthy").status == .code(4))
            try await second.stop()
            try await first.stop()
        }

        /// The example of Packaging/keepalived with this machine's names in it.
        private static func example(priority: Int, _ supervisor: Supervisor) throws -> String {
            var text = try String(
                contentsOfFile: "\(Repository.root)/Packaging/keepalived/keepalived.conf", encoding: .utf8)
            for (old, new) in [
                ("/usr/bin/supervise", try Supervisor.binary()), ("/var/lib/supervise", supervisor.state),
                ("script_user supervise", "script_user root"), ("priority 150", "priority \(priority)"),
                ("interface eth0", "interface \(NetworkPair.Side.interface)"), ("192.0.2.10", sharedAddress),
                // A test's binary may lie in a folder that others may write to.
                ("    enable_script_security\n", ""),
            ] {
                guard text.contains(old) else { throw ScenarioError("keepalived.conf has no '\(old)'") }
                text = text.replacing(old, with: new)
            }
            return text
        }
    }
}
