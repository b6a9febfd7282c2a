import AccessLog
import EventLoop
import Health
import Model

/// Transitions: what follows when a check or a person changes a server's state.
extension WorkerLoop {
    /// Who and what brought a change about.
    struct Cause {
        var check: CheckResult?
        /// What else is known of why.
        var detail: String?
        var actor: String?
        var reason: String?
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
        let before = check.counter.state
        check.lastResult = result
        if check.counter.isUp && !result.status.isSuccess { check.failures += 1 }
        let cause = Cause(check: result)
        if let transition = check.counter.take(result) {
            let event = event(
                of: server, in: backend, .checked(to: transition.to, by: result), operational: before)
            change(index, in: backend, event: event, isFall: transition.to == .down, cause: cause)
        } else if server.recordedState == .unknown {
            record(server, in: backend, cause: cause)
        }
    }

    /// Carries out a person's order for a server.
    ///
    /// - Parameters:
    ///   - state: the order.
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - actor: who ordered it.
    ///   - reason: why.
    func order(_ state: AdministrativeState, of index: Int, in backend: Backend, actor: String, reason: String?) {
        let server = backend.servers[index]
        let before = server.administrative
        guard before != state else { return }
        let operational = server.operational
        server.order(state)
        if before == .maint, let check = server.check, !server.isUnresolved {
            // Nothing was checked meanwhile: up, until a first check says otherwise.
            _ = check.counter.restart()
            planCheck(of: index, in: backend, afterMilliseconds: 0)
        }
        if state == .maint { stopCheck(of: server) }
        let event = event(of: server, in: backend, .ordered(from: before, to: state), operational: operational)
        change(index, in: backend, event: event, isFall: false, cause: Cause(actor: actor, reason: reason))
    }

    /// Tells the history what is known of a server when its worker begins.
    ///
    /// - Parameter server: a server.
    func recordFirstState(of server: Server) {
        guard let backend = backends.compactMap({ $0 }).first(where: { $0.configuration.name == server.identity.proxy })
        else { return }
        if server.isUnresolved {
            record(server, in: backend, cause: Cause(detail: "could not resolve address"))
        } else if server.check == nil || server.administrative == .maint || server.recordedState != .unknown {
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

    /// Describes a change of a server, before it is made.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - backend: its backend.
    ///   - change: what happens.
    ///   - operational: what the checks had found before.
    /// - Returns: the event, without the numbers that are known afterwards.
    func event(
        of server: Server, in backend: Backend, _ change: ServerLogEvent.Change, operational: OperationalState
    ) -> ServerLogEvent {
        var event = ServerLogEvent(
            proxy: backend.configuration.name, server: server.configuration.name,
            isBackup: server.configuration.isBackup, change: change, operational: operational,
            administrative: server.administrative)
        event.hadServer = backend.isUp
        event.isListen = backend.configuration.kind == .listen
        return event
    }

    /// Makes a server's new state count: for the balancing, the queue, the log and the history.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - event: what happened.
    ///   - isFall: whether it counts as going down (an order does not).
    ///   - cause: who and what brought it about.
    func change(_ index: Int, in backend: Backend, event: ServerLogEvent, isFall: Bool, cause: Cause) {
        let server = backend.servers[index]
        backend.groups.setUsable(index, server.isUsable)
        noteChange(of: index, in: backend)
        server.outage.note(isDown: server.isOut, isFall: isFall, at: now)
        if event.hadServer != backend.isUp {
            backend.outage.note(isDown: !backend.isUp, isFall: !backend.isUp, at: now)
        }
        var event = event
        event.sessions = server.tally.currentSessions
        if server.isUsable {
            let waiting = backend.queue.count
            serveQueue(of: index, in: backend)
            event.requeued = waiting - backend.queue.count
            event.queued = backend.queue.count(in: .server(index))
            send(event, about: backend)
        } else {
            // Told first: those that find no other server end at once.
            event.requeued = requeueable(from: index, in: backend)
            event.queued = backend.queue.count(in: .server(index)) - event.requeued
            send(event, about: backend)
            requeue(from: index, in: backend)
        }
        record(server, in: backend, cause: cause)
        sample()
    }

    private func record(_ server: Server, as state: ServerState? = nil, in backend: Backend, cause: Cause) {
        let state = state ?? server.state
        guard state != server.recordedState else { return }
        let at = WallClock.now()
        var record = TransitionRecord(at: at, server: server.identity, from: server.recordedState, to: state)
        if let check = cause.check {
            record.status = check.status
            record.code = check.code
            record.detail = check.detail.isEmpty ? nil : check.detail
            record.checkMilliseconds = check.durationMilliseconds
        }
        if let detail = cause.detail { record.detail = detail }
        record.lastedMilliseconds = server.recordedSince.map {
            at.millisecondsSinceEpoch - $0.millisecondsSinceEpoch
        }
        record.sessions = server.tally.currentSessions
        // Once nothing is known any more, nothing takes traffic either.
        record.activeServers = state == .unknown ? 0 : backend.groups.activeServers
        record.backupServers = state == .unknown ? 0 : backend.groups.backupServers
        record.actor = cause.actor
        record.reason = cause.reason
        server.recordedState = state
        server.recordedSince = at
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
