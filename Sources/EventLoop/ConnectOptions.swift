import CLinux
import Glibc

/// How a connection is made where the system's defaults don't do.
///
/// - Source: socket(7), ip(7) and tcp(7).
public struct ConnectOptions: Sendable, Hashable {
    /// Probes that find out whether an idle connection's other end is still there; the system's numbers where `nil`.
    public struct Probes: Sendable, Hashable {
        /// Unanswered probes until the connection counts as broken (`TCP_KEEPCNT`).
        public var count: Int32?
        /// Seconds that a connection is idle before the first probe (`TCP_KEEPIDLE`).
        public var idleSeconds: Int32?
        /// Seconds between two probes (`TCP_KEEPINTVL`).
        public var intervalSeconds: Int32?

        /// Makes probes at the system's pace.
        public init() {}
    }

    /// Where it comes from; with port 0 the system chooses one when it is known where to (`IP_BIND_ADDRESS_NO_PORT`).
    public var source: SocketAddress?
    /// Whether `source` may be an address that isn't this machine's (`IP_TRANSPARENT`).
    public var isSourceForeign = false
    /// The network interface (`SO_BINDTODEVICE`).
    public var interface: String?
    /// The network namespace in which it is made; this process's own when `nil`.
    public var namespace: NetworkNamespace?
    /// Probes, `nil` for none (`SO_KEEPALIVE`).
    public var probes: Probes?
    /// Milliseconds that sent data may stay unacknowledged (`TCP_USER_TIMEOUT`); the system's time when `nil`.
    public var userTimeoutMilliseconds: Int32?
    /// Whether the first data go with the first packet, where the other end allows it: there must be some
    /// (`TCP_FASTOPEN_CONNECT`).
    public var usesFastOpen = false
    /// Whether the handshake's last packet waits for data to go with (`TCP_QUICKACK`).
    public var delaysAcknowledgement = false

    /// Makes the system's defaults.
    public init() {}
}

extension Socket {
    /// Begins a connection in a way of its own.
    ///
    /// - Parameters:
    ///   - address: where to.
    ///   - options: how; what is about TCP is left out for a path.
    /// - Returns: the descriptor (-1 when there is none) and how it began.
    public static func connect(to address: SocketAddress, options: ConnectOptions) -> (Int32, ConnectStart) {
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try make(for: address, in: options.namespace)
        } catch {
            return (-1, .exhausted(error.code))
        }
        if !address.isUnix {
            let code = prepare(descriptor, options)
            guard code == 0 else {
                close(descriptor)
                return (-1, refusal(code))
            }
        }
        return start(descriptor, to: address)
    }

    /// Makes a socket for a connection.
    static func make(for address: SocketAddress, in namespace: NetworkNamespace?) throws(SystemError) -> Int32 {
        guard let namespace else { return try make() }
        return try namespace.enter(make)

        func make() throws(SystemError) -> Int32 {
            let descriptor = supervise_stream_socket(address.family)
            guard descriptor >= 0 else { throw SystemError("socket", address.description) }
            return descriptor
        }
    }

    /// What it means that a socket can't be prepared.
    static func refusal(_ code: Int32) -> ConnectStart {
        code == EADDRNOTAVAIL || code == EADDRINUSE ? .sourceRefused(code) : .exhausted(code)
    }

    /// Sets a new socket's options; the error's number where one of them that matters can't be had, else 0.
    static func prepare(_ descriptor: Int32, _ options: ConnectOptions) -> Int32 {
        let tcp = Int32(IPPROTO_TCP)
        // These make things faster, or known sooner; the connection works without them.
        _ = set(descriptor, tcp, TCP_NODELAY, 1)
        if options.usesFastOpen { _ = set(descriptor, tcp, TCP_FASTOPEN_CONNECT, 1) }
        if options.delaysAcknowledgement { _ = set(descriptor, tcp, TCP_QUICKACK, 0) }
        if let timeout = options.userTimeoutMilliseconds { _ = set(descriptor, tcp, TCP_USER_TIMEOUT, timeout) }
        if let probes = options.probes {
            _ = set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
            if let count = probes.count { _ = set(descriptor, tcp, TCP_KEEPCNT, count) }
            if let seconds = probes.idleSeconds { _ = set(descriptor, tcp, TCP_KEEPIDLE, seconds) }
            if let seconds = probes.intervalSeconds { _ = set(descriptor, tcp, TCP_KEEPINTVL, seconds) }
        }
        if let interface = options.interface {
            // Without that interface, or the right to choose it, the routes decide, as in HAProxy.
            _ = interface.withCString {
                setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(interface.utf8.count + 1))
            }
        }
        guard case .ip(let endpoint)? = options.source else { return 0 }
        if options.isSourceForeign {
            let result =
                endpoint.isIPv6
                ? set(descriptor, Int32(IPPROTO_IPV6), IPV6_TRANSPARENT, 1)
                : set(descriptor, Int32(IPPROTO_IP), IP_TRANSPARENT, 1)
            guard result == 0 else { return errno }
        }
        // A port that an earlier connection has just left may be used again; which one, the system knows best.
        _ = set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if endpoint.port == 0 { _ = set(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1) }
        let result = SocketAddress.ip(endpoint).withSockaddr { bind(descriptor, $0, $1) }
        return result == 0 ? 0 : errno
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) -> Int32 {
        var value = value
        return setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
