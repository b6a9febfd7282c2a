import Balancing
import EventLoop

/// Warming: servers that have come up get their traffic step by step.
extension WorkerLoop {
    /// Notes that a server's state has changed, for its slow start.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func noteChange(of index: Int, in backend: Backend) {
        let server = backend.servers[index]
        server.warmup.note(isOut: server.isOut || server.operational == .stopping, at: now)
        timers.cancel(&server.warmup.timer)
        backend.groups.setSlowStart(index, steps: server.warmup.steps)
        backend.publish(index)
        if server.warmup.isOn { planLook(at: index, in: backend) }
    }

    /// A second of a server's slow start has gone by.
    ///
    /// - Parameter place: the token's index.
    func warmupTimerFired(_ place: Int) {
        let backend = backend(place >> 16)
        let index = place & 0xFFFF
        let server = backend.servers[index]
        server.warmup.timer = .none
        server.warmup.look(at: now)
        backend.groups.setSlowStart(index, steps: server.warmup.steps)
        backend.publish(index)
        if server.warmup.isOn {
            planLook(at: index, in: backend)
            serveQueue(of: index, in: backend)
        } else {
            reachedFullSpeed(index, in: backend)
        }
    }

    /// Full speed is a new state for the statistics and the log, as in HAProxy, but not for the history.
    private func reachedFullSpeed(_ index: Int, in backend: Backend) {
        let server = backend.servers[index]
        server.outage.note(isDown: false, at: now)
        var event = event(of: server, in: backend, .warmedUp)
        let waiting = backend.queuedCount
        serveQueue(of: index, in: backend)
        event.requeued = max(0, waiting - backend.queuedCount)
        event.queued = backend.queuedCount(in: .server(index))
        send(event, about: backend)
        noteNewBalance(of: backend, returned: index)
    }

    /// Plans the next look at a server's slow start.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func planLook(at index: Int, in backend: Backend) {
        guard let proxy = backends.firstIndex(where: { $0 === backend }) else {
            preconditionFailure("every backend is the worker's")
        }
        let token = EventToken(
            kind: Subject.warmup.rawValue, generation: 0, index: UInt32(proxy) << 16 | UInt32(index))
        backend.servers[index].warmup.timer = timers.plan(
            at: now.advanced(byMilliseconds: SlowStart.interval.wholeMilliseconds), token: token)
    }
}
