import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Monitoring

/// A web server on loopback that takes messages as it is told to.
final class AlertReceiver: Sendable {
    /// What it does with one message.
    enum Reply: Sendable {
        case status(Int)
        case hang
    }

    /// A message that came.
    struct Arrival: Sendable {
        let body: String
        let id: String?
        let attempt: String?
        let signature: String?
        /// Whether it was answered with 200.
        let isAccepted: Bool
    }

    private struct State {
        var replies: [Reply]
        var arrivals: [Arrival] = []
    }

    // Owner: the mutex; written by the server's tasks, read by the test.
    private let state: Mutex<State>

    /// Makes a receiver that accepts everything after its first replies.
    init(_ replies: [Reply] = []) {
        state = Mutex(State(replies: replies))
    }

    var arrivals: [Arrival] { state.withLock { $0.arrivals } }
    var accepted: [Arrival] { arrivals.filter(\.isAccepted) }

    private func take(_ request: Request) async throws -> Response {
        let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
        func header(_ name: String) -> String? {
            request.headers.first { $0.name.canonicalName == name }?.value
        }
        let reply = state.withLock { state in
            let reply = state.replies.isEmpty ? .status(200) : state.replies.removeFirst()
            let isAccepted = if case .status(200) = reply { true } else { false }
            state.arrivals.append(
                Arrival(
                    body: body, id: header("supervise-id"), attempt: header("supervise-attempt"),
                    signature: header("supervise-signature"), isAccepted: isAccepted))
            return reply
        }
        switch reply {
        case .status(let code): return Response(status: .init(code: code))
        case .hang:
            // Ended with the server, long after whoever asked has gone.
            try await Task.sleep(for: .seconds(60))
            return Response(status: .ok)
        }
    }

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - port: where; 0 is any.
    ///   - body: gets the port.
    /// - Throws: what `body` throws.
    func serving(port: Int = 0, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let router = Router()
        router.post("/hook") { request, _ in try await self.take(request) }
        let (listening, announce) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: router.buildResponder(),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await application.run()
            }
            var port: Int?
            for await announced in listening.prefix(1) { port = announced }
            try await body(try #require(port, "the receiver did not begin to listen"))
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                // Cancelling is how the server is ended.
            }
        }
    }
}
