import AccessLog
import EventLoop
import Model

/// Rings: log lines that go to servers over TCP, as fast as those take them and never at the cost of traffic.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.9.
extension WorkerLoop {
    /// How long after a failure a server is tried again.
    static let ringPauseMilliseconds: Int64 = 1_000

    /// Connects to the servers of all rings.
    func startRings() {
        for index in ringForwarders.indices { connectRing(index) }
    }

    /// Sends what the rings have, as far as the servers take it.
    func forwardRings() {
        for index in ringForwarders.indices where ringForwarders[index].state == .connected { writeRing(index) }
    }

    /// Sends what can be sent at once, and closes the connections: the worker ends.
    func endRings() {
        forwardRings()
        for forwarder in ringForwarders {
            timers.cancel(&forwarder.timer)
            forwarder.disconnect()
        }
    }

    /// Something has happened on a connection to a ring's server.
    ///
    /// - Parameter event: which one.
    func ringIsReady(_ event: ReadyEvent) {
        let index = Int(event.token.index)
        let forwarder = ringForwarders[index]
        guard event.token.generation == forwarder.generation, forwarder.descriptor >= 0 else { return }
        if forwarder.state == .connecting {
            guard forwarder.finishConnecting() else { return pauseRing(index) }
            timers.cancel(&forwarder.timer)
        }
        guard !forwarder.hasServerLeft() else { return pauseRing(index) }
        writeRing(index)
    }

    /// A server is to be tried again, or has had its time.
    ///
    /// - Parameter token: which one.
    func ringTimerFired(_ token: EventToken) {
        let forwarder = ringForwarders[Int(token.index)]
        forwarder.timer = .none
        switch forwarder.state {
        case .waiting: connectRing(Int(token.index))
        case .connecting, .connected: pauseRing(Int(token.index))
        }
    }

    private func connectRing(_ index: Int) {
        let forwarder = ringForwarders[index]
        guard let descriptor = forwarder.connect() else { return pauseRing(index) }
        let token = ringToken(index, of: .ring, generation: forwarder.generation)
        guard poller.add(descriptor, token: token) == 0 else { return pauseRing(index) }
        planRing(index, after: forwarder.ring.configuration.connectTimeout.wholeMilliseconds)
    }

    private func writeRing(_ index: Int) {
        let forwarder = ringForwarders[index]
        let (progress, hasMoved) = forwarder.write()
        switch progress {
        case .done: timers.cancel(&forwarder.timer)
        case .broken: pauseRing(index)
        case .stuck:
            guard let limit = forwarder.ring.configuration.serverTimeout else { return }
            if hasMoved { timers.cancel(&forwarder.timer) }
            if !forwarder.timer.isPlanned { planRing(index, after: limit.wholeMilliseconds) }
        }
    }

    private func pauseRing(_ index: Int) {
        ringForwarders[index].disconnect()
        planRing(index, after: Self.ringPauseMilliseconds)
    }

    private func planRing(_ index: Int, after milliseconds: Int64) {
        timers.cancel(&ringForwarders[index].timer)
        ringForwarders[index].timer = timers.plan(
            at: now.advanced(byMilliseconds: milliseconds), token: ringToken(index, of: .ringTimer))
    }

    private func ringToken(_ index: Int, of subject: Subject, generation: UInt32 = 0) -> EventToken {
        EventToken(kind: subject.rawValue, generation: generation, index: UInt32(index))
    }
}
