import Glibc

/// One end of a TCP connection in a test: blocking calls with deadlines, on plain system calls.
///
/// Independent of the code under test on purpose. A value that any thread may use; whoever made it closes it.
public struct Peer: Sendable {
    /// How the other end ended.
    public enum Ending: String, Sendable {
        /// In order.
        case fin = "FIN"
        /// Broken.
        case reset = "RST"
        /// Not at all so far.
        case open = "open"
    }

    /// How long calls wait that say nothing else.
    public static let patience = Duration.seconds(20)

    /// The socket.
    public let descriptor: Int32

    /// Takes over a connected socket.
    ///
    /// - Parameter descriptor: the socket.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects.
    ///
    /// - Parameters:
    ///   - port: the port.
    ///   - host: the IPv4 address.
    ///   - source: the IPv4 address to come from.
    ///   - receiveBuffer: the kernel's receive buffer in bytes, for a reader that is to be slow.
    /// - Throws: `PeerError` when nobody listens there.
    public init(
        port: UInt16, host: String = "127.0.0.1", source: String? = nil, receiveBuffer: Int32? = nil
    ) throws(PeerError) {
        descriptor = try Loopback.socket(SOCK_STREAM)
        if let source {
            let descriptor = descriptor
            let result = Loopback.withAddress(source, 0) { bind(descriptor, $0, $1) }
            precondition(result == 0, "a test comes from addresses of this machine")
        }
        if let receiveBuffer { Loopback.set(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        Loopback.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let descriptor = descriptor
        let result = Loopback.withAddress(host, port) { connect(descriptor, $0, $1) }
        guard result == 0 else {
            let failure = PeerError("connect \(host):\(port)")
            Glibc.close(descriptor)
            throw failure
        }
    }

    /// The port at this end.
    public var localPort: UInt16 { Loopback.port(of: descriptor) }

    /// The address and port at the other end, such as `127.0.0.1:5672`.
    public var remoteAddress: String { Loopback.remoteAddress(of: descriptor) }

    /// How many bytes the other end's machine has not acknowledged yet.
    ///
    /// - Source: tcp(7), `SIOCOUTQ`.
    public var unsentBytes: Int {
        var count: Int32 = 0
        let result = ioctl(descriptor, UInt(TIOCOUTQ), &count)
        precondition(result == 0, "a test asks about its own socket")
        return Int(count)
    }

    /// Whether bytes or an end wait to be read.
    public var hasUnreadBytes: Bool { Loopback.wait(descriptor, for: POLLIN, until: .now) }

    /// Sends all of it.
    ///
    /// - Parameter text: what to send.
    /// - Throws: `PeerError` when the connection is broken.
    public func send(_ text: String) throws(PeerError) { try send(Array(text.utf8)) }

    /// Sends all of it.
    ///
    /// - Parameter bytes: what to send.
    /// - Throws: `PeerError` when the connection is broken.
    public func send(_ bytes: [UInt8]) throws(PeerError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { rest in
                Glibc.send(descriptor, rest.baseAddress.map { $0 + sent }, rest.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count >= 0 else { throw PeerError("send") }
            sent += count
        }
    }

    /// Sends what the kernel takes without waiting.
    ///
    /// - Parameter bytes: what to send.
    /// - Returns: how many bytes it took, 0 when there is no room now.
    /// - Throws: `PeerError` when the connection is broken.
    public func sendSome(_ bytes: [UInt8]) throws(PeerError) -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count >= 0 { return count }
        guard errno == EAGAIN else { throw PeerError("send") }
        return 0
    }

    /// Waits for exactly so many bytes.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - limit: how long to wait for them.
    /// - Returns: the bytes.
    /// - Throws: `PeerError` when the connection or the time ends before.
    public func receive(_ count: Int, within limit: Duration = Peer.patience) throws(PeerError) -> [UInt8] {
        let (bytes, ending) = receive(atMost: count, within: limit)
        guard bytes.count == count else {
            throw PeerError("got \(bytes.count) of \(count) bytes, then \(ending.rawValue)", code: 0)
        }
        return bytes
    }

    /// Waits for exactly the bytes of a text.
    ///
    /// - Parameter text: what is expected.
    /// - Throws: `PeerError` when something else comes.
    public func expect(_ text: String) throws(PeerError) {
        let bytes = try receive(text.utf8.count)
        guard bytes == Array(text.utf8) else {
            throw PeerError("got '\(String(decoding: bytes, as: UTF8.self))' instead of '\(text)'", code: 0)
        }
    }

    /// Reads until the other end ends.
    ///
    /// - Parameter limit: how long to wait.
    /// - Returns: what came, and how it ended.
    public func readToEnd(within limit: Duration = Peer.patience) -> (bytes: [UInt8], ending: Ending) {
        receive(atMost: .max, within: limit)
    }

    /// Reads until so many bytes have come or the other end ends.
    ///
    /// - Parameters:
    ///   - most: how many bytes are wanted.
    ///   - limit: how long to wait.
    /// - Returns: what came, and how it ended.
    public func receive(atMost most: Int, within limit: Duration) -> (bytes: [UInt8], ending: Ending) {
        let deadline = ContinuousClock.now + limit
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < most {
            guard Loopback.wait(descriptor, for: POLLIN, until: deadline) else { return (bytes, .open) }
            let wanted = min(chunk.count, most - bytes.count)
            let count = recv(descriptor, &chunk, wanted, Int32(MSG_DONTWAIT))
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if count == 0 {
                return (bytes, .fin)
            } else if errno != EAGAIN && errno != EINTR {
                return (bytes, .reset)
            }
        }
        return (bytes, .open)
    }

    /// Says that no more will come.
    public func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes in order.
    public func close() { Glibc.close(descriptor) }

    /// Breaks the connection.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        Glibc.close(descriptor)
    }
}
