/// Events within a sliding time: those of the running period, and the share of the last one that is still within reach.
///
/// - Source: HAProxy 2.6 configuration manual, `stick-table`, `store` (rates "over the period").
public struct PeriodCounter: Sendable, Hashable {
    /// When the running period began, in milliseconds.
    public private(set) var begin: Int64 = 0
    /// The events of the running period.
    public private(set) var current: Int64 = 0
    /// Those of the period before it.
    public private(set) var previous: Int64 = 0

    /// Nothing counted yet.
    public init() {}

    /// Goes on where another one was.
    ///
    /// - Parameters:
    ///   - begin: when its running period began, in milliseconds of this one's clock.
    ///   - current: the events of that period.
    ///   - previous: those of the period before it.
    public init(begin: Int64, current: Int64, previous: Int64) {
        self.begin = begin
        self.current = current
        self.previous = previous
    }

    /// Counts events.
    ///
    /// - Parameters:
    ///   - events: how many.
    ///   - now: when, in milliseconds.
    ///   - period: the time, in milliseconds; always the same.
    public mutating func count(_ events: Int64 = 1, at now: Int64, period: Int64) {
        turn(to: now, period)
        current += events
    }

    /// Makes it so many events, all of them now.
    ///
    /// - Parameters:
    ///   - events: how many.
    ///   - now: when, in milliseconds.
    public mutating func set(_ events: Int64, at now: Int64) {
        begin = now
        current = events
        previous = 0
    }

    /// How many events there were in the period that ends now.
    ///
    /// - Parameters:
    ///   - now: the end, in milliseconds.
    ///   - period: the time, in milliseconds.
    /// - Returns: their number, rounded down.
    public func value(at now: Int64, period: Int64) -> Int64 {
        var counter = self
        counter.turn(to: now, period)
        let left = period - (now - counter.begin)
        return counter.current + counter.previous * left / period
    }

    private mutating func turn(to now: Int64, _ period: Int64) {
        let elapsed = now - begin
        guard elapsed >= period else { return }
        previous = elapsed < 2 * period ? current : 0
        begin = elapsed < 2 * period ? begin + period : now
        current = 0
    }
}
