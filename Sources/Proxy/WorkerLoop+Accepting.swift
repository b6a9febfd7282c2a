import AccessLog
import EventLoop

/// Accepting: from a listening socket to a session.
extension WorkerLoop {
    /// How many connections one listener may bring in one turn before the others get theirs.
    static let acceptsPerTurn = 64
    /// How many connections one listener may bring in when it is about to be closed: as many as Linux lets wait by default.
    ///
    /// - Source: listen(2), `/proc/sys/net/core/somaxconn`.
    static let acceptsAtStop = 4096
    /// How long accepting rests when the process has no descriptors or memory left.
    static let exhaustedPauseMilliseconds: Int64 = 100

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
        for _ in 0..<WorkerLoop.acceptsPerTurn {
            if isAtLimit || frontend.isFull {
                pause(frontend)
                return
            }
            switch Socket.accept(frontend.listeners[position].descriptor) {
            case .connection(let descriptor, let peer):
                open(descriptor, from: peer, frontend: proxy, bind: frontend.listeners[position].bind)
            case .vanished: continue
            case .nobody: return
            case .exhausted:
                pauseAll()
                return
            }
        }
    }

    /// Takes up accepting where a place has become free.
    ///
    /// - Parameter frontend: the frontend that a session has left.
    func placeBecameFree(at frontend: Frontend) {
        if isPaused { return }
        if frontend.listeners.contains(where: { !$0.isAccepting }), !frontend.isFull { resume(frontend) }
        // The instance's own limit had stopped the others too.
        if let limit = configuration.global.maxconn, sessions.count == limit - 1 {
            for case let other? in frontends where other !== frontend && !other.isFull { resume(other) }
        }
    }

    /// Takes in what already waits at the listeners: clients whose connections the kernel has made already would be reset
    /// when the last descriptor is closed.
    ///
    /// `maxconn` doesn't hold for them, since there is nowhere else for them to wait; a process without descriptors leaves
    /// them.
    func acceptWaiting() {
        for (proxy, frontend) in frontends.enumerated() {
            for listener in frontend?.listeners ?? [] {
                takeIn(atMost: WorkerLoop.acceptsAtStop, from: listener, of: proxy)
            }
        }
    }

    /// Takes in a number of connections, without regard to limits.
    private func takeIn(atMost count: Int, from listener: Listener, of proxy: Int) {
        for _ in 0..<count {
            switch Socket.accept(listener.descriptor) {
            case .connection(let descriptor, let peer):
                open(descriptor, from: peer, frontend: proxy, bind: listener.bind)
            case .vanished: continue
            case .nobody, .exhausted: return
            }
        }
    }

    /// Closes all listeners; what waits in the kernel's queue goes to whoever else holds the sockets.
    func closeListeners() {
        for case let frontend? in frontends {
            pause(frontend)
            for listener in frontend.listeners { Socket.close(listener.descriptor) }
            frontend.listeners = []
        }
    }

    /// Accepting may go on after the process was short of descriptors.
    func resumeTimerFired() {
        isPaused = false
        guard !isAtLimit else { return }
        for case let frontend? in frontends where !frontend.isFull { resume(frontend) }
    }

    private var isAtLimit: Bool { configuration.global.maxconn.map { sessions.count >= $0 } ?? false }

    private func open(_ descriptor: Int32, from peer: IPEndpoint, frontend index: Int, bind: Int) {
        let frontend = frontend(index)
        let session = sessions.take()
        session.pointee.phase = .queued
        session.pointee.client = descriptor
        session.pointee.peer = peer
        session.pointee.frontend = Int32(index)
        session.pointee.bind = Int32(bind)
        session.pointee.backend = Int32(frontend.backends[bind])
        session.pointee.acceptedAt = now
        session.pointee.lastActivity = now
        frontend.begin(at: now)
        totalConnections += 1
        connectionRate.count(at: now)
        let backend = backend(frontend.backends[bind])
        backend.tally.begin(at: now)
        backend.tally.enter()
        let token = EventToken(
            kind: Subject.client.rawValue, generation: session.pointee.generation, index: session.pointee.index)
        guard poller.add(descriptor, token: token) == 0 else {
            end(session, .exhausted)
            return
        }
        if frontend.configuration.logFormat == .plain { logConnect(of: session, at: frontend) }
        dispatch(session, avoiding: nil)
    }

    private func pause(_ frontend: Frontend) {
        for position in frontend.listeners.indices where frontend.listeners[position].isAccepting {
            poller.remove(frontend.listeners[position].descriptor)
            frontend.listeners[position].isAccepting = false
        }
    }

    private func pauseAll() {
        isPaused = true
        for case let frontend? in frontends { pause(frontend) }
        _ = timers.plan(
            at: now.advanced(byMilliseconds: WorkerLoop.exhaustedPauseMilliseconds),
            token: EventToken(kind: Subject.resume.rawValue, generation: 0, index: 0))
    }

    private func resume(_ frontend: Frontend) {
        guard let proxy = frontends.firstIndex(where: { $0 === frontend }) else { return }
        for position in frontend.listeners.indices where !frontend.listeners[position].isAccepting {
            let token = EventToken(
                kind: Subject.listener.rawValue, generation: 0, index: listenerIndex(proxy: proxy, position: position))
            do {
                try poller.addLevelTriggered(frontend.listeners[position].descriptor, token: token)
                frontend.listeners[position].isAccepting = true
            } catch {
                // The kernel is short of memory: try again with the next pause.
                pauseAll()
                return
            }
        }
    }

    private func listenerIndex(proxy: Int, position: Int) -> UInt32 { UInt32(proxy) << 16 | UInt32(position) }

    private func listenerPlace(_ index: Int) -> (proxy: Int, position: Int) { (index >> 16, index & 0xFFFF) }
}
