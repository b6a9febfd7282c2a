import TLS

/// Why a connection never became a session, on an address with `accept-proxy` or `ssl`, in HAProxy's words.
///
/// - Source: recordings of HAProxy 2.6's log.
enum GreetingEnd: Equatable {
    /// What came is no header.
    case wrongHeader(ReceivedProxyHeader.Failure)
    /// The client ended without a byte.
    case closed
    /// The connection broke.
    case broken
    /// The client's time limit was over.
    case timeout
    /// The TLS handshake failed.
    case handshake(TLSStream.Trouble)
    /// The client's time limit was over before the TLS handshake was.
    case handshakeTimeout
    /// No memory was left for it.
    case exhausted
    /// It was closed by order.
    case killed

    /// What the log says; `nil` for what leaves no line.
    var text: StaticString? {
        switch self {
        case .wrongHeader(.noHeader): "Received something which does not look like a PROXY protocol header"
        case .wrongHeader(.unknownProtocol): "Received an unhandled protocol in the PROXY protocol header"
        case .wrongHeader(.invalid): "Received an invalid PROXY protocol header"
        case .wrongHeader(.truncated): "Truncated PROXY protocol header received"
        case .closed: "Connection closed while waiting for PROXY protocol header"
        case .broken: "Connection error while waiting for PROXY protocol header"
        case .timeout: "Timeout while waiting for PROXY protocol header"
        case .handshake(.closed): "Connection closed during SSL handshake"
        case .handshake(.authorityRefused): "SSL client CA chain cannot be verified"
        case .handshake(.certificateRefused): "SSL client certificate not trusted"
        case .handshake(.broken), .handshake(.disagreed): "SSL handshake failure"
        case .handshakeTimeout: "Timeout during SSL handshake"
        case .exhausted, .killed: nil
        }
    }

    /// Whether it ended in a TLS handshake.
    var isHandshake: Bool {
        switch self {
        case .handshake, .handshakeTimeout: true
        case .wrongHeader, .closed, .broken, .timeout, .exhausted, .killed: false
        }
    }

    /// Whether it counts as a connection on which nothing happened (`option dontlognull`), however far its handshake was.
    var isNullHandshake: Bool { self == .handshake(.closed) || self == .handshakeTimeout }
}
