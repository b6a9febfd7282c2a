import Model

/// Session counts of one server, frontend or backend over one bucket of time.
public struct SessionBucket: Sendable, Hashable {
    /// The bucket's beginning.
    public var at: Timestamp
    /// The bucket's length; longer than asked for where finer counts have been removed.
    public var lengthMilliseconds: Int64 = 0
    /// What was counted; `server` is a server's name, `FRONTEND` or `BACKEND`.
    public var subject: ServerIdentity
    /// Sessions at the last sample of the bucket.
    public var current: Int
    /// The fewest sessions that a sample counted; `nil` where that is not known.
    public var min: Int?
    /// Sessions on average over time; `nil` where that is not known.
    public var mean: Double?
    /// Most sessions at one moment.
    public var max: Int
    /// Sessions that began.
    public var total: Int
    /// Bytes from clients.
    public var bytesIn: Int64
    /// Bytes to clients.
    public var bytesOut: Int64
    /// The most sessions that a sample found waiting; `nil`, as the three that follow, where that was not counted yet.
    public var queued: Int?
    /// Connections to servers that could not be made.
    public var connectErrors: Int?
    /// Repeated attempts to connect.
    public var retries: Int?
    /// Sessions that went to another server than the one chosen first.
    public var redispatches: Int?
    /// How long checks took; `nil` where none ended, or that was not counted yet.
    public var checkTimes: CheckTimes?

    /// Makes a bucket.
    ///
    /// - Parameters:
    ///   - at: its beginning.
    ///   - subject: what was counted.
    ///   - current: sessions at its last sample.
    ///   - max: most sessions at one moment.
    ///   - total: sessions that began.
    ///   - bytesIn: bytes from clients.
    ///   - bytesOut: bytes to clients.
    public init(
        at: Timestamp, subject: ServerIdentity, current: Int, max: Int, total: Int, bytesIn: Int64, bytesOut: Int64
    ) {
        self.at = at
        self.subject = subject
        self.current = current
        self.max = max
        self.total = total
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }
}
