import Foundation
import Peers
import Synchronization
import Testing

/// A server that asks, by its answers to checks, for no new sessions.
@Suite("checks that pass on a condition, beside HAProxy", .serialized)
struct ConditionalCheckTests {
    /// What the server answers to one check after the other.
    private static let answers = [200, 404, 404, 200, 404, 500, 404, 500, 500, 404, 200, 200, 404, 200]

    @Test("404 stops a server that is up, and nothing else does", arguments: ["", "no "])
    func life(negation: String) async throws {
        guard try HAProxy.isInstalled() else { return }
        async let theirs = onThread { try playOnHAProxy(negation) }
        async let ours = playHere(negation)
        let (expected, found) = try await (theirs, ours)
        #expect(expected.contains { $0.contains("is stopping") })
        #expect(found == expected)
    }

    /// A server that takes its answers in turn, and says 200 from then on.
    private func makeServer() throws -> FakeServer {
        let position = Mutex(0)
        return try FakeServer(
            .custom { peer in
                guard !peer.receive(atMost: 1, within: Peer.patience).bytes.isEmpty else { return }
                // The rest of the question, which comes in one piece.
                _ = peer.receive(atMost: 4096, within: .milliseconds(30))
                let index = position.withLock { position in
                    defer { position += 1 }
                    return position
                }
                let status = index < Self.answers.count ? Self.answers[index] : 200
                try peer.send("HTTP/1.0 \(status) X\r\n\r\n")
            })
    }

    private func text(_ negation: String, port: String, logPort: UInt16, server: UInt16, socket: String?) -> String {
        var text = "global\n    log 127.0.0.1:\(logPort) local0\n"
        if let socket { text += "    nbthread 1\n    stats socket \(socket) level admin\n" }
        text += "defaults\n    log global\n    mode tcp\n    \(negation)option log-health-checks\n"
        text += "    timeout connect 2s\n    timeout client 9s\n    timeout server 9s\n"
        text += "listen front\n    bind 127.0.0.1:\(port)\n    option httpchk\n    http-check disable-on-404\n"
        text += "    server one 127.0.0.1:\(server) check inter 150ms fall 2 rise 2\n"
        return text
    }

    /// The log from the first check to the last answer's.
    private func watch(_ server: FakeServer, _ log: LogCollector) throws -> [String] {
        let deadline = ContinuousClock.now + Peer.patience
        // One check more, so that the last answer's line has come.
        while server.connections < Self.answers.count + 2 {
            guard ContinuousClock.now < deadline else { throw MissingLine(description: "\(server.connections) checks") }
            usleep(5_000)
        }
        return log.lines.filter { !$0.hasSuffix(" started.") }.map {
            $0.replacing(/check duration: \d+ms/, with: "check duration: …")
        }
    }

    private func playHere(_ negation: String) async throws -> [String] {
        let (log, server) = (try LogCollector(), try makeServer())
        let instance = try InstanceUnderTest(
            text(negation, port: "PORT", logPort: log.port, server: server.port, socket: nil))
        do {
            let lines = try await onThread { try watch(server, log) }
            await instance.stop()
            return lines
        } catch {
            await instance.stop()
            throw SideError(side: "here", error: error, log: log.lines, notes: [])
        }
    }

    private func playOnHAProxy(_ negation: String) throws -> [String] {
        let (log, server) = (try LogCollector(), try makeServer())
        let haproxy = try HAProxy { port, socket in
            text(negation, port: "\(port)", logPort: log.port, server: server.port, socket: socket)
        }
        defer { haproxy.stop() }
        return try watch(server, log)
    }
}
