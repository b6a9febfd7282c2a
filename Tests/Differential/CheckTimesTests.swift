import Foundation
import Peers
import Testing

/// When servers are checked.
@Suite("times of checks, beside HAProxy", .serialized)
struct CheckTimesTests {
    /// How long both sides are watched.
    private static let span = Duration.seconds(7)
    /// By how much a busy machine may delay a check: less than half of what the times below lie apart.
    private static let tolerance = Duration.milliseconds(450)

    /// The options of servers that all answer; the first one's first check is the beginning of time.
    private static let staggered = [
        "check inter 3s", "check inter 4s fall 1", "check inter 9s disabled", "check inter 3s fastinter 2s", "no-check",
    ]

    @Test(
        "the first checks are staggered, and the next come an interval after each",
        arguments: ["", "max-spread-checks 1s"])
    func staggered(global: String) async throws {
        guard try HAProxy.isInstalled() else { return }
        async let theirs = playOnHAProxy(global)
        async let ours = playHere(global)
        let (expected, found) = try await (theirs, ours)
        for (index, (expected, found)) in zip(expected, found).enumerated() {
            #expect(agree(expected, found), "server \(index): \(found) beside HAProxy's \(expected)")
        }
        #expect(expected.map(\.isEmpty) == [false, false, true, false, true])
    }

    /// Whether two servers were checked at the same times; the last check of one may just not have come to the other.
    private func agree(_ one: [Duration], _ other: [Duration]) -> Bool {
        abs(one.count - other.count) <= 1
            && zip(one, other).allSatisfy { first, second in
                first - second < Self.tolerance && second - first < Self.tolerance
            }
    }

    private func text(_ global: String, _ port: String, _ servers: [PathListener], socket: String?) -> String {
        var text = "global\n    maxconn 100\n    \(global)\n"
        if let socket { text += "    stats socket \(socket)\n" }
        text += "defaults\n    mode tcp\n    timeout connect 5s\n    timeout client 5s\n    timeout server 5s\n"
        text += "listen front\n    bind 127.0.0.1:\(port)\n"
        for (index, server) in servers.enumerated() {
            text += "    server s\(index) \(server.path) \(Self.staggered[index])\n"
        }
        return text
    }

    private func playHere(_ global: String) async throws -> [[Duration]] {
        let servers = try Self.staggered.map { _ in try PathListener() }
        let instance = try InstanceUnderTest(text(global, "PORT", servers, socket: nil))
        let times = try await onThread { try watch(servers) }
        await instance.stop()
        return times
    }

    private func playOnHAProxy(_ global: String) async throws -> [[Duration]] {
        let servers = try Self.staggered.map { _ in try PathListener() }
        return try await onThread {
            let haproxy = try HAProxy { port, socket in text(global, "\(port)", servers, socket: socket) }
            defer { haproxy.stop() }
            return try watch(servers)
        }
    }

    /// When each server was checked, counted from the first check of all.
    private func watch(_ servers: [PathListener]) throws -> [[Duration]] {
        let deadline = ContinuousClock.now + Peer.patience
        while servers[0].arrivals.isEmpty {
            guard ContinuousClock.now < deadline else { throw MissingLine(description: "nobody checks") }
            usleep(2_000)
        }
        guard let begin = servers[0].arrivals.first else { return [] }
        // A span of time is what is watched here; it does not wait for anything.
        usleep(useconds_t(Self.span / .microseconds(1)))
        return servers.map { $0.arrivals.filter { $0 - begin < Self.span }.map { $0 - begin } }
    }
}
