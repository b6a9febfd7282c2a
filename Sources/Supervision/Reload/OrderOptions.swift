/// What may be said with an order to an instance.
public struct OrderOptions: Sendable, Hashable {
    /// How long an old worker's sessions go on after a restart; `nil` is what the supervisor does without a word.
    public var grace: Duration?
    /// Whether a reload is only worked out, and nothing done.
    public var isDryRun = false

    /// Nothing said.
    public init() {}
}
