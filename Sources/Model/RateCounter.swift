/// Events per second over a sliding second: the running one, plus the share of the last one that is still within reach.
///
/// Knows no clock; all moments are of one monotonic clock.
///
/// - Source: HAProxy 2.6 management guide, CSV field `rate` ("over last elapsed second").
public struct RateCounter: Sendable {
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    private var second: Int64 = 0
    private var currentCount = 0
    private var previousCount = 0
    private var max = 0

    /// Nothing counted yet.
    public init() {}

    /// Counts events.
    ///
    /// - Parameters:
    ///   - events: how many.
    ///   - nanoseconds: when they happened.
    public mutating func count(_ events: Int = 1, atNanoseconds nanoseconds: Int64) {
        turn(to: nanoseconds)
        currentCount += events
        max = Swift.max(max, currentCount)
    }

    /// Events in the second that ends now, and the most in any second.
    ///
    /// - Parameter nanoseconds: the end of the second.
    /// - Returns: the rates, rounded down; the limit is the caller's.
    public mutating func snapshot(atNanoseconds nanoseconds: Int64) -> RateSnapshot {
        turn(to: nanoseconds)
        let left = Self.nanosecondsPerSecond - nanoseconds % Self.nanosecondsPerSecond
        var snapshot = RateSnapshot()
        snapshot.current = currentCount + Int(Int64(previousCount) * left / Self.nanosecondsPerSecond)
        snapshot.max = Swift.max(max, snapshot.current)
        return snapshot
    }

    /// Forgets the most of any second.
    public mutating func clearMax() { max = 0 }

    private mutating func turn(to nanoseconds: Int64) {
        let nowSecond = nanoseconds / Self.nanosecondsPerSecond
        guard nowSecond != second else { return }
        previousCount = nowSecond == second + 1 ? currentCount : 0
        currentCount = 0
        second = nowSecond
    }
}
