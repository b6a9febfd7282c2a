import Synchronization

/// A server that knows how many clients it has served at once: from a client's first byte to the answer's last one.
final class BusyServer: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    /// The most clients at once.
    var most: Int { counts.withLock { $0.most } }

    /// Answers what comes first, and waits for the end.
    @Sendable func serve(_ client: Socket) async throws {
        let bytes = try await client.read(exactly: 3)
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        // Long enough for others to come, were they let in.
        try await Task.sleep(for: .milliseconds(5))
        counts.withLock { $0.now -= 1 }
        try await client.write(bytes)
        _ = try await client.readToEnd()
    }
}
