import EventLoop

extension LogPeer {
    /// An end of a connection that was not accepted by this program's own event loop, as log lines name it.
    ///
    /// - Parameters:
    ///   - host: its IPv4 or IPv6 address in textual form; `nil` for a Unix socket, and for a client that has left already.
    ///   - port: its port.
    public init(host: String?, port: Int?) {
        guard let host, let port, case .ip(let endpoint)? = SocketAddress(ip: host, port: UInt16(clamping: port)) else {
            self = .unix(listener: 1)
            return
        }
        self = .ip(endpoint)
    }
}
