import EventLoop

/// The share of time that a loop sleeps, over the last second or so.
struct IdleShare {
    private var windowStart = MonotonicTime(nanoseconds: 0)
    private var slept: Int64 = 0
    /// 0 to 100, of the last full window.
    private(set) var percent = 100

    /// Takes in one sleep.
    ///
    /// - Parameters:
    ///   - start: its beginning.
    ///   - end: its end.
    mutating func slept(from start: MonotonicTime, to end: MonotonicTime) {
        slept += end.nanoseconds - start.nanoseconds
        let window = end.nanoseconds - windowStart.nanoseconds
        guard window >= 1_000_000_000 else { return }
        percent = Int(min(100, slept * 100 / window))
        windowStart = end
        slept = 0
    }
}
