/// The average of the last values, without keeping them, and the greatest value ever.
///
/// - Source: HAProxy 2.6 management guide, CSV fields `qtime`, `ctime`, `ttime` ("over the 1024 last requests") and
///   `qtime_max`, `ctime_max`, `ttime_max`.
struct SlidingAverage {
    /// How many values count.
    static let window = 1024

    private var sum = 0
    private(set) var max = 0

    /// Takes in a value.
    ///
    /// - Parameters:
    ///   - value: the value, at least 0.
    ///   - count: how many values there are, this one included.
    mutating func add(_ value: Int, count: Int) {
        if count > SlidingAverage.window {
            sum -= (sum + SlidingAverage.window - 1) / SlidingAverage.window
        }
        sum += value
        max = Swift.max(max, value)
    }

    /// Forgets the greatest value.
    mutating func clearMax() { max = 0 }

    /// The average, rounded up.
    ///
    /// - Parameter count: over how many values.
    /// - Returns: 0 when there are none.
    func average(over count: Int) -> Int {
        let divisor = min(count, SlidingAverage.window)
        return divisor > 0 ? (sum + divisor - 1) / divisor : 0
    }
}
