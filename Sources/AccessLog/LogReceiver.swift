import EventLoop
import Glibc
import Model

/// One destination of log lines; never waits for it.
enum LogReceiver {
    /// A syslog daemon.
    case socket(DatagramSocket)
    /// `stdout` or `stderr`.
    case stream(Int32)
    /// A host that is not an address, or a path that is too long.
    case unreachable

    init(_ destination: LogTarget.Destination) {
        switch destination {
        case .udp(let host, let port):
            self = SocketAddress(ip: host, port: port).map { .socket(DatagramSocket(to: $0)) } ?? .unreachable
        case .unixDatagram(let path):
            self =
                path.utf8.count <= SocketAddress.longestUnixPath
                ? .socket(DatagramSocket(to: .unix(path: path))) : .unreachable
        case .fileDescriptor(let descriptor):
            self = .stream(descriptor)
        }
    }

    /// Sends one datagram, or loses it.
    ///
    /// - Returns: whether the kernel took all of it.
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .socket(let socket):
            return socket.send(bytes) == .sent
        case .stream(let descriptor):
            return Self.write(bytes, to: descriptor)
        case .unreachable:
            return false
        }
    }

    /// Writes to a stream that others share, so that its mode must stay as it is.
    ///
    /// A pipe or terminal that is ready takes at least PIPE_BUF bytes (4096) without waiting, which is more than a line has.
    ///
    /// - Source: pipe(7), PIPE_BUF.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // POLLERR: the reader has gone, and writing would raise SIGPIPE.
        guard poll(&state, 1, 0) == 1, state.revents == Int16(POLLOUT) else { return false }
        return Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
    }
}
