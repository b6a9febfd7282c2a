import CLinux
import Glibc

extension Socket {
    /// Whether an address belongs to this machine: whether a socket can be bound to it.
    ///
    /// - Parameter endpoint: the address; the port doesn't matter.
    /// - Returns: false also where no socket could be had to find out.
    public static func isOwnAddress(_ endpoint: IPEndpoint) -> Bool {
        var endpoint = endpoint
        endpoint.port = 0
        let address = SocketAddress.ip(endpoint)
        let descriptor = supervise_datagram_socket(address.family)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        return address.withSockaddr { bind(descriptor, $0, $1) } == 0
    }
}
