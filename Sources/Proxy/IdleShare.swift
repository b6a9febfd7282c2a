import EventLoop

/// The share of time that a loop sleeps, over the last second or so.
struct IdleShare {
    /// `nil` before the first sleep: how long the system had run by then is no matter.
    private var windowStart: MonotonicTime?
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
        let windowStart = windowStart ?? start
        self.windowStart = windowStart
        let window = end.nanoseconds - windowStart.nanoseconds
        guard window >= 1_000_000_000 else { return }
        percent = Int(min(100, slept * 100 / window))
        self.windowStart = end
        slept = 0
    }
}
