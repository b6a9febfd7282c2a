import EventLoop

/// Accepting: from a listening socket to a session.
extension WorkerLoop {
    /// How many connections one listener may bring in one turn before the others get theirs.
    static let acceptsPerTurn = 64
    /// How many connections one listener may bring in when it is about to be closed: as many as Linux lets wait by default.
    ///
    /// - Source: listen(2), `/proc/sys/net/core/somaxconn`.
    static let acceptsAtStop = 4096

    /// Registers every listener.
    func startAccepting() {
        for case let frontend? in frontends { resume(frontend) }
    }

    /// Takes in what waits at a listener.
    ///
    /// - Parameter index: the listener's token index.
    func accept(from index: Int) {
        let (proxy, position) = listenerPlace(index)
        let frontend = frontend(proxy)
        guard frontend.listeners.indices.contains(position) else { return }
        if let place { return accept(as: place, from: proxy, frontend, position) }
        for _ in 0..<WorkerLoop.acceptsPerTurn {
            guard mayAccept(at: frontend, position) else { return }
            let listener = frontend.listeners[position]
            switch Socket.accept(listener.descriptor) {
            case .connection(let descriptor, let peer):
                open(descriptor, from: peer, frontend: proxy, listener)
            case .vanished: continue
            case .nobody:
                frontend.listeners[position].haveWaited = false
                return
            case .exhausted:
                pauseForExhaustion()
                return
            }
        }
    }

    /// Takes in what already waits at the listeners: clients whose connections the kernel has made already would be reset
    /// when the last descriptor is closed.
    ///
    /// Neither `maxconn` nor rates hold for them, since there is nowhere else for them to wait; a process without
    /// descriptors leaves them.
    func acceptWaiting() {
        for (proxy, frontend) in frontends.enumerated() {
            for listener in frontend?.listeners ?? [] {
                takeIn(atMost: WorkerLoop.acceptsAtStop, from: listener, of: proxy)
            }
        }
    }

    private func takeIn(atMost count: Int, from listener: Listener, of proxy: Int) {
        for _ in 0..<count {
            switch Socket.accept(listener.descriptor) {
            case .connection(let descriptor, let peer): open(descriptor, from: peer, frontend: proxy, listener)
            case .vanished: continue
            case .nobody, .exhausted: return
            }
        }
    }

    /// Makes a session of a connection that was accepted.
    ///
    /// - Parameters:
    ///   - descriptor: its socket.
    ///   - peer: the client.
    ///   - index: the frontend's index.
    ///   - listener: where it came in.
    ///   - isTaken: whether it has its place among the connections of all workers already.
    func open(
        _ descriptor: Int32, from peer: IPEndpoint, frontend index: Int, _ listener: Listener, isTaken: Bool = false
    ) {
        let frontend = frontend(index)
        guard sessions.makeRoom() else {
            Socket.close(descriptor)
            if isTaken { giveBackPlace(at: frontend, listener.bind) }
            pauseForExhaustion()
            return
        }
        let session = sessions.take(isTaken: isTaken)
        session.pointee.phase = listener.firstPhase
        session.pointee.client = descriptor
        session.pointee.peer = peer
        session.pointee.frontend = Int32(index)
        session.pointee.bind = Int32(listener.bind)
        session.pointee.backend = Int32(frontend.backends[listener.bind])
        session.pointee.acceptedAt = now
        session.pointee.lastActivity = now
        frontend.enter(listener.bind, at: now, isTaken: isTaken)
        totalConnections += 1
        connectionRate.count(at: now)
        acceptRates.countConnection(at: now, isTaken: isTaken)
        if frontend.hasConnectionRules, !isAdmitted(session, at: frontend) {
            if isTaken {
                acceptRates.giveBackSession()
                frontend.rates.giveBackSession()
            }
            return
        }
        acceptRates.countSession(at: now, isTaken: isTaken)
        let token = EventToken(
            kind: Subject.client.rawValue, generation: session.pointee.generation, index: session.pointee.index)
        let isWatched = poller.add(descriptor, token: token) == 0
        // A rule may have asked for a header that the address doesn't ask for.
        let firstPhase = session.pointee.phase
        guard firstPhase == .queued else {
            // It counts there once it is a session.
            if isTaken { frontend.rates.giveBackSession() }
            guard isWatched else {
                turnAway(session, .exhausted)
                return
            }
            awaitArrival(of: session, at: frontend)
            if firstPhase == .handshaking, let tls = frontend.configuration.binds[listener.bind].tls {
                beginHandshake(of: session, with: tls)
            }
            return
        }
        guard begin(session, at: frontend, isTaken: isTaken) else { return }
        guard isWatched else {
            end(session, .exhausted)
            return
        }
        guard !listener.haveWaited || isThere(session) else {
            logAccept(of: session, at: frontend)
            leaveInspection(session, .clientLeftInspection)
            return
        }
        dispatchFirst(session, at: frontend)
    }

    /// Whether a client that had to wait is still there, or has left something to read: who has reset its connection
    /// without a word gets no server.
    private func isThere(_ session: UnsafeMutablePointer<Session>) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { buffer in
            guard case .failed = Socket.peek(session.pointee.client, into: buffer) else { return true }
            return false
        }
    }

    /// Counts a session whose client is known.
    ///
    /// - Parameters:
    ///   - session: a connection.
    ///   - frontend: its frontend.
    ///   - isTaken: whether it has a place within the frontend's rate already.
    /// - Returns: false when rules have refused it; its slot is free then.
    func begin(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend, isTaken: Bool = false) -> Bool {
        if frontend.hasSessionRules, !mayBegin(session, at: frontend) {
            if isTaken { frontend.rates.giveBackSession() }
            return false
        }
        frontend.begin(at: now, isTaken: isTaken)
        session.pointee.marks.insert(.hasBegun)
        if !tracked.isEmpty { withTables { countTrackedSession(session) } }
        if !frontend.choosesLate { enterBackend(of: session) }
        return true
    }

    /// Sends a session that has just begun to its first server.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - frontend: its frontend.
    func dispatchFirst(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        logAccept(of: session, at: frontend)
        if frontend.choosesLate || backend(Int(session.pointee.backend)).hasRules {
            follow(session, at: frontend)
        } else {
            dispatch(session, avoiding: nil)
        }
    }
}
