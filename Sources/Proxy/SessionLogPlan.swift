import AccessLog
import Configuration
import Model

/// When a frontend's sessions are logged, which of them, and what has to be looked up for it.
///
/// - Source: HAProxy 2.6 configuration manual, sections 8.2.6 and 8.3, and recordings of when each format is written.
struct SessionLogPlan {
    /// When a session is logged.
    enum Moment {
        case accept
        /// Once the server is connected, or at the end where that never happens.
        case connect
        case end
    }

    /// When a session is logged.
    let moment: Moment
    /// What has to be looked up for a line.
    let needs: LogTemplate.Needs
    /// What lines ask of the session's TLS while that is there.
    let securitySamples: [TLSSample]
    /// The samples of proxies, servers and tables in a session's line.
    let stateSamples: [SampleExpression.Fetch]
    /// The same in the line of a connection that never became a session.
    let errorStateSamples: [SampleExpression.Fetch]

    /// Plans for a proxy.
    ///
    /// - Parameter proxy: its configuration.
    init(_ proxy: ProxyConfiguration) {
        let others = [proxy.logging.structuredData, proxy.logging.uniqueID].compactMap(\.self)
        var formats = others
        if case .custom(let template) = proxy.logFormat { formats.append(template) }
        stateSamples = formats.flatMap(\.stateSamples)
        let errorFormats = [proxy.logging.errorFormat, proxy.logging.structuredData].compactMap(\.self)
        errorStateSamples = errorFormats.flatMap(\.stateSamples)
        switch proxy.logFormat {
        case .plain:
            moment = .accept
            needs = others.reduce([]) { $0.union($1.needs) }
            securitySamples = others.flatMap(\.securitySamples)
        case .tcp, .http:
            moment = proxy.logging.isEarly ? .connect : .end
            needs = others.reduce([]) { $0.union($1.needs) }
            securitySamples = others.flatMap(\.securitySamples)
        case .custom(let template):
            let templates = others + [template]
            let waits = templates.contains { $0.waitsForEnd } && !proxy.logging.isEarly
            moment = waits ? .end : .connect
            needs = templates.reduce([]) { $0.union($1.needs) }
            securitySamples = templates.flatMap(\.securitySamples)
        }
    }

    /// Whether a session did not go well: an error, a time limit, a retry or another server than the first.
    ///
    /// - Parameters:
    ///   - termination: how it ended; `nil` while it goes on.
    ///   - retries: repeated attempts to connect.
    ///   - isRedispatched: whether it was sent to another server.
    /// - Returns: what `option dontlog-normal` and `option log-separate-errors` go by.
    static func isError(_ termination: TerminationState?, retries: Int, isRedispatched: Bool) -> Bool {
        if isRedispatched { return true }
        guard let termination, termination.cause != .normal else { return retries > 0 }
        return termination.cause != .local
    }
}

/// What is kept of a session for its line in the log and for nothing else, where a format asks for it.
struct SessionNote {
    /// How many sessions the instance had had before.
    var number = 0
    /// From the accept to the end of its PROXY header, in milliseconds.
    var handshakeMilliseconds = 0
    /// The address that the client connected to, once the socket can't be asked any more.
    var destination: LogPeer?
    /// What is known of the client's TLS.
    var encryption: EncryptionLogDetails?
    /// What samples tell of either side's TLS.
    var security: [TLSSample: SampleValue] = [:]
    /// Where the last connection to a server came from.
    var source: LogPeer?
}
