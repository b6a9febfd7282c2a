import EventLoop

/// Since when something has been up or down, and how long it was down in all.
struct Outage: Sendable, Hashable {
    private(set) var isDown = false
    private var changedAt: MonotonicTime
    private var downMilliseconds: Int64 = 0
    /// How often it went down.
    private(set) var count = 0

    /// Begins; to begin down is not to go down.
    ///
    /// - Parameters:
    ///   - now: the beginning.
    ///   - isDown: whether it is out of use from the beginning.
    init(at now: MonotonicTime, isDown: Bool = false) {
        changedAt = now
        self.isDown = isDown
    }

    /// Notes what it is now, whether or not that is new.
    ///
    /// - Parameters:
    ///   - isDown: whether it is out of use, whoever said so.
    ///   - wasMeant: whether it was out of use because somebody wanted it so: that time is no outage once it is over.
    ///   - now: since when.
    mutating func note(isDown: Bool, wasMeant: Bool = false, at now: MonotonicTime) {
        if isDown && !self.isDown { count += 1 }
        if self.isDown && !wasMeant { downMilliseconds += now.milliseconds(since: changedAt) }
        self.isDown = isDown
        changedAt = now
    }

    /// Counts anew how often it goes down.
    mutating func clearCount() { count = 0 }

    /// Whole seconds since the last change.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: the seconds.
    func secondsSinceChange(at now: MonotonicTime) -> Int { Int(now.milliseconds(since: changedAt) / 1_000) }

    /// Whole seconds spent down, a running outage included.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: the seconds.
    func downSeconds(at now: MonotonicTime) -> Int {
        Int((downMilliseconds + (isDown ? now.milliseconds(since: changedAt) : 0)) / 1_000)
    }
}
