import EventLoop
import Model

/// Peers: stick tables that are shared with other processes, in the manner of HAProxy's peers.
///
/// All of it is on the worker's own loop, of several threads the lead's. An entry that changes costs a few assignments; what
/// changed in a turn is told at its end, to each peer on its one connection, as fast as that one reads.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.5; times, and who gives way to whom, recorded from HAProxy 2.6.12.
extension WorkerLoop {
    /// How long after an attempt to connect the next one is made.
    static let peerPauseMilliseconds: Int64 = 5_000
    /// How long a process waits that has closed a connection itself, so that two of them don't go on closing each other's.
    static let peerAvoidanceMilliseconds: ClosedRange<Int64> = 50...2_050
    /// How many portions of a peer's bytes are read before the others get their turn.
    private static let peerReadsPerTurn = 16

    /// Listens for peers, and connects to them.
    func startPeers() {
        guard let peering else { return }
        listenForPeers(peering)
        lookAfterPeers(peering)
    }

    /// Closes all connections with peers, and listens for them no more: the worker ends, or another one takes over.
    func endPeers() {
        guard let peering else { return }
        timers.cancel(&peering.timer)
        for link in peering.links.values { link.close() }
        for listener in peering.listeners {
            // Closing takes out none of which somebody else has a duplicate.
            poller.remove(listener.descriptor)
            Socket.close(listener.descriptor)
        }
        (peering.links, peering.listeners) = ([:], [])
        for section in peering.sections {
            for remote in section.remotes { remote.link = nil }
        }
        self.peering = nil
    }

    /// The address of a host has been found.
    ///
    /// - Parameters:
    ///   - host: its name.
    ///   - address: where it is.
    func locatePeers(_ host: String, at address: IPEndpoint) {
        guard let peering else { return }
        for remote in peering.sections.flatMap(\.remotes) { remote.locate(host, at: address) }
        planPeers(peering)
    }

    /// Tells peers what has changed in this turn.
    func tellPeers() {
        guard let peering else { return }
        sharedTables?.beginTelling()
        withTables {
            guard peering.hasNews else { return }
            for section in peering.sections {
                for remote in section.remotes where section.hasNews(for: remote) {
                    speak(to: remote, of: section, peering)
                }
            }
        }
    }

    /// Takes in the peers that wait at a listener.
    ///
    /// - Parameter index: the listener's token index.
    func acceptPeers(from index: Int) {
        guard let peering, peering.listeners.indices.contains(index) else { return }
        let listener = peering.listeners[index]
        while true {
            switch Socket.accept(listener.descriptor) {
            case .connection(let descriptor, let client):
                guard peering.strangers < Peering.mostStrangers else {
                    Socket.close(descriptor)
                    continue
                }
                let link = PeerLink(descriptor, of: listener.section, with: nil, at: now)
                link.clientAddress = SocketAddress.ip(client).description
                _ = add(link, to: peering)
            case .vanished: continue
            case .nobody: return planPeers(peering)
            case .exhausted: return restFromPeers(peering)
            }
        }
    }

    /// Something has happened on a connection with a peer.
    ///
    /// - Parameter event: which one.
    func peerIsReady(_ event: ReadyEvent) {
        guard let peering, let link = peering.links[event.token.index] else { return }
        if link.phase == .connecting {
            guard Socket.pendingError(link.descriptor) == 0 else { return close(event.token.index, peering) }
            greet(link)
        }
        withTables { readPeer(event.token.index, link, peering) }
    }

    /// It is time for something: an attempt to connect, a heartbeat, the end of patience.
    func peerTimerFired() {
        guard let peering else { return }
        peering.timer = .none
        withTables { lookAfterPeers(peering) }
    }

    // MARK: Connections

    private func listenForPeers(_ peering: Peering) {
        peering.listensAgainAt = nil
        for index in peering.listeners.indices {
            let token = EventToken(kind: Subject.peerListener.rawValue, generation: 0, index: UInt32(index))
            do throws(SystemError) {
                try poller.addLevelTriggered(peering.listeners[index].descriptor, token: token)
            } catch {
                // The kernel has no memory for it: like a want of descriptors, this may be over in a moment.
                return restFromPeers(peering)
            }
        }
    }

