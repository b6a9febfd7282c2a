import Balancing
import EventLoop
import Model

/// Queueing: sessions that wait for a server with a free slot, in the line of one server or of all.
extension WorkerLoop {
    /// Lets waiting sessions go to a server that has free slots; a server that is down gets those that wait for it alone.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func serveQueue(of index: Int, in backend: Backend) {
        let server = backend.servers[index]
        // A session that fails at once comes here again from its end: the turn under way serves the next one, too.
        guard backend.queuedCount > 0, !server.isServingQueue else { return }
        server.isServingQueue = true
        defer { server.isServingQueue = false }
        if let together = backend.together { return serve(together, index, in: backend) }
        while backend.hasFreeSlot(index),
            let waiter = backend.queue.next(for: index, takesTraffic: backend.groups.takesTraffic(index))
        {
            let session = self.session(of: waiter)
            note(waiter, in: session)
            backend.noteLoad(of: index)
            // The balancing has chosen nothing here: the server itself has asked for work.
            take(session, to: index, of: backend)
        }
    }

    /// Sends the sessions that wait for a server elsewhere, where they may be dispatched anew.
    ///
    /// - Parameters:
    ///   - index: the server, no longer usable.
    ///   - backend: its backend.
    ///   - isClosed: whether no session may go there, whatever binds it.
    func requeue(from index: Int, in backend: Backend, isClosed: Bool = false) {
        let count = isClosed ? backend.queuedCount(in: .server(index)) : requeueable(from: index, in: backend)
        if let together = backend.together {
            return requeue(count, of: together, from: index, in: backend, isClosed: isClosed)
        }
        // Sessions that come back into this line stay there: only those that wait now are moved.
        for _ in 0..<count {
            guard let waiter = backend.queue.removeFirst(of: .server(index)) else { break }
            let session = self.session(of: waiter)
            note(waiter, in: session, hasGivenUp: true)
            backend.noteLoad(of: index)
            guard isClosed || !session.pointee.marks.contains(.isForced) else {
                enqueue(session, in: .server(index), of: backend)
                continue
            }
            redispatch(session, from: index, avoiding: nil, of: backend)
        }
    }

    /// How many sessions wait for a server and may go elsewhere.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    /// - Returns: all that wait for it, or none where sessions are never dispatched anew.
    func requeueable(from index: Int, in backend: Backend) -> Int {
        guard backend.configuration.redispatches, !backend.configuration.persists else { return 0 }
        return backend.queuedCount(in: .server(index))
    }

    /// Lets a session that ends leave its queue.
    ///
    /// - Parameters:
    ///   - session: a session that waits.
    ///   - ticket: its ticket.
    ///   - backend: its backend.
    ///   - isTimed: whether the log says how long it has waited; HAProxy's doesn't of one whose client was silent.
    func leaveQueue(
        _ session: UnsafeMutablePointer<Session>, _ ticket: WaitQueue.Ticket, of backend: Backend, isTimed: Bool = true
    ) {
        if let together = backend.together { return leave(together, session, ticket, isTimed: isTimed) }
        guard let waiter = backend.queue.remove(ticket) else {
            preconditionFailure("a session that leaves its queue gives up its ticket")
        }
        note(waiter, in: session, hasGivenUp: true)
        if case .server(let index) = waiter.line { backend.noteLoad(of: index) }
        if isTimed { noteQueueTime(of: session) }
    }

    /// Notes in a session that it has left a queue, and how many were served before it.
    ///
    /// - Parameters:
    ///   - waiter: what the queue said of it.
    ///   - session: the session.
    ///   - hasGivenUp: whether it was not served.
    func note(
        _ waiter: WaitQueue.Waiter, in session: UnsafeMutablePointer<Session>, hasGivenUp: Bool = false
    ) {
        session.pointee.ticket = nil
        // The place counts from 1, and who gives up had one too.
        let place = Int32(clamping: waiter.servedBefore + (hasGivenUp ? 1 : 0))
        switch waiter.line {
        case .backend: session.pointee.backendQueuePosition = place
        case .server: session.pointee.serverQueuePosition = place
        }
    }

    /// Lets a session wait for any server, or ends it.
    ///
    /// - Parameters:
    ///   - session: a session without a server's slot.
    ///   - backend: its backend.
    func enqueue(_ session: UnsafeMutablePointer<Session>, of backend: Backend) {
        session.pointee.serverIndex = -1
        enqueue(session, in: .backend, of: backend)
    }

    /// Lets a session wait for the server that was chosen for it, or ends it.
    ///
    /// - Parameters:
    ///   - session: a session without a server's slot.
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - isCounted: whether the balancing has chosen it for the session; else it comes back to where it has waited.
    func enqueue(
        _ session: UnsafeMutablePointer<Session>, at index: Int, of backend: Backend, isCounted: Bool = true
    ) {
        if isCounted { countChoice(of: index, in: backend) }
        session.pointee.serverIndex = Int32(index)
        enqueue(session, in: .server(index), of: backend)
    }

    private func enqueue(
        _ session: UnsafeMutablePointer<Session>, in line: WaitQueue.Line, of backend: Backend
    ) {
        if !join(line, session, of: backend) { end(session, .queueFull) }
    }

    /// Lets a session wait in a line.
    ///
    /// - Parameters:
    ///   - line: which one.
    ///   - session: a session without a server's slot.
    ///   - backend: its backend.
    /// - Returns: false when the line is full.
    func join(_ line: WaitQueue.Line, _ session: UnsafeMutablePointer<Session>, of backend: Backend) -> Bool {
        guard let (ticket, count) = enqueued(session, in: line, of: backend) else { return false }
        session.pointee.phase = .queued
        session.pointee.ticket = ticket
        noteWaiter()
        switch line {
        case .backend: backend.tally.queueMax = max(backend.tally.queueMax, count)
        case .server(let index):
            let tally = backend.servers[index].tally
            backend.servers[index].tally.queueMax = max(tally.queueMax, count)
            backend.noteLoad(of: index)
        }
        planWait(session, atMost: backend.queueLimit, endsOnSilence: true)
        return true
    }

    private func enqueued(
        _ session: UnsafeMutablePointer<Session>, in line: WaitQueue.Line, of backend: Backend
    ) -> (ticket: WaitQueue.Ticket, count: Int)? {
        let identifier = session.pointee.identifier
        if let together = backend.together { return together.enqueue(identifier, of: ownMember, in: line) }
        return backend.queue.enqueue(identifier.rawValue, in: line).map { ($0, backend.queue.count(in: line)) }
    }

    /// The session that waits under a number in a queue.
    ///
    /// - Parameter waiter: what the queue said of it.
    /// - Returns: the session.
    func session(of waiter: WaitQueue.Waiter) -> UnsafeMutablePointer<Session> {
        guard let session = sessions.find(SessionIdentifier(rawValue: waiter.session)) else {
            preconditionFailure("a session that ends leaves its queue")
        }
        return session
    }
}
