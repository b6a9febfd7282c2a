import Configuration
import EventLoop
import Glibc

/// A server for tests that sends back what it gets, a thread for each connection.
final class EchoServer: Sendable {
    let address: BindAddress
    private let listener: Int32

    init() throws {
        let any = try Example.address(.ipv4("127.0.0.1", port: 0))
        let listener = try Socket.listen(on: any, backlog: 4_096)
        guard case .ip(let endpoint)? = Socket.localAddress(listener) else { throw SystemError("getsockname", "echo") }
        self.listener = listener
        address = .ipv4("127.0.0.1", port: endpoint.port)
        _ = fcntl(listener, F_SETFL, 0)
        try LoopThread.start(name: "echo") {
            while true {
                let connection = accept(listener, nil, nil)
                // A check has reset its connection before it was accepted.
                if connection < 0, errno == ECONNABORTED { continue }
                guard connection >= 0 else { break }
                do { try LoopThread.start(name: "echo") { Self.serve(connection) } } catch { close(connection) }
            }
            close(listener)
        }
    }

    /// Ends the accepting thread, which closes the socket; connections end with their clients.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func serve(_ connection: Int32) {
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
            while true {
                let count = recv(connection, buffer.baseAddress, buffer.count, 0)
                guard count > 0, send(connection, buffer.baseAddress, count, Int32(MSG_NOSIGNAL)) == count else {
                    break
                }
            }
        }
        close(connection)
    }
}

/// Runs what blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try LoopThread.start(name: "client") { continuation.resume(with: Swift.Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
