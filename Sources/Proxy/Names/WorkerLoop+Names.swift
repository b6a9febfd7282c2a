import AccessLog
import Configuration
import EventLoop
import Model

/// Names: what follows when the name of a server gets an address, changes it or loses it.
///
/// Servers without a `resolvers` section have the system asked for them, on a thread of the resolver's, until it answers.
extension WorkerLoop {
    /// Asks the system for the names that had no answer at the start.
    func startLookUps() {
        for position in lookUps.indices { lookUp(position) }
    }

    /// The system has said something about a name.
    ///
    /// - Parameters:
    ///   - answer: what it has said.
    ///   - position: which name.
    func take(_ answer: Resolver.Answer, of position: Int) {
        guard stopping == nil else { return }
        let lookUp = lookUps[position]
        guard case .addresses(let endpoints) = answer, let first = endpoints.first else {
            let token = EventToken(kind: Subject.lookUp.rawValue, generation: 0, index: UInt32(position))
            _ = timers.plan(at: now.advanced(byMilliseconds: lookUpPause.wholeMilliseconds), token: token)
            return
        }
        if lookUp.isLogHost {
            log.locate(lookUp.host, at: first)
            locatePeers(lookUp.host, at: first)
        }
        for (index, server) in lookUp.servers {
            let backend = backend(index)
            if let current = backend.servers[server].address, endpoints.contains(where: current.isHost) { continue }
            move(server, in: backend, to: first, by: "libc")
        }
    }

    /// The pause after a failed look-up is over.
    ///
    /// - Parameter position: which name.
    func lookUpTimerFired(_ position: Int) {
        guard stopping == nil else { return }
        lookUp(position)
    }

    /// Gives a server another address: new sessions and checks go there, those that run stay where they are.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - endpoint: the address; the port is the server's own.
    ///   - source: who says so, for the log.
    func move(_ index: Int, in backend: Backend, to endpoint: IPEndpoint, by source: String) {
        let server = backend.servers[index]
        guard let hostName = server.hostName else {
            preconditionFailure("only servers with a name change their address")
        }
        let before = server.address
        server.move(to: SocketAddress(endpoint: endpoint, port: hostName.port))
        tellMove(of: server, in: backend, from: before, to: endpoint, by: source)
        guard before == nil else { return }
        restartCheck(of: index, in: backend)
        change(index, in: backend, .resolved(name: hostName.name), cause: Cause(said: "resolves again"))
    }

    /// Lets a server that has an address again be checked anew, unless it is in maintenance: nothing was checked meanwhile,
    /// so it is up until a first check says otherwise.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func restartCheck(of index: Int, in backend: Backend) {
        let server = backend.servers[index]
        guard let check = server.check, server.administrative != .maint else { return }
        _ = check.counter.restart()
        check.turningSince = nil
        planCheck(of: index, in: backend, afterMilliseconds: 0)
    }

    /// Takes a server's address away: it is out of service until its name has one again.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - reason: why, such as `DNS NX status`.
    func loseAddress(of index: Int, in backend: Backend, reason: String) {
        let server = backend.servers[index]
        guard server.address != nil else { return }
        stopCheck(of: server)
        server.move(to: nil)
        change(index, in: backend, .unresolved(reason: reason), cause: Cause(said: reason))
    }

    /// Asks the system for a name.
    ///
    /// - Parameter position: which name.
    func lookUp(_ position: Int) {
        let mailbox = mailbox
        resolver.look(up: lookUps[position].host) { answer in
            // A worker that has ended no longer needs to know.
            _ = mailbox.post(.lookedUp(position, answer))
        }
    }

    private func tellMove(
        of server: Server, in backend: Backend, from before: SocketAddress?, to endpoint: IPEndpoint, by source: String
    ) {
        let old = if case .ip(let endpoint)? = before { endpoint.host } else { "(none)" }
        let words = "changed its IP from \(old) to \(endpoint.host) by \(source)"
        tell("\(words).", of: server, in: backend)
        let record = EventRecord(
            at: WallClock.now(), instance: configuration.name, kind: .addressChanged,
            detail: "\(backend.configuration.name)/\(server.configuration.name) \(words)")
        history.offer(.event(record))
    }
}

extension WorkerLoop {
    /// Leaves a line about a server in the log of its backend.
    ///
    /// - Parameters:
    ///   - words: what happens to it.
    ///   - server: the server.
    ///   - backend: its backend.
    func tell(_ words: String, of server: Server, in backend: Backend) {
        guard let position = backends.firstIndex(where: { $0 === backend }) else { return }
        let text = "\(backend.configuration.name)/\(server.configuration.name) \(words)"
        log.send(TextLogLine(level: .notice, text: text), along: routes[position], at: WallClock.now())
    }
}

extension SocketAddress {
    /// Whether it is on a host, whatever the port.
    fileprivate func isHost(_ endpoint: IPEndpoint) -> Bool {
        guard case .ip(var own) = self else { return false }
        own.port = endpoint.port
        return own == endpoint
    }
}
