import Foundation
import Testing

extension Scenarios {
    @Suite("A master's socket")
    struct MasterSockets {
        /// HAProxy or the program as a master with one worker.
        private struct Side {
            let process: TestProcess
            let path: String
            let sessions: HeldPort

            init(_ program: String) async throws {
                let directory = try TemporaryDirectory()
                let (sessions, server) = (try HeldPort(), try HeldPort())
                let file = try directory.write(
                    """
                    defaults
                        timeout connect 1s
                        timeout client 20s
                        timeout server 20s
                    listen shop
                        bind \(sessions.address)
                        server s1 \(server.address)

                    """, to: "master.cfg")
                path = "\(directory.path)/master.sock"
                self.sessions = sessions
                process = try TestProcess(
                    [program, "-W", "-db", "-S", "\(path),mode,600", "-f", file], keeping: directory)
                try await eventually("\(program) serves: \(process.errorOutput)") { [process] in
                    process.errorOutput.contains("Loading success.")
                }
            }

            func say(_ commands: String) async throws -> String {
                let socket = try await eventually("the master listens") { try Socket.connect(path: path) }
                try await socket.write(Array((commands + "\n").utf8))
                socket.finishWriting()
                return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
            }

            /// The worker's number.
            func worker() async throws -> String? {
                let rows = try await say("show proc").split(separator: "\n").map { $0.split(separator: " ") }
                return rows.first { $0.count > 1 && $0[1] == "worker" }.map { String($0[0]) }
            }

            /// An answer without numbers of processes, times and versions.
            func comparable(_ commands: String) async throws -> [String] {
                let worker = try #require(try await worker())
                return try await say(commands.replacing("WORKER", with: worker))
                    .replacing(worker, with: "WORKER").replacing("\(process.processID)", with: "MASTER")
                    .replacing(#/\d+d\d+h\d+m\d+s/#, with: "TIME").replacing(#/2\.6\.12[^\s]*/#, with: "VERSION")
                    .replacing(#/ +/#, with: " ")
                    .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
        }

        @Test(
            "commands for the master and its worker are answered as HAProxy's", .enabled(if: MonitoredPair.isInstalled))
        func sameAnswers() async throws {
            let link = try TemporaryDirectory()
            let program = "\(link.path)/haproxy"
            try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: Supervisor.binary())
            let (theirs, ours) = (try await Side("/usr/sbin/haproxy"), try await Side(program))
            for commands in [
                "show proc", "help", "show cli level", "show version", "@1 show version", "@!WORKER show backend",
                "@1\nshow backend", "@1;show backend", "@master show cli level", "@2 show version", "@!1 show version",
                "@x show version", "operator;show cli level;@1 show cli level;@1 show env PATH",
                "user;@1 show cli level;@1 show env PATH", "prompt\n@1\nshow cli level\n@\nshow cli level\nquit",
                "prompt\n@1 show cli level\nshow cli level\nprompt", "@1 show backend <<\nx\n\n@1 show cli level",
                "prompt\nexpert-mode on\nexperimental-mode on\nmcli-debug-mode on\n@1\nquit", "expert-mode",
                "expert-mode on;@1 expert-mode", "experimental-mode on;@1 experimental-mode;@1 expert-mode",
                "expert-mode on;expert-mode off;@1 expert-mode", "user;expert-mode on", "operator;mcli-debug-mode on",
                "expert-mode x", "@1 expert-mode on;@1 expert-mode",
            ] {
                let expected = try await theirs.comparable(commands)
                #expect(try await ours.comparable(commands) == expected, "\(commands)")
            }
            for side in [theirs, ours] {
                let first = try await side.worker()
                // HAProxy answers nothing, and neither is there anything to be told yet.
                #expect(try await side.say("reload") == "")
                try await eventually("another worker has the traffic") {
                    side.process.errorOutput.components(separatedBy: "Loading success.").count == 3
                }
                try await eventually("the first worker has gone") {
                    side.process.errorOutput.contains("Former worker (\(first ?? "?")) exited with code 0 (Exit)")
                }
                #expect(try await side.worker() != first)
                let rows = try await side.say("show proc")
                #expect(rows.contains("1 [failed: 0]"))
                #expect(try await Socket.connect(port: side.sessions.port) != nil)
                try await side.process.stop()
            }
        }
    }
}
