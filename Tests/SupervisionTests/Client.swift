import Configuration
import EventLoop
import Foundation
import Glibc
import Logging
import Synchronization

/// A client's connection for tests, blocking, closed with the value.
final class Client: Sendable {
    let descriptor: Int32
    /// Its own port; 0 for a Unix socket.
    let port: UInt16

    /// Connects.
    init(connectedTo bind: BindAddress) throws {
        let address = try Example.address(bind)
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        guard address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
            let failure = SystemError("connect", "\(bind)")
            close(descriptor)
            throw failure
        }
        if case .ip(let endpoint)? = Socket.localAddress(descriptor) { port = endpoint.port } else { port = 0 }
    }

    deinit { close(descriptor) }

    /// Sends a few bytes and gives what came back within five seconds.
    func echo(_ text: String) throws -> String {
        limitWaiting()
        guard send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count else {
            throw SystemError("send", "client")
        }
        var answer: [UInt8] = []
        while answer.count < text.utf8.count {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            guard count > 0 else { throw SystemError("recv", "client") }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// Whether the peer ends the connection within five seconds.
    func isEnded() -> Bool {
        limitWaiting()
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    private func limitWaiting() {
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
}

/// What was logged.
final class LogLines: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.kept.withLock { $0.append("\(event.message)") }
        }
    }
}
