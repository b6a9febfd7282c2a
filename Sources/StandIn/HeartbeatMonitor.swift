/// Decides when a heartbeat is due and when the peer counts as gone.
///
/// Knows no clock: it is asked every half interval.
///
/// - Source: AMQP 0-9-1 specification, section 4.2.7 "Heartbeat frames"; a peer is given two whole intervals.
struct HeartbeatMonitor: Sendable {
    /// What to do at a tick.
    struct Verdict: Equatable, Sendable {
        var sendsHeartbeat: Bool
        var isPeerGone: Bool
    }

    /// Half intervals without a byte after which the peer is gone.
    static let silentTicksAllowed = 4

    private var hasSent = false
    private var silentTicks = 0

    /// Notes that something was written.
    mutating func sent() { hasSent = true }

    /// Notes that something was read.
    mutating func received() { silentTicks = 0 }

    /// Half an interval has passed.
    mutating func tick() -> Verdict {
        silentTicks += 1
        defer { hasSent = false }
        return Verdict(sendsHeartbeat: !hasSent, isPeerGone: silentTicks > Self.silentTicksAllowed)
    }
}
