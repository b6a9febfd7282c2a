import Synchronization

/// How many sessions there are at one place (a server, a backend, a frontend, an address, the instance), those of all workers
/// of the instance together: limits and balancing go by this, statistics by each worker's own count.
///
/// Changed once when a session comes to the place and once when it leaves it, and never on the way of a message. All members
/// may be called from every thread; the order of everything in `WorkerGroup` relies on each change being seen by all in the
/// same order, hence sequential consistency throughout.
final class SharedCount: Sendable {
    // Owner: nobody; each worker adds what it takes and takes away what it has added.
    private let count = Atomic<Int>(0)

    /// How many there are now.
    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Counts sessions that come.
    ///
    /// - Parameter sessions: how many.
    func add(_ sessions: Int) { count.add(sessions, ordering: .sequentiallyConsistent) }

    /// Counts one more.
    ///
    /// - Returns: how many there are with it.
    func next() -> Int { count.add(1, ordering: .sequentiallyConsistent).newValue }

    /// Counts one more session if there are fewer than so many: however many ask at once, no more than that get in.
    ///
    /// - Parameter limit: the most that there may be.
    /// - Returns: whether it is counted.
    func take(below limit: Int) -> Bool {
        var present = count.load(ordering: .sequentiallyConsistent)
        while present < limit {
            let (isDone, now) = count.compareExchange(
                expected: present, desired: present + 1, ordering: .sequentiallyConsistent)
            if isDone { return true }
            present = now
        }
        return false
    }

    /// No longer counts sessions that leave.
    ///
    /// - Parameter sessions: how many.
    func subtract(_ sessions: Int) { count.subtract(sessions, ordering: .sequentiallyConsistent) }
}
