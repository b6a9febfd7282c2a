import AccessLog
import Balancing
import Configuration
import EventLoop
import Model

/// Failing back: from a usable active server to new sessions on it, where that is a decision of its own (`failback`).
extension WorkerLoop {
    /// Goes on with the sides and the holds of an earlier worker.
    ///
    /// - Parameter sides: which side took new sessions until now, by the backend's name.
    func startHolds(after sides: [String: Failback]) {
        for case let backend? in backends {
            // Nothing has happened yet that somebody should be told of, but what the new file brings.
            _ = backend.groups.takeTurn()
            backend.groups.goOn(after: sides[backend.configuration.name])
            noteSides(of: backend, why: "the file has changed")
            if backend.groups.isHeld { planEndOfHold(of: backend) }
        }
    }

    /// Does what follows when new sessions have gone to the other side, or might have, of a backend that knows sides.
    ///
    /// - Parameters:
    ///   - backend: a backend of which a server has changed.
    ///   - cause: who and what brought it about.
    ///   - why: the same in words, for the history.
    func noteSides(of backend: Backend, cause: Cause = Cause(), why: String = "no backup is usable") {
        guard let failback = backend.configuration.failback else { return }
        backend.publishSides()
        if !backend.groups.isHeld {
            timers.cancel(&backend.holdTimer)
            backend.heldSince = nil
        }
        let turn = backend.groups.takeTurn()
        switch turn {
        case nil: break
        case .left: endDeparture(of: backend, ifItIs: .failback)
        case .held:
            backend.heldSince = now
            planEndOfHold(of: backend)
            tell(
                .held, "active servers are usable again; new sessions stay on the backups \(failback.untilWhen)",
                backend)
        case .returned:
            let isAutomatic = failback.policy == .automatic
            var words = "new sessions go to the active servers again"
            if !isAutomatic { words += ": \(why)" }
            let old = backend.servers.filter(\.configuration.isBackup).reduce(0) { $0 + $1.tally.allSessions }
            if let drain = failback.drain, old > 0 {
                words += "; \(old) sessions on backups end within \(drain.words)"
            }
            tell(.failback, words, backend, cause: cause)
            for index in backend.servers.indices where !isAutomatic && backend.groups.takesTraffic(index) {
                serverWasMarkedUp(index, in: backend)
            }
            if let drain = failback.drain, old > 0 { beginDrain(of: old, in: backend, within: drain, cause: cause) }
        }
        // Whoever waits for a server of the other side has been chosen for it, but not been sent there yet.
        for index in backend.servers.indices where !backend.groups.isOnOpenSide(index) {
            requeue(from: index, in: backend, isClosed: true)
        }
        guard turn != nil else { return }
        tellStandings(of: backend)
        for index in backend.servers.indices where backend.groups.takesTraffic(index) {
            serveQueue(of: index, in: backend)
        }
    }

    /// Goes on with the sides of new sessions after a file has changed servers, or what ends a hold.
    ///
    /// - Parameter backend: a backend.
    func goOnHolding(in backend: Backend) {
        guard backend.configuration.failback != nil else {
            timers.cancel(&backend.holdTimer)
            backend.heldSince = nil
            endDeparture(of: backend, ifItIs: .failback)
            return
        }
        noteSides(of: backend, why: "the file has changed")
        if backend.groups.isHeld { planEndOfHold(of: backend) }
    }

    /// A hold is over.
    ///
    /// - Parameter proxy: the backend's index.
    func holdTimerFired(_ proxy: Int) {
        let backend = backend(proxy)
        backend.holdTimer = .none
        guard let failback = backend.configuration.failback, case .hold(let time) = failback.policy else { return }
        backend.groups.release()
        noteSides(of: backend, why: "they were usable for \(time.words)")
    }

    /// Ends holds by order.
    ///
    /// - Parameters:
    ///   - name: the proxy; all of them when `nil`.
    ///   - cause: who ordered it, and why.
    /// - Returns: which proxies' new sessions go to the active servers by that.
    /// - Throws: `ActRefusal`, where there is no such proxy, or no hold.
    func failBack(_ name: String?, cause: Cause) throws(ActRefusal) -> String {
        let held = try backends(named: name).filter(\.groups.isHeld)
        guard !held.isEmpty else { throw .notHeld }
        for backend in held {
            backend.groups.release()
            noteSides(of: backend, cause: cause, why: "by order")
        }
        return held.map { "\($0.configuration.name): new sessions go to the active servers again\n" }.joined()
    }

    /// The backends that an order is about.
    ///
    /// - Parameter name: the proxy; all of them when `nil`.
    /// - Returns: at least one.
    /// - Throws: `ActRefusal.noSuchBackend`.
    func backends(named name: String?) throws(ActRefusal) -> [Backend] {
        let found = backends.compactMap { $0 }.filter { name == nil || $0.configuration.name == name }
        if found.isEmpty { throw .noSuchBackend }
        return found
    }

    /// Tells the log and the history what becomes of a backend's sessions.
    ///
    /// - Parameters:
    ///   - kind: what happens.
    ///   - words: the same in words.
    ///   - backend: the backend.
    ///   - cause: who ordered it, and why.
    func tell(_ kind: EventKind, _ words: String, _ backend: Backend, cause: Cause = Cause()) {
        let at = WallClock.now()
        let text = "\(backend.configuration.name): \(words)"
        if let proxy = backends.firstIndex(where: { $0 === backend }) {
            log.send(TextLogLine(level: .notice, text: "backend \(text)"), along: routes[proxy], at: at)
            log.flush()
        }
        history.offer(
            .event(
                EventRecord(
                    at: at, instance: configuration.name, kind: kind, actor: cause.actor, reason: cause.reason,
                    detail: text)))
    }

    private func planEndOfHold(of backend: Backend) {
        timers.cancel(&backend.holdTimer)
        guard case .hold(let time)? = backend.configuration.failback?.policy, let since = backend.heldSince,
            let proxy = backends.firstIndex(where: { $0 === backend })
        else { return }
        let token = EventToken(kind: Subject.hold.rawValue, generation: 0, index: UInt32(proxy))
        backend.holdTimer = timers.plan(at: since.advanced(byMilliseconds: time.wholeMilliseconds), token: token)
    }
}

extension FailbackConfiguration {
    /// When a hold ends, in words.
    fileprivate var untilWhen: String {
        switch policy {
        case .automatic: "no longer"
        case .hold(let time): "until they have been so for \(time.words)"
        case .manual: "until somebody orders a failback"
        }
    }
}

extension Duration {
    /// As a file would write it, in the largest unit that it has a whole number of.
    var words: String {
        let milliseconds = wholeMilliseconds
        let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")]
        guard let (length, unit) = units.first(where: { milliseconds >= $0.0 && milliseconds % $0.0 == 0 }) else {
            return "\(milliseconds)ms"
        }
        return "\(milliseconds / length)\(unit)"
    }
}
