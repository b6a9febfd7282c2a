/// Files that have changed and may go on changing: each is dealt with once it has been left alone for a while.
///
/// An editor writes a file in several steps, and a script one file after the other. Knows neither clock nor files.
public struct QuietFiles: Sendable {
    /// How long a file has to be left alone.
    public static let quiet = Duration.seconds(1)

    private var changedAt: [String: ContinuousClock.Instant] = [:]

    /// Nothing has changed.
    public init() {}

    /// Notes that a file has changed.
    ///
    /// - Parameters:
    ///   - name: the file.
    ///   - now: when.
    public mutating func note(_ name: String, at now: ContinuousClock.Instant) { changedAt[name] = now }

    /// When the next one has been left alone for long enough; `nil` while none has changed.
    public var nextDue: ContinuousClock.Instant? { changedAt.values.min().map { $0 + Self.quiet } }

    /// Takes those that have been left alone.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: their names, in order; they are not told again before they change again.
    public mutating func takeDue(at now: ContinuousClock.Instant) -> [String] {
        let due = changedAt.filter { $0.value + Self.quiet <= now }.keys.sorted()
        for name in due { changedAt[name] = nil }
        return due
    }
}
