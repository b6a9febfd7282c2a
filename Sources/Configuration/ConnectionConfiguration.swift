/// Probes of the system that find out whether an idle connection's other end is still there.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `option clitcpka`, `clitcpka-cnt` and their siblings;
///   tcp(7), `TCP_KEEPCNT`, `TCP_KEEPIDLE`, `TCP_KEEPINTVL`.
public struct KeepaliveConfiguration: Sendable, Hashable {
    /// Whether there are probes (`SO_KEEPALIVE`); the values below hold only then.
    public var isOn = false
    /// Unanswered probes until the connection counts as broken; the system's number when `nil`.
    public var count: Int?
    /// How long a connection is idle before the first probe, in whole seconds; the system's time when `nil`.
    public var idle: Duration?
    /// The time between two probes, in whole seconds; the system's time when `nil`.
    public var interval: Duration?

    /// Makes a side without probes.
    public init() {}
}

/// Where connections to servers come from (`source`).
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 and 5.2, `source`.
public struct SourceConfiguration: Sendable, Hashable {
    /// The local IP address, without brackets; `0.0.0.0` and `::` leave the choice to the system.
    public var address: String
    /// The local ports; the system's choice when `nil`.
    public var ports: ClosedRange<UInt16>?
    /// The network interface (`SO_BINDTODEVICE`).
    public var interface: String?
    /// The address that servers see instead, which need not be this machine's (`usesrc`).
    public var foreign: ForeignSource?

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - address: the local IP address.
    ///   - ports: the local ports, if not the system's choice.
    ///   - interface: the network interface, if not the system's choice.
    public init(address: String, ports: ClosedRange<UInt16>? = nil, interface: String? = nil) {
        self.address = address
        self.ports = ports
        self.interface = interface
    }
}

/// Whose address servers see (`usesrc`); what they answer has to be led back to this machine.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `source`; ip(7), `IP_TRANSPARENT`.
public enum ForeignSource: Sendable, Hashable {
    /// Always the same; with port 0 the system chooses one.
    case address(String, port: UInt16)
    /// The client's address, with a port that the system chooses (`clientip`).
    case clientAddress
    /// The client's address and port (`client`).
    case clientEndpoint
}

/// The header that tells a server who its client is (`send-proxy`, `send-proxy-v2`).
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2; the PROXY protocol's specification, versions 1 and 2.
public enum ProxyHeader: Sendable, Hashable {
    /// One line of text.
    case version1
    /// Binary, with what `proxy-v2-options` asks for.
    case version2(Set<Option>)

    /// What a binary header may carry besides the addresses (`proxy-v2-options`).
    public enum Option: String, Sendable, CaseIterable {
        case authority
        case crc32c
        case uniqueID = "unique-id"
        case ssl
        case certificateName = "cert-cn"
        case certificateKey = "cert-key"
        case certificateSignature = "cert-sig"
        case sslCipher = "ssl-cipher"
    }
}

/// What becomes of a server whose connections or traffic show errors (`observe`, `error-limit`, `on-error`).
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2.
public struct ObservationConfiguration: Sendable, Hashable {
    /// What counts as an error.
    public enum Layer: String, Sendable, CaseIterable {
        /// Connections that fail.
        case layer4
    }

    /// What happens when there were `errorLimit` errors in a row.
    public enum Reaction: String, Sendable, CaseIterable {
        /// Checks follow each other at `fastinter`.
        case fastInterval = "fastinter"
        /// A failed check is pretended (the default).
        case failCheck = "fail-check"
        /// A failed check is pretended, and one more brings the server down.
        case suddenDeath = "sudden-death"
        /// The server is down at once.
        case markDown = "mark-down"
    }

    /// What counts as an error.
    public var layer = Layer.layer4
    /// Errors in a row until something happens.
    public var errorLimit = 10
    /// What happens then.
    public var reaction = Reaction.failCheck

    /// Makes HAProxy's default.
    public init() {}
}

/// A server of a proxy of the same instance, whose state another one follows (`track`).
public struct ServerReference: Sendable, Hashable {
    /// The proxy's index in `InstanceConfiguration.proxies`.
    public var proxy: Int
    /// The server's index in that proxy's `servers`.
    public var server: Int

    /// Makes a reference.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index in the instance.
    ///   - server: the server's index in the proxy.
    public init(proxy: Int, server: Int) {
        self.proxy = proxy
        self.server = server
    }
}
