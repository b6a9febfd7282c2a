import Glibc
import Model

/// The calendar's clock.
public enum WallClock {
    /// Reads the clock.
    ///
    /// - Returns: the time to the millisecond.
    public static func now() -> Timestamp {
        var reading = timespec()
        clock_gettime(CLOCK_REALTIME, &reading)
        return Timestamp(millisecondsSinceEpoch: Int64(reading.tv_sec) * 1_000 + Int64(reading.tv_nsec) / 1_000_000)
    }
}
