import TLS

/// One address of a `bind` line (a line with commas or a port range makes several).
public struct BindConfiguration: Sendable, Equatable {
    /// Where it listens.
    public var address: BindAddress
    /// Its name in the statistics (`name`).
    public var name: String?
    /// Its number in the statistics, unique in its proxy (`id`); 0 until it is resolved.
    public var id = 0
    /// The socket file's mode.
    public var mode: UInt32?
    /// The socket file's owner.
    public var user: AccountReference?
    /// The socket file's group.
    public var group: AccountReference?
    /// Length of the accept queue; the proxy's `maxconn` when `nil`.
    public var backlog: Int?
    /// Most concurrent connections of this address; `nil` is no limit of its own.
    public var maxconn: Int?
    /// The threads that accept here (`thread`); all of them when `nil`.
    public var threads: ThreadSet?
    /// Whether connections begin with a PROXY protocol header that says who the client is (`accept-proxy`).
    public var acceptsProxyHeader = false
    /// The network interface (`SO_BINDTODEVICE`).
    public var interface: String?
    /// Whether clients may send data with their first packet (`tfo`).
    public var usesFastOpen = false
    /// Whether a connection is accepted only once data has come in (`defer-accept`).
    public var defersAccept = false
    /// Whether addresses that aren't this machine's may be listened on (`transparent`, `IP_TRANSPARENT`).
    public var isTransparent = false
    /// The largest segment announced to clients in bytes (`mss`, `TCP_MAXSEG`); negative: so much less than usual.
    public var maximumSegment: Int?
    /// How long sent data may stay unacknowledged (`tcp-ut`, `TCP_USER_TIMEOUT`); the system's time when `nil`.
    public var userTimeout: Duration?
    /// The network namespace (`namespace`).
    public var namespace: String?
    /// What clients meet who speak TLS, as they have to then (`ssl`); `nil` without it.
    public var tls: TLSListener?
    /// The index in `InstanceConfiguration.proxies` of the backend of sessions that come in here; the proxy's `backend`
    /// when `nil`.
    ///
    /// Set by rules that ask for the port alone (`use_backend app if { dst_port 5671 }`).
    public var backend: Int?
    /// The rules that may send a session elsewhere, in their order; the first that holds counts.
    public var backendRules: [BackendRule] = []
    /// Where the line stands.
    public var location: SourceLocation

    /// What the statistics call it.
    ///
    /// - Source: HAProxy 2.6 management guide, section 9.1, field `svname`.
    public var shownName: String { name ?? "sock-\(id)" }

    /// The address together with where in the system it is.
    public var place: BindPlace { BindPlace(address, interface: interface, namespace: namespace) }

    /// Makes an address without options.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - location: where the line stands.
    public init(address: BindAddress, location: SourceLocation) {
        self.address = address
        self.location = location
    }
}

/// An address and where in the system it is: the same address can be listened on once in each network namespace, and once
/// for each interface.
public struct BindPlace: Sendable, Hashable, CustomStringConvertible {
    /// The address.
    public var address: BindAddress
    /// The only interface from which connections come in; every one when `nil`.
    public var interface: String?
    /// The network namespace; this process's own when `nil`.
    public var namespace: String?

    /// Makes a place.
    ///
    /// - Parameters:
    ///   - address: the address.
    ///   - interface: the only interface from which connections come in.
    ///   - namespace: the network namespace.
    public init(_ address: BindAddress, interface: String? = nil, namespace: String? = nil) {
        self.address = address
        self.interface = interface
        self.namespace = namespace
    }

    /// As a configuration writes it: `127.0.0.1:5670`, `127.0.0.1:5670 interface eth0`.
    public var description: String {
        ([address.description]
            + [interface.map { "interface \($0)" }, namespace.map { "namespace \($0)" }]
            .compactMap(\.self)).joined(separator: " ")
    }
}

/// An address to listen on.
public enum BindAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 address in its textual form; `0.0.0.0` is every address.
    case ipv4(String, port: UInt16)
    /// An IPv6 address in its textual form, without brackets; `::` is every address.
    ///
    /// `isIPv6Only` is false for `v4v6`.
    case ipv6(String, port: UInt16, isIPv6Only: Bool)
    /// A stream socket in the file system.
    case unix(path: String)
    /// A stream socket by an abstract name, without the leading zero byte (`abns@`).
    case abstract(name: String)
    /// A listening socket that this process was started with (`fd@`).
    case descriptor(Int32)

    /// Its port; `nil` on a socket without ports, and where it is not known here.
    public var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port, _): port
        case .unix, .abstract, .descriptor: nil
        }
    }

    /// As a configuration writes it: `127.0.0.1:5670`, `[::1]:5670` or a path.
    public var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port, _): "[\(host)]:\(port)"
        case .unix(let path): path
        case .abstract(let name): "abns@\(name)"
        case .descriptor(let number): "fd@\(number)"
        }
    }
}
