import Foundation
import Testing

extension Scenarios {
    @Suite("Stick tables that are kept")
    struct KeptTables {
        /// An instance with a table, two servers that say who they are, and a stats socket.
        private struct SetUp {
            let port: HeldPort
            let stats: HeldPort
            let servers: [FakeServer]
            let supervisor: Supervisor

            init() throws {
                (port, stats) = (try HeldPort(), try HeldPort())
                servers = [
                    try FakeServer(serve: FakeServer.named("0")), try FakeServer(serve: FakeServer.named("1")),
                ]
                supervisor = try Supervisor(in: try TemporaryDirectory(), isGuarded: true)
                try configure()
            }

            func configure(weight: Int = 1, tag: String = "one", counters: String = "conn_cnt,conn_cur,gpc0") throws {
                let instance = PlainInstance(
                    name: "main", bind: port,
                    servers: [
                        "s0 \(servers[0].address.address) weight \(weight)", "s1 \(servers[1].address.address)",
                    ],
                    global: ["stats socket \(stats.address) level admin", "log-tag \(tag)"],
                    lines: [
                        "stick-table type ip size 1k expire 1h store \(counters)", "stick on src",
                        "tcp-request connection track-sc0 src",
                    ])
                try supervisor.configure("main", instance.text)
            }

            func ask(_ command: String) async throws -> String {
                guard let socket = try await Socket.connect(port: stats.port) else {
                    throw ScenarioError("no stats socket")
                }
                try await socket.write(Array("\(command)\n".utf8))
                socket.finishWriting()
                return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
            }

            /// The server of a new session, which stays open.
            func session() async throws -> (server: String, socket: Socket) {
                let socket = try #require(try await Socket.connect(port: port.port))
                return (String(decoding: try await socket.read(exactly: 1), as: UTF8.self), socket)
            }

            /// An entry's numbers by name; `nil` where there is none.
            func entry(_ key: String) async throws -> [String: String]? {
                let answer = try await ask("show table main key \(key)")
                guard let line = answer.split(separator: "\n").first(where: { $0.contains("key=\(key) ") }) else {
                    return nil
                }
                let pairs = line.split(separator: " ").compactMap { word -> (String, String)? in
                    let parts = word.split(separator: "=", maxSplits: 1)
                    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
                }
                return Dictionary(pairs, uniquingKeysWith: { $1 })
            }

            func supervisorID() async throws -> Int32? {
                let finished = try await supervisor.run("status", "--json")
                guard finished.status == .code(0) else { return nil }
                return try JSONDecoder().decode(StatusLine.self, from: Data(finished.output.utf8)).pid
            }
        }

        @Test("through reloads in place and with a new worker, restarts, a crash, and an end in order")
        func kept() async throws {
            let setUp = try SetUp()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.port])
            let first = try await setUp.session()
            #expect(try await setUp.ask("set table main key 192.0.2.9 data.gpc0 7 data.server_id 2") == "\n")
            var left = Int(try await setUp.entry("192.0.2.9")?["exp"] ?? "") ?? 0
            #expect(left > 0)

            func expectKept(after what: String) async throws {
                let entry = try #require(try await setUp.entry("192.0.2.9"), "after \(what)")
                #expect(entry["gpc0"] == "7" && entry["server_id"] == "2", "after \(what)")
                let now = try #require(Int(entry["exp"] ?? ""))
                #expect(now <= left && now > left - 120_000, "its time goes on after \(what)")
                left = now
                let session = try await setUp.session()
                #expect(session.server == first.server, "the client's server after \(what)")
                session.socket.finishWriting()
                _ = try await session.socket.readToEnd()
            }
            try await expectKept(after: "the beginning")

            try setUp.configure(weight: 3)
            #expect(try await setUp.supervisor.run("reload", "main", "--dry-run").output.contains("in place"))
            try await setUp.supervisor.run("reload", "main").requireSuccess("reload")
            try await expectKept(after: "a reload in place")
            #expect(try await setUp.entry("127.0.0.1")?["conn_cur"] == "1", "the first session goes on here")

            try setUp.configure(weight: 3, tag: "two")
            #expect(try await setUp.supervisor.run("reload", "main", "--dry-run").output.contains("new worker"))
            try await setUp.supervisor.run("reload", "main").requireSuccess("reload")
            try await expectKept(after: "a reload with a new worker")
            #expect(try await setUp.entry("127.0.0.1")?["conn_cur"] == "0", "the old worker has the first session")

            let counted = try await setUp.entry("127.0.0.1")?["conn_cnt"]
            try await setUp.supervisor.run("restart", "main").requireSuccess("restart")
            #expect(try await setUp.entry("127.0.0.1")?["conn_cnt"] == counted)
            try await expectKept(after: "a restart")

            // Another counter: what was not kept before begins with nothing, all else goes on.
            try setUp.configure(weight: 3, tag: "two", counters: "conn_cnt,gpc0,sess_cnt")
            try await setUp.supervisor.run("reload", "main").requireSuccess("reload")
            #expect(try await setUp.entry("192.0.2.9")?["sess_cnt"] == "0")
            try await expectKept(after: "a change of what is counted")

            let file = "\(setUp.supervisor.state)/tables/main.txt"
            #expect(try await setUp.ask("set table main key 192.0.2.10 data.gpc0 99") == "\n")
            try await eventually("the tables are written", within: .seconds(60), every: .milliseconds(100)) {
                (try? String(contentsOfFile: file, encoding: .utf8))?.contains(" 99 ") ?? false
            }
            let pid = try #require(try await setUp.supervisorID())
            #expect(kill(pid, SIGKILL) == 0)
            try await eventually("another supervisor", within: .seconds(30), every: .milliseconds(50)) {
                try await setUp.supervisorID().map { $0 != pid } ?? false
            }
            try await expectKept(after: "a crash of the supervisor")
            #expect(try await setUp.entry("192.0.2.10")?["gpc0"] == "99")

            #expect(try await setUp.ask("clear table main key 192.0.2.10") == "\n")
            try await setUp.supervisor.run("down").requireSuccess("down")
            #expect(try await process.waitUntilExit(within: .seconds(60)) == .code(0))
            let next = try await setUp.supervisor.up(listeningOn: [setUp.port])
            try await expectKept(after: "an end in order")
            #expect(try await setUp.entry("192.0.2.10") == nil, "what was removed stays so")

            // A file that isn't one is told, and the tables begin empty.
            try await setUp.supervisor.run("down").requireSuccess("down")
            #expect(try await next.waitUntilExit(within: .seconds(60)) == .code(0))
            try "nonsense\n".write(toFile: file, atomically: true, encoding: .utf8)
            let last = try await setUp.supervisor.up(listeningOn: [setUp.port])
            try await eventually("the damage is told") { last.errorOutput.contains("main.txt: line 1 is damaged") }
            #expect(try await setUp.entry("192.0.2.9") == nil)
            try await setUp.supervisor.run("down").requireSuccess("down")
            #expect(try await last.waitUntilExit(within: .seconds(60)) == .code(0))
        }
    }
}
