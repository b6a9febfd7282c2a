import Foundation
import Testing

extension Scenarios {
    @Suite("The program as HAProxy")
    struct AsHAProxy {
        @Test("SIGTERM and SIGINT end it at once by themselves, and cut its sessions", arguments: [SIGTERM, SIGINT])
        func ends(signal: Int32) async throws {
            let setUp = try HAProxySetUp()
            let process = try await setUp.start()
            let session = try await setUp.session()
            process.signal(signal)
            #expect(try await process.waitUntilExit(within: .seconds(10)) == .signal(signal))
            #expect(try await session.readToEnd().bytes.isEmpty)
            #expect(try await Socket.connect(port: setUp.port.port) == nil)
            #expect(process.errorOutput.isEmpty)
        }

        @Test("SIGUSR1 refuses new sessions at once, lets the old ones finish, and ends with 0")
        func finishes() async throws {
            let setUp = try HAProxySetUp()
            let process = try await setUp.start()
            let session = try await setUp.session()
            process.signal(SIGUSR1)
            try await eventually("new connections are refused") {
                try await Socket.connect(port: setUp.port.port) == nil
            }
            // A second one changes nothing.
            process.signal(SIGUSR1)
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            #expect(process.isRunning)
            session.finishWriting()
            #expect(try await process.waitUntilExit() == .code(0))
            #expect(process.errorOutput.contains(" : Proxy shop stopped (cumulated conns: FE: "))
        }

        @Test("SIGHUP tells the servers' states")
        func tells() async throws {
            let setUp = try HAProxySetUp()
            let process = try await setUp.start()
            process.signal(SIGHUP)
            // The connection that found out that it listens may still be counted.
            let line = "[WARNING]  (\(process.processID)) : SIGHUP: Server shop/app is UP. Conn: "
            try await eventually("the state; \(process.errorOutput)") { process.errorOutput.contains(line) }
            try await eventually("the proxy's; \(process.errorOutput)") {
                process.errorOutput.contains("SIGHUP: Proxy shop has 1 active servers and 0 backup servers available.")
            }
            try await process.stop()
        }

        @Test("-D goes to the background once it listens, and -p tells which process that is")
        func background() async throws {
            let setUp = try HAProxySetUp()
            let starter = try setUp.launch(["-D", "-p", setUp.pidFile])
            #expect(try await starter.waitUntilExit() == .code(0))
            let number = try setUp.writtenNumber()
            defer { kill(number, SIGKILL) }
            #expect(try await Socket.connect(port: setUp.port.port) != nil)
            #expect(getsid(number) == number)
            // What was started with a file that cannot be used ends as in the foreground, with its messages.
            try setUp.write("listen broken\n    srever\n")
            let failing = try setUp.launch(["-D"])
            #expect(try await failing.waitUntilExit() == .code(1))
            #expect(failing.errorOutput.contains("Fatal errors found in configuration."))
            kill(number, SIGTERM)
            try await eventually("its end") { kill(number, 0) != 0 }
        }

        @Test("an address that another program has is an error, and nothing runs")
        func taken() async throws {
            let setUp = try HAProxySetUp()
            let other = try FakeServer { _ in }
            try setUp.configure(on: other.address)
            let process = try setUp.launch()
            #expect(try await process.waitUntilExit() == .code(1))
            #expect(process.errorOutput.contains("Some protocols failed to start their listeners! Exiting."))
            #expect(process.errorOutput.contains(other.address.address))
        }

        @Test("-sf takes over without refusing anybody, from itself and from haproxy", arguments: [true, false])
        func takesOver(fromItself: Bool) async throws {
            let setUp = try HAProxySetUp()
            let old: TestProcess
            if fromItself {
                old = try await setUp.start()
            } else {
                guard let haproxy = Self.haproxy() else { return }
                old = try TestProcess([haproxy, "-f", setUp.file], keeping: setUp.directory)
                try await setUp.awaitAnswer(of: old)
            }
            let session = try await setUp.session()
            let (answers, answered) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
            let load = Task { try await setUp.load(telling: answered) }
            for await () in answers { break }
            let new = try setUp.launch(["-sf", "\(old.processID)"])
            try await eventually("the old one refuses nobody and accepts nobody", within: .seconds(20)) {
                // Its listener is gone, but its session is there.
                try Self.listeners(of: old.processID, port: setUp.port.port) == 0
            }
            load.cancel()
            let outcome = try await load.value
            #expect(outcome.refused == 0)
            // HAProxy resets who is connected and not yet accepted when it closes its listener: one of a single client at most.
            let lost = "the connection ended after 0 of 5 bytes"
            #expect(outcome.broken == [] || !fromItself && outcome.broken == [lost])
            #expect(outcome.answered > 0)
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            session.finishWriting()
            #expect(try await old.waitUntilExit() == .code(0))
            #expect(try await Socket.connect(port: setUp.port.port) != nil)
            new.signal(SIGTERM)
            #expect(try await new.waitUntilExit() == .signal(SIGTERM))
        }

        @Test("with --state the history is kept, and a successor goes on with it")
        func history() async throws {
            let setUp = try HAProxySetUp()
            let supervisor = try Supervisor(in: setUp.directory)
            let first = try await setUp.start(["--state", supervisor.state])
            let second = try setUp.launch(["--state", supervisor.state, "-st", "\(first.processID)"])
            #expect(try await first.waitUntilExit() == .signal(SIGTERM))
            try await eventually("both runs are in the history", every: .milliseconds(100)) {
                let finished = try await supervisor.run("events", "--json")
                guard finished.status == .code(0) else { return false }
                return finished.output.components(separatedBy: "SUPERVISOR_STARTED").count == 3
            }
            second.signal(SIGTERM)
            #expect(try await second.waitUntilExit() == .signal(SIGTERM))
            let events = try await supervisor.json(EventLine.self, "events")
            #expect(events.filter { $0.event == "SUPERVISOR_STOPPED" }.count == 2)
            #expect(events.contains { $0.event == "STARTED" && $0.instance == "shop" })
        }

        /// Debian's haproxy; `nil` with a printed reason where there is none.
        static func haproxy() -> String? {
            let path = "/usr/sbin/haproxy"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
            print("not tried with haproxy: there is no \(path)")
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "haproxy has to be installed where CI=true")
            return nil
        }

        /// On how many sockets a process listens at a port of 127.0.0.1.
        private static func listeners(of process: Int32, port: Int) throws -> Int {
            let table = try String(contentsOfFile: "/proc/\(process)/net/tcp", encoding: .utf8)
            // proc(5): sl, local address, remote address, state (0A is LISTEN), …, inode as the tenth word.
            let address = "0100007F:" + String(format: "%04X", port)
            let inodes = Set(
                table.split(separator: "\n").dropFirst().compactMap { line -> Substring? in
                    let words = line.split(separator: " ")
                    return words.count > 9 && words[1] == address && words[3] == "0A" ? words[9] : nil
                })
            let folder = "/proc/\(process)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
                // One that was closed meanwhile is no listener.
                let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) ?? ""
                return inodes.contains { target == "socket:[\($0)]" }
            }
        }
    }
}
