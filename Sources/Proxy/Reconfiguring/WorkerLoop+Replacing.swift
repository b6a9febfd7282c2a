import Balancing
import Configuration
import EventLoop
import Model

/// Checks, look-ups and time limits: the third step of reconfiguring.
extension WorkerLoop {
    /// Gives the checks that go on, and the questions to agents, the new places of their servers, and begins the others.
    ///
    /// - Parameters:
    ///   - checked: by the place until now: whose check it was.
    ///   - fresh: those that begin anew.
    func replaceChecks(_ checked: [CheckSubject?], startingAnew fresh: Set<CheckSubject>) {
        var places: [(subject: CheckSubject, place: CheckPlace)] = []
        for (index, backend) in backends.enumerated() {
            for (position, server) in (backend?.servers ?? []).enumerated() {
                for isAgent in [false, true] {
                    let subject = CheckSubject(server, isAgent: isAgent)
                    guard subject.check != nil else { continue }
                    places.append((subject, CheckPlace(backend: index, server: position, isAgent: isAgent)))
                }
            }
        }
        let bySubject = Dictionary(uniqueKeysWithValues: places.map { ($0.subject, $0.place) })
        checks = checked.map { before in before.flatMap { bySubject[$0] } }
        let kept = Set(checked.compactMap(\.self))
        var starting: [Int] = []
        for (position, subject) in checked.enumerated() {
            if let subject, checks[position] != nil, fresh.contains(subject) { starting.append(position) }
        }
        for (subject, place) in places where !kept.contains(subject) {
            if let empty = checks.firstIndex(where: { $0 == nil }) {
                checks[empty] = place
                starting.append(empty)
            } else {
                checks.append(place)
                starting.append(checks.count - 1)
            }
        }
        startChecks(at: starting.sorted())
    }

    /// Lets names be asked for those who still wait for them, and for those who have come.
    ///
    /// - Parameters:
    ///   - exchanges: what has become of the servers.
    ///   - awaiting: whose names the system is asked for.
    func replaceLookUps(_ exchanges: [ServerExchange], awaiting: Set<ServerIdentity>) {
        var fresh: Set<ServerIdentity> = []
        for exchange in exchanges {
            let moved = Set(exchange.moved.map { ObjectIdentifier($0) })
            let servers = exchange.backend.servers
            for position in lookUps.indices {
                lookUps[position].servers = lookUps[position].servers.compactMap { place in
                    guard place.backend == exchange.proxy else { return place }
                    let server = exchange.before[place.server]
                    guard !moved.contains(ObjectIdentifier(server)), !server.isLeaving,
                        let new = servers.firstIndex(where: { $0 === server })
                    else { return nil }
                    return (place.backend, new)
                }
            }
            fresh.formUnion((exchange.added + exchange.moved).map(\.identity))
        }
        let new = InstanceLayout.lookUps(of: backends, awaiting: awaiting.intersection(fresh), logHosts: [])
        for one in new {
            lookUps.append(one)
            lookUp(lookUps.count - 1)
        }
    }

    /// Lets the new limits of silence and of age hold: for a session that is silent already, a limit that is shorter counts
    /// from now on.
    ///
    /// - Parameter agingOtherwise: whether sessions may get older than before, or less old.
    func replaceIdleLimits(agingOtherwise: Bool) {
        let limits = IdleLimitTable(configuration)
        guard limits != idleLimits || agingOtherwise else { return }
        let areOthers = limits != idleLimits
        idleLimits = limits
        sessions.forEach { session in
            guard session.pointee.isRelaying else { return }
            if areOthers, session.pointee.phase != .answering, let limit = idleLimit(of: session) {
                let silence = now.advanced(byMilliseconds: limit.milliseconds)
                plan(session, at: endOfAge(of: session).map { min($0, silence) } ?? silence)
            } else {
                timers.cancel(&session.pointee.timer)
                planIdleLimit(of: session)
            }
        }
    }
}

/// What was under way as the servers got their new lines.
extension WorkerLoop {
    /// Begins anew to connect sessions whose servers are connected to in another way from now on.
    ///
    /// - Parameter exchange: what has become of a backend's servers.
    func connectAnew(_ exchange: ServerExchange) {
        guard !exchange.rewired.isEmpty else { return }
        var meant: [SessionIdentifier] = []
        sessions.forEach { session in
            guard Int(session.pointee.backend) == exchange.proxy, session.pointee.holdsServer,
                session.pointee.phase == .connecting || session.pointee.phase == .securing
            else { return }
            let server = exchange.backend.servers[Int(session.pointee.serverIndex)]
            if exchange.rewired.contains(where: { $0 === server }) { meant.append(session.pointee.identifier) }
        }
        for identifier in meant {
            if let session = sessions.find(identifier) { connectAnew(session) }
        }
    }

    /// Goes on with what was being moved between servers that may have changed, and with holds.
    ///
    /// - Parameter exchange: what has become of a backend's servers.
    func goOnMoving(_ exchange: ServerExchange) {
        let backend = exchange.backend
        goOnHolding(in: backend)
        if exchange.hasOtherParts, backend.departure?.isSteering == true { noteNewBalance(of: backend, returned: nil) }
    }
}
