import EventLoop
import Model

/// Admitting: connections that any of several threads may accept. A thread takes a place within all limits before it accepts,
/// and gives it back where nobody came; a connection that another thread had better have is handed to that, with its place.
extension WorkerLoop {
    /// How many connections a thread accepts at a time while others could, too.
    private static let acceptsAtATime = 16

    /// Takes in what waits at a listener.
    ///
    /// - Parameters:
    ///   - place: which of the threads this one is.
    ///   - proxy: the frontend's index.
    ///   - frontend: the frontend.
    ///   - position: the listener's place there.
    func accept(as place: ThreadPlace, from proxy: Int, _ frontend: Frontend, _ position: Int) {
        for _ in 0..<WorkerLoop.acceptsAtATime {
            guard mayAccept(at: frontend, position) else { return }
            let listener = frontend.listeners[position]
            guard takePlace(at: frontend, listener.bind) else {
                // Somebody else was quicker: whoever finds a limit reached waits for a place there.
                _ = mayAccept(at: frontend, position)
                return
            }
            switch Socket.accept(listener.descriptor) {
            case .connection(let descriptor, let peer):
                admit(descriptor, from: peer, at: proxy, frontend, listener, of: place.team)
            case .vanished: giveBackPlace(at: frontend, listener.bind)
            case .nobody:
                frontend.listeners[position].haveWaited = false
                giveBackPlace(at: frontend, listener.bind)
                return
            case .exhausted:
                giveBackPlace(at: frontend, listener.bind)
                pauseForExhaustion()
                return
            }
        }
    }

    /// Looks for connections that another worker was told of, which has closed its listeners.
    func acceptAnew() {
        for case let frontend? in frontends {
            let isPlaced = !frontend.isHeld && !frontend.isResting && !isPaused
            guard isPlaced, let proxy = frontends.firstIndex(where: { $0 === frontend }) else { continue }
            for position in frontend.listeners.indices where frontend.listeners[position].isAccepting {
                accept(from: Int(listenerIndex(proxy: proxy, position: position)))
            }
        }
    }

    private func admit(
        _ descriptor: Int32, from peer: IPEndpoint, at proxy: Int, _ frontend: Frontend, _ listener: Listener,
        of team: ThreadTeam
    ) {
        let bind = listener.bind
        let threads = frontend.configuration.binds[bind].threads
        guard let other = team.emptier(than: ownMember, sessions: sessions.count, among: threads) else {
            open(descriptor, from: peer, frontend: proxy, listener, isTaken: true)
            return
        }
        let (phase, haveWaited) = (listener.firstPhase, listener.haveWaited)
        other.tell { loop in
            loop.ownMember.received()
            // Its listener may be closed by now; what was accepted for it is served all the same.
            let listener = Listener(
                bind: bind, descriptor: -1, firstPhase: phase, isAccepting: false, haveWaited: haveWaited)
            loop.open(descriptor, from: peer, frontend: proxy, listener, isTaken: true)
            loop.endLateSessions()
        }
    }

    private func takePlace(at frontend: Frontend, _ bind: Int) -> Bool {
        guard sessions.takePlace(below: connectionLimit) else { return false }
        guard frontend.takePlace(at: bind) else {
            sessions.giveBackPlace()
            noteFreePlace()
            return false
        }
        guard acceptRates.take(at: now) else {
            giveBackLimits(at: frontend, bind)
            return false
        }
        guard frontend.rates.take(at: now) else {
            acceptRates.giveBack()
            giveBackLimits(at: frontend, bind)
            return false
        }
        return true
    }

    /// Gives back a place that no connection came for; somebody else may have found it taken.
    ///
    /// - Parameters:
    ///   - frontend: the frontend.
    ///   - bind: the address's index.
    func giveBackPlace(at frontend: Frontend, _ bind: Int) {
        acceptRates.giveBack()
        frontend.rates.giveBack()
        giveBackLimits(at: frontend, bind)
    }

    private func giveBackLimits(at frontend: Frontend, _ bind: Int) {
        sessions.giveBackPlace()
        frontend.giveBackPlace(at: bind)
        noteFreePlace()
    }

    /// Whether sessions wait, or listeners for a place that another thread may free.
    var isWaitingForPlaces: Bool {
        if backends.contains(where: { ($0?.queuedCount ?? 0) > 0 }) { return true }
        return place != nil && frontends.contains { $0?.waitsForPlaces ?? false }
    }

    /// Tells the lead how much its proxies have served here.
    func noteServed() {
        guard let place, !isLead else { return }
        for index in configuration.proxies.indices {
            let served = ThreadTeam.Served(
                frontend: frontends[index]?.totalSessions ?? 0, backend: backends[index]?.tally.totalSessions ?? 0)
            place.team.note(served, of: index, by: place.number)
        }
    }
}

extension Frontend {
    /// Whether one of its listeners doesn't accept though nobody and no timer keeps it from that.
    fileprivate var waitsForPlaces: Bool {
        !isHeld && !isResting && listeners.contains { !$0.isAccepting }
    }
}
