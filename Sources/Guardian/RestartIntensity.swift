/// When a supervisor that ended by itself is started again: at once the first time, later each time, and never not.
///
/// Five ends within a minute are followed by short, growing waits; from the sixth on the waits are long, until a whole minute
/// has gone well. Knows no clock: the caller says when something happened, in milliseconds.
///
/// - Source: Erlang/OTP's supervisor, `intensity` and `period`, which gives up there; here traffic may still be served.
struct RestartIntensity: Equatable {
    /// So many ends within the window are taken for accidents.
    static let burst = 5
    static let windowMilliseconds: Int64 = 60_000
    /// The second end is followed by this wait, each further one by twice as much.
    static let firstDelayMilliseconds: Int64 = 100
    /// After the burst.
    static let slowDelayMilliseconds: Int64 = 2_000
    static let slowestDelayMilliseconds: Int64 = 30_000

    /// The last ends, oldest first; at most one more than the burst.
    var ends: [Int64] = []
    /// The last long wait; 0 before the first.
    var slowDelay: Int64 = 0

    /// Takes in an end.
    ///
    /// - Parameter now: when.
    /// - Returns: how long to wait, in milliseconds.
    mutating func ended(at now: Int64) -> Int64 {
        if let last = ends.last, now - last >= Self.windowMilliseconds { self = RestartIntensity() }
        ends = ends.filter { now - $0 < Self.windowMilliseconds }.suffix(Self.burst) + [now]
        guard slowDelay > 0 || ends.count > Self.burst else {
            return ends.count == 1 ? 0 : Self.firstDelayMilliseconds << (ends.count - 2)
        }
        slowDelay = min(max(2 * slowDelay, Self.slowDelayMilliseconds), Self.slowestDelayMilliseconds)
        return slowDelay
    }
}
