/// How many of some sessions have to be closed by when, so that their ends are spread evenly over a time.
public struct DeparturePace: Sendable, Hashable {
    /// How many sessions are closed in all.
    public let total: Int
    /// Within which time, in milliseconds.
    public let milliseconds: Int64

    /// Spreads a number of ends over a time.
    ///
    /// - Parameters:
    ///   - total: how many sessions are closed in all.
    ///   - milliseconds: within which time.
    public init(_ total: Int, within milliseconds: Int64) {
        self.total = total
        self.milliseconds = max(milliseconds, 0)
    }

    /// Spreads a number of ends so that there are only so many in a minute.
    ///
    /// - Parameters:
    ///   - total: how many sessions are closed in all.
    ///   - perMinute: how many in a minute, from 1.
    public init(_ total: Int, perMinute: Int) {
        precondition(perMinute > 0, "nothing gets done at no pace")
        self.init(total, within: Int64(total) * 60_000 / Int64(perMinute))
    }

    /// How many are to have ended.
    ///
    /// - Parameter elapsed: milliseconds since the beginning.
    /// - Returns: from 0 to `total`, which it is at the end of the time.
    public func due(after elapsed: Int64) -> Int {
        guard elapsed < milliseconds else { return total }
        return Int(Int64(total) * max(elapsed, 0) / milliseconds)
    }

    /// When the next one is due.
    ///
    /// - Parameter closed: how many have ended.
    /// - Returns: milliseconds since the beginning; the end of the time where none is left.
    public func nextDue(after closed: Int) -> Int64 {
        guard closed < total else { return milliseconds }
        return (Int64(closed + 1) * milliseconds + Int64(total) - 1) / Int64(total)
    }
}
