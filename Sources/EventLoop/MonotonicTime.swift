import Glibc

/// A moment of the monotonic clock, which neither jumps nor runs backwards.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the machine started.
    public var nanoseconds: Int64

    /// Makes a moment.
    ///
    /// - Parameter nanoseconds: nanoseconds since the machine started.
    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Reads the clock (one call of the vDSO; a loop reads it once a turn).
    public static func now() -> MonotonicTime {
        var reading = timespec()
        clock_gettime(CLOCK_MONOTONIC, &reading)
        return MonotonicTime(nanoseconds: Int64(reading.tv_sec) * 1_000_000_000 + Int64(reading.tv_nsec))
    }

    /// Whether the left moment is before the right one.
    @inlinable
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment `milliseconds` later.
    ///
    /// - Parameter milliseconds: how far to move.
    /// - Returns: the moved moment.
    @inlinable
    public func advanced(byMilliseconds milliseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds + milliseconds * 1_000_000)
    }

    /// The whole multiple of a step that is nearest.
    ///
    /// - Parameter step: the step; nothing changes when it is below a nanosecond.
    /// - Returns: a moment at most half a step away.
    public func rounded(to step: Duration) -> MonotonicTime {
        let step = step.components.seconds * 1_000_000_000 + step.components.attoseconds / 1_000_000_000
        guard step > 0 else { return self }
        return MonotonicTime(nanoseconds: (nanoseconds + step / 2) / step * step)
    }

    /// Whole milliseconds from an earlier moment to this one, rounded down.
    ///
    /// - Parameter earlier: the earlier moment.
    /// - Returns: milliseconds, negative when `earlier` is later.
    @inlinable
    public func milliseconds(since earlier: MonotonicTime) -> Int64 {
        (nanoseconds - earlier.nanoseconds) / 1_000_000
    }
}
