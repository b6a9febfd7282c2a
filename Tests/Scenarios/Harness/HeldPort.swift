import Glibc

/// A port of the kernel's choosing that nobody else gets while it is held.
///
/// Holds a socket that is bound and never listens: the kernel gives its port to nobody who asks for any port, and a
/// program under test can bind it with SO_REUSEADDR and listen. While nobody listens, connections are refused.
final class HeldPort: Sendable {
    let host: String
    let port: Int
    private let socket: Socket

    init(host: String = "127.0.0.1") throws {
        self.host = host
        socket = try Socket()
        try socket.setOption(SO_REUSEADDR, 1)
        try socket.bind(host: host, port: 0)
        port = try socket.localPort()
    }

    /// As configuration files write it.
    var address: String { "\(host):\(port)" }
}
