import EventLoop

/// When a loop counts as stuck: it is in one turn for longer than anything that it does should take.
///
/// Knows no clock. Counts the time in which somebody looked: a process that was stopped and goes on has not been stuck.
struct StallRule: Sendable, Equatable {
    /// What follows from a look.
    enum Verdict: Sendable, Equatable {
        /// Nothing, or nothing new.
        case fine
        /// It is stuck; told once a turn.
        case stalled(for: Duration)
        /// It has been stuck for so long that only a new process helps.
        case hopeless(for: Duration)
        /// The turn that was told of has ended after all.
        case recovered(after: Duration)
    }

    /// One look counts for no more, however long ago the last one was.
    static let longestStep = Duration.seconds(1)

    /// A turn of this length is told.
    let stalledAfter: Duration
    /// A turn of this length is hopeless.
    let hopelessAfter: Duration

    private var turn: MonotonicTime?
    private var stuckFor = Duration.zero
    private var isTold = false

    /// Makes a rule for one loop.
    ///
    /// - Parameters:
    ///   - stalledAfter: a turn of this length is told.
    ///   - hopelessAfter: a turn of this length is hopeless.
    init(stalledAfter: Duration, hopelessAfter: Duration) {
        self.stalledAfter = stalledAfter
        self.hopelessAfter = hopelessAfter
    }

    /// Takes in a look at the loop.
    ///
    /// - Parameters:
    ///   - began: when the turn began that it is in; `nil` while it waits for something to do.
    ///   - step: how long ago the last look was.
    /// - Returns: what follows.
    mutating func look(at began: MonotonicTime?, after step: Duration) -> Verdict {
        guard let began, began == turn else {
            let verdict: Verdict = isTold ? .recovered(after: stuckFor) : .fine
            (turn, stuckFor, isTold) = (began, .zero, false)
            return verdict
        }
        stuckFor += min(step, Self.longestStep)
        if stuckFor >= hopelessAfter { return .hopeless(for: stuckFor) }
        guard stuckFor >= stalledAfter, !isTold else { return .fine }
        isTold = true
        return .stalled(for: stuckFor)
    }
}
