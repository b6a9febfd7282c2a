import EventLoop
import Model

extension RateCounter {
    /// Counts one event.
    ///
    /// - Parameter now: when it happened.
    mutating func count(at now: MonotonicTime) { count(atNanoseconds: now.nanoseconds) }

    /// What a snapshot shows.
    ///
    /// - Parameter now: the moment of the snapshot.
    /// - Returns: the rate and its maximum.
    mutating func snapshot(at now: MonotonicTime) -> RateSnapshot { snapshot(atNanoseconds: now.nanoseconds) }
}
