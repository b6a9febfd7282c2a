/// How a health check ended, in HAProxy's words.
///
/// - Source: HAProxy 2.6 configuration manual, section 9.1 of the management guide, CSV field `check_status`.
public enum CheckStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing known yet.
    case unknown = "UNK"
    /// The first check has not ended.
    case initializing = "INI"
    /// An agent has said nothing about the server's health.
    case noChange = "CHECKED"
    /// No check: the server's traffic showed too many errors in a row (`observe`).
    case analysis = "HANA"
    /// The check could not be started (socket error on our side).
    case socketError = "SOCKERR"
    /// Connection established.
    case layer4OK = "L4OK"
    /// No answer to the connection attempt in time.
    case layer4Timeout = "L4TOUT"
    /// Connection refused, reset or unreachable.
    case layer4Error = "L4CON"
    /// TLS established.
    case layer6OK = "L6OK"
    /// TLS not established in time.
    case layer6Timeout = "L6TOUT"
    /// TLS failed.
    case layer6Error = "L6RSP"
    /// The protocol's answer was right.
    case layer7OK = "L7OK"
    /// Right, with a condition (for example 404 with `disable-on-404`).
    case layer7Conditional = "L7OKC"
    /// No answer in time.
    case layer7Timeout = "L7TOUT"
    /// The answer was not understood.
    case layer7InvalidResponse = "L7RSP"
    /// The answer reported an error.
    case layer7Error = "L7STS"
    /// An external check could not be run.
    case processError = "PROCERR"
    /// An external check did not end in time.
    case processTimeout = "PROCTOUT"
    /// An external check passed.
    case processOK = "PROCOK"

    /// The words HAProxy uses in its logs and in the CSV field `check_desc`.
    public var explanation: String {
        switch self {
        case .unknown: "Unknown"
        case .initializing: "Initializing"
        case .noChange: "No status change"
        case .analysis: "Health analyze"
        case .socketError: "Socket error"
        case .layer4OK: "Layer4 check passed"
        case .layer4Timeout: "Layer4 timeout"
        case .layer4Error: "Layer4 connection problem"
        case .layer6OK: "Layer6 check passed"
        case .layer6Timeout: "Layer6 timeout"
        case .layer6Error: "Layer6 invalid response"
        case .layer7OK: "Layer7 check passed"
        case .layer7Conditional: "Layer7 check conditionally passed"
        case .layer7Timeout: "Layer7 timeout"
        case .layer7InvalidResponse: "Layer7 invalid response"
        case .layer7Error: "Layer7 wrong status"
        case .processError: "External check error"
        case .processTimeout: "External check timeout"
        case .processOK: "External check passed"
        }
    }

    /// Whether HAProxy tells a code with it, which is 0 where the check's protocol has none.
    public var hasCode: Bool {
        switch self {
        case .layer7OK, .layer7Conditional, .layer7Error, .processError, .processTimeout, .processOK: true
        case .unknown, .initializing, .noChange, .analysis, .socketError, .layer4OK, .layer4Timeout, .layer4Error,
            .layer6OK,
            .layer6Timeout, .layer6Error, .layer7Timeout, .layer7InvalidResponse:
            false
        }
    }

    /// Whether a check that ended this way counts for the server.
    public var isSuccess: Bool {
        switch self {
        case .layer4OK, .layer6OK, .layer7OK, .layer7Conditional, .processOK: true
        case .unknown, .initializing, .noChange, .analysis, .socketError, .layer4Timeout, .layer4Error, .layer6Timeout,
            .layer6Error,
            .layer7Timeout, .layer7InvalidResponse, .layer7Error, .processError, .processTimeout:
            false
        }
    }
}

/// One finished health check.
public struct CheckResult: Sendable, Hashable, Codable {
    /// How it ended.
    public var status: CheckStatus
    /// The protocol's own code (an HTTP or SMTP status), where there is one.
    public var code: Int?
    /// What else is known, such as `Connection refused`; empty when there is nothing to say.
    public var detail: String
    /// How long it took, in milliseconds; `nil` for what was no check of its own.
    public var durationMilliseconds: Int?

    /// Makes a result.
    ///
    /// - Parameters:
    ///   - status: how the check ended.
    ///   - code: the protocol's own code, if any.
    ///   - detail: what else is known.
    ///   - durationMilliseconds: how long the check took; `nil` for what was no check of its own.
    public init(status: CheckStatus, code: Int? = nil, detail: String = "", durationMilliseconds: Int? = 0) {
        self.status = status
        self.code = code
        self.detail = detail
        self.durationMilliseconds = durationMilliseconds
    }
}
