/// Handshakes of TLS on one side of a proxy, or with one server, since the start.
///
/// - Source: HAProxy 2.6 management guide, `stats show-modules`, module `ssl`; what counts is recorded from 2.6.12.
public struct TLSCounts: Sendable, Hashable {
    /// Those in which a new key was agreed on (`ssl_sess`).
    public var full = 0
    /// Those that went on with an earlier session (`ssl_reused_sess`).
    public var resumed = 0
    /// Those that failed (`ssl_failed_handshake`).
    public var failed = 0

    /// No handshakes yet.
    public init() {}

    /// Counts a handshake that is done.
    ///
    /// - Parameter isResumed: whether it went on with an earlier session.
    public mutating func count(isResumed: Bool) {
        if isResumed { resumed += 1 } else { full += 1 }
    }

    /// Adds what somebody else has counted.
    ///
    /// - Parameter other: their counts.
    public mutating func add(_ other: TLSCounts) {
        full += other.full
        resumed += other.resumed
        failed += other.failed
    }
}

/// The TLS of a whole instance at one moment; an end is one side of a session, or a check.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show info`.
public struct TLSActivity: Sendable, Hashable {
    /// Ends now (`CurrSslConns`).
    public var currentEnds = 0
    /// Ends since the start (`CumSslConns`).
    public var totalEnds = 0
    /// Clients that began a handshake in the last second (`SslRate`).
    public var clientRate = RateSnapshot()
    /// Keys that were agreed on with clients in the last second (`SslFrontendKeyRate`).
    public var clientKeyRate = RateSnapshot()
    /// Keys that were agreed on with servers in the last second (`SslBackendKeyRate`).
    public var serverKeyRate = RateSnapshot()
    /// Sessions that clients without a ticket wanted to go on with (`SslCacheLookups`).
    public var cacheLookups = 0
    /// Those of them that were not known any more (`SslCacheMisses`).
    public var cacheMisses = 0

    /// No TLS.
    public init() {}

    /// Of a hundred clients of the last second, those that needed no new key (`SslFrontendSessionReuse_pct`).
    public var reusePercent: Int {
        let (all, keys) = (clientRate.current, clientKeyRate.current)
        return keys < all ? 100 - (100 * keys + (all - 1) / 2) / all : 0
    }
}
