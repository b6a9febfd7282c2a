import Glibc
import Synchronization

/// A port of a test, which keeps it while nobody listens there.
///
/// The port is held by a bound socket that never listens, so that no other process gets it while a server is away, and a
/// connection attempt is refused meanwhile. Connections are accepted by whoever calls `accept`.
public final class PeerListener: Sendable {
    /// Where it is.
    public let host: String
    /// The port that the kernel chose.
    public let port: UInt16

    /// A listening socket, closed when nobody waits on it any more.
    private final class Listener: Sendable {
        let descriptor: Int32

        init(descriptor: Int32) { self.descriptor = descriptor }

        deinit { Glibc.close(descriptor) }
    }

    private let reservation: Int32
    // Owner: the mutex; nil while nobody listens.
    private let listener = Mutex<Listener?>(nil)

    /// Takes a port.
    ///
    /// - Parameters:
    ///   - host: an IPv4 address of this machine.
    ///   - port: the port; 0 lets the kernel choose.
    ///   - listens: whether connections are accepted from the beginning.
    ///   - backlog: how many connections may wait; 0 lets the kernel take one.
    /// - Throws: `PeerError` when there is none.
    public init(
        host: String = "127.0.0.1", port: UInt16 = 0, listens: Bool = true, backlog: Int32 = 512
    ) throws(PeerError) {
        self.host = host
        reservation = try PeerListener.bound(host, port)
        self.port = Loopback.port(of: reservation)
        if listens { try listen(backlog: backlog) }
    }

    deinit {
        stop()
        Glibc.close(reservation)
    }

    /// The address as a configuration writes it.
    public var address: String { "\(host):\(port)" }

    /// Accepts connections from now on.
    ///
    /// - Parameter backlog: how many connections may wait.
    /// - Throws: `PeerError` when the kernel refuses.
    public func listen(backlog: Int32 = 512) throws(PeerError) {
        let fresh = Listener(descriptor: try PeerListener.bound(host, port))
        guard Glibc.listen(fresh.descriptor, backlog) == 0 else { throw PeerError("listen \(address)") }
        listener.withLock { $0 = fresh }
    }

    /// Refuses connections from now on; those that wait are reset, those that were accepted stay.
    public func stop() {
        listener.withLock { current in
            // Ends the listening at once, and wakes who waits for a connection; closing comes with the last of these.
            if let current { shutdown(current.descriptor, Int32(SHUT_RDWR)) }
            current = nil
        }
    }

    /// Waits for a connection.
    ///
    /// - Parameter limit: how long.
    /// - Returns: its end here.
    /// - Throws: `PeerError` when none came.
    public func accept(within limit: Duration = Peer.patience) throws(PeerError) -> Peer {
        guard let peer = acceptIfAny(within: limit) else { throw PeerError("nobody came to \(address)", code: 0) }
        return peer
    }

    /// Waits for a connection that may not come.
    ///
    /// - Parameter limit: how long.
    /// - Returns: its end here, `nil` when none came.
    public func acceptIfAny(within limit: Duration) -> Peer? {
        guard let current = listener.withLock({ $0 }) else { return nil }
        let deadline = ContinuousClock.now + limit
        while Loopback.wait(current.descriptor, for: POLLIN, until: deadline) {
            let connection = Loopback.inheritance.withLock { _ in
                let connection = Glibc.accept(current.descriptor, nil, nil)
                if connection >= 0 { _ = fcntl(connection, F_SETFD, FD_CLOEXEC) }
                return connection
            }
            if connection >= 0 {
                Loopback.set(connection, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                return Peer(descriptor: connection)
            }
            // EINVAL: the listening was ended.
            guard errno == EINTR || errno == ECONNABORTED || errno == EAGAIN else { return nil }
        }
        return nil
    }

    /// Fills the queue of connections, so that further ones get no answer at all.
    ///
    /// - Returns: the connections that fill it, to be closed when the queue is to be free again.
    /// - Throws: `PeerError` when there is no socket.
    public func fillBacklog() throws(PeerError) -> [Peer] {
        var fillers: [Peer] = []
        // A queue of length 0 takes one connection; the kernel's limits may allow a second.
        for _ in 0..<4 {
            let descriptor = try Loopback.socket(SOCK_STREAM)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = Loopback.withAddress(host, port) { connect(descriptor, $0, $1) }
            fillers.append(Peer(descriptor: descriptor))
            // The first that is not connected at once never will be: on loopback the handshake needs no waiting.
            guard Loopback.wait(descriptor, for: POLLOUT, until: .now + .milliseconds(50)) else { return fillers }
        }
        throw PeerError("the backlog of \(address) is not full", code: 0)
    }

    private static func bound(_ host: String, _ port: UInt16) throws(PeerError) -> Int32 {
        let descriptor = try Loopback.socket(SOCK_STREAM)
        Loopback.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        Loopback.set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
        guard Loopback.withAddress(host, port, { bind(descriptor, $0, $1) }) == 0 else {
            let failure = PeerError("bind \(host):\(port)")
            Glibc.close(descriptor)
            throw failure
        }
        return descriptor
    }
}
