import EventLoop
import Model

/// What is counted for a server or a backend beside its sessions, as a new worker takes it over from an earlier one.
///
/// Sessions and bytes are not among it: the earlier worker goes on counting those of the sessions that it finishes.
public struct CarriedCounts: Sendable, Hashable {
    /// Since when it has been up or down, and for how long it was down.
    var outage: Outage
    /// Checks that failed before it was down for sure.
    var failedChecks = 0
    /// How often its traffic showed too many errors in a row.
    var failedAnalyses = 0
    /// How often it came into each state.
    var transitions: [ServerState: Int] = [:]
    /// The `rise` and `fall` that its position was counted with; `nil` without a check.
    var rise: Int?
    var fall: Int?
}

extension Outage {
    /// The same for a successor, which may know better.
    ///
    /// - Parameters:
    ///   - isDown: what it is for the successor.
    ///   - now: what time it is.
    /// - Returns: with a change now, if that is one.
    func continuing(isDown: Bool, at now: MonotonicTime) -> Outage {
        guard isDown != self.isDown else { return self }
        var outage = self
        outage.note(isDown: isDown, at: now)
        return outage
    }
}

extension Server {
    /// What a successor goes on counting.
    var carriedCounts: CarriedCounts {
        CarriedCounts(
            outage: outage, failedChecks: check?.failures ?? 0, failedAnalyses: failedAnalyses,
            transitions: transitions, rise: check?.counter.rise, fall: check?.counter.fall)
    }

    /// Goes on counting where an earlier worker left off.
    ///
    /// - Parameters:
    ///   - counts: what it had counted.
    ///   - now: what time it is.
    func takeOver(_ counts: CarriedCounts, at now: MonotonicTime) {
        outage = counts.outage.continuing(isDown: isOut, at: now)
        check?.failures = counts.failedChecks
        failedAnalyses = counts.failedAnalyses
        transitions = counts.transitions
    }
}
