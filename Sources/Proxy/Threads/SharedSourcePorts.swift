import Synchronization

/// The local ports that a server's connections may come from, where several threads make them: each takes one for itself
/// before it tries to connect.
///
/// All members may be called from every thread; the lock is taken twice for a connection from such a range.
final class SharedSourcePorts: Sendable {
    // Owner: the mutex.
    private let ports: Mutex<SourcePorts>

    /// Begins with all of them free.
    ///
    /// - Parameter ports: the ports.
    init(_ ports: ClosedRange<UInt16>) { self.ports = Mutex(SourcePorts(ports)) }

    /// Takes a port.
    ///
    /// - Returns: `nil` when all are in use.
    func take() -> UInt16? { ports.withLock { $0.take() } }

    /// Gives a port back.
    ///
    /// - Parameter port: one that was taken.
    func giveBack(_ port: UInt16) { ports.withLock { $0.giveBack(port) } }
}
