import EventLoop
import Model
import Synchronization

/// How many sessions a second begin at one place, those of all threads together: only where a rule of the file asks for it.
///
/// All members may be called from every thread; the lock is taken once for a session.
final class SharedRateCounter: Sendable {
    private struct Content {
        var counter = RateCounter()
        /// The latest moment that a thread has told: none of them turns the time back.
        var latest = Int64.min

        mutating func moment(_ now: MonotonicTime) -> Int64 {
            latest = max(latest, now.nanoseconds)
            return latest
        }
    }

    // Owner: the mutex.
    private let content = Mutex(Content())

    /// Counts a session.
    ///
    /// - Parameter now: when it begins.
    func count(at now: MonotonicTime) {
        content.withLock { content in
            let now = content.moment(now)
            content.counter.count(atNanoseconds: now)
        }
    }

    /// How many have begun in the second that ends now.
    ///
    /// - Parameter now: the end of the second.
    /// - Returns: their number.
    func value(at now: MonotonicTime) -> Int {
        content.withLock { content in
            let now = content.moment(now)
            return content.counter.snapshot(atNanoseconds: now).current
        }
    }
}
