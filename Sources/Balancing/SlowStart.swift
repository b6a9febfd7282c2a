/// How a server that has just come up gets its traffic step by step (server keyword `slowstart`).
///
/// The weight grows in sixteenths, the limit of sessions in hundredths, both with the whole seconds that have passed. The
/// caller looks once a second, tells `ServerGroups.setSlowStart`, and lets waiting sessions in.
///
/// - Source: HAProxy 2.6 configuration manual, server keyword `slowstart`; the steps follow recordings of HAProxy 2.6.
public struct SlowStart: Sendable, Hashable {
    /// How many steps the weight has.
    public static let steps = Share.scale
    /// How often the caller is to look.
    public static let interval = Duration.seconds(1)

    /// How long it takes, in seconds.
    public let seconds: Int

    /// Makes a slow start.
    ///
    /// - Parameter duration: how long it takes; a part of a second counts as a whole one.
    public init(_ duration: Duration) {
        let (seconds, rest) = duration.components
        self.seconds = Int(seconds) + (rest > 0 ? 1 : 0)
    }

    /// Whether it is over.
    ///
    /// - Parameter elapsed: whole seconds since the server came up.
    /// - Returns: true once the server runs at full speed.
    public func isOver(afterSeconds elapsed: Int) -> Bool { elapsed < 0 || elapsed >= seconds }

    /// How many steps of its weight a server has.
    ///
    /// - Parameter elapsed: whole seconds since the server came up.
    /// - Returns: 1 to `steps`.
    public func steps(afterSeconds elapsed: Int) -> Int {
        isOver(afterSeconds: elapsed) ? Self.steps : (Self.steps * elapsed + seconds) / seconds
    }

    /// How many sessions a server takes.
    ///
    /// - Parameters:
    ///   - limit: the limit that it would have at full speed.
    ///   - elapsed: whole seconds since the server came up.
    /// - Returns: the limit now, at least 1.
    public func limit(_ limit: Int, afterSeconds elapsed: Int) -> Int {
        if isOver(afterSeconds: elapsed) { return limit }
        return max(1, limit * (100 * elapsed / seconds) / 100)
    }
}
