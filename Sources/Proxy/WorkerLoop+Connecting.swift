import Balancing
import EventLoop

/// Connecting: from a session to a server, with retries and redispatch.
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
        closeAttempt(of: session)
        let backend = backend(Int(session.pointee.backend))
        let failed = Int(session.pointee.serverIndex)
        if !isOwnFault { observe(failed, in: backend, isError: true) }
        let pause = timedOut || isOwnFault ? 0 : backend.retryPauseMilliseconds
        let step = backend.redispatchRule.step(
            after: Int(session.pointee.retries) + 1, activeServers: backend.groups.activeServers,
            isServerUsable: backend.groups.isUsable(failed), tie: tie(of: session))
        switch step {
        case .giveUp:
            end(session, timedOut ? endWithoutAnswer(of: session) : .connectFailed)
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
            planWait(session, atMost: pause, endsOnSilence: true)
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

    /// Gives up an attempt whose server is connected to in another way from now on, and makes another one in that way.
    ///
    /// - Parameter session: a connecting session.
    func connectAnew(_ session: UnsafeMutablePointer<Session>) {
        closeAttempt(of: session)
        connect(session, to: Int(session.pointee.serverIndex), of: backend(Int(session.pointee.backend)))
    }

    private func closeAttempt(of session: UnsafeMutablePointer<Session>) {
        guard session.pointee.server >= 0 else { return }
        noteAddresses(of: session)
        secure.closeServer(of: session.pointee.index)
        Socket.close(session.pointee.server)
        giveBackSourcePort(of: session)
        session.pointee.server = -1
    }

    /// Chooses anew for a session that had a server.
    ///
    /// - Parameters:
    ///   - session: a session without a server's slot.
    ///   - last: the server that it had, or waited for.
    ///   - avoiding: the server that has just failed.
    ///   - backend: its backend.
    func redispatch(
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
        noteFreePlace()
        // One of the same name and address may have come since, whose sessions count together with these.
        if backend.servers[Int(session.pointee.serverIndex)].isLeaving { hasNewWaiters = true }
    }

    private func assign(_ session: UnsafeMutablePointer<Session>, to index: Int, of backend: Backend) {
        countChoice(of: index, in: backend)
        take(session, to: index, of: backend)
    }

    /// Counts that the balancing has chosen a server.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func countChoice(of index: Int, in backend: Backend) {
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

    /// Notes in a session for how long it has waited until now.
    ///
    /// - Parameter session: a session that has just left its queue, or was never in one.
    func noteQueueTime(of session: UnsafeMutablePointer<Session>) {
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
        server.tally.connectAttempts += 1
        backend.tally.connectAttempts += 1
        backend.tally.lastSession = now
        session.pointee.phase = .connecting
        guard let address = server.address else {
            server.tally.begin(at: now)
            // Its name has lost its address while the session was waiting to try it again.
            attemptFailed(session, timedOut: false)
            return
        }
        let (descriptor, start) =
            if let way = server.way { connect(session, to: server, by: way, at: way.socksProxy ?? address) } else {
                Socket.connect(to: address)
            }
        session.pointee.server = descriptor
        // What never left this machine is no session of the server's.
        if start.hasLeft { server.tally.begin(at: now) }
        switch start {
        case .exhausted(0):
            end(session, .exhausted)
        case .exhausted:
            tellOfWant(start, in: backend)
            // Whoever comes next would fare the same, and waits better than being refused.
            pauseForExhaustion()
            attemptFailed(session, timedOut: false, isOwnFault: true)
        case .sourceRefused, .portsUsedUp:
            tellOfWant(start, in: backend)
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
            } else {
                planWait(session, atMost: backend.connectLimit, endsOnSilence: backend.configuration.abortsOnClose)
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
        if !heldRequests.isEmpty { deliverRequest(of: session) }
        if backend(Int(session.pointee.backend)).looksAtAnswers { awaitAnswer(of: session) }
        let total = now.milliseconds(since: session.pointee.acceptedAt)
        session.pointee.connectMilliseconds = Int32(clamping: total) - session.pointee.queuedMilliseconds
        planIdleLimit(of: session)
        if !stickStores.isEmpty { withTables { rememberServer(of: session) } }
        logEstablished(session)
        observe(Int(session.pointee.serverIndex), in: backend(Int(session.pointee.backend)), isError: false)
    }
}
