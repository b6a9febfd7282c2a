import Foundation
import Testing

/// Processes with the same tables and servers, which are each other's peers: Debian's haproxy, and this program.
final class PeerPair {
    /// Who is meant; the names are those among the peers.
    enum Name: String, CaseIterable {
        case haproxy, own, second
    }

    private struct Side {
        let stats: HeldPort
        let port: HeldPort
        let peer: HeldPort
    }

    private let servers: [FakeServer]
    private let sides: [Name: Side]
    private let folder: TemporaryDirectory
    private let threads: Int
    private var processes: [Name: TestProcess] = [:]

    /// Prepares them; none runs yet.
    ///
    /// It is `nil`, with a printed reason, where there is no haproxy.
    ///
    /// - Parameter threads: how many this program has.
    /// - Throws: what keeps a server or a port from being had.
    init?(threads: Int = 1) async throws {
        self.threads = threads
        guard FileManager.default.isExecutableFile(atPath: Self.haproxy) else {
            print("not compared with haproxy: there is no \(Self.haproxy)")
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "haproxy has to be installed where CI=true")
            return nil
        }
        servers = try (0..<3).map { try FakeServer(serve: FakeServer.named("\($0)")) }
        folder = try TemporaryDirectory()
        sides = try Dictionary(
            uniqueKeysWithValues: Name.allCases.map {
                ($0, Side(stats: try HeldPort(), port: try HeldPort(), peer: try HeldPort()))
            })
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/haproxy", withDestinationPath: Supervisor.binary())
    }

    private static let haproxy = "/usr/sbin/haproxy"
    private static let counters =
        "conn_cnt,conn_cur,conn_rate(1h),sess_cnt,sess_rate(1m),bytes_in_cnt,bytes_out_rate(1h),gpc0,gpc0_rate(1h),gpt0"

    private func side(_ name: Name) -> Side {
        guard let side = sides[name] else { preconditionFailure("everybody has a side") }
        return side
    }

    private func text(for name: Name, tag: String = "haproxy") -> String {
        let peers = Name.allCases.map { "    peer \($0.rawValue) \(side($0).peer.address)\n" }.joined()
        let servers = servers.enumerated().map { "    server s\($0) \($1.address.address)\n" }.joined()
        return """
            global
                nbthread \(name == .haproxy ? 1 : threads)
                localpeer \(name.rawValue)
                log-tag \(tag)
                stats socket \(side(name).stats.address) level admin
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            peers shared
            \(peers)    table own type string len 8 size 100 expire 1h store gpc0
            listen l
                bind \(side(name).port.address)
                balance roundrobin
                stick-table type ip size 10k expire 1h store \(Self.counters) peers shared
                tcp-request connection track-sc0 src
                tcp-request connection track-sc1 src table bytes
                stick on src
            \(servers)
            backend texts
                stick-table type string len 16 size 100 expire 1h store gpc0 peers shared
            backend numbers
                stick-table type integer size 100 expire 1h store gpc0 peers shared
            backend sixes
                stick-table type ipv6 size 100 expire 1h store gpc0 peers shared
            backend bytes
                stick-table type binary len 4 size 100 expire 1h store conn_cnt peers shared

            """
    }

    /// Starts one, and waits until it answers.
    func start(_ name: Name) async throws {
        let file = "\(folder.path)/\(name.rawValue).cfg"
        try text(for: name).write(toFile: file, atomically: true, encoding: .utf8)
        let program = name == .haproxy ? Self.haproxy : "\(folder.path)/haproxy"
        let process = try TestProcess(
            [program, "-db", "-f", file], environment: ["SUPERVISE_STATE": ""], keeping: folder)
        processes[name] = process
        try await eventually("\(name) answers; \(process.errorOutput)") {
            if let status = process.exitStatus { throw ScenarioError("ended: \(status): \(process.errorOutput)") }
            return try await Socket.connect(port: side(name).stats.port) != nil
        }
    }

    /// Has a supervisor run this program's side as its instance `main`.
    ///
    /// - Returns: the supervisor, which is up.
    func supervise() async throws -> Supervisor {
        let supervisor = try Supervisor(in: folder)
        try supervisor.configure("main", text(for: .own))
        processes[.own] = try await supervisor.up(listeningOn: [side(.own).port])
        return supervisor
    }

    /// Gives the supervisor's instance a file that takes a new worker.
    func change(_ supervisor: Supervisor, tag: String) throws {
        try supervisor.configure("main", text(for: .own, tag: tag))
    }

    /// Kills one, and waits for its end.
    func kill(_ name: Name) async throws {
        guard let process = processes.removeValue(forKey: name) else { return }
        process.signal(SIGKILL)
        _ = try await process.waitUntilExit()
    }

    /// Ends all.
    func stop() async throws {
        for process in processes.values { try await process.stop() }
    }

    /// Where one listens for peers.
    func peerPort(_ name: Name) -> Int { side(name).peer.port }

    /// Says a command and reads the answer to its end.
    func ask(_ name: Name, _ command: String) async throws -> String {
        guard let socket = try await Socket.connect(port: side(name).stats.port) else {
            throw ScenarioError("no stats socket of \(name)")
        }
        try await socket.write(Array("\(command)\n".utf8))
        socket.finishWriting()
        return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
    }

    /// Waits until two are connected, as both see it.
    func awaitMeeting(_ one: Name = .haproxy, _ other: Name = .own) async throws {
        for (name, peer) in [(one, other), (other, one)] {
            try await eventually("\(name) has \(peer)") {
                try await ask(name, "show peers").split(separator: "\n").contains {
                    $0.contains("id=\(peer.rawValue)(remote,active)") && $0.contains("last_status=ESTA")
                }
            }
        }
    }

    /// Waits until one is done with its clients, and another one has confirmed all that it was told of the first table.
    ///
    /// Whoever hears of a change later than he counts himself forgets what he has counted.
    func awaitSettled(_ name: Name, with peer: Name) async throws {
        var text = ""
        try await eventually("\(peer) knows all that \(name) does; \(text)") {
            guard
                try await !ask(name, "show table l").split(separator: " ").contains(where: {
                    $0.hasPrefix("use=") && $0 != "use=0"
                })
            else { return false }
            text = try await ask(name, "show peers")
            let lines =
                text.components(separatedBy: "id=\(peer.rawValue)(remote").dropFirst().first?.split(separator: "\n")
                ?? []
            guard let place = lines.firstIndex(where: { $0.contains(" id=l update=") }), place > 0 else { return false }
            func number(_ word: String, in line: Substring) -> Substring? {
                line.split(separator: " ").first { $0.hasPrefix(word) }?.dropFirst(word.count)
            }
            return number("update=", in: lines[place - 1]) == number("localupdate=", in: lines[place])
        }
    }

    /// How many entries the first table has.
    func used(of name: Name) async throws -> Int? {
        try await ask(name, "show table").split(separator: "\n").first { $0.contains("table: l,") }
            .flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
    }

    /// An entry's values by name; `nil` where there is none.
    func entry(_ key: String, of table: String = "l", at name: Name) async throws -> [String: String]? {
        let lines = try await ask(name, "show table \(table)").split(separator: "\n")
        guard let line = lines.first(where: { $0.lowercased().contains("key=\(key) ") }) else { return nil }
        let pairs = line.split(separator: " ").compactMap { word -> (String, String)? in
            let parts = word.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }

    /// Waits until an entry has some values.
    func awaitEntry(
        _ key: String, of table: String = "l", at name: Name, _ values: [String: String]
    ) async throws {
        var found: [String: String]?
        try await eventually("\(key) of \(name) has \(values), not \(found ?? [:])") {
            found = try await entry(key, of: table, at: name)
            return values.allSatisfy { found?[$0.key] == $0.value }
        }
    }

    /// Which server gets the next session of a client, which has ended then.
    func server(of name: Name, from client: String = "127.0.0.1") async throws -> String {
        guard let socket = try await Socket.connect(port: side(name).port.port, from: client) else {
            throw ScenarioError("\(name) refuses")
        }
        // A digit, and the end of the line.
        let name = String(decoding: try await socket.read(exactly: 2), as: UTF8.self)
        socket.finishWriting()
        _ = try await socket.readToEnd()
        return String(name.prefix(1))
    }
}
