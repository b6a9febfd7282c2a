import AccessLog
import EventLoop
import Health
import Model

/// Transitions: what follows when a check or a person changes a server's state.
extension WorkerLoop {
    /// Who and what brought a change about.
    struct Cause {
        var check: CheckResult?
        /// What is known of why where no check has said it.
        var said: String?
        var actor: String?
        var reason: String?
        /// The server that was changed first, where another one follows it.
        var tracked: String?
        /// For how long checks had said so before it happened; `nil` where one was enough.
        var turningMilliseconds: Int64?

        /// The same for a server that tracks the one that changed.
        func passedOn(by tracked: Server) -> Cause {
            var cause = self
            cause.tracked = tracked.trackedName
            return cause
        }

        /// What the history is told: where it came from, and what is known of why.
        var detail: String? {
            let said = said ?? check.flatMap { $0.detail.isEmpty ? nil : $0.detail }
            guard let tracked else { return said }
            return said.map { "via \(tracked): \($0)" } ?? "via \(tracked)"
        }
    }

    /// Takes in a finished check.
    ///
    /// - Parameters:
    ///   - result: how it ended.
    ///   - index: the server.
    ///   - backend: its backend.
    func take(_ result: CheckResult, of index: Int, in backend: Backend) {
        let server = backend.servers[index]
        guard let check = server.check else { preconditionFailure("only checked servers have results") }
        let before = check.counter
        let stateBefore = server.operational
        let lastStatus = check.lastResult?.status
        check.lastResult = result
        let transition = check.counter.take(result)
        let hasMoved = check.counter != before
        if hasMoved && !result.status.isSuccess { check.failures += 1 }
        countSoftState(result, of: server, isUp: check.counter.isUp)
        if result.status.isSuccess { server.errorStreak?.clear() }
        let logsChecks = backend.configuration.logsHealthChecks
        if logsChecks && (hasMoved || lastStatus != result.status) {
            var told = result
            told.detail = check.wordsForLog ?? told.detail
            log(told, of: index, at: check.position, in: backend)
        }
        var cause = Cause(check: result)
        cause.turningMilliseconds = noteTurning(of: check, hasTurned: transition != nil)
        // What a person said holds until a check says something else.
        if result.status.isSuccess || transition != nil { server.forgetDeclaration() }
        if !result.status.isSuccess || check.counter.isUp { server.forgetWord() }
        // So does what an agent said that isn't asked any more.
        if result.status.isSuccess, server.agent?.isEnabled == false { server.reconsiderAgent() }
        if server.operational != stateBefore {
            // A line of the check's own has just told the reason.
            let reason = logsChecks ? nil : result
            change(index, in: backend, .checked(to: server.operational, by: reason), cause: cause)
        } else if server.recordedState == .unknown {
            recordFirstVerdict(of: server, in: backend, cause: cause)
        }
    }

    /// Notes since when checks say something else than their server's state.
    ///
    /// - Parameters:
    ///   - check: the check, which has just taken in a result.
    ///   - hasTurned: whether the state has followed.
    /// - Returns: how long that took; `nil` when it has not followed, or at once.
    private func noteTurning(of check: ServerCheck, hasTurned: Bool) -> Int64? {
        switch check.counter.phase {
        case .goingUp, .goingDown:
            // One check after another: the first of them counts.
            check.turningSince = check.turningSince ?? now
            return nil
        case .up, .down:
            defer { check.turningSince = nil }
            return hasTurned ? check.turningSince.map { now.milliseconds(since: $0) } : nil
        }
    }

    /// Counts a check that says something else than its server's state, and did not change it.
    private func countSoftState(_ result: CheckResult, of server: Server, isUp: Bool) {
        switch (isUp, result.status.isSuccess) {
        case (true, false): server.tally.sample.softFailures += 1
        case (false, true): server.tally.sample.softPasses += 1
        case (true, true), (false, false): break
        }
    }

    /// Carries out a person's order for a server.
    ///
    /// - Parameters:
    ///   - state: the order.
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - cause: who ordered it, and why.
    func order(_ state: AdministrativeState, of index: Int, in backend: Backend, cause: Cause) {
        let server = backend.servers[index]
        let before = server.orders
        guard before.own != state else { return }
        server.order(state)
        change(index, in: backend, .ordered(from: before, to: server.orders), cause: cause)
    }

    /// Takes a person's word for a server's state, in place of its checks.
    ///
    /// - Parameters:
    ///   - state: up, stopping or down.
    ///   - index: a server that tracks no other one.
    ///   - backend: its backend.
    ///   - cause: who said so, and why.
    func declare(_ state: OperationalState, of index: Int, in backend: Backend, cause: Cause) {
        let server = backend.servers[index]
        // In maintenance nothing is known of it; afterwards it begins anew.
        guard server.administrative != .maint else { return }
        let before = server.operational
        server.declare(state)
        if server.operational != before { change(index, in: backend, .declared(state), cause: cause) }
    }

