/// What a server's agent said last.
public struct AgentSnapshot: Sendable, Hashable {
    /// How the last question to it ended; `nil` before the first has.
    public var last: CheckResult?
    /// Whether it is being asked now.
    public var isBeingAsked: Bool
    /// How far it lets the server be up.
    public var position: HealthPosition

    /// Makes a snapshot.
    ///
    /// - Parameters:
    ///   - last: how the last question to it ended.
    ///   - isBeingAsked: whether it is being asked now.
    ///   - position: how far it lets the server be up.
    public init(last: CheckResult?, isBeingAsked: Bool, position: HealthPosition) {
        self.last = last
        self.isBeingAsked = isBeingAsked
        self.position = position
    }
}
