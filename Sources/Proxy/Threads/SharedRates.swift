import Balancing
import Synchronization

/// How fast the threads of an instance may accept connections together: the rates of `AcceptRates`, counted once for all.
///
/// A thread takes its place in the rates before it accepts, as it does within the limits, so that however many threads ask at
/// once, no more get in than one would let in; it gives the place back where nothing came of it. Held by the instance's
/// workers (`WorkerGroup`): a new worker goes on where the old one was. All members may be called from every thread; the
/// lock is taken once for a connection, and only where the file has such a rate.
final class SharedRates: Sendable {
    private struct Content {
        var connections: RateLimit?
        var sessions: RateLimit?
        var connectionLimit: Int?
        var sessionLimit: Int?
        /// The latest moment that a thread has told, in milliseconds: threads look at the clock once in a turn, and none of
        /// them turns the time back.
        var latest = Int64.min

        mutating func moment(_ now: Int64) -> Int64 {
            latest = max(latest, now)
            return latest
        }
    }

    // Owner: the mutex.
    private let content = Mutex(Content())

    /// Changes the limit of connections; with the one that it has it goes on.
    ///
    /// - Parameter limit: the most a second; `nil` is no limit.
    func limitConnections(to limit: Int?) {
        content.withLock { content in
            guard content.connectionLimit != limit else { return }
            content.connectionLimit = limit
            content.connections = limit.map { RateLimit(perSecond: $0) }
        }
    }

    /// Changes the limit of sessions; with the one that it has it goes on.
    ///
    /// - Parameter limit: the most a second; `nil` is no limit.
    func limitSessions(to limit: Int?) {
        content.withLock { content in
            guard content.sessionLimit != limit else { return }
            content.sessionLimit = limit
            content.sessions = limit.map { RateLimit(perSecond: $0) }
        }
    }

    /// How long the next connection has to wait.
    ///
    /// - Parameter now: what time it is, in milliseconds.
    /// - Returns: milliseconds, 0 when it may be accepted now.
    func delay(atMilliseconds now: Int64) -> Int64 {
        content.withLock { content in
            let now = content.moment(now)
            return max(
                content.connections?.delay(atMilliseconds: now) ?? 0, content.sessions?.delay(atMilliseconds: now) ?? 0)
        }
    }

    /// Counts a connection, and the session that it is to become, if both are allowed now.
    ///
    /// - Parameter now: what time it is, in milliseconds.
    /// - Returns: false when one of them is not; nothing is counted then.
    func take(atMilliseconds now: Int64) -> Bool {
        content.withLock { content in
            let now = content.moment(now)
            if content.connections?.take(atMilliseconds: now) == false { return false }
            if content.sessions?.take(atMilliseconds: now) == false {
                content.connections?.giveBack()
                return false
            }
            return true
        }
    }

    /// No longer counts a connection that didn't come.
    func giveBack() {
        content.withLock { content in
            content.connections?.giveBack()
            content.sessions?.giveBack()
        }
    }

    /// No longer counts the session that a connection has not become, or not yet.
    func giveBackSession() { content.withLock { $0.sessions?.giveBack() } }

    /// Counts a connection that nobody has taken a place for.
    ///
    /// - Parameter now: when it was accepted, in milliseconds.
    func countConnection(atMilliseconds now: Int64) {
        content.withLock { content in
            let now = content.moment(now)
            content.connections?.count(atMilliseconds: now)
        }
    }

    /// Counts a session that nobody has taken a place for.
    ///
    /// - Parameter now: when it began, in milliseconds.
    func countSession(atMilliseconds now: Int64) {
        content.withLock { content in
            let now = content.moment(now)
            content.sessions?.count(atMilliseconds: now)
        }
    }
}