    /// Tells the history what is known of a server when its worker begins.
    ///
    /// - Parameter server: a server.
    func recordFirstState(of server: Server) {
        guard let backend = backends.compactMap({ $0 }).first(where: { $0.configuration.name == server.identity.proxy })
        else { return }
        if server.isUnresolved {
            record(server, in: backend, cause: Cause(said: "could not resolve address"))
        } else if server.decidingCheck == nil || server.administrative == .maint || server.recordedState != .unknown {
            record(server, in: backend, cause: Cause())
        }
    }

    /// Tells the history that nothing will be known of the servers from now on.
    ///
    /// - Parameters:
    ///   - actor: who stopped the instance.
    ///   - reason: why.
    func recordEnd(actor: String?, reason: String?) {
        for case let backend? in backends {
            for server in backend.servers where server.recordedState != .unknown {
                record(
                    server, as: .unknown, in: backend, cause: Cause(actor: actor, reason: reason ?? "instance stopped"))
            }
        }
    }

    /// Describes a change of a server before the balancing knows of it.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - backend: its backend.
    ///   - change: what happens.
    /// - Returns: the event, without the numbers that are known afterwards.
    func event(of server: Server, in backend: Backend, _ change: ServerLogEvent.Change) -> ServerLogEvent {
        var event = ServerLogEvent(
            proxy: backend.configuration.name, server: server.configuration.name,
            isBackup: server.configuration.isBackup, change: change, operational: server.operational,
            orders: server.orders)
        event.tracked = server.tracked?.trackedName
        event.wasStopping = server.toldOperational == .stopping
        event.hadServer = backend.isUp
        event.isListen = backend.configuration.kind == .listen
        return event
    }

    /// Makes a change count for a server, then at once for those that track it.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - change: what happened to it.
    ///   - cause: who and what brought it about.
    func change(_ index: Int, in backend: Backend, _ change: ServerLogEvent.Change, cause: Cause) {
        let server = backend.servers[index]
        if case .ordered(let from, let to) = change { adjustCheck(of: index, in: backend, from: from, to: to) }
        apply(change, to: index, in: backend, cause: cause)
        for reference in server.trackers {
            let following = self.backend(reference.proxy)
            let tracker = following.servers[reference.server]
            guard let passedOn = passOn(change, by: server, to: tracker) else { continue }
            self.change(reference.server, in: following, passedOn, cause: cause.passedOn(by: server))
        }
    }

    /// What a change of a server is for one that tracks it.
    private func passOn(
        _ change: ServerLogEvent.Change, by server: Server, to tracker: Server
    ) -> ServerLogEvent.Change? {
        let inheritedBefore: AdministrativeState
        switch change {
        case .checked(let state, _), .declared(let state):
            // In maintenance a server follows no checks.
            return tracker.administrative == .maint ? nil : .checked(to: state, by: nil)
        case .ordered(let from, _): inheritedBefore = server.isUnresolved ? .maint : from.effective
        case .unresolved: inheritedBefore = server.administrative
        case .resolved: inheritedBefore = .maint
        case .warmedUp, .weighed:
            // Each has a weight and a slow start of its own.
            return nil
        }
        let before = AdministrativeOrders(own: tracker.orders.own, inherited: inheritedBefore)
        return before == tracker.orders ? nil : .ordered(from: before, to: tracker.orders)
    }

    private func adjustCheck(
        of index: Int, in backend: Backend, from: AdministrativeOrders, to: AdministrativeOrders
    ) {
        let server = backend.servers[index]
        guard !server.isUnresolved else { return }
        switch (from.effective == .maint, to.effective == .maint) {
        case (true, false):
            // Nothing was checked meanwhile: up, until a first check says otherwise.
            server.forgetDeclaration()
            server.forgetWord()
            server.reconsiderAgent()
            _ = server.check?.counter.restart()
            server.check?.turningSince = nil
            planCheck(of: index, in: backend, afterMilliseconds: 0)
        case (false, true): stopCheck(of: server)
        case (true, true), (false, false): break
        }
    }

