import Foundation
import Testing

/// HAProxy and the program beside it, with the same file: a proxy with servers, and a statistics address.
struct MonitoredPair: Sendable {
    /// One of the two.
    struct Side: Sendable {
        let process: TestProcess
        /// Where its sessions come in.
        let sessions: HeldPort
        /// Where its statistics are.
        let statistics: HeldPort
        /// Its stats socket.
        let socketPath: String
        /// Name and password that let into its statistics, if any are needed.
        let user: String?

        /// Gets something from its statistics address.
        ///
        /// - Parameters:
        ///   - target: the path with all that follows it.
        ///   - headers: further lines of the request's head.
        /// - Returns: the answer's head and body, without its chunks.
        /// - Throws: when it doesn't answer.
        func get(_ target: String, headers: [String] = []) async throws -> (head: String, body: String) {
            let header = user.map { "Authorization: Basic " + Data($0.utf8).base64EncodedString() }
            return try await ask("GET \(target) HTTP/1.0", headers + [header].compactMap(\.self))
        }

        /// Posts a form to its statistics address.
        func post(
            _ form: String, to target: String = "/stats", headers: [String] = []
        ) async throws -> (head: String, body: String) {
            let length = "Content-Length: \(form.utf8.count)"
            let kind = "Content-Type: application/x-www-form-urlencoded"
            return try await ask("POST \(target) HTTP/1.0", [length, kind] + headers, form)
        }

        /// Sends a request.
        ///
        /// - Parameters:
        ///   - line: its first line.
        ///   - headers: the other lines of its head.
        ///   - body: what follows the head.
        ///   - source: the client's address.
        /// - Returns: the answer's head and body, without its chunks.
        /// - Throws: when there is none.
        func ask(
            _ line: String, _ headers: [String], _ body: String = "", from source: String? = nil
        ) async throws -> (head: String, body: String) {
            guard let socket = try await Socket.connect(port: statistics.port, from: source) else {
                throw ScenarioError("\(statistics.address) refuses")
            }
            let request = ([line] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
            try await socket.write(Array(request.utf8))
            let answer = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
            guard let end = answer.firstRange(of: "\r\n\r\n") else { throw ScenarioError("no head in '\(answer)'") }
            let (head, body) = (String(answer[..<end.lowerBound]), String(answer[end.upperBound...]))
            // HAProxy's exporter sends chunks to clients of HTTP/1.0, too.
            return (head, head.contains("transfer-encoding: chunked") ? Self.joined(body) : body)
        }

        /// A body without the lengths of its chunks.
        private static func joined(_ body: String) -> String {
            var (rest, bytes) = (Array(body.utf8)[...], [UInt8]())
            while let end = rest.firstIndex(of: 10),
                let size = Int(String(decoding: rest[..<end].dropLast(), as: UTF8.self), radix: 16), size > 0
            {
                bytes += rest[(end + 1)...].prefix(size)
                rest = rest[(end + 1)...].dropFirst(size + 2)
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Its CSV: a row's fields by name, by `PROXY/ROW`.
        func rows(_ options: String = "") async throws -> [String: [String: String]] {
            let lines = try await get("/stats;csv\(options)").body.split(separator: "\n")
            let names = (lines.first ?? "").dropFirst(2).split(separator: ",", omittingEmptySubsequences: false)
            return lines.dropFirst().reduce(into: [:]) { rows, line in
                let values = line.split(separator: ",", omittingEmptySubsequences: false)
                guard values.count >= names.count else { return }
                rows["\(values[0])/\(values[1])"] = Dictionary(
                    zip(names, values).map { (String($0), String($1)) }, uniquingKeysWith: { first, _ in first })
            }
        }

        /// Opens a session, sends some bytes and reads them back, and ends it.
        func exchange(_ text: String) async throws {
            guard let client = try await Socket.connect(port: sessions.port) else {
                throw ScenarioError("\(sessions.address) refuses")
            }
            try await client.write(Array(text.utf8))
            _ = try await client.read(exactly: text.utf8.count)
            client.finishWriting()
            _ = try await client.readToEnd()
        }
    }

    /// Debian's HAProxy.
    let theirs: Side
    /// The program.
    let ours: Side
    private let server: FakeServer
    private let dead: HeldPort

    static let isInstalled = Requirement.isMet(
        FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy"), "haproxy (Debian: haproxy)")

    /// Starts both and waits until they know their servers.
    ///
    /// - Parameters:
    ///   - lines: further lines of the section with the statistics, and of sections after it.
    ///   - user: name and password that let into the statistics, if any are needed.
    /// - Throws: when one doesn't come up.
    init(_ lines: [String] = [], user: String? = nil) async throws {
        let server = try FakeServer(serve: FakeServer.echo)
        let dead = try HeldPort()
        (self.server, self.dead) = (server, dead)
        func start(_ program: String) async throws -> Side {
            let directory = try TemporaryDirectory()
            let (sessions, statistics) = (try HeldPort(), try HeldPort())
            let socketPath = "\(directory.path)/stats.sock"
            let file = try directory.write(
                Self.text(sessions, statistics, socketPath, server.address, dead, lines), to: "pair.cfg")
            let process = try TestProcess(
                [program, "-db", "-f", file], environment: ["SUPERVISE_STATE": "\(directory.path)/state"],
                keeping: directory)
            let side = Side(
                process: process, sessions: sessions, statistics: statistics, socketPath: socketPath, user: user)
            try await eventually("\(program) has checked its servers: \(process.errorOutput)") {
                if let status = process.exitStatus {
                    throw ScenarioError("\(program) ended with \(status): \(process.errorOutput)")
                }
                guard try await Socket.connect(port: statistics.port) != nil else { return false }
                let rows = try await side.rows()
                return rows["be/s2"]?["status"] == "DOWN" && rows["be/s1"]?["check_status"] == "L4OK"
            }
            return side
        }
        theirs = try await start("/usr/sbin/haproxy")
        let link = try TemporaryDirectory()
        let program = "\(link.path)/haproxy"
        try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: Supervisor.binary())
        ours = try await start(program)
    }

    /// Ends both.
    func stop() async throws {
        try await ours.process.stop()
        try await theirs.process.stop()
    }

    private static func text(
        _ sessions: HeldPort, _ statistics: HeldPort, _ socketPath: String, _ server: HeldPort, _ dead: HeldPort,
        _ lines: [String]
    ) -> String {
        """
        global
            stats socket \(socketPath) level admin
            nbthread 1
            maxconn 1000
        defaults
            maxconn 100
            timeout connect 1s
            timeout client 20s
            timeout server 20s
        frontend fe
            bind \(sessions.address)
            option socket-stats
            default_backend be
        backend be
            balance roundrobin
            server s1 \(server.address) check inter 200ms
            server s2 \(dead.address) check inter 200ms weight 5 maxconn 10 maxqueue 4
            server s3 \(server.address) backup
        listen st
            mode http
            bind \(statistics.address)
            http-request use-service prometheus-exporter if { path /metrics }
            stats enable
            stats uri /stats
        \(lines.map { "    \($0)\n" }.joined())
        """
    }
}
