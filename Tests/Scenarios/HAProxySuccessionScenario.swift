import Foundation
import Testing

extension Scenarios {
    @Suite("Listening sockets on their way from one process to the next")
    struct HAProxySuccession {
        /// Who is the old process, and who the new one.
        enum Pair: CaseIterable {
            case bothOurs, fromHAProxy, toHAProxy
        }

        @Test(
            "-x takes the very sockets of the old process, in either direction, and refuses nobody",
            arguments: Pair.allCases)
        func takes(pair: Pair) async throws {
            guard let haproxy = pair == .bothOurs ? "" : AsHAProxy.haproxy() else { return }
            let setUp = try HAProxySetUp()
            let folder = setUp.directory.path
            let stats = "\(folder)/stats.sock"
            // Nobody can have an address beside another one: only who gets the socket has it.
            try setUp.configure(
                global: ["noreuseport", "stats socket \(stats) level admin expose-fd listeners"],
                lines: ["bind unix@\(folder)/shop.sock", "bind abns@\(folder)"])
            let old = try Self.start(pair == .fromHAProxy ? haproxy : setUp.program, [], setUp)
            try await setUp.awaitAnswer(of: old)
            let session = try await setUp.session()
            let sockets = try Self.listeners(of: old.processID, port: setUp.port.port)
            #expect(sockets.count == 1)
            let (answers, answered) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
            let load = Task { try await setUp.load(telling: answered) }
            for await () in answers { break }
            let new = try Self.start(
                pair == .toHAProxy ? haproxy : setUp.program, ["-x", stats, "-sf", "\(old.processID)"], setUp)
            try await eventually("the old one accepts nobody; \(new.errorOutput)", within: .seconds(20)) {
                try Self.listeners(of: old.processID, port: setUp.port.port).isEmpty
            }
            #expect(try Self.listeners(of: new.processID, port: setUp.port.port) == sockets)
            load.cancel()
            let outcome = try await load.value
            #expect(outcome.refused == 0 && outcome.broken == [])
            #expect(outcome.answered > 0)
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            session.finishWriting()
            #expect(try await old.waitUntilExit() == .code(0))
            #expect(try await setUp.ask("show info", at: stats).contains("\nPid: \(new.processID)\n"))
            #expect(try Socket.connect(path: "\(folder)/shop.sock") != nil, "its file is not the old one's any more")
            try await new.stop()
        }

        @Test("without an old process that gives its sockets nothing runs, unless there is a master")
        func refused() async throws {
            let setUp = try HAProxySetUp()
            let stats = "\(setUp.directory.path)/stats.sock"
            let alone = try setUp.launch(["-x", stats])
            #expect(try await alone.waitUntilExit() == .code(1))
            #expect(alone.errorOutput.contains("Failed to connect to the old process socket '\(stats)'"))
            #expect(alone.errorOutput.contains("Failed to get the sockets from the old process!"))
            try setUp.configure(global: ["stats socket \(stats) level admin"])
            let closed = try await setUp.start()
            let other = try setUp.launch(["-x", stats])
            #expect(try await other.waitUntilExit() == .code(1))
            #expect(other.errorOutput.contains("Failed to get the number of sockets to be transferred !"))
            try await closed.stop()
            let master = try await setUp.start(["-W", "-x", stats])
            #expect(master.errorOutput.contains("Failed to get the sockets from the old process!"))
            master.signal(SIGTERM)
            _ = try await master.waitUntilExit(within: .seconds(20))
            let nothing = try await setUp.start(["-x", "/dev/null"])
            #expect(nothing.errorOutput.isEmpty)
            try await nothing.stop()
        }

        private static func start(_ program: String, _ arguments: [String], _ setUp: HAProxySetUp) throws -> TestProcess
        {
            try TestProcess(
                [program, "-f", setUp.file] + arguments, environment: ["SUPERVISE_STATE": ""], keeping: setUp.directory)
        }

        /// The sockets with which a process listens at a port of 127.0.0.1.
        private static func listeners(of process: Int32, port: Int) throws -> Set<String> {
            let table = try String(contentsOfFile: "/proc/\(process)/net/tcp", encoding: .utf8)
            // proc(5): sl, local address, remote address, state (0A is LISTEN), …, inode as the tenth word.
            let address = "0100007F:" + String(format: "%04X", port)
            let sockets = table.split(separator: "\n").dropFirst().compactMap { line -> String? in
                let words = line.split(separator: " ")
                return words.count > 9 && words[1] == address && words[3] == "0A" ? "socket:[\(words[9])]" : nil
            }
            let folder = "/proc/\(process)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: []) { found, name in
                // One that was closed meanwhile is no listener.
                let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) ?? ""
                if sockets.contains(target) { found.insert(target) }
            }
        }
    }
}
