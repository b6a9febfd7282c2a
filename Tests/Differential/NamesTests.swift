import Foundation
import Peers
import Testing

/// The same names, the same answers: the servers' addresses and the log, beside HAProxy's.
@Suite("names beside HAProxy", .timeLimit(.minutes(2)))
struct NamesTests {
    /// What the name servers say, one after the other.
    struct Story: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The lines of the proxy.
        var lines: [String]
        /// The lines of the section.
        var section: [String] = []
        /// What is said, and in what line it shows that it has been heard.
        var chapters: [(zone: [String: NameServer.Entry], until: String)]
    }

    private static let stories: [Story] = [
        Story(
            testDescription: "an address comes, changes, goes and comes again",
            lines: ["server one app.test:1 resolvers dns init-addr none"],
            chapters: [
                (["app.test": .init("127.0.0.8")], "READY thanks"),
                (["app.test": .init("127.0.0.9")], "from 127.0.0.8 to 127.0.0.9"),
                ([:], "DNS NX status"), (["app.test": .init("127.0.0.9")], "READY thanks"),
                (["app.test": .code(5)], "DNS refused status"), (["app.test": .init("127.0.0.9")], "READY thanks"),
                (["app.test": .silent], "DNS timeout status"), (["app.test": .init("127.0.0.9")], "READY thanks"),
                (["app.test": .code(2)], "unspecified DNS error"),
            ]),
        Story(
            testDescription: "a backup, a drained one and others that stay",
            lines: [
                "server one app.test:1 resolvers dns init-addr none",
                "server two two.test:1 backup resolvers dns init-addr none", "server three 127.0.0.7:1 weight 0",
            ],
            chapters: [
                (["app.test": .init("127.0.0.8"), "two.test": .init("127.0.0.8")], "front/two administratively READY"),
                (["two.test": .init("127.0.0.8")], "DNS NX status"), ([:], "no server available"),
            ]),
        Story(
            testDescription: "a template takes what there is",
            lines: ["server-template s 3 app.test:1 resolvers dns init-addr none resolve-prefer ipv4"],
            chapters: [
                (["app.test": .init("127.0.0.8")], "READY thanks"),
                (["app.test": .init("127.0.0.9")], "changed its IP"),
                (["app.test": .init()], "no server available"),
            ]),
        Story(
            testDescription: "the places of a service",
            lines: ["server-template s 2 _app._tcp.test resolvers dns"],
            chapters: [
                (
                    ["_app._tcp.test": .init(services: [(300, 7, "a.test")]), "a.test": .init("127.0.0.8")],
                    "READY thanks"
                ),
                (
                    ["_app._tcp.test": .init(services: [(0, 7, "a.test")]), "a.test": .init("127.0.0.9")],
                    "to 127.0.0.9"
                ),
                (
                    ["_app._tcp.test": .init(services: [(9, 8, "b.test")]), "b.test": .init("127.0.0.3")],
                    "entry removed from SRV record"
                ),
            ]),
        Story(
            testDescription: "preferred kinds and networks",
            lines: [
                "server one app.test:1 resolvers dns init-addr none resolve-prefer ipv6",
                "server two two.test:1 resolvers dns init-addr none resolve-prefer ipv4 resolve-net 127.0.1.0/24",
            ],
            chapters: [
                (["app.test": both, "two.test": .init("127.0.0.8", "127.0.1.8", "127.0.2.8")], "front/two administ")
            ]),
    ]

    private static var both: NameServer.Entry {
        var entry = NameServer.Entry("127.0.0.8")
        entry.ipv6 = ["::1"]
        return entry
    }

    @Test("names are followed as HAProxy follows them", arguments: stories)
    func story(_ story: Story) async throws {
        guard try HAProxy.isInstalled() else { return }
        async let theirs = onThread { try playOnHAProxy(story) }
        let ours = try await playHere(story)
        let (expected, found) = (try await theirs, ours)
        #expect(found.lines == expected.lines)
        #expect(found.servers == expected.servers)
    }

    /// What is left of a run.
    private struct Outcome {
        /// The log, in order.
        var lines: [String]
        /// Each server's address, nothing without one.
        var servers: [String]
    }

    private func text(_ story: Story, port: String, log: LogCollector, names: NameServer, socket: String?) -> String {
        var text = "global\n    log 127.0.0.1:\(log.port) local0\n"
        if let socket { text += "    nbthread 1\n    stats socket \(socket) level admin\n" }
        text += "resolvers dns\n    nameserver ns1 127.0.0.1:\(names.port)\n    timeout resolve 100ms\n"
        text += "    timeout retry 50ms\n    resolve_retries 2\n"
        for kind in ["nx", "refused", "timeout", "other", "obsolete"] { text += "    hold \(kind) 200ms\n" }
        text += "listen front\n    mode tcp\n    log global\n    bind 127.0.0.1:\(port)\n"
        for kind in ["connect", "client", "server"] { text += "    timeout \(kind) 5s\n" }
        for line in story.lines { text += "    \(line)\n" }
        return text
    }

    /// Tells the story; each chapter begins when the one before has shown.
    private func play(_ story: Story, names: NameServer, log: LogCollector) throws -> [String] {
        var heard = 0
        for chapter in story.chapters {
            names.set(chapter.zone)
            let deadline = ContinuousClock.now + Peer.patience
            while !log.lines.dropFirst(heard).contains(where: { $0.contains(chapter.until) }) {
                guard ContinuousClock.now < deadline else {
                    throw MissingLine(description: "no line with '\(chapter.until)' came:\n\(log.lines)")
                }
                usleep(2_000)
            }
            // What follows in the same moment belongs to the chapter, too.
            usleep(300_000)
            heard = log.lines.count
        }
        return log.lines.filter { !$0.hasPrefix("Proxy") }
    }

    private func playHere(_ story: Story) async throws -> Outcome {
        let log = try LogCollector()
        let names = try NameServer(story.chapters[0].zone)
        let instance = try InstanceUnderTest(text(story, port: "PORT", log: log, names: names, socket: nil))
        let lines = try await onThread { try play(story, names: names, log: log) }
        let servers = try await instance.snapshot().proxies.flatMap(\.servers).map {
            $0.isUnresolved ? "\($0.name) \($0.weight)" : "\($0.name) \($0.weight) \($0.address)"
        }
        await instance.stop()
        return Outcome(lines: lines, servers: servers)
    }

    private func playOnHAProxy(_ story: Story) throws -> Outcome {
        let log = try LogCollector()
        let names = try NameServer(story.chapters[0].zone)
        let haproxy = try HAProxy { port, socket in
            text(story, port: "\(port)", log: log, names: names, socket: socket)
        }
        defer { haproxy.stop() }
        let lines = try play(story, names: names, log: log)
        let rows = try haproxy.ask("show stat").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = rows.first ?? []
        guard let name = header.firstIndex(of: "svname"), let weight = header.firstIndex(of: "weight"),
            let address = header.firstIndex(of: "addr")
        else { throw MissingLine(description: "no statistics") }
        let servers = rows.dropFirst().filter { !["FRONTEND", "BACKEND"].contains($0[name]) }.map { row in
            row[address].isEmpty ? "\(row[name]) \(row[weight])" : "\(row[name]) \(row[weight]) \(row[address])"
        }
        return Outcome(lines: lines, servers: servers)
    }
}
