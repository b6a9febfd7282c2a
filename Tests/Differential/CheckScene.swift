import Foundation
import Model
import Peers
import Testing

/// Backends whose servers are checked on both sides at once, by the same file: what the checks find is compared.
///
/// The servers treat every connection the same way, so that both sides can have them together.
struct CheckScene: Sendable {
    /// A backend: its lines, and the names of the servers that it checks.
    struct Group: Sendable {
        var name: String
        var lines: [String]
        var servers: [String]
    }

    /// The servers by name.
    private let servers: [String: FakeServer]
    /// A port where nobody listens, under the name `refuse`.
    private let nobody: PeerListener
    private var groups: [Group] = []

    /// Starts the servers.
    ///
    /// - Parameter behaviours: what each does with a connection.
    /// - Throws: `PeerError` when there is no port.
    init(_ behaviours: [String: FakeServer.Behaviour]) throws {
        var servers: [String: FakeServer] = [:]
        for (name, behaviour) in behaviours { servers[name] = try FakeServer(behaviour) }
        self.servers = servers
        nobody = try PeerListener(listens: false)
    }

    /// Adds a backend.
    ///
    /// - Parameters:
    ///   - lines: its lines; `PORT_OF_x`, before a space or in parentheses, is the port of server x.
    ///   - servers: the servers that it checks.
    mutating func add(_ lines: [String], _ servers: String...) { add(lines, servers) }

    /// Adds a backend.
    ///
    /// - Parameters:
    ///   - lines: its lines; `PORT_OF_x`, before a space or in parentheses, is the port of server x.
    ///   - servers: the servers that it checks.
    mutating func add(_ lines: [String], _ servers: [String]) {
        groups.append(Group(name: "b\(groups.count)", lines: lines, servers: servers))
    }

    private func port(of server: String) -> UInt16 { servers[server]?.port ?? nobody.port }

    private func text(port: String, logPort: UInt16, socket: String?) -> String {
        var text = "global\n    log 127.0.0.1:\(logPort) local0\n    node here\n    max-spread-checks 1s\n"
        if let socket { text += "    nbthread 1\n    stats socket \(socket) level admin\n" }
        text += "defaults\n    log global\n    mode tcp\n    option log-health-checks\n    timeout connect 2s\n"
        text += "    timeout client 9s\n    timeout server 9s\n    timeout check 500ms\n"
        text += "    default-server check inter 60s fall 1 rise 1\n"
        text += "listen front\n    bind 127.0.0.1:\(port)\n"
        for group in groups {
            text += "backend \(group.name)\n"
            for line in group.lines { text += "    \(line)\n" }
            for server in group.servers { text += "    server \(server) 127.0.0.1:\(self.port(of: server))\n" }
        }
        for name in Array(servers.keys) + ["refuse"] {
            text.replace("PORT_OF_\(name) ", with: "\(self.port(of: name)) ")
            text.replace("(PORT_OF_\(name))", with: "(\(self.port(of: name)))")
        }
        return text
    }

    /// What is known of one server's check.
    struct Finding: Equatable, Sendable, CustomStringConvertible {
        var status: String
        var code: String
        var detail: String
        var log: [String]

        var description: String { "\(status) \(code) '\(detail)' \(log)" }
    }

    /// Has both sides check, and compares the first verdicts.
    ///
    /// - Parameter sourceLocation: where the comparison is asked for.
    /// - Throws: what keeps a side from checking.
    func compare(sourceLocation: Testing.SourceLocation = #_sourceLocation) async throws {
        guard try HAProxy.isInstalled() else { return }
        async let theirs = onThread { try playOnHAProxy() }
        async let ours = playHere()
        let (expected, found) = try await (theirs, ours)
        try #require(!expected.isEmpty)
        for group in groups {
            for server in group.servers {
                let name = "\(group.name)/\(server)"
                #expect(
                    found[name] == expected[name], "\(group.lines.joined(separator: " | ")), server \(server)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    private var names: [String] { groups.flatMap { group in group.servers.map { "\(group.name)/\($0)" } } }

    /// Waits until every server has its first line, which is the first thing that is known of it.
    private func awaitLines(_ log: LogCollector) throws -> [String: [String]] {
        let deadline = ContinuousClock.now + Peer.patience
        while true {
            var lines: [String: [String]] = [:]
            for line in log.lines where line.hasPrefix("Health check") {
                guard let name = line.firstMatch(of: /server ([^ ]+)/) else { continue }
                lines[String(name.1), default: []].append(
                    line.replacing(/check duration: \d+ms/, with: "check duration: …"))
            }
            if lines.count == names.count { return lines.mapValues { Array($0.prefix(1)) } }
            guard ContinuousClock.now < deadline else {
                let missing = names.filter { lines[$0] == nil }
                throw MissingLine(description: "no line about \(missing.joined(separator: ", "))")
            }
            usleep(5_000)
        }
    }

    private func playHere() async throws -> [String: Finding] {
        let log = try LogCollector()
        let instance = try InstanceUnderTest(text(port: "PORT", logPort: log.port, socket: nil))
        do {
            let lines = try await onThread { try awaitLines(log) }
            var findings: [String: Finding] = [:]
            for proxy in try await instance.snapshot().proxies {
                for server in proxy.servers {
                    guard let check = server.lastCheck else { continue }
                    let name = "\(proxy.name)/\(server.name)"
                    findings[name] = Finding(
                        status: check.status.rawValue, code: check.code.map { "\($0)" } ?? "",
                        // The reader of the other side's table takes no account of quotes within quotes.
                        detail: Self.withoutOldError(check.detail.replacing("\"", with: "")),
                        log: (lines[name] ?? []).map(Self.withoutOldError))
                }
            }
            await instance.stop()
            return findings
        } catch {
            await instance.stop()
            throw SideError(side: "here", error: error, log: log.lines, notes: [])
        }
    }

    private func playOnHAProxy() throws -> [String: Finding] {
        let log = try LogCollector()
        let haproxy = try HAProxy { port, socket in text(port: "\(port)", logPort: log.port, socket: socket) }
        defer { haproxy.stop() }
        let lines = try awaitLines(log)
        var findings: [String: Finding] = [:]
        let table = try haproxy.ask("show stat").split(separator: "\n").map(Statistics.values)
        let columns = Dictionary(
            uniqueKeysWithValues: zip(table[0].map { String($0.drop { "# ".contains($0) }) }, 0...))
        for row in table.dropFirst() {
            let value = { (column: String) in columns[column].map { row[$0] } ?? "" }
            findings["\(row[0])/\(row[1])"] = Finding(
                status: value("check_status").replacing("* ", with: ""), code: value("check_code"),
                detail: Self.withoutOldError(value("last_chk")),
                log: (lines["\(row[0])/\(row[1])"] ?? []).map(Self.withoutOldError))
        }
        return findings
    }

    /// A refusal without the error that HAProxy adds to it: whatever system call failed last in its process, if any did.
    private static func withoutOldError(_ text: String) -> String {
        text.replacing(#/(SOCKS4 Proxy deny the request|SSL handshake failure) \([^)]*\)/#) { "\($0.1)" }
    }
}
