import EventLoop
import Model

/// Lifetime: what comes before a worker's first turn and after its last one.
extension WorkerLoop {
    /// Joins the other workers, accepts, and begins whatever goes on by itself.
    func begin() {
        pulse.attach()
        let token = EventToken(kind: Subject.mailbox.rawValue, generation: 0, index: 0)
        do {
            try poller.addLevelTriggered(mailbox.descriptor, token: token)
        } catch {
            preconditionFailure("a new poller takes a first descriptor: \(error)")
        }
        let code = poller.add(
            alarm.descriptor, token: EventToken(kind: Subject.alarm.rawValue, generation: 0, index: 0))
        precondition(code == 0, "a new poller takes a second descriptor: \(SystemError.text(of: code))")
        let member = group.join(as: place) { [mailbox] body in
            // A worker that has ended has nothing left that another one could be about.
            _ = mailbox.post(.carryOut { loop in if let loop { body(loop) } })
        }
        self.member = member
        place?.team.join(member)
        if group.isShared {
            noteLoads()
            tellStandings()
        }
        startAccepting()
        guard isLead else {
            // What the lead has found out before this one could be told.
            place?.team.tellLead { $0.tellStandings() }
            startLookUps()
            planSample()
            return
        }
        history.offer(
            .inventory(at: WallClock.now(), instance: configuration.name, servers: allServers.map(\.identity)))
        for server in allServers { recordFirstState(of: server) }
        startChecks()
        startLookUps()
        startNameServices()
        startRings()
        startPeers()
        startHolds(after: earlier.sides)
        resume(earlier.departures)
        earlier = EarlierWorker()
        planSample()
    }

    /// Leaves nothing open and nobody waiting for an answer.
    func end() {
        pulse.rest()
        closeListeners()
        stopChecks()
        sample(isLast: true)
        if let stopping, stopping.isFinal, isLead { recordEnd(actor: stopping.actor, reason: stopping.reason) }
        takeLastLines()
        log.flush()
        endRings()
        endPeers()
        if let member {
            place?.team.quit(member)
            group.quit(member)
            tellOfEnd()
        }
        let undone = mailbox.close()
        for order in undone { order.refuse() }
        let last = snapshot()
        for reply in awaitingLastSnapshot { reply.resume(returning: last) }
        for reply in awaitingEnd { reply.resume() }
    }
}
