import Foundation
import Testing

extension Scenarios {
    @Suite("The live view on a terminal")
    struct LiveViewOnATerminal {
        private struct Stage {
            let supervisor: Supervisor
            let process: TestProcess
            let echo: FakeServer
            let terminal: PseudoTerminal
            let top: TestProcess
            let modeBefore: [UInt8]
        }

        private func start(columns: UInt16 = 80) async throws -> Stage {
            let directory = try TemporaryDirectory()
            let echo = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            let supervisor = try Supervisor(in: directory)
            let instance = PlainInstance(
                name: "rabbits", bind: port,
                servers: ["one \(echo.address.address) check", "two \(echo.address.address) check"])
            try supervisor.configure("cluster", instance.text)
            let process = try await supervisor.up(listeningOn: [port])
            let terminal = try PseudoTerminal(columns: columns, rows: 24)
            let before = try terminal.mode()
            let top = try TestProcess(
                [
                    "sh", "-c", "exec \"$0\" top --state \"$1\" < \"$2\" > \"$2\"", try Supervisor.binary(),
                    supervisor.state, terminal.path,
                ], environment: ["TERM": "xterm"])
            try await eventually("a picture; \(top.errorOutput)") { terminal.picture.contains("rabbits/two") }
            return Stage(
                supervisor: supervisor, process: process, echo: echo, terminal: terminal, top: top, modeBefore: before)
        }

        @Test("it shows all servers, drains one and makes it ready, sorts, filters, helps and quits")
        func story() async throws {
            let stage = try await start()
            let terminal = stage.terminal
            #expect(terminal.picture.split(separator: "\n").allSatisfy { $0.count <= 80 })
            terminal.press("j")
            terminal.press("d")
            try await eventually("the question") { terminal.picture.contains("drain cluster/rabbits/two? y/n") }
            terminal.press("y")
            try await eventually("two drains") {
                terminal.picture.split(separator: "\n").contains {
                    $0.contains("rabbits/two ") && $0.contains(" DRAIN ")
                }
            }
            try await eventually("the history has who it was", every: .milliseconds(100)) {
                try await stage.supervisor.run("events", "--json").output.contains("supervise top")
            }
            terminal.press("r")
            try await eventually("the question") { terminal.picture.contains("ready cluster/rabbits/two? y/n") }
            terminal.press("y")
            try await eventually("two is up") {
                terminal.picture.split(separator: "\n").contains { $0.contains("rabbits/two ") && $0.contains(" UP ") }
            }
            terminal.press("ss")
            try await eventually("another order") { terminal.picture.contains("s sort: sessions") }
            terminal.press("fone\r")
            try await eventually("a filter") {
                !terminal.picture.contains("rabbits/two") && terminal.picture.contains("filter: one")
            }
            terminal.press("h")
            try await eventually("help") { terminal.picture.contains("Ctrl-C") }
            terminal.press("x")
            terminal.resize(columns: 120, rows: 30)
            stage.top.signal(SIGWINCH)
            try await eventually("a wider picture") { terminal.picture.contains("WEIGHT") }
            terminal.press("q")
            #expect(try await stage.top.waitUntilExit() == .code(0))
            try expectLeft(stage)
            try await stage.process.stop()
        }

        @Test("a signal ends it, and the terminal is as it was", arguments: [SIGTERM, SIGINT, SIGHUP])
        func signals(number: Int32) async throws {
            let stage = try await start()
            #expect(try stage.terminal.mode() != stage.modeBefore)
            stage.top.signal(number)
            #expect(try await stage.top.waitUntilExit() == .signal(number))
            try expectLeft(stage)
            try await stage.process.stop()
        }

        @Test("it is told that the supervisor has ended, and goes on when there is one again")
        func supervisorGone() async throws {
            let stage = try await start()
            try await stage.process.stop()
            try await eventually("the trouble") { stage.terminal.picture.contains("no supervisor is running") }
            stage.terminal.press("\u{3}")
            #expect(try await stage.top.waitUntilExit() == .code(0))
            try expectLeft(stage)
        }

        @Test("without a terminal it says what to use instead")
        func noTerminal() async throws {
            let stage = try await start()
            let finished = try await stage.supervisor.run("top")
            #expect(finished.status == .code(2))
            #expect(finished.errorOutput.contains("'top' needs a terminal"))
            stage.terminal.press("q")
            try await stage.top.waitUntilExit()
            try await stage.process.stop()
        }

        private func expectLeft(_ stage: Stage) throws {
            #expect(try stage.terminal.mode() == stage.modeBefore)
            #expect(stage.terminal.output.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
        }
    }
}
