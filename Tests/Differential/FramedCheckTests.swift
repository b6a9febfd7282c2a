import Foundation
import Peers
import Testing

/// Checks of agents of HAProxy's stream processing, and of anything at all.
@Suite("checks of framed answers, beside HAProxy", .serialized)
struct FramedCheckTests {
    /// A server that waits for a question, and says these bytes.
    private static func says(_ bytes: [UInt8], ends: Bool = false) -> FakeServer.Behaviour {
        .custom { peer in
            guard !peer.receive(atMost: 1, within: Peer.patience).bytes.isEmpty else { return }
            // The rest of the question, which comes in one piece: nothing unread makes the end a reset.
            _ = peer.receive(atMost: 4096, within: .milliseconds(30))
            try peer.send(bytes)
            if !ends { _ = peer.readToEnd() }
        }
    }

    private static func frame(_ payload: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(payload.count)] + payload }

    private static func text(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [8, UInt8(value.utf8.count)] + Array(value.utf8)
    }

    private static let length: [UInt8] = [14] + Array("max-frame-size".utf8) + [3, 0xFC, 0xF0, 0x06]

    @Test("an agent's greeting, its goodbye, and what is neither")
    func spop() async throws {
        let head: [UInt8] = [101, 0, 0, 0, 1, 0, 0]
        let hello = head + Self.text("version", "2.0") + Self.length + Self.text("capabilities", "")
        let goodbye = [102] + head.dropFirst() + [11] + Array("status-code".utf8) + [3, 2]
        var scene = try CheckScene([
            "ok": Self.says(Self.frame(hello)), "okends": Self.says(Self.frame(hello), ends: true),
            "old": Self.says(Self.frame(head + Self.text("version", "1.0") + Self.length)),
            "bare": Self.says(Self.frame(head)), "bye": Self.says(Self.frame(goodbye)),
            "odd": Self.says(Self.frame([9] + hello.dropFirst())), "none": Self.says([0, 0, 0, 0]),
            "part": Self.says([0, 0, 1, 44, 1], ends: true), "short": Self.says([0, 0], ends: true),
            "web": Self.says(Array("HTTP/1.0 400 Bad Request\r\n\r\n".utf8), ends: true),
            "silent": .silent, "closes": Self.says([], ends: true),
        ])
        scene.add(
            ["option spop-check"], "ok", "okends", "old", "bare", "bye", "odd", "none", "part", "short", "web",
            "silent", "closes", "refuse")
        try await scene.compare()
    }

    @Test("anything at all will do")
    func custom() async throws {
        var scene = try CheckScene([
            "hello": .greet("hello"), "silent": .silent, "closes": .custom { _ in },
            "answers": Self.says(Array("x".utf8)),
        ])
        scene.add(["option tcp-check", "tcp-check expect custom"], "hello", "silent", "closes", "refuse")
        scene.add(["option tcp-check", "tcp-check expect custom comment why"], "hello", "silent", "closes")
        scene.add(
            ["option tcp-check", "tcp-check send a", "tcp-check expect custom on-success fine ok-status L6OK"],
            "hello", "silent", "answers")
        try await scene.compare()
    }
}
