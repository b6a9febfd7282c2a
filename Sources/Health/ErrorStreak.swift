/// Counts a server's errors in a row, as its traffic shows them (`observe`).
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `observe`, `error-limit` and `on-error`.
public struct ErrorStreak: Sendable, Hashable {
    /// Errors in a row that are too many.
    public let limit: Int
    private var errors = 0

    /// Begins without errors.
    ///
    /// - Parameter limit: errors in a row that are too many, at least 1.
    public init(limit: Int) {
        precondition(limit >= 1, "a server reacts to at least one error")
        self.limit = limit
    }

    /// Takes in what became of a connection.
    ///
    /// - Parameter isError: whether it failed.
    /// - Returns: true when there were too many errors in a row; the count begins anew then.
    public mutating func take(isError: Bool) -> Bool {
        errors = isError ? errors + 1 : 0
        guard errors >= limit else { return false }
        errors = 0
        return true
    }

    /// Forgets the errors: a check has passed.
    public mutating func clear() { errors = 0 }
}
