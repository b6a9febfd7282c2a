import CLinux
import Glibc

/// Probes of the kernel that find out whether an idle connection's other end is still there.
///
/// - Source: tcp(7), `TCP_KEEPCNT`, `TCP_KEEPIDLE`, `TCP_KEEPINTVL`.
public struct KeepaliveOptions: Sendable, Hashable {
    /// Unanswered probes until the connection counts as broken; the system's number when `nil`.
    public var count: Int?
    /// Seconds without traffic before the first probe; the system's time when `nil`.
    public var idleSeconds: Int?
    /// Seconds between two probes; the system's time when `nil`.
    public var intervalSeconds: Int?

    /// Makes probes with the system's times.
    ///
    /// - Parameters:
    ///   - count: unanswered probes until the connection counts as broken.
    ///   - idleSeconds: seconds without traffic before the first probe.
    ///   - intervalSeconds: seconds between two probes.
    public init(count: Int? = nil, idleSeconds: Int? = nil, intervalSeconds: Int? = nil) {
        self.count = count
        self.idleSeconds = idleSeconds
        self.intervalSeconds = intervalSeconds
    }
}

/// What a listening TCP socket is made with besides its address; what is about connections holds for those that come in
/// there, since Linux hands a listening socket's options on to them.
public struct ListenerOptions: Sendable, Hashable {
    /// The network namespace by its name (ip-netns(8)); this process's own when `nil`.
    public var namespace: String?
    /// The only network interface from which connections come in; every one when `nil`.
    public var interface: String?
    /// Whether an IPv6 socket leaves IPv4 alone.
    public var isIPv6Only = true
    /// Whether the address need not be this machine's.
    public var isTransparent = false
    /// Whether clients may send data with their first packet.
    public var usesFastOpen = false
    /// Whether a connection is accepted only once data has come in, or after a minute.
    public var defersAccept = false
    /// The largest segment in bytes that is announced to clients; the system's when `nil`.
    public var maximumSegment: Int?
    /// How long sent data may stay unacknowledged until the connection counts as broken; the system's time when `nil`.
    public var userTimeoutMilliseconds: Int?
    /// Probes of idle connections; none when `nil`.
    public var keepalive: KeepaliveOptions?
    /// Whether the first acknowledgement waits for data to go with.
    public var delaysAcknowledgement = false

    /// Makes the usual socket.
    public init() {}

    /// How long a connection without data waits to be accepted at the most, in seconds; the kernel rounds it up.
    private static let longestDeferral: Int32 = 60

    /// The options that may change while a socket listens: each with its name, its place and its value.
    fileprivate func changeable(backlog: Int) -> [(name: String, level: Int32, option: Int32, value: Int32)] {
        let tcp = Int32(IPPROTO_TCP)
        var values: [(String, Int32, Int32, Int32)] = [
            ("TCP_USER_TIMEOUT", tcp, TCP_USER_TIMEOUT, Int32(clamping: userTimeoutMilliseconds ?? 0)),
            ("TCP_DEFER_ACCEPT", tcp, TCP_DEFER_ACCEPT, defersAccept ? Self.longestDeferral : 0),
            ("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, keepalive == nil ? 0 : 1),
            ("TCP_QUICKACK", tcp, TCP_QUICKACK, delaysAcknowledgement ? 0 : 1),
        ]
        // These can't be set back to the system's own value.
        if let maximumSegment { values.append(("TCP_MAXSEG", tcp, TCP_MAXSEG, Int32(clamping: maximumSegment))) }
        if usesFastOpen { values.append(("TCP_FASTOPEN", tcp, TCP_FASTOPEN, Int32(clamping: backlog))) }
        if let count = keepalive?.count { values.append(("TCP_KEEPCNT", tcp, TCP_KEEPCNT, Int32(clamping: count))) }
        if let idle = keepalive?.idleSeconds {
            values.append(("TCP_KEEPIDLE", tcp, TCP_KEEPIDLE, Int32(clamping: idle)))
        }
        if let interval = keepalive?.intervalSeconds {
            values.append(("TCP_KEEPINTVL", tcp, TCP_KEEPINTVL, Int32(clamping: interval)))
        }
        return values
    }
}

extension Socket {
    /// Sets the options of a listening TCP socket that may change while it listens.
    ///
    /// - Parameters:
    ///   - options: the options.
    ///   - descriptor: the socket.
    ///   - backlog: how many connections may wait.
    /// - Returns: those that the kernel refuses; the socket works without them.
    public static func apply(_ options: ListenerOptions, to descriptor: Int32, backlog: Int) -> [SystemError] {
        options.changeable(backlog: backlog).compactMap { item in
            var value = item.value
            let result = setsockopt(
                descriptor, item.level, item.option, &value, socklen_t(MemoryLayout<Int32>.size))
            return result == 0 ? nil : SystemError("setsockopt", "\(item.name) \(item.value)")
        }
    }

    /// Sets the options that say what a socket's address means, before it has one.
    static func prepare(
        _ descriptor: Int32, for address: SocketAddress, _ options: ListenerOptions
    ) throws(SystemError) {
        let isIPv6 = address.family == AF_INET6
        if let interface = options.interface {
            let result = interface.withCString {
                setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(interface.utf8.count + 1))
            }
            guard result == 0 else { throw SystemError("listen", "\(address) interface \(interface)") }
        }
        if options.isTransparent {
            var value: Int32 = 1
            let (level, option) =
                isIPv6 ? (Int32(IPPROTO_IPV6), IPV6_TRANSPARENT) : (Int32(IPPROTO_IP), IP_TRANSPARENT)
            guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
                throw SystemError("listen", "\(address) transparent")
            }
        }
    }
}
