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
        connections = limit.map { RateLimit(perSecond: $0) }
    }

    /// Changes the limit of sessions.
    ///
    /// - Parameter limit: the most a second; `nil` is no limit.
    mutating func limitSessions(to limit: Int?) {
        sessionLimit = limit
        sessions = limit.map { RateLimit(perSecond: $0) }
    }

    /// Whether there is any limit.
    var areLimited: Bool { connections != nil || sessions != nil }

    /// How long the next connection has to wait in the kernel's queue.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: milliseconds, 0 when it may be accepted now.
    func delay(at now: MonotonicTime) -> Int64 {
        max(
            connections?.delay(atMilliseconds: now.wholeMilliseconds) ?? 0,
            sessions?.delay(atMilliseconds: now.wholeMilliseconds) ?? 0)
    }

    /// Counts a connection that was accepted.
    ///
    /// - Parameter now: when.
    mutating func countConnection(at now: MonotonicTime) { connections?.count(atMilliseconds: now.wholeMilliseconds) }

    /// Counts a session that has begun.
    ///
    /// - Parameter now: when.
    mutating func countSession(at now: MonotonicTime) { sessions?.count(atMilliseconds: now.wholeMilliseconds) }
}

extension MonotonicTime {
    /// Rounded down.
    fileprivate var wholeMilliseconds: Int64 { nanoseconds / 1_000_000 }
}
