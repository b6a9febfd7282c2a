import Synchronization

/// Catches the datagrams of a log.
final class SyslogCatcher: Sendable {
    let port: Int
    private let socket: Socket
    private let caught = Mutex<[String]>([])

    init() throws {
        socket = try Socket(isDatagram: true)
        try socket.bind(host: "127.0.0.1", port: 0)
        port = try socket.localPort()
    }

    /// All lines so far, oldest first.
    func lines() throws -> [String] {
        while case .bytes(let bytes) = try socket.tryRead() {
            caught.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        return caught.withLock { $0 }
    }

    /// The lines since this was last asked; they are forgotten then.
    func takeLines() throws -> [String] {
        let all = try lines()
        caught.withLock { $0.removeAll() }
        return all
    }

    /// Waits for a line.
    func line(_ what: String, within limit: Duration = .seconds(20), where matches: (String) -> Bool) async throws
        -> String
    {
        try await eventually("a log line: \(what)", within: limit) { try lines().first(where: matches) }
    }
}
