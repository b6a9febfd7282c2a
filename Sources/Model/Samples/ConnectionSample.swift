/// What a rule may ask of a session's two connections, of its limits, and of the instance; named as in files.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3.2 to 7.3.4.
public enum ConnectionSample: String, Sendable, Hashable, CaseIterable {
    // The connection's own addresses, whatever rules and headers say.
    case source = "fc_src"
    case sourcePort = "fc_src_port"
    case isSourceLocal = "fc_src_is_local"
    case destination = "fc_dst"
    case destinationPort = "fc_dst_port"
    case isDestinationLocal = "fc_dst_is_local"
    /// Whether a PROXY header came.
    case hasHeader = "fc_rcvd_proxy"
    // Limits, in milliseconds.
    case clientTimeout = "fe_client_timeout"
    case serverTimeout = "be_server_timeout"
    case tunnelTimeout = "be_tunnel_timeout"
    case currentServerTimeout = "cur_server_timeout"
    case currentTunnelTimeout = "cur_tunnel_timeout"
    /// The backend for sessions that no rule sends elsewhere.
    case defaultBackend = "fe_defbe"
    /// Whether the instance is about to end.
    case isStopping = "stopping"

    /// Whether it is asked of the backend, which rules of a frontend don't know yet.
    public var isAboutBackend: Bool {
        switch self {
        case .serverTimeout, .tunnelTimeout, .currentServerTimeout, .currentTunnelTimeout: true
        default: false
        }
    }

    /// What kind of value it has.
    var kind: SampleExpression.Kind {
        switch self {
        case .source, .destination: .address
        case .isSourceLocal, .isDestinationLocal, .hasHeader, .isStopping: .boolean
        case .defaultBackend: .text
        case .sourcePort, .destinationPort, .clientTimeout, .serverTimeout, .tunnelTimeout, .currentServerTimeout,
            .currentTunnelTimeout:
            .integer
        }
    }
}

/// What the kernel knows of a client's TCP connection; named as in files.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.3.
public enum KernelSample: String, Sendable, Hashable, CaseIterable {
    /// How long an answer takes, in the time's unit.
    case roundTrip = "fc_rtt"
    /// How much that varies.
    case variation = "fc_rttvar"
    case unacknowledged = "fc_unacked"
    case selectivelyAcknowledged = "fc_sacked"
    case retransmitted = "fc_retrans"
    case forwardAcknowledged = "fc_fackets"
    case lost = "fc_lost"
    case reordering = "fc_reordering"

    /// Whether it is a time.
    public var isTime: Bool { self == .roundTrip || self == .variation }
}
