import EventLoop

/// A client or a listening address as log lines name it.
public enum LogPeer: Sendable, Hashable {
    /// `127.0.0.1:5670` or `::1:5670`, without brackets.
    case ip(IPEndpoint)
    /// `unix:1`, with the number of the listening socket among its proxy's.
    case unix(listener: Int)

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

    /// The peer at an address of the kernel; sockets with a path have no number of their own here.
    ///
    /// - Parameters:
    ///   - address: the address.
    ///   - listener: the number of the listening socket, for a path.
    public init(_ address: SocketAddress, listener: Int = 0) {
        switch address {
        case .ip(let endpoint): self = .ip(endpoint)
        case .unix, .abstract: self = .unix(listener: listener)
        }
    }

    func write(to line: inout LineBuffer) {
        switch self {
        case .ip(let endpoint):
            if let octets = endpoint.octets {
                line.append(Int64(octets.0))
                line.append(byte: UInt8(ascii: "."))
                line.append(Int64(octets.1))
                line.append(byte: UInt8(ascii: "."))
                line.append(Int64(octets.2))
                line.append(byte: UInt8(ascii: "."))
                line.append(Int64(octets.3))
            } else {
                line.append(endpoint.host)
            }
            line.append(byte: UInt8(ascii: ":"))
            line.append(Int64(endpoint.port))
        case .unix(let listener):
            line.append("unix:")
            line.append(listener)
        }
    }
}
