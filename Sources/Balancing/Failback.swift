/// Which side of a warren takes new sessions, where to come back from the backups is a decision of its own (`failback`).
///
/// At every moment one side takes all new sessions, or none does. Sessions leave the active servers when none of them is
/// usable, and come back when the policy says so, or when no backup is left. An active server that falls while they are
/// held begins its time anew. Knows neither time nor sessions: the caller measures how long it has been held.
public struct Failback: Sendable, Hashable {
    /// What has to happen before new sessions come back.
    public enum Policy: Sendable, Hashable, CaseIterable {
        /// Nothing but that an active server is usable.
        case automatic
        /// The caller says when (`release()`): a time has passed, or a person has ordered it.
        case held
    }

    /// Who takes new sessions.
    public enum Side: Sendable, Hashable, CaseIterable {
        /// The active servers.
        case active
        /// The backups: no active server is usable.
        case backup
        /// The backups, though an active server is usable.
        case held
        /// Nobody is usable.
        case nobody
    }

    /// What a change has done.
    public enum Turn: Sendable, Hashable, CaseIterable {
        /// New sessions go to the backups.
        case left
        /// An active server is usable, and new sessions stay on the backups.
        case held
        /// New sessions go to the active servers again.
        case returned
    }

    private let policy: Policy
    /// Who takes new sessions.
    public private(set) var side: Side
    /// Whether the backups took new sessions after the active servers last did.
    private var hasLeft: Bool

    /// Makes the rule as things are at the start, when whoever can be used is.
    ///
    /// - Parameters:
    ///   - policy: what has to happen before new sessions come back.
    ///   - hasActives: whether an active server is usable.
    ///   - hasBackups: whether a backup is.
    public init(policy: Policy, hasActives: Bool, hasBackups: Bool) {
        self.policy = policy
        side = hasActives ? .active : hasBackups ? .backup : .nobody
        hasLeft = side == .backup
    }

    /// Whether active servers are kept from new sessions though they are usable.
    public var isHeld: Bool { side == .held }

    /// Takes in who is usable now.
    ///
    /// - Parameters:
    ///   - hasActives: whether an active server is usable, held or not.
    ///   - hasBackups: whether a backup is.
    /// - Returns: what that has done; `nil` where new sessions go on as before, or nowhere.
    public mutating func take(hasActives: Bool, hasBackups: Bool) -> Turn? {
        switch (hasActives, hasBackups) {
        case (false, false):
            side = .nobody
            return nil
        case (true, false):
            return comeBack()
        case (false, true):
            // One that falls while it is held changes nothing for the sessions.
            let turn: Turn? = side == .backup || hasLeft ? nil : .left
            side = .backup
            hasLeft = true
            return turn
        case (true, true):
            guard hasLeft, policy == .held else { return comeBack() }
            let turn: Turn? = side == .held ? nil : .held
            side = .held
            return turn
        }
    }

    /// Ends a hold, if there is one.
    ///
    /// - Returns: whether new sessions go to the active servers by that.
    public mutating func release() -> Turn? { side == .held ? comeBack() : nil }

    /// Goes on where another rule was, as the servers are now.
    ///
    /// - Parameters:
    ///   - earlier: the rule that has been followed until now.
    ///   - hasActives: whether an active server is usable, held or not.
    ///   - hasBackups: whether a backup is.
    /// - Returns: what that has done; `nil` where new sessions go on as before, or nowhere.
    public mutating func goOn(after earlier: Failback, hasActives: Bool, hasBackups: Bool) -> Turn? {
        (side, hasLeft) = (earlier.side, earlier.hasLeft)
        return take(hasActives: hasActives, hasBackups: hasBackups)
    }

    /// Goes on with a hold that an earlier rule had begun, if both sides are usable.
    ///
    /// - Returns: whether new sessions are held now.
    public mutating func resume(hasActives: Bool, hasBackups: Bool) -> Bool {
        guard hasActives, hasBackups, policy == .held else { return false }
        (side, hasLeft) = (.held, true)
        return true
    }

    private mutating func comeBack() -> Turn? {
        side = .active
        defer { hasLeft = false }
        return hasLeft ? .returned : nil
    }
}