    /// Nothing can be accepted for want of descriptors or memory: whoever connects waits for a moment.
    private func restFromPeers(_ peering: Peering) {
        for listener in peering.listeners { poller.remove(listener.descriptor) }
        peering.listensAgainAt = now.advanced(byMilliseconds: WorkerLoop.exhaustedPauseMilliseconds)
        planPeers(peering)
    }

    private func add(_ link: PeerLink, to peering: Peering) -> Bool {
        let number = peering.nextNumber()
        let token = EventToken(kind: Subject.peer.rawValue, generation: 0, index: number)
        guard poller.add(link.descriptor, token: token) == 0 else {
            link.close()
            return false
        }
        peering.links[number] = link
        return true
    }

    private func connect(to remote: RemotePeer, of section: PeerSection, _ peering: Peering) {
        guard let address = remote.address else { return }
        remote.reconnectsAt = now.advanced(byMilliseconds: Self.peerPauseMilliseconds)
        remote.counts.connections += 1
        remote.lastStatus = "CONN"
        remote.greetedAt = now
        let (descriptor, start) = Socket.connect(to: address)
        switch start {
        case .connected, .inProgress:
            let link = PeerLink(descriptor, of: section, with: remote, at: now)
            if add(link, to: peering) { remote.link = link }
        case .failed, .exhausted, .sourceRefused, .portsUsedUp:
            if descriptor >= 0 { Socket.close(descriptor) }
        }
    }

    private func greet(_ link: PeerLink) {
        guard let remote = link.remote else { return }
        link.phase = .awaitingAnswer
        link.output += PeerGreeting.hello(
            to: remote.configuration.name, from: link.section.configuration.localName,
            processID: CurrentProcess.identifier)
        remote.lastStatus = "HSHK"
    }

    /// Closes a connection; with whom is free for the next one, in its time.
    private func close(_ number: UInt32, _ peering: Peering) {
        guard let link = peering.links.removeValue(forKey: number) else { return }
        link.close()
        if let remote = link.remote, remote.link === link {
            if link.phase == .open {
                remote.reconnectsAt = link.heardAt.advanced(byMilliseconds: Self.peerPauseMilliseconds)
                link.section.end(with: remote)
            }
            remote.link = nil
        }
        planPeers(peering)
    }

    /// Closes a connection that this process has had enough of.
    private func giveUp(_ number: UInt32, _ peering: Peering) {
        let remote = peering.links[number]?.remote
        close(number, peering)
        remote?.reconnectsAt = now.advanced(byMilliseconds: .random(in: Self.peerAvoidanceMilliseconds))
    }

    // MARK: Words

    /// What time it is for tables; of several threads' the latest that any has told.
    private var tableNow: MonotonicTime {
        tableMoment.map { MonotonicTime(nanoseconds: $0 * 1_000_000) } ?? now
    }

    private func readPeer(_ number: UInt32, _ link: PeerLink, _ peering: Peering) {
        for _ in 0..<Self.peerReadsPerTurn {
            switch link.read() {
            case .nothing: return finish(number, link, peering)
            case .end: return close(number, peering)
            case .some:
                link.heardAt = now
                guard takeIn(number, link, peering) else { return }
            }
        }
        // There may be more, of which no event tells.
        finish(number, link, peering)
        planPeers(peering, at: now)
        link.hasMore = true
    }

    /// Takes in what has come.
    ///
    /// - Returns: whether the connection is still there.
    private func takeIn(_ number: UInt32, _ link: PeerLink, _ peering: Peering) -> Bool {
        switch link.phase {
        case .connecting: return true
        case .awaitingAnswer:
            guard let remote = link.remote, let answer = PeerGreeting.readAnswer(link.input[...]) else { return true }
            guard answer.code == PeerStatus.success.rawValue else {
                remote.lastStatus = answer.code == 0 ? "ERRP" : "S\(answer.code)"
                if answer.code == 0 { remote.counts.protocolErrors += 1 }
                close(number, peering)
                return false
            }
            link.input.removeFirst(answer.length)
            open(link, with: remote)
        case .awaitingHello:
            switch PeerGreeting.read(link.input[...], as: link.section.configuration.localName) {
            case .incomplete: return true
            case .refused(let status): return refuse(number, link, status, peering)
            case .peer(let name, let knowsTimes, let length):
                guard let remote = link.section.remotes.first(where: { $0.configuration.name == name }) else {
                    return refuse(number, link, .unknownPeer, peering)
                }
                if remote.link != nil {
                    // Another process of this name is still there: that one goes first.
                    if remote.isLocal { return refuse(number, link, .tryAgain, peering) }
                    replace(remote, peering)
                }
                link.input.removeFirst(length)
                link.knowsTimes = knowsTimes
                link.remote = remote
                remote.link = link
                remote.greetedAt = now
                link.output += PeerStatus.success.bytes
                open(link, with: remote)
            }
        case .open: break
        }
        guard let remote = link.remote else { return true }
        guard link.section.hear(remote, at: tableNow) else {
            remote.counts.protocolErrors += 1
            giveUp(number, peering)
            return false
        }
        return true
    }

