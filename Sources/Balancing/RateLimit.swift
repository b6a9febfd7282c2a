/// Events that may happen at a limited rate: `rate-limit sessions`, `maxconnrate`, `maxsessrate`.
///
/// Time is cut into seconds that begin with the first event after a pause. An event is allowed while those of the running
/// second, together with the last second's in proportion to what is left of the running one, rounded down, are fewer than
/// the limit: a burst of as many as the limit, then one at a time in even distances. Knows no clock; all moments are of one
/// monotonic clock.
///
/// - Source: HAProxy 2.6 configuration manual, `rate-limit sessions`, `maxconnrate` and `maxsessrate`; the rule follows the
///   moments at which HAProxy 2.6 accepted bursts of connections.
public struct RateLimit: Sendable {
    private static let period: Int64 = 1_000

    private let limit: Int
    private var start: Int64?
    private var current = 0
    private var previous = 0

    /// Makes a limit without any event so far.
    ///
    /// - Parameter limit: events per second, at least 1.
    public init(perSecond limit: Int) {
        precondition(limit > 0, "a rate of 0 is no limit, and the caller's to leave out")
        self.limit = limit
    }

    /// How many events are allowed now.
    ///
    /// - Parameter now: what time it is, in milliseconds.
    /// - Returns: their number, 0 when none is.
    public func allowed(atMilliseconds now: Int64) -> Int {
        let seen = turned(to: now)
        return max(0, limit - seen.current - seen.carried(at: now))
    }

    /// Counts events, whether or not they were allowed.
    ///
    /// - Parameters:
    ///   - events: how many.
    ///   - now: when they happened, in milliseconds.
    public mutating func count(_ events: Int = 1, atMilliseconds now: Int64) {
        self = turned(to: now)
        if start == nil { start = now }
        current += events
    }

    /// Counts an event if one is allowed now.
    ///
    /// - Parameter now: when it happens, in milliseconds.
    /// - Returns: whether it is counted.
    public mutating func take(atMilliseconds now: Int64) -> Bool {
        guard allowed(atMilliseconds: now) > 0 else { return false }
        count(atMilliseconds: now)
        return true
    }

    /// No longer counts an event that was taken a moment ago, and has not happened after all.
    public mutating func giveBack() {
        if current > 0 {
            current -= 1
        } else if previous > 0 {
            previous -= 1
        }
        // A second begins with an event that happens.
        if current == 0, previous == 0 { start = nil }
    }

    /// How long it takes until an event is allowed.
    ///
    /// - Parameter now: what time it is, in milliseconds.
    /// - Returns: the time in milliseconds, 0 when one is allowed now.
    public func delay(atMilliseconds now: Int64) -> Int64 {
        let seen = turned(to: now)
        guard let start = seen.start, seen.allowed(atMilliseconds: now) == 0 else { return 0 }
        if seen.current < limit {
            return Self.moment(events: seen.previous, room: limit - seen.current) + start - now
        }
        return Self.moment(events: seen.current, room: limit) + start + Self.period - now
    }

    /// How far into a second the last second's events leave room for another one.
    private static func moment(events: Int, room: Int) -> Int64 {
        guard events >= room else { return 0 }
        // events * left / period, rounded down, has to be less than room.
        let left = (Int64(room) * period - 1) / Int64(events)
        return period - left
    }

    private func carried(at now: Int64) -> Int {
        guard let start else { return 0 }
        return Int(Int64(previous) * (Self.period - (now - start)) / Self.period)
    }

    /// The same with the second that a moment lies in as the running one.
    private func turned(to now: Int64) -> RateLimit {
        guard let start, now - start >= Self.period else { return self }
        var turned = self
        if now - start < 2 * Self.period {
            turned.start = start + Self.period
            turned.previous = current
        } else {
            turned.start = nil
            turned.previous = 0
        }
        turned.current = 0
        return turned
    }
}
