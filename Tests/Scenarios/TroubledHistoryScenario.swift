import Foundation
import Testing

extension Scenarios {
    /// What a disk can do to the history while sessions go on.
    @Suite("A history in trouble")
    struct TroubledHistory {
        @Test("while another program holds a lock traffic goes on, and what happened is written afterwards")
        func locked() async throws {
            let site = try await Site()
            let before = try await site.history()
            let holder = try TestProcess([
                "python3", "-c",
                """
                import sqlite3, sys, time
                database = sqlite3.connect(sys.argv[1], isolation_level=None)
                database.execute("BEGIN IMMEDIATE")
                print("held", flush=True)
                time.sleep(600)
                """, site.database,
            ])
            try await eventually("the lock is held: \(holder.errorOutput)") { holder.output == "held\n" }
            let fell = try await site.fall()
            try await site.isTold("database is locked")
            try await site.carriesTraffic()
            #expect(try await site.history() == before, "the history answers meanwhile")
            kill(holder.processID, SIGKILL)
            try await site.hasOutage(from: fell, after: before)
            try await site.hasEvent("HISTORY_TROUBLE", "could not be written for ")
            try await site.process.stop()
        }

        @Test("a database that may not be written is reported, traffic goes on, and it is written when it may be")
        func readOnly() async throws {
            let site = try await Site(hasRights: false)
            try await site.restart { try site.change(0o444) }
            let before = try await site.history()
            let fell = try await site.fall()
            try await site.isTold("history is not being written, and will be tried again")
            try await site.carriesTraffic()
            #expect(try await site.history() == before)
            try site.change(0o644)
            try await site.hasOutage(from: fell, after: before)
            try await site.process.stop()
        }

        @Test(
            "on a full disk traffic goes on, nothing committed is lost, and what waited is written when there is room")
        func full() async throws {
            let disk = SmallDisk()
            guard geteuid() == 0 else { return print("skipped: mounting a small file system needs root") }
            let site = try await Site { try await disk.mount(on: $0.state) }
            let before = try await site.history()
            try disk.fill()
            let fell = try await site.fall()
            try await site.isTold("full")
            try await site.carriesTraffic()
            #expect(try await site.history().starts(with: before))
            try disk.empty()
            try await site.hasOutage(from: fell, after: before)
            try await site.hasEvent("HISTORY_TROUBLE", "full")
            try await site.process.stop()
            try await disk.unmount()
        }

        @Test("a damaged database is set aside while traffic goes on, and who follows the history misses nothing")
        func damaged() async throws {
            let site = try await Site()
            let follower = try TestProcess([
                try Supervisor.binary(), "history", "--follow", "--json", "--state", site.supervisor.state,
            ])
            try await eventually("the follower begins: \(follower.errorOutput)") {
                follower.output.contains("\"to\":\"UP\"")
            }
            // All of it is in the one file, every page of which but the first is then gone.
            try await Finished(["sqlite3", site.database, "PRAGMA wal_checkpoint(TRUNCATE)"]).requireSuccess("it")
            guard let listener = try await Socket.connect(port: site.dashboard.port) else {
                throw ScenarioError("refused")
            }
            try await listener.write(Array("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            _ = try await listener.read(exactly: 12)
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: site.database))
            let size = try file.seekToEnd()
            try file.seek(toOffset: 4096)
            try file.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 4096))
            try file.close()

