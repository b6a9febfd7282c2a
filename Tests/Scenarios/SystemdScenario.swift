import Foundation
import Testing

extension Scenarios {
    @Suite("A service of systemd's")
    struct Service {
        @Test("systemd is told of the start, of life while all loops turn, and of the end", arguments: [true, false])
        func notifications(isGuarded: Bool) async throws {
            let setUp = try SetUp(isGuarded: isGuarded)
            let systemd = try Systemd(path: "\(setUp.directory.path)/notify")
            let process = try setUp.supervisor.start(
                ["--drain", "7"], environment: ["NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "600000"])
            try await systemd.wait(for: 1, "READY=1\nSTATUS=supervise ", from: process)
            try await systemd.wait(for: 3, "WATCHDOG=1", from: process)
            process.signal(SIGTERM)
            #expect(try await process.waitUntilExit() == .code(0))
            try await systemd.wait(for: 1, "STOPPING=1\n", from: process)
            #expect(systemd.messages.contains { $0.contains("\nEXTEND_TIMEOUT_USEC=17000000") })
        }

        @Test("systemd is told when a reload began, by its own clock, and when it is over", arguments: [true, false])
        func reload(isGuarded: Bool) async throws {
            let setUp = try SetUp(isGuarded: isGuarded)
            let systemd = try Systemd(path: "\(setUp.directory.path)/notify")
            let process = try setUp.supervisor.start(
                environment: ["NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "600000"])
            try await systemd.wait(for: 1, "WATCHDOG=1", from: process)
            let begin = Self.monotonicMicroseconds()
            process.signal(SIGHUP)
            try await systemd.wait(for: 1, "RELOADING=1\nMONOTONIC_USEC=", from: process)
            try await systemd.wait(for: 2, "READY=1", from: process)
            let told = systemd.messages.filter { !$0.hasPrefix("WATCHDOG=1") }.map { $0.split(separator: "\n") }
            #expect(told.map(\.first) == ["READY=1", "RELOADING=1", "READY=1"])
            // A message about a reload is passed over whose time is before that of its order (systemd.service(5)).
            let time = try #require(told[1].last?.split(separator: "=").last.flatMap { Int64($0) })
            #expect((begin...Self.monotonicMicroseconds()).contains(time))
            process.signal(SIGTERM)
            #expect(try await process.waitUntilExit() == .code(0))
        }

        private static func monotonicMicroseconds() -> Int64 {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        }

        @Test(
            "a socket that systemd opened is the bind line's with its address, before and after a crash",
            arguments: [true, false])
        func activation(isGuarded: Bool) async throws {
            let setUp = try SetUp(isGuarded: isGuarded)
            let process = try setUp.activated(isGuarded: isGuarded)
            // The socket listens before anybody serves it.
            let early = try await eventually("the socket: \(process.errorOutput)") {
                try await Socket.connect(port: setUp.port.port)
            }
            try await check(early)
            if isGuarded {
                // Before that, its end would be that of a start that failed.
                try await eventually("it is up: \(process.errorOutput)") { process.errorOutput.contains("is up") }
                let status = try await eventually("a status", every: .milliseconds(100)) {
                    try await setUp.supervisor.json(StatusLine.self, "status").first
                }
                #expect(kill(status.pid, SIGKILL) == 0)
                // What it still accepts goes with it.
                try await eventually("it is gone") { kill(status.pid, 0) != 0 }
                try await check(try #require(try await Socket.connect(port: setUp.port.port)))
            }
            process.signal(SIGTERM)
            #expect(try await process.waitUntilExit() == .code(0))
            #expect(!process.errorOutput.contains("no instance listens"))
        }

        private func check(_ socket: Socket) async throws {
            try await socket.write(Array("hello".utf8))
            #expect(try await socket.read(exactly: 5) == Array("hello".utf8))
        }

        private struct SetUp {
            let directory: TemporaryDirectory
            let port: HeldPort
            let supervisor: Supervisor
            private let echo: FakeServer

            init(isGuarded: Bool) throws {
                directory = try TemporaryDirectory()
                echo = try FakeServer(serve: FakeServer.echo)
                port = try HeldPort()
                supervisor = try Supervisor(in: directory, isGuarded: isGuarded)
                let servers = ["echo \(echo.address.address)"]
                try supervisor.configure("main", PlainInstance(name: "main", bind: port, servers: servers).text)
            }

            /// Starts it as systemd does: with a socket as descriptor 3, and at the first client.
            func activated(isGuarded: Bool) throws -> TestProcess {
                let program = """
                    import os, select, socket, sys
                    listener = socket.socket()
                    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    listener.bind(("127.0.0.1", int(sys.argv[1])))
                    listener.listen()
                    os.dup2(listener.fileno(), 3)
                    os.set_inheritable(3, True)
                    os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] = "1", str(os.getpid())
                    select.select([listener], [], [])
                    os.execv(sys.argv[2], sys.argv[2:])
                    """
                let up = [
                    try Supervisor.binary(), "up", "--state", supervisor.state, "--instances", supervisor.instances,
                    "--dashboard", "off", "--drain", "1",
                ]
                return try TestProcess(
                    ["python3", "-c", program, String(port.port)] + up + (isGuarded ? [] : ["--no-guardian"]),
                    keeping: directory)
            }
        }
    }
}
