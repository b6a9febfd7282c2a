import Foundation
import Testing

extension Scenarios {
    @Suite("Master and worker")
    struct HAProxyMasters {
        @Test(
            "the master has no traffic, the worker has it, and the pid file names the master", arguments: ["-W", "-Ws"])
        func apart(option: String) async throws {
            let setUp = try HAProxySetUp()
            let master = try await setUp.start([option, "-p", setUp.pidFile])
            let worker = try await Self.worker(of: master)
            #expect(try setUp.writtenNumber() == master.processID)
            let before = try Self.sockets(of: master.processID)
            let session = try await setUp.session()
            #expect(try Self.sockets(of: master.processID) == before)
            kill(worker, SIGKILL)
            #expect(try await master.waitUntilExit() == .code(128 + SIGKILL))
            #expect(try await session.readToEnd().bytes.isEmpty)
            #expect(master.errorOutput.contains(" : Current worker (\(worker)) exited with code 137 (Killed)"))
        }

        @Test("SIGUSR2 and SIGHUP take the changed file with a new worker; a wrong file changes nothing")
        func reloads() async throws {
            let setUp = try HAProxySetUp()
            let master = try await setUp.start(["-W"])
            let first = try await Self.worker(of: master)
            let session = try await setUp.session()
            let other = try HeldPort()
            try setUp.configure(also: other)
            master.signal(SIGUSR2)
            try await eventually("\(other.address) answers; \(master.errorOutput)") {
                try await Socket.connect(port: other.port) != nil
            }
            let second = try await eventually("a second worker serves") {
                master.errorOutput.components(separatedBy: "Loading success.").count == 3
                    ? try Self.children(of: master.processID).first { $0 != first } : nil
            }
            try setUp.write("listen broken\n    srever\n")
            master.signal(SIGHUP)
            try await eventually("the refusal is told") { master.errorOutput.contains("Loading failure!") }
            #expect(master.errorOutput.contains("[ALERT]    (\(master.processID)) : config : parsing ["))
            #expect(try await Socket.connect(port: other.port) != nil)
            #expect(try Set(Self.children(of: master.processID)) == [first, second])
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            session.finishWriting()
            try await eventually("the first worker's end") {
                master.errorOutput.contains(" : Former worker (\(first)) exited with code 0 (Exit)")
            }
            // What the file no longer has is not listened on any more.
            try setUp.configure()
            master.signal(SIGUSR2)
            try await eventually("\(other.address) is given up") { try await Socket.connect(port: other.port) == nil }
            master.signal(SIGINT)
            #expect(try await master.waitUntilExit(within: .seconds(10)) == .code(130))
        }

        @Test("SIGTERM ends both with 0, SIGUSR1 once the last session has ended")
        func ends() async throws {
            let setUp = try HAProxySetUp()
            let hard = try await setUp.start(["-W"])
            let worker = try await Self.worker(of: hard)
            hard.signal(SIGTERM)
            #expect(try await hard.waitUntilExit(within: .seconds(10)) == .code(0))
            #expect(kill(worker, 0) != 0)
            try setUp.configure(global: ["master-worker"])
            let soft = try await setUp.start()
            _ = try await Self.worker(of: soft)
            let session = try await setUp.session()
            soft.signal(SIGUSR1)
            try await eventually("the worker is told") { soft.errorOutput.contains(" : Proxy shop stopped ") }
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            session.finishWriting()
            #expect(try await soft.waitUntilExit(within: .seconds(10)) == .code(0))
            #expect(soft.errorOutput.contains(" : All workers exited. Exiting... (0)"))
        }

        @Test("a worker does not outlive its master")
        func orphan() async throws {
            let setUp = try HAProxySetUp()
            let master = try await setUp.start(["-W"])
            let worker = try await Self.worker(of: master)
            master.signal(SIGKILL)
            #expect(try await master.waitUntilExit() == .signal(SIGKILL))
            try await eventually("its end") { try await Socket.connect(port: setUp.port.port) == nil }
            try await eventually("the process's end") { kill(worker, 0) != 0 }
        }

        @Test("-W -D: the starter returns when the worker serves; reload and stop by the pid file, under load")
        func background() async throws {
            let setUp = try HAProxySetUp()
            let starter = try setUp.launch(["-W", "-D", "-p", setUp.pidFile])
            #expect(try await starter.waitUntilExit() == .code(0))
            let number = try setUp.writtenNumber()
            defer { kill(number, SIGKILL) }
            #expect(getsid(number) == number)
            let (answers, answered) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
            let load = Task { try await setUp.load(telling: answered) }
            for _ in 0..<3 {
                for await () in answers { break }
                let before = try Self.children(of: number)
                kill(number, SIGUSR2)
                try await eventually("the old worker is gone and there is a new one") {
                    let now = try Self.children(of: number)
                    return now.count == 1 && now != before
                }
            }
            load.cancel()
            let outcome = try await load.value
            #expect(outcome.refused == 0 && outcome.broken == [])
            #expect(outcome.answered > 0)
            kill(number, SIGTERM)
            try await eventually("its end") { kill(number, 0) != 0 }
        }

        /// The worker of a master, once there is one.
        private static func worker(of master: TestProcess) async throws -> Int32 {
            try await eventually("a worker; \(master.errorOutput)") {
                master.errorOutput.contains("Loading success.") ? try children(of: master.processID).first : nil
            }
        }

        /// Whom a process has started and who still runs.
        private static func children(of process: Int32) throws -> [Int32] {
            // proc(5): "pid (name) state ppid …"; the name may hold anything, its parenthesis is the last one.
            try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name -> Int32? in
                guard let number = Int32(name),
                    let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                    let end = stat.lastIndex(of: ")")
                else { return nil }
                let words = stat[end...].split(separator: " ")
                return words.count > 2 && words[1] != "Z" && words[2] == "\(process)" ? number : nil
            }
        }

        /// How many sockets a process has.
        private static func sockets(of process: Int32) throws -> Int {
            let folder = "/proc/\(process)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
                // One that was closed meanwhile is none.
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
                return target?.hasPrefix("socket:") ?? false
            }
        }
    }
}
