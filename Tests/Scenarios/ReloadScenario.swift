import Foundation
import Testing

extension Scenarios {
    @Suite("Reload")
    struct Reload {
        @Test("a reload changes what it can in place, says beforehand what it does, and refuses a wrong file")
        func commands() async throws {
            let setUp = try await SetUp()
            let session = try await setUp.session()
            try setUp.configure(servers: [
                "kept \(setUp.echo.address.address) weight 3", "more \(setUp.echo.address.address)",
            ])
            let dry = try await setUp.supervisor.run("reload", "inst", "--dry-run")
            try dry.requireSuccess("dry run")
            #expect(
                dry.output == """
                    inst: in place
                      listen inst: server kept: weight 1 -> 3
                      listen inst: server more added

                    """)
            let reload = try await setUp.supervisor.run("reload", "--all", "--reason", "more")
            try reload.requireSuccess("reload")
            #expect(reload.errorOutput == "inst: reloaded, in place\n")
            try await setUp.check(session)
            let status = try await setUp.supervisor.json(StatusLine.self, "status", "inst")
            #expect(status.map(\.restarts) == [0])
            #expect(status.map(\.servers) == [2])
            #expect(status.map(\.sessions) == [1])

            try setUp.supervisor.configure("inst", "listen inst\n    bnd 127.0.0.1:1\n")
            let refused = try await setUp.supervisor.run("reload", "--all")
            #expect(refused.status == .code(2))
            #expect(refused.errorOutput.contains("inst.cfg:2:"))
            let shown = try await setUp.supervisor.run("status", "inst")
            #expect(shown.output.contains("inst.cfg:2: "))
            try await setUp.check(session)
            let events = try await eventually("the history has the refusal", every: .milliseconds(100)) {
                let events = try await setUp.supervisor.json(EventLine.self, "events", "inst")
                return events.contains { $0.event == "RELOAD_REFUSED" } ? events : nil
            }
            let change = events.first { $0.event == "CONFIGURATION_CHANGED" }
            #expect(change?.detail == "listen inst: server kept: weight 1 -> 3; listen inst: server more added")
            try await setUp.process.stop()
        }

        @Test("SIGHUP and SIGUSR2 reload, SIGUSR1 ends with the last session")
        func signals() async throws {
            let setUp = try await SetUp()
            let session = try await setUp.session()
            for (weight, number) in [(5, SIGHUP), (6, SIGUSR2)] {
                try setUp.configure(servers: ["kept \(setUp.echo.address.address) weight \(weight)"])
                setUp.process.signal(number)
                try await setUp.event("weight \(weight - (weight == 5 ? 4 : 1)) -> \(weight)")
            }
            setUp.process.signal(SIGUSR1)
            try await eventually("it listens no more") { try await Socket.connect(port: setUp.port.port) == nil }
            try await setUp.check(session)
            #expect(setUp.process.exitStatus == nil)
            session.finishWriting()
            #expect(try await setUp.process.waitUntilExit() == .code(0))
        }

        @Test("with --watch a file that is written reloads its instance")
        func watch() async throws {
            let setUp = try await SetUp(["--watch"])
            let session = try await setUp.session()
            try setUp.supervisor.configure("new", "listen x\n    bind 127.0.0.1:1\n")
            try setUp.configure(servers: ["kept \(setUp.echo.address.address) weight 9"])
            try await setUp.event("weight 1 -> 9")
            try await setUp.check(session)
            let process = setUp.process
            try await eventually("a new file is told; \(process.errorOutput)") {
                process.errorOutput.contains("new.cfg is new")
            }
            try FileManager.default.removeItem(atPath: "\(setUp.supervisor.instances)/inst.cfg")
            try await eventually("a file that has gone is told") { process.errorOutput.contains("its file has gone") }
            try await setUp.check(session)
            try await setUp.process.stop()
        }

        @Test("down --drain closes what is left once its time is over")
        func drain() async throws {
            let setUp = try await SetUp()
            let session = try await setUp.session()
            let down = try await setUp.supervisor.run("down", "--drain", "300ms")
            try down.requireSuccess("down")
            #expect(try await setUp.process.waitUntilExit() == .code(0))
            #expect(try await session.readToEnd().bytes.isEmpty)
        }

        @Test("restart --all goes on only as long as instances come up")
        func restartAll() async throws {
            let setUp = try await SetUp()
            let other = try HeldPort()
            let text = PlainInstance(name: "zed", bind: other, servers: ["a \(setUp.echo.address.address)"]).text
            try setUp.supervisor.configure("zed", text)
            try await setUp.process.stop()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.port, other])
            try await setUp.supervisor.run("restart", "--all", "--grace", "1s").requireSuccess("restart")
            try setUp.supervisor.configure("inst", "listen inst\n    bnd 127.0.0.1:1\n")
            let stopped = try await setUp.supervisor.run("restart", "--all")
            #expect(stopped.status == .code(2))
            #expect(stopped.errorOutput.contains("not restarted: zed"))
            let status = try await setUp.supervisor.json(StatusLine.self, "status")
            #expect(status.map(\.restarts) == [1, 1])
            #expect(try await setUp.supervisor.run("restart").status == .code(2))
            try await process.stop()
        }

        /// One instance before an echo server.
        private struct SetUp {
            let port: HeldPort
            let supervisor: Supervisor
            let process: TestProcess
            let echo: FakeServer

            init(_ arguments: [String] = []) async throws {
                echo = try FakeServer(serve: FakeServer.echo)
                port = try HeldPort()
                supervisor = try Supervisor(in: try TemporaryDirectory())
                let text = PlainInstance(name: "inst", bind: port, servers: ["kept \(echo.address.address)"]).text
                try supervisor.configure("inst", text)
                process = try await supervisor.up(arguments, listeningOn: [port])
            }

            func configure(servers: [String]) throws {
                try supervisor.configure("inst", PlainInstance(name: "inst", bind: port, servers: servers).text)
            }

            func session() async throws -> Socket {
                let session = try #require(try await Socket.connect(port: port.port))
                try await check(session)
                return session
            }

            func check(_ session: Socket) async throws {
                try await session.write([1, 2, 3])
                #expect(try await session.read(exactly: 3) == [1, 2, 3])
            }

            /// Waits for a change in the history.
            func event(_ words: String) async throws {
                try await eventually("the history has '\(words)'", every: .milliseconds(100)) {
                    try await supervisor.json(EventLine.self, "events", "inst")
                        .contains { $0.detail?.contains(words) == true }
                }
            }
        }
    }
}
