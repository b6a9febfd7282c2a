import Model

/// A change of what the checks say about a server.
public struct HealthTransition: Sendable, Hashable {
    /// The state before.
    public var from: OperationalState
    /// The state since.
    public var to: OperationalState
}

/// Turns single check results into server transitions.
///
/// The server is on a ladder of `rise + fall` positions, numbered from 0. It is UP from position `rise` upwards:
///
/// ```
///    0        1 ... rise-1       rise ... rise+fall-2      rise+fall-1
///   DOWN      DOWN 1/rise ...    UP 1/fall ...             UP
///   <- one failure: to 0         <- one failure: one down; from rise: to 0
///      one success: one up; to rise: straight to the top     ->
/// ```
///
/// A server begins at `rise`: UP, but one failure away from DOWN. Knows neither time nor sockets: the caller says when,
/// and carries the transition out.
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `rise` and `fall`; the positions are those of the CSV
///   fields `check_rise`, `check_fall` and `check_health`.
public struct HealthCounter: Sendable, Hashable {
    /// Passed checks in a row that bring a server up.
    public let rise: Int
    /// Failed checks in a row that take a server down.
    public let fall: Int
    /// The position on the ladder, 0 to `rise + fall - 1`.
    public private(set) var health: Int
    /// What a server is that passes on a condition: stopping, or degraded.
    public let conditionalState: OperationalState
    /// Whether the last check that passed did so on a condition.
    public private(set) var isConditional = false

    /// Makes the counter of a server that was not checked yet: UP, but the first failure takes it down.
    ///
    /// - Parameters:
    ///   - rise: passed checks in a row that bring it up, at least 1.
    ///   - fall: failed checks in a row that take it down, at least 1.
    ///   - conditionalState: what a server is that passes on a condition.
    public init(rise: Int, fall: Int, conditionalState: OperationalState = .stopping) {
        precondition(rise >= 1 && fall >= 1, "a server rises and falls after at least one check")
        self.rise = rise
        self.fall = fall
        self.conditionalState = conditionalState
        health = rise
    }

    /// Makes the counter of a server that an earlier worker knew.
    ///
    /// A position that was counted with another `rise` and `fall` keeps its meaning: certain stays certain, and anything
    /// between stays on its side of UP and DOWN.
    ///
    /// - Parameters:
    ///   - rise: passed checks in a row that bring it up, at least 1.
    ///   - fall: failed checks in a row that take it down, at least 1.
    ///   - health: the position it had.
    ///   - earlierRise: the `rise` it was counted with, when it was another one.
    ///   - earlierFall: the `fall` it was counted with, when it was another one.
    ///   - conditionalState: what a server is that passes on a condition.
    public init(
        rise: Int, fall: Int, health: Int, earlierRise: Int? = nil, earlierFall: Int? = nil,
        conditionalState: OperationalState = .stopping
    ) {
        self.init(rise: rise, fall: fall, conditionalState: conditionalState)
        let earlierRise = earlierRise ?? rise
        let earlierFall = earlierFall ?? fall
        if health >= earlierRise + earlierFall - 1 {
            self.health = top
        } else if health >= earlierRise {
            self.health = min(rise + health - earlierRise, top)
        } else {
            self.health = min(max(health, 0), rise - 1)
        }
    }

    /// The highest position: UP without a doubt.
    public var top: Int { rise + fall - 1 }

    /// Whether the server is up.
    public var isUp: Bool { health >= rise }

    /// What the checks say.
    public var state: OperationalState {
        guard isUp else { return .down }
        return isConditional ? conditionalState : .up
    }

    /// Where the server is on its way between UP and DOWN.
    public var phase: Phase {
        if health == top { return .up }
        if health == 0 { return .down }
        return isUp ? .goingDown : .goingUp
    }

    /// How sure the state is.
    public enum Phase: Sendable, Hashable, CaseIterable {
        /// UP, and the last check passed.
        case up
        /// UP, but checks fail; also a server that was not checked yet.
        case goingDown
        /// DOWN, and the last check failed.
        case down
        /// DOWN, but checks pass.
        case goingUp
    }

    /// Takes in one finished check.
    ///
    /// A failure that changes the position is what HAProxy counts as `chkfail`.
    ///
    /// - Parameter result: how the check ended.
    /// - Returns: the transition it causes, or `nil` while the state holds.
    public mutating func take(_ result: CheckResult) -> HealthTransition? {
        let before = state
        switch (isUp, result.status.isSuccess) {
        case (true, true): health = top
        case (true, false): health = health > rise ? health - 1 : 0
        case (false, true): health = health + 1 == rise ? top : health + 1
        case (false, false): health = 0
        }
        // What a failed check leaves up is as it was.
        if result.status.isSuccess { isConditional = result.status == .layer7Conditional }
        if !isUp { isConditional = false }
        return transition(from: before)
    }

    /// Leaves a server that is up one more failure after the next one (`on-error sudden-death`).
    public mutating func endanger() {
        if health > rise { health = rise + 1 }
    }

    /// Lets the next failure take a server down (`on-error mark-down`).
    public mutating func condemn() { health = rise }

    /// Forgets that the last check passed on a condition: what it said doesn't hold any more.
    public mutating func forgetCondition() { isConditional = false }

    /// Sets the state by order, as after a check without a doubt.
    ///
    /// - Parameter isUp: UP or DOWN.
    /// - Returns: the transition it causes, or `nil` while the state holds.
    public mutating func force(isUp: Bool) -> HealthTransition? {
        let before = state
        health = isUp ? top : 0
        isConditional = false
        return transition(from: before)
    }

    /// Begins anew after maintenance: UP, but the first failure takes it down.
    ///
    /// - Returns: the transition it causes, or `nil` while the state holds.
    public mutating func restart() -> HealthTransition? {
        let before = state
        health = rise
        isConditional = false
        return transition(from: before)
    }

    private func transition(from before: OperationalState) -> HealthTransition? {
        before == state ? nil : HealthTransition(from: before, to: state)
    }
}
