import EventLoop

/// Whether a process has to pause accepting again and again, for want of descriptors or memory.
///
/// One pause follows the other while nobody leaves, so that only the first of them is news, and that it is over only once
/// none has followed for a while. Knows no timer: the worker notes pauses and looks now and then.
struct Exhaustion {
    /// So long after the last pause it is over.
    static let calmMilliseconds: Int64 = 5_000

    private var since: MonotonicTime?
    private var last: MonotonicTime?

    /// Notes a pause.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: whether it is the first one.
    mutating func begins(at now: MonotonicTime) -> Bool {
        last = now
        guard since == nil else { return false }
        since = now
        return true
    }

    /// Looks whether it is over.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: since when it lasted, if it is over now.
    mutating func end(at now: MonotonicTime) -> MonotonicTime? {
        guard let begun = since, let last, now.milliseconds(since: last) >= Self.calmMilliseconds else { return nil }
        since = nil
        return begun
    }
}
