import Balancing
import EventLoop
import Model

/// Departing: sessions are closed gently, a few at a time, so that their clients come back elsewhere.
///
/// Closed gently is: nothing more is read, what was read is passed on, and both sides are told of the end. Which of a server's
/// sessions end is left to chance: those whose slots come first.
extension WorkerLoop {
    /// Begins to close sessions in place of whatever was being closed before.
    ///
    /// - Parameters:
    ///   - departure: what is to be closed.
    ///   - backend: the backend.
    func begin(_ departure: Departure, in backend: Backend) {
        if var earlier = backend.departure { timers.cancel(&earlier.timer) }
        backend.departure = departure
        planStep(of: backend)
    }

    /// Begins to close the sessions on backups after new ones have gone back to the active servers.
    ///
    /// - Parameters:
    ///   - count: how many there are.
    ///   - backend: the backend.
    ///   - time: within which time.
    ///   - cause: who ordered it, and why.
    func beginDrain(of count: Int, in backend: Backend, within time: Duration, cause: Cause) {
        let pace = DeparturePace(count, within: time.wholeMilliseconds)
        begin(Departure(.failback, pace: pace, at: now, cause: cause), in: backend)
    }

    /// Stops closing sessions, if they are being closed for one purpose.
    ///
    /// - Parameters:
    ///   - backend: the backend.
    ///   - goal: the purpose.
    func endDeparture(of backend: Backend, ifItIs goal: Departure.Purpose) {
        guard var departure = backend.departure, departure.purpose == goal else { return }
        timers.cancel(&departure.timer)
        backend.departure = nil
    }

    /// The next sessions are due.
    ///
    /// - Parameter proxy: the backend's index.
    func departureTimerFired(_ proxy: Int) {
        let backend = backend(proxy)
        backend.departure?.timer = .none
        guard var departure = backend.departure else { return }
        let elapsed = now.milliseconds(since: departure.startedAt)
        let due = departure.pace.due(after: elapsed) - departure.closed
        switch departure.goal {
        case .even(var plan):
            plan.adjust(to: backend.sessionCounts)
            departure.goal = .even(plan)
            backend.departure = departure
            closeSessions(of: backend, as: .moved, isMeant: plan.next(due))
        case .failback:
            // At the end of the time whoever is left goes, also those that were still being connected.
            let count = elapsed >= departure.pace.milliseconds ? .max : due
            let backups = backend.servers.map { $0.configuration.isBackup ? count : 0 }
            closeSessions(of: backend, as: .activeUp, isMeant: backups, atMost: count)
        }
        planStep(of: backend)
    }

    /// Closes some sessions, as far as they are found among the slots of one step.
    private func closeSessions(
        of backend: Backend, as outcome: Session.Outcome, isMeant quota: [Int], atMost most: Int = .max
    ) {
        guard var departure = backend.departure, let proxy = backends.firstIndex(where: { $0 === backend }) else {
            return
        }
        var quota = quota
        var left = min(most, quota.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 })
        var plan = departure.plan
        var looked = 0
        while left > 0, looked < min(Departure.slotsInStep, sessions.slotCount) {
            if departure.cursor >= sessions.slotCount { departure.cursor = 0 }
            let slots = departure.cursor..<min(departure.cursor + WorkerLoop.slotsAtOnce, sessions.slotCount)
            departure.slotsInVain += slots.count
            sessions.forEach(in: slots) { session in
                let index = Int(session.pointee.serverIndex)
                guard left > 0, session.pointee.holdsServer, Int(session.pointee.backend) == proxy, quota[index] > 0,
                    session.pointee.outcome == .running, session.pointee.isRelaying || outcome == .activeUp
                else { return }
                quota[index] -= 1
                left -= 1
                departure.closed += 1
                departure.slotsInVain = 0
                departure.lastClosedAt = now
                plan?.noteClosed(at: index)
                shutDown(session, as: outcome)
            }
            looked += slots.count
            departure.cursor = slots.upperBound
        }
        if left > 0 {
            let others = zip(quota, sessionsOfOthers(in: backend)).map { count, others -> Int in
                defer { left -= min(count, others, left) }
                return min(count, others, left)
            }
            let count = others.reduce(0, +)
            if count > 0, askOthers(for: others, in: backend, as: outcome) {
                departure.closed += count
                departure.slotsInVain = 0
                departure.lastClosedAt = now
                for (index, closed) in others.enumerated() {
                    for _ in 0..<closed { plan?.noteClosed(at: index) }
                }
            }
        }
        if let plan { departure.goal = .even(plan) }
        // What the ends of sessions have brought about may have put another one in its place, or none.
        guard backend.departure?.startedAt == departure.startedAt else { return }
        backend.departure = departure
    }

    /// Plans the next step, or ends where nothing is left to be closed.
    private func planStep(of backend: Backend) {
        guard var departure = backend.departure, let proxy = backends.firstIndex(where: { $0 === backend }) else {
            return
        }
        let isDone: Bool
        switch departure.goal {
        case .even(let plan):
            let isClosed = plan.remaining == 0 || departure.slotsInVain > sessions.slotCount + Departure.slotsInStep
            isDone = isClosed && haveComeBack(from: departure, plan, to: backend)
        case .failback:
            isDone = !backend.servers.contains { $0.configuration.isBackup && $0.tally.allSessions > 0 }
        }
        if isDone {
            backend.departure = nil
            if case .even(let plan) = departure.goal { tellOfEnd(of: departure, plan, in: backend) }
            return
        }
        timers.cancel(&departure.timer)
        let soonest = now.advanced(byMilliseconds: Departure.shortestStepMilliseconds)
        let next = departure.startedAt.advanced(byMilliseconds: departure.pace.nextDue(after: departure.closed))
        departure.timer = timers.plan(
            at: max(soonest, next),
            token: EventToken(kind: Subject.departure.rawValue, generation: 0, index: UInt32(proxy)))
        backend.departure = departure
    }

    /// Whether the clients of closed sessions are back, or won't come any more: until then they are shown where to go.
    private func haveComeBack(from departure: Departure, _ plan: RebalancePlan, to backend: Backend) -> Bool {
        let counts = zip(plan.targets, backend.sessionCounts).compactMap { target, count in target.map { (count, $0) } }
        guard counts.reduce(0, { $0 + $1.0 }) < counts.reduce(0, { $0 + $1.1 }) else { return true }
        return now.milliseconds(since: departure.lastClosedAt) >= Departure.longestReturnMilliseconds
    }

    /// How many slots are looked at between two looks at how many sessions are left to find.
    private static let slotsAtOnce = 64
}
