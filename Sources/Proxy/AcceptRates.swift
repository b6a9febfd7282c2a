import Balancing
import EventLoop

/// How fast connections may be accepted: by the whole instance (`maxconnrate`, `maxsessrate`), or at one frontend
/// (`rate-limit sessions`).
///
/// - Source: HAProxy 2.6 configuration manual, sections 3.2 and 4.2.
struct AcceptRates {
    /// The most connections a second; `nil` is no limit.
    private(set) var connectionLimit: Int?
    /// The most sessions a second.
    private(set) var sessionLimit: Int?
    private var connections: RateLimit?
    private var sessions: RateLimit?
    /// What counts in their place where several threads accept; `nil` with one.
    private var shared: SharedRates?

    /// Makes limits under which nothing has happened yet.
    ///
    /// - Parameters:
    ///   - connections: most connections a second; `nil` is no limit.
    ///   - sessions: most sessions a second.
    init(connections: Int? = nil, sessions: Int?) {
        limitConnections(to: connections)
        limitSessions(to: sessions)
    }

    /// Changes the limit of connections.
    ///
    /// - Parameter limit: the most a second; `nil` is no limit.
    mutating func limitConnections(to limit: Int?) {
        connectionLimit = limit
        if let shared { return shared.limitConnections(to: limit) }
        connections = limit.map { RateLimit(perSecond: $0) }
    }

    /// Changes the limit of sessions.
    ///
    /// - Parameter limit: the most a second; `nil` is no limit.
    mutating func limitSessions(to limit: Int?) {
        sessionLimit = limit
        if let shared { return shared.limitSessions(to: limit) }
        sessions = limit.map { RateLimit(perSecond: $0) }
    }

    /// Whether there is any limit.
    var areLimited: Bool { connectionLimit != nil || sessionLimit != nil }

    /// Has connections counted together with those of other threads from now on.
    ///
    /// - Parameter shared: what counts them.
    mutating func share(_ shared: SharedRates) {
        shared.limitConnections(to: connectionLimit)
        shared.limitSessions(to: sessionLimit)
        self.shared = shared
    }

    /// Takes a place for the next connection; with one thread there always is one.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: false where other threads have been quicker.
    func take(at now: MonotonicTime) -> Bool {
        guard areLimited, let shared else { return true }
        return shared.take(atMilliseconds: now.wholeMilliseconds)
    }

    /// Gives back a place that no connection came for.
    func giveBack() { if areLimited { shared?.giveBack() } }

    /// Gives back the place of the session that a connection has not become, or not yet.
    func giveBackSession() { if areLimited { shared?.giveBackSession() } }

    /// How long the next connection has to wait in the kernel's queue.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: milliseconds, 0 when it may be accepted now.
    func delay(at now: MonotonicTime) -> Int64 {
        if let shared { return shared.delay(atMilliseconds: now.wholeMilliseconds) }
        return max(
            connections?.delay(atMilliseconds: now.wholeMilliseconds) ?? 0,
            sessions?.delay(atMilliseconds: now.wholeMilliseconds) ?? 0)
    }

    /// Counts a connection that was accepted.
    ///
    /// - Parameters:
    ///   - now: when.
    ///   - isTaken: whether it has a place among those of all threads already (`take`).
    mutating func countConnection(at now: MonotonicTime, isTaken: Bool) {
        guard let shared, areLimited else {
            connections?.count(atMilliseconds: now.wholeMilliseconds)
            return
        }
        if !isTaken { shared.countConnection(atMilliseconds: now.wholeMilliseconds) }
    }

    /// Counts a session that has begun.
    ///
    /// - Parameters:
    ///   - now: when.
    ///   - isTaken: whether it has a place among those of all threads already (`take`).
    mutating func countSession(at now: MonotonicTime, isTaken: Bool) {
        guard let shared, areLimited else {
            sessions?.count(atMilliseconds: now.wholeMilliseconds)
            return
        }
        if !isTaken { shared.countSession(atMilliseconds: now.wholeMilliseconds) }
    }
}

extension MonotonicTime {
    /// Rounded down.
    fileprivate var wholeMilliseconds: Int64 { nanoseconds / 1_000_000 }
}
