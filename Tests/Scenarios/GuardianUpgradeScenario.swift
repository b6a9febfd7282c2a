import Foundation
import Testing

extension Scenarios {
    @Suite("Upgrade of the guardian")
    struct GuardianUpgrades {
        /// Which file a process runs: another one of the same name is another program.
        private static func program(of process: Int32) throws -> UInt64 { try number("/proc/\(process)/exe") }

        private static func number(_ path: String) throws -> UInt64 {
            var about = stat()
            guard stat(path, &about) == 0 else { throw ScenarioError("stat \(path)") }
            return UInt64(about.st_ino)
        }

        @Test("the same process becomes the new guardian, under load, and goes on where the old one was")
        func replaced() async throws {
            let setUp = try await GuardedInstance(isCopied: true)
            let guardian = setUp.process.processID
            var last = try await setUp.supervisorID()
            for _ in 1...2 {
                #expect(kill(last, SIGKILL) == 0)
                last = try await setUp.nextSupervisorID(after: last)
            }
            let session = try await setUp.session()
            let descriptors = try setUp.process.openDescriptors()
            let old = try Self.program(of: guardian)
            try setUp.supervisor.installGuardian()
            let new = try Self.number(setUp.supervisor.guardian)
            #expect(new != old)
            #expect(try Self.program(of: guardian) == old)

            let load = Load(port: setUp.port.port)
            let served = try await load.run(clients: 8) {
                try await eventually("sessions") { load.served > 50 }
                try await setUp.supervisor.run("upgrade").requireSuccess("upgrade")
                let before = load.served
                try await eventually("sessions after the upgrade") { load.served > before + 50 }
            }
            #expect(served.refused == 0)
            #expect(served.cut == 0)
            #expect(setUp.process.isRunning)
            #expect(try Self.program(of: guardian) == new)
            #expect(try setUp.process.residentBytes() < 10_000_000)

            // The session's process is still its child, and the wait after a crash is the third one.
            let former = last
            last = try await setUp.nextSupervisorID(after: former)
            try await session.write(Array("still".utf8))
            #expect(try await session.read(exactly: 5) == Array("still".utf8))
            session.finishWriting()
            _ = try await session.readToEnd()
            try await eventually("the session's process has been taken in") { kill(former, 0) != 0 }
            try await eventually("as many descriptors as before") {
                try setUp.process.openDescriptors() == descriptors
            }
            #expect(kill(last, SIGKILL) == 0)
            _ = try await setUp.nextSupervisorID(after: last)
            #expect(setUp.process.errorOutput.contains("it is started again in 200 ms"))
            #expect(try await setUp.echoes())

            let crashes = try await eventually("the crashes are in the history", every: .milliseconds(100)) {
                let crashes = try await setUp.supervisor.json(EventLine.self, "events").filter { $0.event == "CRASHED" }
                return crashes.count == 3 ? crashes : nil
            }
            #expect(crashes.allSatisfy { $0.detail?.contains("signal 9 ") == true })
            try await setUp.end()
        }

        @Test(
            "a guardian that can't be run leaves everything as it was, and the next upgrade may be better",
            arguments: [
                ("no program at all", "Exec format error"),
                ("#!/bin/sh\nexit 3\n", "a trial of it ended with code 3"),
                ("#!/bin/sh\nexec sleep 100\n", "a trial of it was killed by signal 14 "),
                ("", "No such file or directory"),
            ])
        func refused(content: String, reason: String) async throws {
            let setUp = try await GuardedInstance(isCopied: true)
            let first = try await setUp.supervisorID()
            let descriptors = try setUp.process.openDescriptors()
            let old = try Self.program(of: setUp.process.processID)
            let file = setUp.supervisor.guardian
            try FileManager.default.removeItem(atPath: file)
            if !content.isEmpty {
                try content.write(toFile: file, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
            }
            let upgrade = try await setUp.supervisor.run("upgrade")
            #expect(upgrade.status == .code(1))
            #expect(upgrade.errorOutput.contains("the upgrade failed: the new program did not come up"))
            try await eventually("the reason; \(setUp.process.errorOutput)") {
                setUp.process.errorOutput.contains("supervise-guardian cannot take over here: \(reason)")
            }
            #expect(try Self.program(of: setUp.process.processID) == old)
            #expect(try setUp.process.openDescriptors() == descriptors)
            #expect(try await setUp.supervisorID() == first)
            #expect(try await setUp.echoes())

            try setUp.supervisor.installGuardian()
            try await setUp.supervisor.run("upgrade").requireSuccess("upgrade")
            _ = try await setUp.nextSupervisorID(after: first)
            #expect(try Self.program(of: setUp.process.processID) != old)
            try await setUp.end()
        }

        @Test("an upgrade ordered at the moment in which the supervisor is killed leaves one that serves")
        func atOnce() async throws {
            let setUp = try await GuardedInstance()
            let first = try await setUp.supervisorID()
            #expect(kill(first, SIGKILL) == 0)
            setUp.process.signal(SIGUSR2)
            _ = try await setUp.nextSupervisorID(after: first)
            #expect(try await setUp.echoes())
            #expect(setUp.process.isRunning)
            try await setUp.end()
        }
    }
}