            let fell = try await site.fall()
            try await site.isTold("set aside as history.sqlite.corrupt-")
            try await site.carriesTraffic()
            try await site.hasOutage(from: fell, after: [])
            try await site.hasEvent("HISTORY_TROUBLE", "set aside as history.sqlite.corrupt-")
            try await eventually("the follower tells of the outage: \(follower.output)\(follower.errorOutput)") {
                follower.output.components(separatedBy: "\"to\":\"DOWN\"").count == 2
            }
            #expect(follower.isRunning)
            var heard = ""
            while !heard.contains("\"to\":\"DOWN\"") {
                guard case .bytes(let bytes) = try await listener.read(within: .seconds(20)) else {
                    throw ScenarioError("the stream ended: \(heard)")
                }
                heard += String(decoding: bytes, as: UTF8.self)
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: site.supervisor.state)
            #expect(files.contains { $0.hasPrefix("history.sqlite.corrupt-") })
            follower.signal(SIGINT)
            try await follower.waitUntilExit()
            try await site.process.stop()
        }

        /// One instance with a server that is checked often and one that is not, and a session that lasts.
        private final class Site {
            let supervisor: Supervisor
            private let port: HeldPort
            let dashboard: HeldPort
            private let one: FakeServer
            private let two: FakeServer
            private var session: Socket?
            private(set) var process: TestProcess

            var database: String { "\(supervisor.state)/history.sqlite" }

            /// - Parameters:
            ///   - hasRights: whether the supervisor keeps root's rights.
            ///   - prepare: what is to be done before it is started.
            /// - Throws: when it doesn't come up.
            init(hasRights: Bool = true, prepare: (Supervisor) async throws -> Void = { _ in }) async throws {
                (port, dashboard) = (try HeldPort(), try HeldPort())
                one = try FakeServer(serve: FakeServer.echo)
                two = try FakeServer(serve: FakeServer.echo)
                supervisor = try Supervisor(in: try TemporaryDirectory(), hasRights: hasRights)
                try await prepare(supervisor)
                let servers = ["one \(one.address.address) check inter 50ms", "two \(two.address.address)"]
                try supervisor.configure("main", PlainInstance(name: "main", bind: port, servers: servers).text)
                process = try await Self.start(supervisor, port, dashboard)
                session = try await Socket.connect(port: port.port)
                try await carriesTraffic()
                try await eventually("the server's state is known", every: .milliseconds(50)) {
                    try await history().last?.to == "UP"
                }
            }

            /// Ends the supervisor, changes something, and starts it again.
            func restart(_ body: () throws -> Void) async throws {
                session?.finishWriting()
                session = nil
                try await process.stop()
                try body()
                process = try await Self.start(supervisor, port, dashboard)
                session = try await Socket.connect(port: port.port)
            }

            private static func start(
                _ supervisor: Supervisor, _ port: HeldPort, _ dashboard: HeldPort
            ) async throws -> TestProcess {
                try await supervisor.up(["--dashboard", dashboard.address], listeningOn: [port, dashboard])
            }

            /// Changes who may read and write the database, and what SQLite has put beside it with the same rights.
            func change(_ mode: Int) throws {
                let files = ["", "-wal", "-shm"].map { database + $0 }
                for file in files where FileManager.default.fileExists(atPath: file) {
                    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
                }
            }

            /// Takes the checked server away, and returns the time at which that was.
            func fall() async throws -> Date {
                let now = Date()
                one.stopListening()
                try await eventually("the server is down", every: .milliseconds(50)) {
                    try await supervisor.json(StatusLine.self, "status").first?.servers_up == 1
                }
                return now
            }

            /// Whether the session that lasts and a new one have their echoes.
            func carriesTraffic() async throws {
                for socket in [session, try await Socket.connect(port: port.port)] {
                    let socket = try #require(socket)
                    try await socket.write([7])
                    #expect(try await socket.read(exactly: 1) == [7])
                }
            }

            func history() async throws -> [HistoryLine] {
                try await supervisor.json(HistoryLine.self, "history", "one")
            }

            /// Waits until the supervisor says something of its history.
            func isTold(_ words: String) async throws {
                try await eventually("'\(words)' is told: \(process.errorOutput)", within: .seconds(60)) {
                    process.errorOutput.contains(words)
                }
            }

            /// Waits until the history has the fall, as of when it was, and all that it had before.
            func hasOutage(from fell: Date, after before: [HistoryLine]) async throws {
                let down: [HistoryLine] = try await eventually(
                    "the outage is written", within: .seconds(60), every: .milliseconds(100)
                ) { () async throws -> [HistoryLine]? in
                    // There may be no database for a moment.
                    guard let rows = try? await history(), rows.last?.to == "DOWN" else { return nil }
                    return rows
                }
                #expect(Array(down.prefix(before.count)) == before)
                let reader = ISO8601DateFormatter()
                reader.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
                let at = try #require(reader.date(from: down.last?.at ?? ""))
                // Checks come every 50 ms, and three have to fail; what else the machine does, nobody knows.
                #expect(at >= fell.addingTimeInterval(-0.01) && at < fell.addingTimeInterval(20))
            }

            func hasEvent(_ kind: String, _ words: String) async throws {
                try await eventually("the event \(kind) with '\(words)'", every: .milliseconds(100)) {
                    try await supervisor.json(EventLine.self, "events").contains {
                        $0.event == kind && $0.detail?.contains(words) == true
                    }
                }
            }
        }

        /// A file system of a few megabytes in memory.
        private final class SmallDisk {
            private var path = ""
            private var ballast: String { "\(path)/ballast" }

            /// Mounts it, which only root can.
            func mount(on path: String) async throws {
                self.path = path
                try await Finished(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path]).requireSuccess("mount")
            }

            /// Lazily: a process that has just ended may hold a file of it open for an instant.
            func unmount() async throws {
                try await Finished(["umount", "--lazy", path]).requireSuccess("umount")
            }

            func fill() throws {
                guard FileManager.default.createFile(atPath: ballast, contents: nil) else {
                    throw ScenarioError("make \(ballast)")
                }
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: ballast))
                defer { file.closeFile() }
                // Until there is no room: the error is what is wanted.
                while (try? file.write(contentsOf: Data(count: 4096))) != nil {}
            }

            func empty() throws { try FileManager.default.removeItem(atPath: ballast) }
        }
    }
}
