// System calls, which otherwise belong to EventLoop: a stand-in needs a socket that is bound and never listens, which
// swift-nio doesn't offer, and StandIn may not import EventLoop.
import Glibc

/// A TCP port of the kernel's choosing on 127.0.0.1, kept for one owner.
///
/// Holds a socket that is bound and never listens. While nobody listens on the port, the kernel refuses connections to
/// it, and gives it to nobody else: neither as an ephemeral port nor to a bind of another user. The owner's own
/// listening sockets share it through SO_REUSEPORT, as often as they come and go.
///
/// - Source: socket(7), SO_REUSEPORT; tcp(7); `listen` decides which of the sockets get connections.
final class PortReservation: Sendable {
    /// The address, always loopback.
    static let host = "127.0.0.1"

    /// The port.
    let port: Int
    private let descriptor: CInt

    /// Takes a port.
    ///
    /// - Throws: `StandInError.noPort` when the kernel has no socket or no port left.
    init() throws(StandInError) {
        descriptor = try Self.boundSocket(port: 0)
        do throws(StandInError) {
            port = try Self.port(of: descriptor)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Makes a socket on the port, for listening; it belongs to the caller.
    ///
    /// - Throws: `StandInError.noPort` when the kernel has no socket left.
    func makeSocket() throws(StandInError) -> CInt {
        try Self.boundSocket(port: in_port_t(port))
    }

    private static func boundSocket(port: in_port_t) throws(StandInError) -> CInt {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, type, CInt(IPPROTO_TCP))
        guard descriptor >= 0 else { throw .noPort(operation: "socket", errorNumber: errno) }
        var one: CInt = 1
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw failure(of: "setsockopt", closing: descriptor)
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw failure(of: "bind", closing: descriptor) }
        return descriptor
    }

    private static func port(of descriptor: CInt) throws(StandInError) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw .noPort(operation: "getsockname", errorNumber: errno) }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    private static func failure(of operation: String, closing descriptor: CInt) -> StandInError {
        let number = errno
        Glibc.close(descriptor)
        return .noPort(operation: operation, errorNumber: number)
    }
}
