import Balancing
import Configuration
import EventLoop
import Model

/// Deciding together: the queues of an instance whose sessions several threads have. Who frees a place serves whoever waits
/// for it, and tells the thread that has that session.
extension WorkerLoop {
    /// What this worker is for the others.
    var ownMember: WorkerGroup.Member {
        guard let member else { preconditionFailure("a worker that turns has joined the others") }
        return member
    }

    /// Whether it is the thread that checks servers, tells of them and takes orders about them.
    var isLead: Bool { place.map { $0.number == 1 } ?? true }

    /// Whether another worker may free a place, or wait for one.
    var sharesPlaces: Bool { place != nil || group.isShared }

    /// Lets all that is decided together be so.
    func decideTogether() {
        guard let place else { return }
        sessions.countsAll = true
        acceptRates.share(group.rates(at: .instance))
        let asksForRates = configuration.asksForSessionRates
        for (index, frontend) in frontends.enumerated() {
            guard let frontend else { continue }
            frontend.countAll(lines: group.count(at: .lines(place.team.ordinal, index)))
            let name = WorkerGroup.Place.frontend(frontend.configuration.name)
            frontend.rates.share(group.rates(at: name))
            if asksForRates { frontend.sharedRate = group.rateCounter(at: name) }
        }
        for (index, backend) in backends.enumerated() {
            guard let backend else { continue }
            backend.decideTogether(of: index, as: place, in: group)
            backend.sharePorts(in: group)
            if asksForRates { backend.shareRates(in: group) }
        }
    }

    // MARK: - Queues

    /// Hands places of a server to those who wait.
    ///
    /// - Parameters:
    ///   - together: what decides.
    ///   - index: the server.
    ///   - backend: its backend.
    func serve(_ together: SharedDispatch, _ index: Int, in backend: Backend) {
        let member = ownMember
        while let departure = together.serve(index, for: member) {
            guard departure.member !== member else {
                serve(departure, at: index, in: backend)
                continue
            }
            guard let proxy = backends.firstIndex(where: { $0 === backend }) else {
                preconditionFailure("every backend is the worker's")
            }
            departure.member.tell { $0.receive(departure, at: index, ofProxy: proxy) }
        }
    }

    /// Dispatches anew those that wait for a server, whosever they are.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - together: what decides.
    ///   - index: the server, no longer usable.
    ///   - backend: its backend.
    ///   - isClosed: whether no session may go there, whatever binds it.
    func requeue(
        _ count: Int, of together: SharedDispatch, from index: Int, in backend: Backend, isClosed: Bool
    ) {
        let member = ownMember
        for _ in 0..<count {
            guard let departure = together.removeFirst(awaiting: index, for: member) else { break }
            guard departure.member !== member else {
                dispatchAnew(departure, from: index, in: backend, isClosed: isClosed)
                continue
            }
            guard let proxy = backends.firstIndex(where: { $0 === backend }) else {
                preconditionFailure("every backend is the worker's")
            }
            departure.member.tell { loop in
                loop.ownMember.received()
                loop.dispatchAnew(departure, from: index, in: loop.backend(proxy), isClosed: isClosed)
            }
        }
    }

    /// Lets a session that ends leave the queue.
    ///
    /// - Parameters:
    ///   - together: what decides.
    ///   - session: a session that waits, as far as it knows.
    ///   - ticket: its ticket.
    ///   - isTimed: whether the log says how long it has waited.
    func leave(
        _ together: SharedDispatch, _ session: UnsafeMutablePointer<Session>, _ ticket: WaitQueue.Ticket, isTimed: Bool
    ) {
        if let waiter = together.leave(ticket) {
            note(waiter, in: session, hasGivenUp: true)
        } else {
            // A place is on its way to it, and goes on to the next one.
            session.pointee.ticket = nil
        }
        if isTimed { noteQueueTime(of: session) }
    }

    /// A place has come that another thread took for a session of this one.
    private func receive(_ departure: SharedDispatch.Departure, at index: Int, ofProxy proxy: Int) {
        ownMember.received()
        serve(departure, at: index, in: backend(proxy))
    }

    private func serve(_ departure: SharedDispatch.Departure, at index: Int, in backend: Backend) {
        guard let session = session(of: departure) else {
            // It has given up meanwhile.
            backend.together?.giveBack(index)
            noteFreePlace()
            serveQueue(of: index, in: backend)
            return
        }
        note(departure.waiter, in: session)
        take(session, to: index, of: backend)
    }

    private func dispatchAnew(
        _ departure: SharedDispatch.Departure, from index: Int, in backend: Backend, isClosed: Bool
    ) {
        guard let session = session(of: departure) else { return }
        note(departure.waiter, in: session, hasGivenUp: true)
        guard isClosed || !session.pointee.marks.contains(.isForced) else {
            enqueue(session, at: index, of: backend, isCounted: false)
            return
        }
        redispatch(session, from: index, avoiding: nil, of: backend)
    }

    private func session(of departure: SharedDispatch.Departure) -> UnsafeMutablePointer<Session>? {
        sessions.find(departure.session).flatMap { $0.pointee.ticket == departure.ticket ? $0 : nil }
    }
}

extension Backend {
    /// Has its servers' source ports taken together with other threads.
    fileprivate func sharePorts(in group: WorkerGroup) {
        for server in servers {
            guard let range = server.way?.portRange else { continue }
            server.way?.share(group.ports(of: WorkerGroup.PortRange(server: server.identity, ports: range)))
        }
    }

    /// Counts the sessions of all threads by the second.
    fileprivate func shareRates(in group: WorkerGroup) {
        tally.sharedRate = group.rateCounter(at: .backend(configuration.name))
        for server in servers {
            let place = WorkerGroup.Place.server(server.identity, server.configuration.address)
            server.tally.sharedRate = group.rateCounter(at: place)
        }
    }
}
