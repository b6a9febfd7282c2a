import Certificates
import Foundation
import Peers
import Testing

/// Sessions with TLS on one side or on both, with real connections.
@Suite("sessions with TLS", .enabled(if: CertificateFolder.isAvailable))
struct SecureSessionsTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.make("test.example", hosts: ["test.example"])
    }

    private func text(bind: String = "", server: String, options: String = "", client: String = "20s") -> String {
        """
        defaults
            mode tcp
            timeout connect 5s
            timeout client \(client)
            timeout server 20s
        listen test
            bind 127.0.0.1:PORT \(bind)
            server s0 \(server) \(options)

        """
    }

    private var ssl: String { "ssl crt \(folder.path("test.example.pem"))" }

    /// Bytes that tell their place.
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    }

    @Test("bulk passes both ways to the byte, with TLS on both sides at once")
    func bulk() async throws {
        let echo = try FakeServer(.echo)
        let ssl = ssl
        try await withInstance(text(bind: ssl, server: echo.address)) { inner in
            let outer = text(bind: ssl, server: "127.0.0.1:\(inner.port)", options: "ssl verify none")
            try await withInstance(outer) { outer in
                let sent = Self.pattern(8 << 20)
                let port = outer.port
                let (received, hasEnded) = try await onThread {
                    let client = try SecurePeer(port: port)
                    // In pieces that the echo's answer leaves room for.
                    var received: [UInt8] = []
                    for start in stride(from: 0, to: sent.count, by: 256 << 10) {
                        let piece = Array(sent[start..<start + 256 << 10])
                        try client.send(piece)
                        received += client.receive(atMost: piece.count).bytes
                    }
                    client.finish()
                    let (rest, hasEnded) = client.receive()
                    return (received + rest, hasEnded)
                }
                #expect(received == sent)
                #expect(hasEnded)
                #expect(try await eventually { try await outer.frontend().currentSessions == 0 })
                let counters = try await outer.server("s0").counters
                #expect(counters.bytesIn == sent.count && counters.bytesOut == sent.count)
            }
        }
    }

    @Test("a client that has ended still gets what its server has to say")
    func halfClose() async throws {
        let server = try PeerListener()
        try await withInstance(text(bind: ssl, server: server.address)) { instance in
            let port = instance.port
            try await onThread {
                let client = try SecurePeer(port: port)
                try client.send(Array("question".utf8))
                let far = try server.accept()
                try far.expect("question")
                client.finish()
                #expect(far.readToEnd().ending == .fin)
                try far.send("late answer")
                #expect(client.receive(atMost: 11).bytes == Array("late answer".utf8))
                far.close()
                #expect(client.receive().hasEnded)
            }
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
        }
    }

    @Test("a slow reader gets everything, and its server is not read meanwhile")
    func slowReader() async throws {
        let server = try PeerListener()
        try await withInstance(text(bind: ssl, server: server.address)) { instance in
            let port = instance.port
            let sent = Self.pattern(16 << 20)
            try await onThread {
                let client = try SecurePeer(port: port, receiveBuffer: 4_096)
                let far = try server.accept()
                var given = 0
                // Until nobody takes more for a while: what is in between is bounded.
                var quiet = ContinuousClock.now
                while given < sent.count, ContinuousClock.now - quiet < .milliseconds(300) {
                    let count = try far.sendSome(Array(sent[given..<min(given + 65_536, sent.count)]))
                    given += count
                    if count > 0 { quiet = .now } else { usleep(2_000) }
                }
                #expect(given < sent.count)
                let rest = Array(sent[given...])
                Thread.detachNewThread {
                    // A failure shows in what the client gets.
                    try? far.send(rest)
                    far.close()
                }
                let (received, hasEnded) = client.receive()
                #expect(received == sent)
                #expect(hasEnded)
            }
        }
    }

    @Test("clients that stop halfway through their handshake hold a place and no more, and leave in time")
    func halfHandshakes() async throws {
        let echo = try FakeServer(.echo)
        try await withInstance(text(bind: ssl, server: echo.address, client: "2s")) { instance in
            let port = instance.port
            try await onThread {
                let half: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]
                var crowd: [Peer] = []
                for _ in 0..<200 {
                    let client = try Peer(port: port)
                    try client.send(half)
                    crowd.append(client)
                }
                let client = try SecurePeer(port: port)
                try client.send([1, 2, 3])
                #expect(client.receive(atMost: 3).bytes == [1, 2, 3])
                for peer in crowd {
                    #expect(peer.readToEnd().ending == .fin)
                    peer.close()
                }
            }
            #expect(echo.connections == 1)
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            #expect(try await instance.frontend().totalSessions == 1)
        }
    }

    @Test("a session goes on with its certificate while its instance is stopped with grace")
    func grace() async throws {
        let echo = try FakeServer(.echo)
        let instance = try InstanceUnderTest(text(bind: ssl, server: echo.address))
        let port = instance.port
        let client = try await onThread { UncheckedPeer(try SecurePeer(port: port)) }
        async let stop: Void = instance.worker.stop(grace: .seconds(20), isFinal: true, actor: nil, reason: nil)
        try await onThread {
            try client.peer.send([7])
            #expect(client.peer.receive(atMost: 1).bytes == [7])
            client.peer.finish()
            #expect(client.peer.receive().hasEnded)
        }
        await stop
    }
}

/// A peer on its way from one thread to another.
///
/// - Note: `@unchecked Sendable`: the test awaits each thread's end before the next one begins.
private final class UncheckedPeer: @unchecked Sendable {
    let peer: SecurePeer

    init(_ peer: SecurePeer) { self.peer = peer }
}
