import Balancing
import EventLoop

/// Connecting: from a session to a server, with queue, retries and redispatch.
extension WorkerLoop {
    /// Chooses a server for a session and begins to connect, or lets it wait, or ends it.
    ///
    /// - Parameters:
    ///   - session: a session without a server.
    ///   - avoiding: the server that has just failed.
    func dispatch(_ session: UnsafeMutablePointer<Session>, avoiding: Int?) {
        let backend = backend(Int(session.pointee.backend))
        switch backend.choose(avoiding: avoiding, client: session.pointee.peer.balancingKey) {
        case .server(let index): assign(session, to: index, of: backend)
        case .waitForAny: enqueue(session, of: backend)
        case .waitFor(let index): enqueue(session, at: index, of: backend)
        case .none: end(session, .noServer)
        }
    }

    /// Lets waiting sessions go to a server that has free slots; a server that is down gets those that wait for it alone.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func serveQueue(of index: Int, in backend: Backend) {
        let server = backend.servers[index]
        // A session that fails at once comes here again from its end: the turn under way serves the next one, too.
        guard backend.queue.count > 0, !server.isServingQueue else { return }
        server.isServingQueue = true
        defer { server.isServingQueue = false }
        while backend.hasFreeSlot(index),
            let waiter = backend.queue.next(for: index, takesTraffic: backend.groups.takesTraffic(index))
        {
            guard let session = sessions.find(slot(of: waiter.session), generation: generation(of: waiter.session))
            else {
                preconditionFailure("a session that ends leaves its queue")
            }
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
        let count = isClosed ? backend.queue.count(in: .server(index)) : requeueable(from: index, in: backend)
        // Sessions that come back into this line stay there: only those that wait now are moved.
        for _ in 0..<count {
            guard let waiter = backend.queue.removeFirst(of: .server(index)),
                let session = sessions.find(slot(of: waiter.session), generation: generation(of: waiter.session))
            else { break }
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
        return backend.queue.count(in: .server(index))
    }

    /// Lets a session that ends leave its queue.
    ///
    /// - Parameters:
    ///   - session: a session that waits.
    ///   - ticket: its ticket.
    ///   - backend: its backend.
    func leaveQueue(_ session: UnsafeMutablePointer<Session>, _ ticket: WaitQueue.Ticket, of backend: Backend) {
        guard let waiter = backend.queue.remove(ticket) else {
            preconditionFailure("a session that leaves its queue gives up its ticket")
        }
        note(waiter, in: session, hasGivenUp: true)
        if case .server(let index) = waiter.line { backend.noteLoad(of: index) }
        noteQueueTime(of: session)
    }

    /// The connection attempt of a session has ended.
    ///
    /// - Parameters:
    ///   - session: a connecting session.
    ///   - readiness: what its server's socket says.
    func connectionAttemptEnded(_ session: UnsafeMutablePointer<Session>, _ readiness: Readiness) {
        if readiness.contains(.error) || readiness.contains(.hangup) {
            let code = Socket.pendingError(session.pointee.server)
            if code != 0 || !readiness.contains(.writable) {
                attemptFailed(session, timedOut: false)
                return
            }
        }
        guard readiness.contains(.writable), establish(session) else { return }
        if readiness.contains(.readable) || readiness.contains(.peerClosed) {
            session.pointee.download.isSourceReadable = true
        }
        if readiness.contains(.peerClosed) || readiness.contains(.error) {
            session.pointee.download.isSourceClosing = true
        }
        move(session)
    }

    /// An attempt got no connection: try again, elsewhere, or give up.
    ///
    /// - Parameters:
    ///   - session: a connecting session.
    ///   - timedOut: whether there was no answer.
    ///   - isOwnFault: whether the server was not even asked; then nothing is said of it, and no pause helps.
    func attemptFailed(_ session: UnsafeMutablePointer<Session>, timedOut: Bool, isOwnFault: Bool = false) {
        if session.pointee.server >= 0 {
            noteAddresses(of: session)
            secure.closeServer(of: session.pointee.index)
            Socket.close(session.pointee.server)
            giveBackSourcePort(of: session)
            session.pointee.server = -1
        }
        let backend = backend(Int(session.pointee.backend))
        let failed = Int(session.pointee.serverIndex)
        if !isOwnFault { observe(failed, in: backend, isError: true) }
        let pause = timedOut || isOwnFault ? 0 : backend.retryPauseMilliseconds
        let step = backend.redispatchRule.step(
            after: Int(session.pointee.retries) + 1, activeServers: backend.groups.activeServers,
            isServerUsable: backend.groups.isUsable(failed), tie: tie(of: session))
        switch step {
        case .giveUp:
            end(session, timedOut ? .connectTimeout : .connectFailed)
        case .retry:
            countRetry(at: failed, in: backend)
            session.pointee.isRedispatching = false
            tryAgain(session, afterMilliseconds: pause)
        case .redispatch:
            session.pointee.isRedispatching = true
            tryAgain(session, afterMilliseconds: 0)
        case .redispatchAfterPause:
            session.pointee.isRedispatching = true
            tryAgain(session, afterMilliseconds: pause)
        }
    }

    private func tryAgain(_ session: UnsafeMutablePointer<Session>, afterMilliseconds pause: Int64) {
        session.pointee.retries += 1
        if pause > 0 {
            session.pointee.phase = .pausing
            plan(session, at: now.advanced(byMilliseconds: pause))
        } else {
            tryAgain(session)
        }
    }

    /// The pause after a failed attempt is over, or there was none.
    ///
    /// - Parameter session: a session that has lost an attempt.
    func tryAgain(_ session: UnsafeMutablePointer<Session>) {
        let backend = backend(Int(session.pointee.backend))
        let last = Int(session.pointee.serverIndex)
        guard session.pointee.isRedispatching || !backend.groups.isOnOpenSide(last) else {
            connect(session, to: last, of: backend)
            return
        }
        leaveServer(of: session, in: backend)
        redispatch(session, from: last, avoiding: last, of: backend)
        serveQueue(of: last, in: backend)
    }

    /// Chooses anew for a session that had a server.
    private func redispatch(
        _ session: UnsafeMutablePointer<Session>, from last: Int, avoiding: Int?, of backend: Backend
    ) {
        session.pointee.marks.remove(.isBound)
        switch backend.choose(avoiding: avoiding, client: session.pointee.peer.balancingKey) {
        case .server(let next) where next == last:
            countRetry(at: last, in: backend)
            take(session, to: last, of: backend)
        case .server(let next):
            countRedispatch(of: session, from: last, in: backend)
            assign(session, to: next, of: backend)
        case .waitForAny:
            countRedispatch(of: session, from: last, in: backend)
            enqueue(session, of: backend)
        case .waitFor(let next):
            countRedispatch(of: session, from: last, in: backend)
            enqueue(session, at: next, of: backend)
        case .none:
            countRedispatch(of: session, from: last, in: backend)
            session.pointee.serverIndex = -1
            end(session, .noServer)
        }
    }

    /// Gives back a session's place at its server, if it has one.
    ///
    /// - Parameters:
    ///   - session: any session.
    ///   - backend: its backend.
    func leaveServer(of session: UnsafeMutablePointer<Session>, in backend: Backend) {
        guard session.pointee.holdsServer else { return }
        session.pointee.holdsServer = false
        backend.leave(Int(session.pointee.serverIndex))
    }

    private func assign(_ session: UnsafeMutablePointer<Session>, to index: Int, of backend: Backend) {
        countChoice(of: index, in: backend)
        take(session, to: index, of: backend)
    }

    private func countChoice(of index: Int, in backend: Backend) {
        if backend.isDispatching { return }
        backend.servers[index].tally.timesChosen += 1
        backend.tally.timesChosen += 1
    }

    /// Connects a session to a server.
    ///
    /// - Parameters:
    ///   - session: a session without a server.
    ///   - index: the server.
    ///   - backend: its backend.
    func take(_ session: UnsafeMutablePointer<Session>, to index: Int, of backend: Backend) {
        hold(index, for: session, of: backend)
        noteQueueTime(of: session)
        connect(session, to: index, of: backend)
    }

    private func hold(_ index: Int, for session: UnsafeMutablePointer<Session>, of backend: Backend) {
        session.pointee.serverIndex = Int32(index)
        session.pointee.holdsServer = true
        backend.enter(index)
    }

    private func noteQueueTime(of session: UnsafeMutablePointer<Session>) {
        session.pointee.queuedMilliseconds = Int32(clamping: now.milliseconds(since: session.pointee.acceptedAt))
    }

    private func countRetry(at index: Int, in backend: Backend) {
        backend.servers[index].tally.retries += 1
        backend.servers[index].tally.sample.retries += 1
        backend.tally.retries += 1
        backend.tally.sample.retries += 1
    }

    /// Counts that a session leaves a server for another one.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - index: the server that it leaves.
    ///   - backend: its backend.
    func countRedispatch(of session: UnsafeMutablePointer<Session>, from index: Int, in backend: Backend) {
        session.pointee.isRedispatched = true
        backend.servers[index].tally.redispatches += 1
        backend.servers[index].tally.sample.redispatches += 1
        backend.tally.redispatches += 1
        backend.tally.sample.redispatches += 1
    }

    private func connect(_ session: UnsafeMutablePointer<Session>, to index: Int, of backend: Backend) {
        let server = backend.servers[index]
        server.tally.begin(at: now)
        server.tally.connectAttempts += 1
        backend.tally.connectAttempts += 1
        backend.tally.lastSession = now
        session.pointee.phase = .connecting
        session.pointee.attemptedAt = now
        guard let address = server.address else {
            // Its name has lost its address while the session was waiting to try it again.
            attemptFailed(session, timedOut: false)
            return
        }
        let (descriptor, start) =
            if let way = server.way { connect(session, to: server, by: way, at: way.socksProxy ?? address) } else {
                Socket.connect(to: address)
            }
        session.pointee.server = descriptor
        switch start {
        case .exhausted(let code):
            end(session, .exhausted)
            // Whoever comes next would fare the same, and waits better than being refused.
            if code != 0 { pauseForExhaustion() }
        case .sourceRefused, .portsUsedUp:
            tellOfSource(start, in: backend)
            attemptFailed(session, timedOut: false, isOwnFault: true)
        case .failed:
            attemptFailed(session, timedOut: false)
        case .connected, .inProgress:
            let token = EventToken(
                kind: Subject.server.rawValue, generation: session.pointee.generation, index: session.pointee.index)
            guard poller.add(descriptor, token: token) == 0 else {
                end(session, .exhausted)
                return
            }
            if start == .connected {
                if establish(session) { move(session) }
            } else if let limit = backend.configuration.timeouts.connect {
                plan(session, at: now.advanced(byMilliseconds: limit.wholeMilliseconds))
            } else {
                timers.cancel(&session.pointee.timer)
            }
        }
    }

    /// Takes up a connection that has been made; false when bytes can't move yet: it is broken already, or has a handshake
    /// before it.
    private func establish(_ session: UnsafeMutablePointer<Session>) -> Bool {
        let server = backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
        guard server.way?.socksProxy == nil else {
            askForTunnel(session, to: server)
            return false
        }
        return introduce(session)
    }

    /// Says who the client is, and begins the server's handshake, if there is to be one.
    ///
    /// - Parameter session: a session whose connection leads to its server.
    /// - Returns: false when bytes can't move yet: it is broken already, or has a handshake before it.
    func introduce(_ session: UnsafeMutablePointer<Session>) -> Bool {
        let server = backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
        if server.wantsHeader, !announceClient(to: server, of: session) {
            attemptFailed(session, timedOut: false)
            return false
        }
        if let settings = server.configuration.tls {
            beginHandshake(of: session, to: server, settings)
            return false
        }
        beginRelaying(session)
        return true
    }

    /// Takes up a server's connection that is ready for bytes.
    ///
    /// - Parameter session: a session whose connection is made, and its handshake, if it has one, over.
    func beginRelaying(_ session: UnsafeMutablePointer<Session>) {
        let ends = secure.find(session.pointee.index)
        session.pointee.phase = ends.client == nil && ends.server == nil ? .established : .secured
        session.pointee.lastActivity = now
        let total = now.milliseconds(since: session.pointee.acceptedAt)
        session.pointee.connectMilliseconds = Int32(clamping: total) - session.pointee.queuedMilliseconds
        planIdleLimit(of: session)
        if !stickStores.isEmpty { rememberServer(of: session) }
        logEstablished(session)
        observe(Int(session.pointee.serverIndex), in: backend(Int(session.pointee.backend)), isError: false)
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

    /// Lets a session wait for any server.
    private func enqueue(_ session: UnsafeMutablePointer<Session>, of backend: Backend) {
        session.pointee.serverIndex = -1
        enqueue(session, in: .backend, of: backend)
    }

    /// Lets a session wait for the server that was chosen for it.
    private func enqueue(_ session: UnsafeMutablePointer<Session>, at index: Int, of backend: Backend) {
        countChoice(of: index, in: backend)
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
        let number = UInt64(session.pointee.generation) << 32 | UInt64(session.pointee.index)
        guard let ticket = backend.queue.enqueue(number, in: line) else { return false }
        session.pointee.phase = .queued
        session.pointee.ticket = ticket
        let count = backend.queue.count(in: line)
        switch line {
        case .backend: backend.tally.queueMax = max(backend.tally.queueMax, count)
        case .server(let index):
            let tally = backend.servers[index].tally
            backend.servers[index].tally.queueMax = max(tally.queueMax, count)
            backend.noteLoad(of: index)
        }
        let timeouts = backend.configuration.timeouts
        if let limit = timeouts.queue ?? timeouts.connect {
            plan(session, at: now.advanced(byMilliseconds: limit.wholeMilliseconds))
        } else {
            timers.cancel(&session.pointee.timer)
        }
        return true
    }

    /// The session that waits under a number in a queue.
    ///
    /// - Parameter waiter: what the queue said of it.
    /// - Returns: the session.
    func session(of waiter: WaitQueue.Waiter) -> UnsafeMutablePointer<Session> {
        guard let session = sessions.find(slot(of: waiter.session), generation: generation(of: waiter.session)) else {
            preconditionFailure("a session that ends leaves its queue")
        }
        return session
    }

    private func slot(of number: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: number) }

    private func generation(of number: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: number >> 32) & 0xFF_FFFF }
}
