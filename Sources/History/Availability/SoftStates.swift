import Model

/// How often a server's checks said something else than its state in one hour, without changing it.
public struct SoftStates: Sendable, Hashable {
    /// The hour's beginning; hours are those of UTC.
    public var at: Timestamp
    /// Which server.
    public var server: ServerIdentity
    /// Checks that failed and left the server up, since `fall` was not reached.
    public var failed: Int
    /// Checks that passed and left it down, since `rise` was not reached.
    public var passed: Int

    /// Makes an account of an hour.
    ///
    /// - Parameters:
    ///   - at: the hour's beginning.
    ///   - server: which server.
    ///   - failed: checks that failed and left it up.
    ///   - passed: checks that passed and left it down.
    public init(at: Timestamp, server: ServerIdentity, failed: Int, passed: Int) {
        self.at = at
        self.server = server
        self.failed = failed
        self.passed = passed
    }
}
