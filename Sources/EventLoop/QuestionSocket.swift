import CLinux
import Glibc

/// A connected UDP socket to a name server, which never makes its owner wait.
///
/// One thread uses it.
public final class QuestionSocket {
    /// The descriptor, for the poller.
    public let descriptor: Int32
    private var buffer: [UInt8]

    /// Makes a socket.
    ///
    /// - Parameters:
    ///   - address: the name server.
    ///   - payload: the largest answer that is taken, in bytes.
    /// - Throws: `SystemError` when there is no descriptor or no way to the server.
    public init(to address: SocketAddress, payload: Int) throws(SystemError) {
        let fresh = supervise_datagram_socket(address.family)
        guard fresh >= 0 else { throw SystemError("socket", address.description) }
        guard address.withSockaddr({ Glibc.connect(fresh, $0, $1) }) == 0 else {
            let code = errno
            close(fresh)
            throw SystemError("connect", address.description, code: code)
        }
        descriptor = fresh
        buffer = [UInt8](repeating: 0, count: payload)
    }

    deinit { close(descriptor) }

    /// Sends a message, or loses it: who asks asks again.
    ///
    /// - Parameter message: the bytes.
    /// - Returns: whether the kernel took it.
    @discardableResult
    public func send(_ message: [UInt8]) -> Bool {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        if Glibc.send(descriptor, message, message.count, flags) >= 0 { return true }
        // A port that refused an earlier datagram: the error is about that one, so this one gets its own try.
        return errno == ECONNREFUSED && Glibc.send(descriptor, message, message.count, flags) >= 0
    }

    /// Takes the next datagram.
    ///
    /// - Returns: its bytes; `nil` when there is none. An error of an earlier datagram counts as an empty one.
    public func receive() -> [UInt8]? {
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count >= 0 { return Array(buffer[..<count]) }
        return errno == EAGAIN || errno == EWOULDBLOCK ? nil : []
    }
}