    /// Makes a server's new state count: for the balancing, the queue, the log, the history and its sessions.
    private func apply(_ change: ServerLogEvent.Change, to index: Int, in backend: Backend, cause: Cause) {
        let server = backend.servers[index]
        var event = event(of: server, in: backend, change)
        let wasOut = server.outage.isDown
        let wasPanicking = backend.groups.isPanicking
        let usableBefore = backend.servers.indices.map { backend.groups.isUsable($0) }
        if server.administrative != .maint { server.weightUntilReady = nil }
        backend.groups.setStanding(index, server.standing)
        backend.publish(index)
        let isUsable = backend.groups.isUsable(index)
        noteChange(of: index, in: backend)
        let leavesMaintenance = change.leavesMaintenance
        server.outage.note(isDown: server.isOut, wasMeant: leavesMaintenance, at: now)
        server.toldOperational = server.operational
        if event.hadServer != backend.isUp {
            backend.outage.note(isDown: !backend.isUp, wasMeant: leavesMaintenance, at: now)
        }
        event.sessions = server.tally.toldSessions
        if isUsable {
            let waiting = backend.queuedCount
            serveQueue(of: index, in: backend)
            event.requeued = max(0, waiting - backend.queuedCount)
            event.queued = backend.queuedCount(in: .server(index))
            send(event, about: backend)
        } else {
            // Told first: those that find no other server end at once.
            event.requeued = requeueable(from: index, in: backend)
            event.queued = max(0, backend.queuedCount(in: .server(index)) - event.requeued)
            send(event, about: backend)
            requeue(from: index, in: backend)
        }
        notePanic(since: wasPanicking, in: backend)
        serveQueues(ofNewlyUsable: usableBefore, but: index, in: backend)
        let (isMarkedDown, isMarkedUp) = (server.isOut && !wasOut, isUsable && !usableBefore[index])
        // All of them end with this turn.
        let isCutting = isMarkedDown && server.configuration.closesSessionsWhenDown
        let cut =
            isCutting ? server.tally.allSessions : isMarkedUp ? sessionsLeavingBackups(for: index, backend) : nil
        record(server, in: backend, cause: cause, sessionsCut: cut)
        if isMarkedDown { serverWasMarkedDown(index, in: backend) }
        if isMarkedUp { serverWasMarkedUp(index, in: backend) }
        noteSides(of: backend)
        noteNewBalance(of: backend, returned: isMarkedUp && !server.warmup.isOn ? index : nil)
        tellStandings(of: backend)
        sample()
    }

    /// Leaves a line about a check.
    ///
    /// - Parameters:
    ///   - result: how it ended.
    ///   - index: the server.
    ///   - position: how far it lets the server be up.
    ///   - backend: its backend.
    ///   - isAgent: whether its agent was asked.
    func log(
        _ result: CheckResult, of index: Int, at position: HealthPosition, in backend: Backend, isAgent: Bool = false
    ) {
        let server = backend.servers[index]
        guard let proxy = backends.firstIndex(where: { $0 === backend }) else { return }
        var line = CheckLogLine(
            proxy: backend.configuration.name, server: server.configuration.name,
            isBackup: server.configuration.isBackup, result: result, position: position)
        line.isAgent = isAgent
        line.hasWeight = backend.groups.weight(of: index) > 0
        log.send(line, along: routes[proxy], at: WallClock.now())
    }

    /// Tells the history of the first verdict about a server and those that track it.
    private func recordFirstVerdict(of server: Server, in backend: Backend, cause: Cause) {
        record(server, in: backend, cause: cause)
        for reference in server.trackers {
            let following = self.backend(reference.proxy)
            let tracker = following.servers[reference.server]
            guard tracker.recordedState == .unknown else { continue }
            recordFirstVerdict(of: tracker, in: following, cause: cause.passedOn(by: server))
        }
    }

    /// Tells the history of a server's state, if that is another one than it knows.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - state: its state; `nil` is the present one.
    ///   - backend: its backend.
    ///   - cause: who and what brought it about.
    ///   - sessionsCut: how many of its sessions end with it; `nil` where none do.
    func record(
        _ server: Server, as state: ServerState? = nil, in backend: Backend, cause: Cause, sessionsCut: Int? = nil
    ) {
        let state = state ?? server.state
        guard state != server.recordedState else { return }
        let at = WallClock.now()
        var record = TransitionRecord(at: at, server: server.identity, from: server.recordedState, to: state)
        if let check = cause.check {
            record.status = check.status
            record.code = check.code
            record.checkMilliseconds = check.durationMilliseconds
        }
        record.detail = cause.detail
        record.lastedMilliseconds = server.recordedSince.map {
            at.millisecondsSinceEpoch - $0.millisecondsSinceEpoch
        }
        record.sessions = server.tally.toldSessions
        // Once nothing is known any more, nothing takes traffic either.
        record.activeServers = state == .unknown ? 0 : backend.groups.activeServers
        record.backupServers = state == .unknown ? 0 : backend.groups.backupServers
        record.carriers = state == .unknown ? [] : backend.carriers
        record.sessionsCut = sessionsCut
        record.turningMilliseconds = cause.turningMilliseconds
        record.actor = cause.actor
        record.reason = cause.reason
        server.recordedState = state
        server.recordedSince = at
        server.transitions[state, default: 0] += 1
        history.offer(.transition(record))
    }

    /// Leaves an event's lines in the log of its backend.
    ///
    /// - Parameters:
    ///   - event: what happened; how many servers take traffic now is filled in.
    ///   - backend: the server's backend.
    func send(_ event: ServerLogEvent, about backend: Backend) {
        guard let proxy = backends.firstIndex(where: { $0 === backend }) else { return }
        var event = event
        event.activeServers = backend.groups.activeServers
        event.backupServers = backend.groups.backupServers
        log.send(event, along: routes[proxy], at: WallClock.now())
        // Unlike a session's line, somebody may be waiting for this one.
        log.flush()
    }
}

extension ServerLogEvent.Change {
    /// Whether a server is in service again that somebody had taken out.
    fileprivate var leavesMaintenance: Bool {
        guard case .ordered(let from, let to) = self else { return false }
        return from.effective == .maint && to.effective != .maint
    }
}
