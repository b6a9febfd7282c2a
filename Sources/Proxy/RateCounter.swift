import EventLoop
import Model

/// Events per second over a sliding second: the running one, plus the share of the last one that is still within reach.
///
/// - Source: HAProxy 2.6 management guide, CSV field `rate` ("over last elapsed second").
struct RateCounter {
    private var second: Int64 = 0
    private var currentCount = 0
    private var previousCount = 0
    private(set) var max = 0

    /// Counts one event.
    ///
    /// - Parameter now: when it happened.
    mutating func count(at now: MonotonicTime) {
        turn(to: now)
        currentCount += 1
        max = Swift.max(max, currentCount)
    }

    /// Events in the second that ends now.
    ///
    /// - Parameter now: the end of the second.
    /// - Returns: their number, rounded down.
    mutating func rate(at now: MonotonicTime) -> Int {
        turn(to: now)
        let elapsed = now.nanoseconds % 1_000_000_000
        return currentCount + Int(Int64(previousCount) * (1_000_000_000 - elapsed) / 1_000_000_000)
    }

    /// What a snapshot shows.
    ///
    /// - Parameter now: the moment of the snapshot.
    /// - Returns: the rate and its maximum.
    mutating func snapshot(at now: MonotonicTime) -> RateSnapshot {
        var snapshot = RateSnapshot()
        snapshot.current = rate(at: now)
        snapshot.max = Swift.max(max, snapshot.current)
        return snapshot
    }

    private mutating func turn(to now: MonotonicTime) {
        let nowSecond = now.nanoseconds / 1_000_000_000
        guard nowSecond != second else { return }
        previousCount = nowSecond == second + 1 ? currentCount : 0
        currentCount = 0
        second = nowSecond
    }
}
