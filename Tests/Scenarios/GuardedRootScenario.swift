import Foundation
import Testing

extension Scenarios {
    /// A guardian that stays root, and supervisors that become the user of their files.
    @Suite("Root's guardian", .enabled(if: geteuid() == 0, "only root has rights to give up"))
    struct GuardedRoot {
        private static let nobody = "65534"

        /// One instance on a port below 1024, before an echo server.
        private final class SetUp {
            let supervisor: Supervisor
            let process: TestProcess
            let host: String
            private let echo: FakeServer

            init() async throws {
                // A port below 1024 can't come from the kernel: an address that nobody else has.
                host = "127.85.\(getpid() / 256 % 256).\(getpid() % 256)"
                echo = try FakeServer(serve: FakeServer.echo)
                let directory = try TemporaryDirectory()
                guard chmod(directory.path, 0o755) == 0 else { throw ScenarioError("chmod \(directory.path)") }
                supervisor = try Supervisor(in: directory, isGuarded: true)
                guard chmod(supervisor.state, 0o750) == 0 else { throw ScenarioError("chmod \(supervisor.state)") }
                try Self.configure(supervisor, "\(host):80", echo)
                process = try supervisor.start()
                let (supervisor, process) = (supervisor, process)
                try await eventually("it runs; \(process.errorOutput)", within: .seconds(30)) {
                    try await supervisor.run("status").status == .code(0)
                }
            }

            private static func configure(_ supervisor: Supervisor, _ addresses: String, _ echo: FakeServer) throws {
                try supervisor.configure(
                    "main",
                    """
                    global
                        user nobody
                    defaults
                        mode tcp
                        timeout connect 1s
                        timeout client 30s
                        timeout server 30s
                    listen main
                        bind \(addresses)
                        server echo \(echo.address.address)

                    """)
            }

            func listen(on ports: Int...) throws {
                try Self.configure(supervisor, ports.map { "\(host):\($0)" }.joined(separator: ","), echo)
            }

            func echoes(_ port: Int) async throws -> Bool {
                guard let socket = try await Socket.connect(host: host, port: port) else { return false }
                try await socket.write([7])
                return try await socket.read(exactly: 1) == [7]
            }

            /// The supervisor's number, once another one than the last serves.
            func supervisorID(after last: Int32? = nil) async throws -> Int32 {
                let supervisor = supervisor
                return try await eventually("a supervisor's answer", within: .seconds(30), every: .milliseconds(50)) {
                    let finished = try await supervisor.run("status", "--json")
                    guard finished.status == .code(0) else { return nil }
                    let line = try JSONDecoder().decode(StatusLine.self, from: Data(finished.output.utf8))
                    return line.pid == last ? nil : line.pid
                }
            }

            func events(_ kind: String) async throws -> [EventLine] {
                try await supervisor.json(EventLine.self, "events").filter { $0.event == kind }
            }
        }

        /// The words of a line of /proc/PID/status.
        private static func field(_ name: String, of process: Int32) throws -> [String] {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return try #require(line).split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
        }

        /// The user's and none of root's rights but the one to listen below port 1024.
        private static func expectFewRights(of process: Int32) throws {
            #expect(try field("Uid", of: process) == Array(repeating: nobody, count: 4))
            #expect(try field("CapPrm", of: process) == ["0000000000000400"])
        }

        @Test("kill -9, a reload, an upgrade and the end go as without a user, and no supervisor is root")
        func life() async throws {
            let setUp = try await SetUp()
            let guardian = setUp.process.processID
            #expect(try Self.field("Uid", of: guardian).allSatisfy { $0 == "0" })
            let first = try await setUp.supervisorID()
            try Self.expectFewRights(of: first)
            #expect(try await setUp.echoes(80))

            #expect(kill(first, SIGKILL) == 0)
            let second = try await setUp.supervisorID(after: first)
            try Self.expectFewRights(of: second)
            #expect(try await setUp.echoes(80))
            try await eventually("the crash is in the history", every: .milliseconds(100)) {
                try await setUp.events("CRASHED").first?.detail?.contains("signal 9 ") == true
            }

            // A port below 1024 that there was no socket for when root began.
            try setUp.listen(on: 80, 81)
            setUp.process.signal(SIGHUP)
            try await eventually("the new port is served") { try await setUp.echoes(81) }
            #expect(try await setUp.supervisorID() == second)

            try await setUp.supervisor.run("upgrade").requireSuccess("upgrade")
            let third = try await setUp.supervisorID(after: second)
            try Self.expectFewRights(of: third)
            #expect(try Self.field("Uid", of: guardian).allSatisfy { $0 == "0" })
            #expect(try await setUp.echoes(80))
            #expect(try await setUp.echoes(81))
            try await eventually("the second has ended") { kill(second, 0) != 0 }
            let history = try FileManager.default.attributesOfItem(atPath: "\(setUp.supervisor.state)/history.sqlite")
            #expect((history[.ownerAccountID] as? NSNumber)?.stringValue == Self.nobody)

            try await setUp.supervisor.run("down").requireSuccess("down")
            #expect(try await setUp.process.waitUntilExit() == .code(0))
            #expect(try await Socket.connect(host: setUp.host, port: 80) == nil)
        }
    }
}
