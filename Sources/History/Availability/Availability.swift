import Model

/// How a server's time over a period divides into states, in milliseconds; the four add up to the period.
public struct Availability: Sendable, Hashable {
    /// Which server.
    public var server: ServerIdentity
    /// The period's beginning.
    public var since: Timestamp
    /// The period's end.
    public var until: Timestamp
    /// UP, DRAIN, NOLB and DEGRADED.
    public var upMilliseconds: Int64 = 0
    /// DOWN.
    public var downMilliseconds: Int64 = 0
    /// MAINT.
    public var maintMilliseconds: Int64 = 0
    /// No supervisor ran, the instance was stopped, or no check had ended yet.
    public var unknownMilliseconds: Int64 = 0
    /// Checks that failed without an outage, since `fall` was not reached; of whole hours of UTC.
    public var softFailures = 0
    /// Checks that passed without ending an outage, since `rise` was not reached; of whole hours of UTC.
    public var softPasses = 0

    /// Makes an account without time.
    ///
    /// - Parameters:
    ///   - server: which server.
    ///   - since: the period's beginning.
    ///   - until: the period's end.
    public init(server: ServerIdentity, since: Timestamp, until: Timestamp) {
        self.server = server
        self.since = since
        self.until = until
    }

    /// The share of the known time without maintenance that was up, 0 to 1; `nil` when there was none.
    public var availability: Double? {
        let known = upMilliseconds + downMilliseconds
        return known > 0 ? Double(upMilliseconds) / Double(known) : nil
    }
}
