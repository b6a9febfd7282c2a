import Foundation
import Testing

extension Scenarios {
    @Suite("The program as HAProxy in a folder that it cannot leave")
    struct HAProxyRoot {
        @Test("once it listens it becomes the user and group of the file, in the folder that is its root")
        func changes() async throws {
            guard geteuid() == 0 else { return print("not tried: only root has privileges to drop") }
            let setUp = try HAProxySetUp()
            let root = try Self.jail()
            let stats = "\(setUp.directory.path)/stats.sock"
            // A name is asked for while there still is an /etc/hosts.
            try setUp.configure(
                global: ["user nobody", "gid 65534", "chroot \(root.path)", "stats socket \(stats) level admin"],
                servers: ["named localhost:1 backup"])
            let process = try await setUp.start()
            let session = try await setUp.session()
            let status = try String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)
            #expect(status.contains("\nUid:\t65534\t65534\t65534\t65534\n"))
            #expect(status.contains("\nGid:\t65534\t65534\t65534\t65534\n"))
            #expect(status.firstMatch(of: /\nGroups:\s*\n/) != nil)
            guard try Self.isRoot(root.path, of: process) else {
                // A container's root may lack the right to mount.
                #expect(process.errorOutput.contains("'chroot \(root.path)' is not done"))
                return try await process.stop()
            }
            #expect(process.errorOutput.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == ["proc"])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(root.path)/proc") == [], "nobody else sees it")
            let servers = try await setUp.ask("show servers state", at: stats)
            #expect(servers.contains(" named 127.0.0.1 ") || servers.contains(" named ::1 "), "\(servers)")
            // What looks after the runtime's threads each second while they are busy finds them.
            let end = ContinuousClock.now + .seconds(3)
            while ContinuousClock.now < end {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<16 {
                        group.addTask {
                            let answer = try await setUp.ask("show info;show stat", at: stats)
                            #expect(answer.contains("\nshop,FRONTEND,"))
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            try await process.stop()
        }

        @Test("under a master its workers are there, and it reloads them")
        func worksUnderMaster() async throws {
            guard geteuid() == 0 else { return print("not tried: only root may change its root") }
            let setUp = try HAProxySetUp()
            let root = try Self.jail()
            try setUp.configure(global: ["user nobody", "chroot \(root.path)"])
            let master = try await setUp.start(["-W"])
            let session = try await setUp.session()
            master.signal(SIGUSR2)
            try await eventually("another worker; \(master.errorOutput)", within: .seconds(20)) {
                master.errorOutput.components(separatedBy: "Loading success.").count == 3
            }
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            _ = try await setUp.session()
            #expect(try !Self.isRoot(root.path, of: master))
            master.signal(SIGTERM)
            _ = try await master.waitUntilExit(within: .seconds(20))
        }

        @Test("a folder that isn't there keeps it from running")
        func refused() async throws {
            let setUp = try HAProxySetUp()
            try setUp.configure(global: ["chroot \(setUp.directory.path)/nowhere"])
            let process = try setUp.launch()
            #expect(try await process.waitUntilExit() == .code(1))
            #expect(process.errorOutput.contains("Cannot chroot(\(setUp.directory.path)/nowhere)."))
        }

        @Test("a folder that its user can't look into is told of, and is not its root")
        func closed() async throws {
            guard geteuid() == 0 else { return print("not tried: only root may change its root") }
            let setUp = try HAProxySetUp()
            let root = try TemporaryDirectory()
            try setUp.configure(global: ["user nobody", "chroot \(root.path)"])
            let process = try await setUp.start()
            #expect(process.errorOutput.contains("'chroot \(root.path)' is not done: the file's user may not search"))
            #expect(try !Self.isRoot(root.path, of: process))
            try await process.stop()
        }

        @Test("with a history the root stays, and that is told")
        func keepsHistory() async throws {
            let setUp = try HAProxySetUp()
            let root = try TemporaryDirectory()
            try setUp.configure(global: ["chroot \(root.path)"])
            let process = try await setUp.start(["--state", "\(setUp.directory.path)/state"])
            #expect(process.errorOutput.contains("'chroot \(root.path)' is not done: the history could not be written"))
            try await process.stop()
        }

        /// A folder that everybody may look into.
        private static func jail() throws -> TemporaryDirectory {
            let folder = try TemporaryDirectory()
            try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
            return folder
        }

        private static func isRoot(_ path: String, of process: TestProcess) throws -> Bool {
            let root = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process.processID)/root")
            return try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
                == FileManager.default.attributesOfItem(atPath: root)[.systemFileNumber] as? UInt64
        }
    }
}
