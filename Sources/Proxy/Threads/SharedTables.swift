import Configuration
import EventLoop
import Synchronization

/// The stick tables of an instance of several threads: one thread at a time looks at them or changes them.
///
/// All threads use the same tables, each between `WorkerLoop.withTables`' beginning and end. A file without tables has none of
/// this; with one thread there is no lock.
final class SharedTables: Sendable {
    /// By the proxy's index.
    ///
    /// No part of a table is read or written without the lock: a worker's loop gets at its tables inside of `use` alone, once
    /// it has begun, and what stays the same is all that it reads of them elsewhere (`ProxyTable.configuration`, `periods`).
    nonisolated(unsafe) let tables: [ProxyTable?]
    // The latest moment that a thread has told, in milliseconds: entries expire in the order in which they were touched, so
    // no thread turns the time back. Owner: the mutex.
    private let latest = Mutex(Int64.min)
    /// Whether any of them is shared with peers, who are told of what changes by the lead.
    private let isPeered: Bool
    // Whether the lead has been called and hasn't looked yet.
    private let isLeadCalled = Atomic(false)

    /// Makes empty tables.
    ///
    /// - Parameter configuration: the file.
    init(_ configuration: InstanceConfiguration) {
        tables = configuration.proxies.map { $0.rules.table.map(ProxyTable.init) }
        isPeered = configuration.peers.contains(where: \.isActive)
    }

    /// Has the tables for a moment.
    ///
    /// - Parameters:
    ///   - now: what time it is, in milliseconds.
    ///   - body: what is done with them; it gets the time that it is to go by, and is not to call this.
    func use(at now: Int64, _ body: (Int64) -> Void) {
        latest.withLock { latest in
            latest = max(latest, now)
            body(latest)
        }
    }

    /// A fellow has been at the tables.
    ///
    /// - Returns: whether the lead is to be called, which has peers to tell.
    func needsCall() -> Bool {
        isPeered && !isLeadCalled.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// The lead is going to look: for whatever changes from now on it is called again.
    func beginTelling() { isLeadCalled.store(false, ordering: .sequentiallyConsistent) }
}

extension WorkerLoop {
    /// Does something with stick tables that other threads are not to see half done; it may call itself.
    ///
    /// - Parameter body: what is done.
    /// - Returns: what came of it.
    @inline(__always)
    func withTables<Result>(_ body: () -> Result) -> Result {
        guard let sharedTables, tableMoment == nil else { return body() }
        return withTables(sharedTables, body)
    }

    private func withTables<Result>(_ tables: SharedTables, _ body: () -> Result) -> Result {
        var result: Result?
        tables.use(at: tableTime) { moment in
            tableMoment = moment
            result = body()
            tableMoment = nil
        }
        // At the end of the turn that this wakes it for, the lead looks for itself.
        if let place, !isLead, tables.needsCall() { place.team.tellLead { _ in } }
        guard let result else { preconditionFailure("what is done with tables is done at once") }
        return result
    }
}
