import Glibc
import TLS

/// A client with TLS in a test: blocking calls with deadlines on one connection.
///
/// Belongs to one thread; the connection closes with it.
public final class SecurePeer {
    private let peer: Peer
    private let stream: TLSStream
    private let connector: TLSConnector

    /// Connects, and shakes hands; whoever answers is trusted.
    ///
    /// - Parameters:
    ///   - port: the port.
    ///   - receiveBuffer: the kernel's receive buffer in bytes, for a reader that is to be slow.
    /// - Throws: `PeerError` when nobody listens there, or the handshake fails.
    public init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        peer = try Peer(port: port, receiveBuffer: receiveBuffer)
        connector = try TLSConnector(TLSSettings(), certificate: nil, verifiedName: nil)
        _ = fcntl(peer.descriptor, F_SETFL, O_NONBLOCK)
        guard let stream = connector.begin(on: peer.descriptor, asking: nil) else {
            throw PeerError("a stream", code: ENOMEM)
        }
        self.stream = stream
        let deadline = ContinuousClock.now + Peer.patience
        while case let step = stream.handshake(), step != .done {
            guard step == .waiting, Loopback.wait(peer.descriptor, for: POLLIN, until: deadline) else {
                throw PeerError("handshake: \(step)", code: 0)
            }
        }
    }

    deinit {
        stream.close()
        peer.close()
    }

    /// Sends all of it.
    ///
    /// - Parameter bytes: what to send.
    /// - Throws: `PeerError` when the connection is broken, or nobody reads.
    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        let deadline = ContinuousClock.now + Peer.patience
        while !rest.isEmpty {
            switch rest.withUnsafeBytes({ stream.write(from: $0) }) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .waitingForBytes, .waitingForRoom:
                guard Loopback.wait(peer.descriptor, for: POLLOUT, until: deadline) else {
                    throw PeerError("nobody reads", code: 0)
                }
            case .end, .failed: throw PeerError("send", code: 0)
            }
        }
    }

    /// Says that no more comes.
    public func finish() {
        stream.end()
        peer.finish()
    }

    /// Reads until so many bytes have come or the other end ends.
    ///
    /// - Parameter most: how many bytes are wanted.
    /// - Returns: what came, and whether it ended in order.
    public func receive(atMost most: Int = .max) -> (bytes: [UInt8], hasEnded: Bool) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let deadline = ContinuousClock.now + Peer.patience
        while bytes.count < most {
            switch buffer.withUnsafeMutableBytes({ stream.read(into: $0) }) {
            case .bytes(let count): bytes += buffer[..<count]
            case .end: return (bytes, true)
            case .failed: return (bytes, false)
            case .waitingForBytes, .waitingForRoom:
                guard Loopback.wait(peer.descriptor, for: POLLIN, until: deadline) else { return (bytes, false) }
            }
        }
        return (bytes, false)
    }
}
