import EventLoop
import Glibc
import Model

/// One destination of log lines; never waits for it.
enum LogReceiver {
    /// A syslog daemon that gets each line at once.
    case socket(DatagramSocket)
    /// A syslog daemon that gets its lines when `flush` is called.
    case batch(DatagramBatch)
    /// `stdout` or `stderr`.
    case stream(Int32)
    /// A ring of this thread.
    case ring(LogRing)
    /// A ring of another thread, to which lines are handed over.
    case elsewhere(name: String, LogRings.HandOver)
    /// A host whose name has no address yet, a path that is too long, or a ring that isn't there.
    case unreachable

    init(_ destination: LogTarget.Destination, rings: LogRings, isBatching: Bool) {
        let address: SocketAddress?
        switch destination {
        case .udp(let host, let port):
            address = SocketAddress(ip: host, port: port)
        case .unixDatagram(let path):
            address = path.utf8.count <= SocketAddress.longestUnixPath ? .unix(path: path) : nil
        case .abstractDatagram(let name):
            address = name.utf8.count <= SocketAddress.longestUnixPath ? .abstract(name: name) : nil
        case .ring(let name):
            self = rings.receiver(name)
            return
        case .fileDescriptor(let descriptor):
            self = .stream(descriptor)
            return
        }
        guard let address else {
            self = .unreachable
            return
        }
        self.init(address, isBatching: isBatching)
    }

    init(_ address: SocketAddress, isBatching: Bool) {
        let socket = DatagramSocket(to: address)
        self = isBatching ? .batch(DatagramBatch(to: socket)) : .socket(socket)
    }

    /// Sends one line, or loses it.
    ///
    /// - Returns: how many lines were lost, earlier ones that had waited included.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch self {
        case .socket(let socket):
            return socket.send(bytes) == .sent ? 0 : 1
        case .batch(let batch):
            return batch.add(bytes)
        case .stream(let descriptor):
            return Self.write(bytes, to: descriptor) ? 0 : 1
        case .ring(let ring):
            return ring.append(Self.withoutEnd(bytes)) ? 0 : 1
        case .elsewhere(let name, let handOver):
            handOver(name, Array(Self.withoutEnd(bytes)))
            return 0
        case .unreachable:
            return 1
        }
    }

    /// Sends the lines that wait.
    ///
    /// - Returns: how many were lost.
    func flush() -> Int {
        switch self {
        case .batch(let batch): batch.flush()
        case .socket, .stream, .ring, .elsewhere, .unreachable: 0
        }
    }

    /// Rings keep lines without the line end that every line has.
    private static func withoutEnd(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes.dropLast())
    }

    /// Writes to a stream that others share, so that its mode must stay as it is.
    ///
    /// A pipe or terminal that is ready takes at least PIPE_BUF bytes (4096) without waiting; the configuration has no longer
    /// lines for streams.
    ///
    /// - Source: pipe(7), PIPE_BUF.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // POLLERR: the reader has gone, and writing would raise SIGPIPE.
        guard poll(&state, 1, 0) == 1, state.revents == Int16(POLLOUT) else { return false }
        return Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
    }
}
