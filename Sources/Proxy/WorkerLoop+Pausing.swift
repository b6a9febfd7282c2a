import EventLoop
import Model

/// Pausing: listeners whose connections are to wait in the kernel's queue, because a limit is reached, a rate is too high,
/// or the process has no descriptors left.
extension WorkerLoop {
    /// How long accepting rests when the process has no descriptors or memory left.
    static let exhaustedPauseMilliseconds: Int64 = 100

    /// Whether a listener may bring in one more connection now; pauses whatever may not.
    ///
    /// - Parameters:
    ///   - frontend: its frontend.
    ///   - position: its place in the frontend's listeners.
    /// - Returns: false when it, or more, is paused.
    func mayAccept(at frontend: Frontend, _ position: Int) -> Bool {
        if isAtLimit || frontend.isFull {
            wasAtLimit = wasAtLimit || isAtLimit
            pause(frontend)
            noteWaitingListener()
            return false
        }
        if frontend.isFull(frontend.listeners[position].bind) {
            pause(frontend, position)
            noteWaitingListener()
            return false
        }
        if acceptRates.areLimited {
            let delay = acceptRates.delay(at: now)
            if delay > 0 {
                pauseAll(forMilliseconds: delay)
                return false
            }
        }
        if frontend.rates.areLimited {
            let delay = frontend.rates.delay(at: now)
            if delay > 0 {
                rest(frontend, forMilliseconds: delay)
                return false
            }
        }
        return true
    }

    /// A listener waits for a place, which another thread may free.
    @inline(__always)
    private func noteWaitingListener() { if place != nil { hasNewWaiters = true } }

    /// Takes up accepting where a place has become free.
    ///
    /// - Parameter frontend: the frontend that a session has left.
    func placeBecameFree(at frontend: Frontend) {
        noteFreePlace()
        if isPaused { return }
        if frontend.listeners.contains(where: { !$0.isAccepting }), !frontend.isFull { resume(frontend) }
        // The instance's own limit had stopped the others too.
        guard wasAtLimit, !isAtLimit else { return }
        wasAtLimit = false
        for case let other? in frontends where other !== frontend && !other.isFull { resume(other) }
    }

    /// Closes all listeners; what waits in the kernel's queue goes to whoever else holds the sockets.
    func closeListeners() {
        for case let frontend? in frontends {
            pause(frontend)
            for listener in frontend.listeners { Socket.close(listener.descriptor) }
            frontend.listeners = []
        }
    }

    /// Accepting may go on, after a rate was too high or the process was short of descriptors.
    ///
    /// - Parameter token: whose timer it was: a frontend's own, or that of all.
    func resumeTimerFired(_ token: EventToken) {
        if token.index == WorkerLoop.everyFrontend {
            isPaused = false
        } else {
            frontend(Int(token.index)).isResting = false
        }
        resumeAll()
    }

    /// The process has no descriptors or memory left: connections wait in the kernel for a moment, and the history learns of
    /// it when that begins and when it is over.
    func pauseForExhaustion() {
        if exhaustion.begins(at: now) { tell(.acceptingPaused, "no descriptors or memory are left: connections wait") }
        pauseAll(forMilliseconds: WorkerLoop.exhaustedPauseMilliseconds)
    }

    /// Tells the history once accepting has gone on for a while without a pause for want of anything.
    func lookAtExhaustion() {
        guard let since = exhaustion.end(at: now) else { return }
        tell(.acceptingResumed, "connections are accepted again after \(now.milliseconds(since: since) / 1_000) s")
    }

    private func tell(_ kind: EventKind, _ words: String) {
        history.offer(
            .event(EventRecord(at: WallClock.now(), instance: configuration.name, kind: kind, detail: words)))
    }

    /// Leaves all connections to the kernel for a time.
    ///
    /// - Parameter milliseconds: how long.
    func pauseAll(forMilliseconds milliseconds: Int64) {
        guard !isPaused else { return }
        isPaused = true
        for case let frontend? in frontends { pause(frontend) }
        planResumption(of: WorkerLoop.everyFrontend, afterMilliseconds: milliseconds)
    }

    /// Registers the listeners of a frontend that may accept.
    ///
    /// - Parameter frontend: a frontend that is not full.
    func resume(_ frontend: Frontend) {
        guard !frontend.isResting, !frontend.isHeld, let proxy = frontends.firstIndex(where: { $0 === frontend })
        else { return }
        for position in frontend.listeners.indices
        where !frontend.listeners[position].isAccepting && !frontend.isFull(frontend.listeners[position].bind) {
            let token = EventToken(
                kind: Subject.listener.rawValue, generation: 0, index: listenerIndex(proxy: proxy, position: position))
            do {
                try poller.addLevelTriggered(
                    frontend.listeners[position].descriptor, token: token, isExclusive: place != nil)
                frontend.listeners[position].isAccepting = true
            } catch {
                // The kernel is short of memory: try again with the next pause.
                pauseAll(forMilliseconds: WorkerLoop.exhaustedPauseMilliseconds)
                return
            }
        }
    }

    /// Where a listener's token leads to.
    ///
    /// - Parameter index: the token's index.
    /// - Returns: the frontend's index, and the place among its listeners.
    func listenerPlace(_ index: Int) -> (proxy: Int, position: Int) { (index >> 16, index & 0xFFFF) }

    private static let everyFrontend = UInt32.max

    private var isAtLimit: Bool { connectionLimit.map { sessions.allCount >= $0 } ?? false }

    /// Takes up accepting wherever it may go on, after limits have changed.
    func resumeAll() {
        guard !isPaused, !isAtLimit else { return }
        wasAtLimit = false
        for case let frontend? in frontends where !frontend.isFull { resume(frontend) }
    }

    /// Leaves a frontend's connections to the kernel.
    ///
    /// - Parameter frontend: a frontend.
    func pause(_ frontend: Frontend) {
        for position in frontend.listeners.indices { pause(frontend, position) }
    }

    private func pause(_ frontend: Frontend, _ position: Int) {
        guard frontend.listeners[position].isAccepting else { return }
        poller.remove(frontend.listeners[position].descriptor)
        frontend.listeners[position].isAccepting = false
        frontend.listeners[position].haveWaited = true
    }

    private func rest(_ frontend: Frontend, forMilliseconds milliseconds: Int64) {
        guard !frontend.isResting, let proxy = frontends.firstIndex(where: { $0 === frontend }) else { return }
        frontend.isResting = true
        pause(frontend)
        planResumption(of: UInt32(proxy), afterMilliseconds: milliseconds)
    }

    private func planResumption(of index: UInt32, afterMilliseconds milliseconds: Int64) {
        _ = timers.plan(
            at: now.advanced(byMilliseconds: milliseconds),
            token: EventToken(kind: Subject.resume.rawValue, generation: 0, index: index))
    }

    /// The index of a listener's token.
    ///
    /// - Parameters:
    ///   - proxy: the frontend's index.
    ///   - position: its place among the frontend's listeners.
    /// - Returns: what `listenerPlace` takes.
    func listenerIndex(proxy: Int, position: Int) -> UInt32 { UInt32(proxy) << 16 | UInt32(position) }
}
