import Balancing
import EventLoop

/// Sessions of a backend that are being closed little by little, so that their clients come back elsewhere.
struct Departure {
    /// Where they are to come back.
    enum Goal {
        /// To the servers that have fewer sessions than their part (`rebalance`).
        case even(RebalancePlan)
        /// To the active servers, from the backups (`failback-drain`).
        case failback
    }

    /// What they are closed for.
    enum Purpose: Sendable {
        /// Servers that have their part of them.
        case even
        /// Active servers that have them back.
        case failback
    }

    /// The least time between two steps.
    static let shortestStepMilliseconds: Int64 = 100
    /// How many slots of sessions are looked at in a step: traffic waits for no more than that.
    static let slotsInStep = 4096

    /// How long the clients of closed sessions are waited for: a client of RabbitMQ tries again after five seconds.
    static let longestReturnMilliseconds: Int64 = 10_000

    /// Where they are to come back.
    var goal: Goal
    /// How many end by when.
    let pace: DeparturePace
    /// How many sessions are closed in a minute, for a plan that has to be made anew.
    let perMinute: Int
    /// When it began.
    let startedAt: MonotonicTime
    /// Who ordered it; `nil` when nobody did.
    let actor: String?
    /// Why, in that person's words.
    let reason: String?
    /// How many sessions have been closed for it.
    var closed = 0
    /// When the last one was.
    var lastClosedAt: MonotonicTime
    /// The slot at which the search goes on.
    var cursor = 0
    /// How many slots have been looked at since a session was found.
    var slotsInVain = 0
    /// The next step.
    var timer = TimerHandle.none

    /// Makes a departure that begins.
    ///
    /// - Parameters:
    ///   - goal: where the clients are to come back.
    ///   - pace: how many sessions end by when.
    ///   - perMinute: how many in a minute, for a plan that has to be made anew.
    ///   - now: what time it is.
    ///   - cause: who ordered it, and why.
    init(_ goal: Goal, pace: DeparturePace, perMinute: Int = 0, at now: MonotonicTime, cause: WorkerLoop.Cause) {
        self.goal = goal
        self.pace = pace
        self.perMinute = perMinute
        startedAt = now
        lastClosedAt = now
        (actor, reason) = (cause.actor, cause.reason)
    }

    /// What they are closed for.
    var purpose: Purpose {
        switch goal {
        case .even: .even
        case .failback: .failback
        }
    }

    /// Whether clients are sent to the emptiest server meanwhile.
    var isSteering: Bool { purpose == .even }

    /// Which servers give up how many; `nil` where all backups give up all.
    var plan: RebalancePlan? {
        if case .even(let plan) = goal { return plan }
        return nil
    }
}
