/// A moment of wall-clock time, to the millisecond.
///
/// What history, logs and statistics carry. Intervals are measured with the monotonic clock, never by subtracting two of
/// these, unless the question itself is about the calendar.
public struct Timestamp: Sendable, Hashable, Comparable, Codable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var millisecondsSinceEpoch: Int64

    /// Makes a moment from Unix time.
    ///
    /// - Parameter millisecondsSinceEpoch: milliseconds since 1970-01-01T00:00:00Z.
    public init(millisecondsSinceEpoch: Int64) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
    }

    /// Whether the left moment is before the right one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }

    /// The moment `milliseconds` later (earlier when negative).
    ///
    /// - Parameter milliseconds: how far to move, in milliseconds.
    /// - Returns: the moved moment.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: millisecondsSinceEpoch + milliseconds)
    }
}