    private func open(_ link: PeerLink, with remote: RemotePeer) {
        link.phase = .open
        remote.lastStatus = "ESTA"
        link.section.begin(with: remote, at: now)
    }

    /// The one that connects comes before the one that was connected to.
    private func replace(_ remote: RemotePeer, _ peering: Peering) {
        guard let number = peering.links.first(where: { $0.value === remote.link })?.key else { return }
        giveUp(number, peering)
        remote.counts.collisions += 1
    }

    private func refuse(_ number: UInt32, _ link: PeerLink, _ status: PeerStatus, _ peering: Peering) -> Bool {
        link.output += status.bytes
        // Whoever doesn't take these few bytes has to do without them.
        _ = link.write()
        close(number, peering)
        return false
    }

    private func speak(to remote: RemotePeer, of section: PeerSection, _ peering: Peering) {
        guard let number = peering.links.first(where: { $0.value === remote.link })?.key, let link = remote.link else {
            return
        }
        finish(number, link, section, remote, peering)
    }

    private func finish(_ number: UInt32, _ link: PeerLink, _ peering: Peering) {
        finish(number, link, link.section, link.remote, peering)
    }

    /// Writes what there is to say, and what follows from having said it.
    private func finish(
        _ number: UInt32, _ link: PeerLink, _ section: PeerSection, _ remote: RemotePeer?, _ peering: Peering
    ) {
        if let remote { section.teach(remote, at: tableNow) }
        guard !link.output.isEmpty else { return }
        link.spokeAt = now
        guard link.write() else { return close(number, peering) }
        // What found no room goes on when the other side has read, of which an event tells, or else in the next turn.
        if let remote, link.output.isEmpty, section.hasNews(for: remote) { planPeers(peering, at: now) }
    }

    // MARK: Time

    /// Does what is due.
    private func lookAfterPeers(_ peering: Peering) {
        if let time = peering.listensAgainAt, time <= now { listenForPeers(peering) }
        for section in peering.sections {
            if !section.resync.isOver, section.resyncEndsAt <= now { section.resync = .over(isComplete: false) }
            for remote in section.remotes where remote.link == nil && remote.reconnectsAt <= now {
                connect(to: remote, of: section, peering)
            }
        }
        for (number, link) in peering.links {
            if link.hasMore {
                link.hasMore = false
                readPeer(number, link, peering)
                continue
            }
            guard link.deadline <= now else {
                finish(number, link, peering)
                continue
            }
            let silence = now.milliseconds(since: link.phase == .open ? link.heardAt : link.beganAt)
            if silence >= PeerLink.silenceMilliseconds {
                if link.phase == .open { link.remote?.counts.missedHeartbeats += 1 }
                giveUp(number, peering)
            } else {
                link.encoder.append(.heartbeat, to: &link.output)
                link.remote?.counts.sentHeartbeats += 1
                finish(number, link, peering)
            }
        }
        planPeers(peering)
    }

    private func planPeers(_ peering: Peering, at time: MonotonicTime? = nil) {
        guard let deadline = time ?? peering.nextDeadline else { return }
        if peering.timer.isPlanned, let planned = peering.plannedFor, planned <= deadline { return }
        timers.cancel(&peering.timer)
        peering.plannedFor = deadline
        peering.timer = timers.plan(
            at: deadline, token: EventToken(kind: Subject.peerTimer.rawValue, generation: 0, index: 0))
    }
}
