import CLinux
import Glibc

/// How moving bytes ended; the one place where their error numbers are sorted.
public enum Transfer: Sendable, Hashable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// The peer has ended its direction.
    case end
    /// Nothing now; an event will come.
    case wouldBlock
    /// The connection is broken; the error number says how.
    case failed(Int32)
}

/// How an attempt to connect began.
public enum ConnectStart: Sendable, Hashable {
    /// The connection is there already.
    case connected
    /// An event will tell.
    case inProgress
    /// It cannot be made: there is no way to the address, or it refuses.
    case failed(Int32)
    /// It cannot be made for lack of something on this machine: descriptors, memory, permission.
    case exhausted(Int32)
    /// The address or the port that it is to come from can't be had.
    case sourceRefused(Int32)
    /// There is no port left to come from that isn't connected to the same place already.
    case portsUsedUp(Int32)

    /// Whether the other end refuses it.
    public var isRefused: Bool { self == .failed(ECONNREFUSED) }

    /// That all ports of a range are in use.
    public static let allPortsInUse = ConnectStart.sourceRefused(EADDRINUSE)
}

/// System calls on stream sockets.
///
/// All descriptors are non-blocking; all calls may come from any thread.
public enum Socket {
    /// Reads into a buffer.
    ///
    /// - Parameters:
    ///   - descriptor: a connected socket.
    ///   - buffer: where the bytes go; not empty.
    /// - Returns: how it ended.
    @inline(__always)
    public static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = supervise_receive(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            let code = errno
            if code == EAGAIN { return .wouldBlock }
            if code != EINTR { return .failed(code) }
        }
    }

    /// Looks at what has come in without taking it: the next read gets it again.
    ///
    /// - Parameters:
    ///   - descriptor: a connected socket.
    ///   - buffer: where the bytes go; not empty.
    /// - Returns: how it ended.
    public static func peek(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_PEEK))
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            let code = errno
            if code == EAGAIN { return .wouldBlock }
            if code != EINTR { return .failed(code) }
        }
    }

    /// Writes from a buffer; a broken connection raises no signal.
    ///
    /// - Parameters:
    ///   - descriptor: a connected socket.
    ///   - buffer: the bytes; not empty.
    /// - Returns: how it ended; never `.end`.
    @inline(__always)
    public static func write(_ descriptor: Int32, from buffer: UnsafeRawBufferPointer) -> Transfer {
        while true {
            let count = supervise_send(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return .bytes(count) }
            let code = errno
            if code == EAGAIN { return .wouldBlock }
            if code != EINTR { return .failed(code) }
        }
    }

    /// How many bytes wait to be read.
    ///
    /// - Parameter descriptor: a connected socket.
    /// - Returns: their number, 0 when the connection is broken.
    /// - Source: tcp(7), `SIOCINQ`, also known as `FIONREAD`.
    public static func unreadBytes(_ descriptor: Int32) -> Int {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Says that no more bytes will come from here.
    ///
    /// - Parameter descriptor: a connected socket.
    public static func shutdownWrite(_ descriptor: Int32) {
        // Fails only on a connection that is broken already, of which the next read tells.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Closes a socket in order: what was written is still sent.
    ///
    /// - Parameter descriptor: the socket.
    public static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Closes a socket with a reset: the peer learns that the connection broke, or that it was only looked at.
    ///
    /// - Parameter descriptor: the socket.
    public static func reset(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        _ = Glibc.close(descriptor)
    }

    /// What an accept gave.
    public enum Accepted {
        /// A connection: its descriptor (non-blocking) and where it comes from.
        case connection(Int32, IPEndpoint)
        /// Nobody waits.
        case nobody
        /// The connection had gone before it was taken; there may be more.
        case vanished
        /// No descriptors or no memory are left.
        case exhausted(Int32)
    }

    /// Takes one waiting connection.
    ///
    /// - Parameter listener: a listening socket.
    /// - Returns: what there was.
    public static func accept(_ listener: Int32) -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = supervise_accept(listener, &storage, &length)
        if descriptor >= 0 { return .connection(descriptor, IPEndpoint(storage)) }
        switch errno {
        case EAGAIN, EINTR: return .nobody
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(errno)
        // Everything else is about that one connection (accept(2): treat network errors like EAGAIN by retrying).
        default: return .vanished
        }
    }

    /// Begins a connection.
    ///
    /// - Parameter address: where to.
    /// - Returns: the descriptor (-1 when there is none) and how it began.
    public static func connect(to address: SocketAddress) -> (Int32, ConnectStart) {
        let descriptor = supervise_stream_socket(address.family)
        guard descriptor >= 0 else { return (-1, .exhausted(errno)) }
        if !address.isUnix { setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
        return start(descriptor, to: address)
    }

    /// Begins a connection that only shows whether it can be made.
    ///
    /// The handshake's last packet waits, so that a reset comes before the server's `accept` sees the connection. On the
    /// loopback interface the handshake is over when `connect` returns, although that says `EINPROGRESS`: asked once
    /// more, it tells how it went, and no event has to be waited for.
    ///
    /// - Parameters:
    ///   - address: where to.
    ///   - options: how, where the system's defaults don't do.
    /// - Returns: the descriptor (-1 when there is none) and how it began.
    public static func probe(_ address: SocketAddress, options: ConnectOptions? = nil) -> (Int32, ConnectStart) {
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try make(for: address, in: options?.namespace)
        } catch {
            return (-1, .exhausted(error.code))
        }
        if !address.isUnix { setOption(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, 0) }
        if let options, !address.isUnix, case let code = prepare(descriptor, options), code != 0 {
            close(descriptor)
            return (-1, refusal(code))
        }
        let first = start(descriptor, to: address)
        return first.1 == .inProgress && address.isLoopback ? start(descriptor, to: address) : first
    }

    static func start(_ descriptor: Int32, to address: SocketAddress) -> (Int32, ConnectStart) {
        let result = address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
        if result == 0 { return (descriptor, .connected) }
        let code = errno
        if code == EINPROGRESS || code == EALREADY { return (descriptor, .inProgress) }
        _ = Glibc.close(descriptor)
        switch code {
        case EMFILE, ENFILE, ENOMEM, ENOBUFS, EACCES, EPERM: return (-1, .exhausted(code))
        case EADDRNOTAVAIL, EADDRINUSE: return (-1, .portsUsedUp(code))
        default: return (-1, .failed(code))
        }
    }

    /// Fetches the error that waits on a socket, after an event told of the end of a connection attempt.
    ///
    /// - Parameter descriptor: a socket.
    /// - Returns: the error number, 0 for none.
    public static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return errno }
        return code
    }

    /// Where a listening socket listens: tells the port that the kernel chose.
    ///
    /// - Parameter descriptor: a bound socket.
    /// - Returns: its address, `nil` when it has none.
    public static func localAddress(_ descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? SocketAddress(storage) : nil
    }

    /// Makes a listening socket; connections accepted from it inherit `TCP_NODELAY`.
    ///
    /// Of the options, those that say where it listens are set here; the others are set by `apply`.
    ///
    /// - Parameters:
    ///   - address: where; for a path, nothing may be there.
    ///   - backlog: how many connections may wait to be accepted.
    ///   - options: in which namespace, at which interface, and whether for foreign addresses, too.
    ///   - isShared: whether another process of the same user may listen there too, if it says the same; the kernel then
    ///     gives each connection to one of them (socket(7), `SO_REUSEPORT`).
    /// - Returns: the descriptor, non-blocking and closed on exec.
    /// - Throws: `SystemError` when the address cannot be had.
    public static func listen(
        on address: SocketAddress, backlog: Int, options: ListenerOptions = ListenerOptions(), isShared: Bool = false
    ) throws(SystemError) -> Int32 {
        let descriptor = try makeListener(for: address, options)
        do throws(SystemError) {
            if !address.isUnix {
                setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
                if isShared { setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
                setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                if address.family == AF_INET6 {
                    setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, options.isIPv6Only ? 1 : 0)
                }
                try prepare(descriptor, for: address, options)
            }
            guard address.withSockaddr({ bind(descriptor, $0, $1) }) == 0 else {
                throw SystemError("bind", address.description)
            }
            guard Glibc.listen(descriptor, Int32(clamping: backlog)) == 0 else {
                throw SystemError("listen", address.description)
            }
            return descriptor
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    private static func makeListener(
        for address: SocketAddress, _ options: ListenerOptions
    ) throws(SystemError) -> Int32 {
        guard let namespace = options.namespace else { return try make() }
        return try NetworkNamespace(namespace).enter(make)

        func make() throws(SystemError) -> Int32 {
            let descriptor = supervise_stream_socket(address.family)
            guard descriptor >= 0 else { throw SystemError("socket", address.description) }
            return descriptor
        }
    }

    /// Another descriptor of the same socket, closed on exec.
    ///
    /// - Parameter descriptor: the socket.
    /// - Returns: the new descriptor.
    /// - Throws: `SystemError` when none is left.
    public static func duplicate(_ descriptor: Int32) throws(SystemError) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemError("dup", "descriptor \(descriptor)") }
        return copy
    }

    static func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        // Options here only make things faster or are known to exist; the socket works without them.
        _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
