import AccessLog
import EventLoop
import Model

/// Orders: what the supervisor asks for between two turns.
extension WorkerLoop {
    /// Carries out what the mailbox holds.
    func carryOutOrders() {
        for order in mailbox.collect() {
            switch order {
            case .snapshot(let reply): reply.resume(returning: snapshot())
            case .act(let act, let actor, let reason, let reply):
                reply.resume(returning: carryOut(act, cause: Cause(actor: actor, reason: reason)))
            case .stopAccepting(let reply):
                closeListeners()
                endPeers()
                noteEndOfAccepting()
                reply.resume()
            case .inheritance(let reply):
                reply.resume(returning: inheritance)
            case .carryOut(let body): body(self)
            case .lookedUp(let position, let answer): take(answer, of: position)
            case .awaitEnd(let reply): awaitingEnd.append(reply)
            case .stop(let grace, let isFinal, let actor, let reason, let reply):
                awaitingEnd.append(reply)
                stop(afterMilliseconds: grace, isFinal: isFinal, actor: actor, reason: reason)
            }
        }
    }

    /// The time that the sessions had to end is over.
    func stopTimerFired() {
        stopping?.timer = .none
        stopping?.hasExpired = true
        sessions.forEach {
            $0.pointee.isArriving ? turnAway($0, .killed) : end($0, .killed($0.pointee.phase.termination))
        }
    }

    /// Ends sessions that have come after the time of all was over.
    func endLateSessions() { if stopping?.hasExpired == true { stopTimerFired() } }

    private var inheritance: [ServerIdentity: InheritedServer] {
        var inheritance: [ServerIdentity: InheritedServer] = [:]
        for case let backend? in backends {
            for index in backend.namedPlaces {
                inheritance[backend.servers[index].identity] = backend.inheritance(of: index)
            }
        }
        return inheritance
    }

    /// Stops accepting and checking, and ends once the sessions have ended; a second call may shorten their time.
    ///
    /// - Parameters:
    ///   - grace: how long sessions may go on, in milliseconds.
    ///   - isFinal: whether no other worker follows.
    ///   - actor: who ordered it.
    ///   - reason: why.
    func stop(afterMilliseconds grace: Int64, isFinal: Bool, actor: String?, reason: String?) {
        let deadline = now.advanced(byMilliseconds: grace)
        if var current = stopping {
            current.isFinal = current.isFinal || isFinal
            stopping = current
            guard deadline < current.deadline else { return }
            timers.cancel(&current.timer)
        } else {
            // Without time, they would be closed at once anyway.
            if grace > 0 { acceptWaiting() }
            closeListeners()
            // Another worker shares the tables from now on, or nobody does.
            endPeers()
            noteEndOfAccepting()
            // Another worker checks from now on, or nobody does.
            stopChecks()
            giveUpDepartures()
            logStop()
            stopping = Stopping(isFinal: isFinal, actor: actor, reason: reason, deadline: deadline)
        }
        let token = EventToken(kind: Subject.stop.rawValue, generation: 0, index: 0)
        stopping?.deadline = deadline
        stopping?.timer = timers.plan(at: deadline, token: token)
    }

    private func logStop() {
        let wall = WallClock.now()
        for (index, proxy) in configuration.proxies.enumerated()
        where !proxy.isDisabled && heldFrontends[index] != .stopped { logStop(of: index, at: wall) }
    }

    /// Tells in its log that a proxy has stopped, and how much it has served.
    ///
    /// - Parameters:
    ///   - index: the proxy.
    ///   - wall: when.
    func logStop(of index: Int, at wall: Timestamp) {
        // Its fellows have told it what they have served, and leave no lines of their own.
        guard isLead else { return }
        let others = place?.team.served(of: index) ?? ThreadTeam.Served()
        let accepted = frontends[index]?.totalSessions ?? httpCounters[index]?.read().totalSessions ?? 0
        let line = ProxyStoppedLogLine(
            proxy: configuration.proxies[index].name, frontendConnections: accepted + others.frontend,
            backendConnections: (backends[index]?.tally.totalSessions ?? 0) + others.backend)
        log.send(line, along: routes[index], at: wall)
    }
}
