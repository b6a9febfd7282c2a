/// What the balancing says about one new session.
public enum Choice: Sendable, Hashable {
    /// Connect to this server.
    case server(Int)
    /// Every usable server is full: wait for whichever is free first.
    case waitForAny
    /// Only this server may take it, and it is full: wait for this one.
    case waitFor(Int)
    /// No server is usable.
    case none
}
