import Foundation
import Synchronization

/// A web server that takes alerts: each connection brings one, and is closed after the answer.
final class WebhookReceiver: Sendable {
    private struct State {
        var isInTrouble = false
        var attempts = 0
        var accepted: [[String: String]] = []
    }

    let server: FakeServer
    // Shared with the tasks of connections; owner: the mutex.
    private let state: SharedState

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    init() throws {
        let state = SharedState()
        self.state = state
        server = try FakeServer { client in
            var bytes: [UInt8] = []
            while Self.body(of: bytes) == nil {
                guard case .bytes(let more) = try await client.read() else { return }
                bytes += more
            }
            let body = Self.body(of: bytes) ?? []
            let isInTrouble = state.value.withLock { state in
                state.attempts += 1
                if !state.isInTrouble { state.accepted.append(Self.texts(body)) }
                return state.isInTrouble
            }
            let status = isInTrouble ? "503 Service Unavailable" : "204 No Content"
            try await client.write(
                Array("HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
            client.finishWriting()
        }
    }

    var url: String { "http://\(server.address.address)/hook" }
    var attempts: Int { state.value.withLock { $0.attempts } }
    /// The texts among the fields of each message that was accepted.
    var accepted: [[String: String]] { state.value.withLock { $0.accepted } }

    /// Answers with 503 from now on, or no longer.
    func beInTrouble(_ isInTrouble: Bool) { state.value.withLock { $0.isInTrouble = isInTrouble } }

    /// What follows the head, once all of it is there.
    private static func body(of bytes: [UInt8]) -> [UInt8]? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"),
            let field = text.firstMatch(of: /content-length: (\d+)/.ignoresCase()), let length = Int(field.1)
        else { return nil }
        let body = Array(text[end.upperBound...].utf8)
        return body.count >= length ? body : nil
    }

    private static func texts(_ body: [UInt8]) -> [String: String] {
        // What is no JSON has no texts, and the scenario fails for lack of them.
        let object = try? JSONSerialization.jsonObject(with: Data(body))
        return (object as? [String: Any])?.compactMapValues { $0 as? String } ?? [:]
    }
}
