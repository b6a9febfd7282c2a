import Synchronization

/// What comes in on a connection, counted before anybody takes it: so a command that waits for news learns that the client
/// has said something else, or has left.
final class InboundTraffic: Sendable {
    // Written by the connection's event loop, read by whoever carries out its commands.
    private let readCount = Atomic<Int>(0)
    private let hasEnded = Atomic<Bool>(false)

    /// How many pieces have come in.
    var reads: Int { readCount.load(ordering: .relaxed) }

    /// Notes that a piece has come in.
    func noteRead() { _ = readCount.wrappingAdd(1, ordering: .relaxed) }

    /// Notes that nothing more will come.
    func noteEnd() { hasEnded.store(true, ordering: .relaxed) }

    /// Whether more has come in than was taken, or nothing more will come.
    ///
    /// - Parameter taken: how many pieces were taken.
    /// - Returns: whether that is so.
    func isOver(after taken: Int) -> Bool { reads > taken || hasEnded.load(ordering: .relaxed) }
}
