/// Why a connection on an `accept-proxy` address never became a session, in HAProxy's words.
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
        case .exhausted, .killed: nil
        }
    }
}
