import Foundation
import Testing

extension Scenarios {
    /// What root's start gives up, and who may give orders.
    @Suite("Privileges", .enabled(if: geteuid() == 0, "only root has rights to give up"))
    struct Privileges {
        private static let nobody: uid_t = 65_534

        /// Loopback addresses that nobody else has: a port below 1024 can't come from the kernel.
        private static func address(_ port: Int) -> String {
            "127.84.\(getpid() / 256 % 256).\(getpid() % 256):\(port)"
        }

        private static func instance(_ address: String, global: String) -> String {
            """
            global
                \(global)
            defaults
                mode tcp
                timeout connect 1s
                timeout client 10s
                timeout server 10s
            listen front
                bind \(address)
                server app 127.0.0.1:1

            """
        }

        /// A supervisor whose folders another user can reach.
        private func supervisor() throws -> Supervisor {
            let directory = try TemporaryDirectory()
            guard chmod(directory.path, 0o755) == 0 else { throw ScenarioError("chmod \(directory.path)") }
            let supervisor = try Supervisor(in: directory)
            // The program makes it, or takes over an empty one.
            guard chmod(supervisor.state, 0o750) == 0 else { throw ScenarioError("chmod \(supervisor.state)") }
            return supervisor
        }

        /// A line of a process's /proc/PID/status.
        private static func field(_ name: String, of process: TestProcess) throws -> [String] {
            let status = try String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return try #require(line).split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
        }

        @Test("root's supervisor becomes the user of its files, listens below port 1024, and still can at a reload")
        func becomesUser() async throws {
            let supervisor = try supervisor()
            try supervisor.configure("one", Self.instance(Self.address(80), global: "user nobody"))
            try supervisor.configure("two", Self.instance(Self.address(81), global: "maxconn 10"))
            let process = try supervisor.start()
            try await eventually("it runs; \(process.errorOutput)") {
                try await supervisor.run("status").status == .code(0)
            }
            let user = "\(Self.nobody)"
            #expect(try Self.field("Uid", of: process) == [user, user, user, user])
            #expect(try Self.field("Gid", of: process).allSatisfy { $0 != "0" })
            #expect(try Self.field("Groups", of: process).allSatisfy { $0 != "0" })
            // CAP_NET_BIND_SERVICE alone.
            #expect(try Self.field("CapEff", of: process) == ["0000000000000400"])
            #expect(try Self.field("CapPrm", of: process) == ["0000000000000400"])

            try supervisor.configure("two", Self.instance(Self.address(82), global: "maxconn 10"))
            try await supervisor.run("reload", "two").requireSuccess("reload")
            let host = String(Self.address(0).dropLast(2))
            #expect(try await Socket.connect(host: host, port: 80) != nil)
            #expect(try await Socket.connect(host: host, port: 82) != nil)
            try await eventually("the history is there", every: .milliseconds(100)) {
                try await supervisor.run("events").status == .code(0)
            }
            let history = try FileManager.default.attributesOfItem(atPath: "\(supervisor.state)/history.sqlite")
            #expect((history[.ownerAccountID] as? NSNumber)?.uint32Value == Self.nobody)
            try await process.stop()
        }

        @Test("files that name different users are refused with the place, and so is a user that there isn't")
        func disagreement() async throws {
            let supervisor = try supervisor()
            try supervisor.configure("one", Self.instance(Self.address(80), global: "user nobody"))
            try supervisor.configure("two", Self.instance(Self.address(81), global: "user root"))
            let refused = try supervisor.start()
            #expect(try await refused.waitUntilExit() == .code(2))
            #expect(
                refused.errorOutput.contains("two.cfg:2:10: error: user 'root' here, and 'nobody' in instance 'one'"))
            try supervisor.configure("one", Self.instance(Self.address(80), global: "user no-such-user"))
            try FileManager.default.removeItem(atPath: "\(supervisor.instances)/two.cfg")
            let unknown = try supervisor.start()
            #expect(try await unknown.waitUntilExit() == .code(2))
            #expect(unknown.errorOutput.contains("one.cfg:2:10: error: this system has no user 'no-such-user'"))
        }

        @Test("a state directory with something else in it is not given away")
        func foreignFolder() async throws {
            let supervisor = try supervisor()
            try "mine".write(toFile: "\(supervisor.state)/mine", atomically: true, encoding: .utf8)
            try supervisor.configure("one", Self.instance(Self.address(80), global: "user nobody"))
            let process = try supervisor.start()
            #expect(try await process.waitUntilExit() == .code(1))
            #expect(process.errorOutput.contains("because of 'mine' in it"))
            let owner = try FileManager.default.attributesOfItem(atPath: supervisor.state)[.ownerAccountID] as? NSNumber
            #expect(owner?.uint32Value == 0)
        }

        @Test("--control-group lets one group more give orders, and the history knows who gave them")
        func controlGroup() async throws {
            let supervisor = try supervisor()
            try supervisor.configure("one", Self.instance(Self.address(80), global: "maxconn 10"))
            let group = "4711"
            let process = try supervisor.start(["--control-group", group])
            try await eventually("it runs; \(process.errorOutput)") {
                try await supervisor.run("status").status == .code(0)
            }
            let socket = try FileManager.default.attributesOfItem(atPath: "\(supervisor.state)/control.sock")
            #expect((socket[.groupOwnerAccountID] as? NSNumber)?.stringValue == group)
            #expect(socket[.posixPermissions] as? Int == 0o660)

            let copy = "\(supervisor.directory.path)/supervise"
            try FileManager.default.copyItem(atPath: try Supervisor.binary(), toPath: copy)
            func asNobody(of group: String, _ arguments: String...) async throws -> Finished {
                try await Finished(
                    ["setpriv", "--reuid=\(Self.nobody)", "--regid=\(group)", "--clear-groups", copy] + arguments
                        + ["--state", supervisor.state])
            }
            let stranger = try await asNobody(of: "\(Self.nobody)", "maint", "app")
            #expect(stranger.status == .code(1))
            #expect(stranger.errorOutput.contains("this user may not use"))
            try await asNobody(of: group, "maint", "app", "--reason", "kernel").requireSuccess("maint")
            let maint = try await eventually("the order in the history", every: .milliseconds(100)) {
                try await supervisor.json(EventLine.self, "events").last { $0.event == "MAINT" }
            }
            #expect(maint.actor?.hasPrefix("uid \(Self.nobody)") == true)
            try await process.stop()
            let nobody = try supervisor.start(["--control-group", "no-such-group"])
            #expect(try await nobody.waitUntilExit() == .code(2))
        }

        @Test("the history names who changed something through a stats socket")
        func statsSocket() async throws {
            let supervisor = try supervisor()
            let path = "\(supervisor.directory.path)/stats.sock"
            try supervisor.configure(
                "one", Self.instance(Self.address(80), global: "stats socket \(path) mode 666 level admin"))
            let process = try supervisor.start()
            try await eventually("it runs; \(process.errorOutput)") {
                try await supervisor.run("status").status == .code(0)
            }
            let script = "echo 'set server front/app state maint' | socat -t2 - UNIX-CONNECT:\(path)"
            try await Finished(["setpriv", "--reuid=\(Self.nobody)", "--clear-groups", "sh", "-c", script])
                .requireSuccess("socat")
            let event = try await eventually("the order in the history") {
                try await supervisor.json(EventLine.self, "events").last { $0.event == "MAINT" }
            }
            #expect(event.actor == "stats socket unix@\(path) (uid \(Self.nobody))")
            try await process.stop()
        }
    }
}
