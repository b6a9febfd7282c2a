import AccessLog
import EventLoop
import Model

/// Acts on frontends and on the instance as a whole: their limits, their listening, their counters.
extension WorkerLoop {
    /// Changes a frontend.
    ///
    /// - Parameters:
    ///   - act: what to change.
    ///   - name: its name.
    /// - Throws: why it isn't done.
    func carryOut(_ act: FrontendAct, onFrontend name: String) throws(ActRefusal) {
        let index = configuration.proxies.firstIndex { $0.name == name && $0.hasFrontend && !$0.isDisabled }
        guard let index else { throw .noSuchFrontend }
        switch act {
        case .setSessionLimit(let limit):
            frontends[index]?.sessionLimit = limit
            resumeAll()
        case .pause: try hold(index)
        case .resume: try release(index)
        case .stop: try stopFrontend(index)
        }
    }

    /// Changes what holds for the whole instance.
    ///
    /// - Parameter act: what to change.
    func carryOut(_ act: InstanceAct) {
        switch act {
        case .setConnectionLimit(let limit): connectionLimit = limit > 0 ? limit : configuration.global.maxconn
        case .setConnectionRate(let limit): acceptRates.limitConnections(to: limit > 0 ? limit : nil)
        case .setSessionRate(let limit): acceptRates.limitSessions(to: limit > 0 ? limit : nil)
        case .clearCounters(let all): clearCounters(all: all)
        }
        resumeAll()
    }

    private func hold(_ index: Int) throws(ActRefusal) {
        switch heldFrontends[index] {
        case .paused: throw .alreadyPaused
        case .stopped: throw .frontendStopped("disable")
        case nil: break
        }
        heldFrontends[index] = .paused
        quieten(index)
        tell("Paused \(kindAndName(of: index)).", about: index)
    }

    private func release(_ index: Int) throws(ActRefusal) {
        switch heldFrontends[index] {
        case .paused: break
        case .stopped: throw .frontendStopped("enable")
        case nil: throw .alreadyListening
        }
        heldFrontends[index] = nil
        frontends[index]?.isHeld = false
        resumeAll()
        tell("Resumed \(kindAndName(of: index)).", about: index)
    }

    private func stopFrontend(_ index: Int) throws(ActRefusal) {
        if heldFrontends[index] == .stopped { throw .frontendStopped(nil) }
        heldFrontends[index] = .stopped
        quieten(index)
        noteServed()
        for listener in frontends[index]?.listeners ?? [] { Socket.close(listener.descriptor) }
        frontends[index]?.listeners = []
        logStop(of: index, at: WallClock.now())
        log.flush()
    }

    private func quieten(_ index: Int) {
        guard let frontend = frontends[index] else { return }
        frontend.isHeld = true
        pause(frontend)
    }

    private func kindAndName(of index: Int) -> String {
        let proxy = configuration.proxies[index]
        return "\(proxy.kind == .frontend ? "frontend" : "proxy") \(proxy.name)"
    }

    private func tell(_ words: String, about index: Int) {
        guard isLead else { return }
        log.send(TextLogLine(level: .warning, text: words), along: routes[index], at: WallClock.now())
        // Unlike a session's line, somebody may be waiting for this one.
        log.flush()
    }

    private func clearCounters(all: Bool) {
        // What the history has yet to get would be lost with the rest.
        sample()
        for case let frontend? in frontends { frontend.clearCounters(all: all) }
        for case let backend? in backends {
            backend.tally.clear(all: all)
            if all { backend.outage.clearCount() }
            for server in backend.servers { server.clearCounters(all: all) }
        }
        for (index, counters) in httpCounters {
            counters.clear(all: all)
            sampledHTTP[index] = counters.read()
        }
        connectionRate.clearMax()
        tls.clearMaxima()
    }
}
