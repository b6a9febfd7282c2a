import Configuration
import EventLoop
import Model

/// Acts: what persons and programs change of a running instance.
extension WorkerLoop {
    /// Carries out an act.
    ///
    /// - Parameters:
    ///   - act: what to change.
    ///   - cause: who ordered it, and why.
    /// - Returns: whether it is done.
    func carryOut(_ act: RuntimeAct, cause: Cause) -> ActResult {
        do throws(ActRefusal) {
            switch act {
            case .server(let identity, let act): return try carryOut(act, on: identity, cause: cause)
            case .frontend(let name, let act): try carryOut(act, onFrontend: name)
            case .proxy(let name, .failback): return .told(try failBack(name, cause: cause))
            case .proxy(let name, .rebalance(let perMinute)):
                return .told(try rebalance(name, perMinute: perMinute, cause: cause))
            case .instance(let act): carryOut(act)
            case .endSession(let identifier): try endSession(identifier)
            case .addServer, .removeServer, .replaceCertificate, .addToCertificateList, .removeFromCertificateList,
                .changeTLS:
                preconditionFailure("these change the configuration, which isn't the worker's")
            }
            return .done
        } catch {
            return .refused(error)
        }
    }

    private func carryOut(
        _ act: ServerAct, on identity: ServerIdentity, cause: Cause
    ) throws(ActRefusal) -> ActResult {
        guard let (index, backend) = place(of: identity) else { throw .noSuchServer }
        let server = backend.servers[index]
        switch act {
        case .setState(let state):
            order(state, of: index, in: backend, cause: cause)
        case .setHealth(let state):
            if server.tracked != nil { throw .tracksAnother }
            declare(state, of: index, in: backend, cause: cause)
        case .setChecks(let isOn):
            try setChecks(isOn: isOn, of: index, in: backend)
        case .setAgent(let isOn):
            try setAgent(isOn: isOn, of: index, in: backend)
        case .setAgentHealth(let isUp):
            guard server.agent?.isEnabled == true else { throw .agentNotAsked }
            declare(isUpByAgent: isUp, of: index, in: backend, cause: cause)
        case .setAgentAddress(let host, let port):
            guard server.agent?.isEnabled == true else { throw .agentNotAsked }
            if let host, SocketAddress(ip: host, port: 0) == nil { throw .invalid("invalid addr '\(host)'") }
            server.ask(at: host, port: port)
        case .setAgentQuestion(let question):
            guard let agent = server.agent, agent.isEnabled else { throw .agentNotAsked }
            agent.plan = AgentConfiguration.plan(question: question)
        case .setWeight(let change):
            try weigh(index, in: backend, change.weight(ofFile: server.configuration.weight))
        case .setSessionLimit(let limit):
            backend.setSessionLimit(limit, of: index)
            serveQueue(of: index, in: backend)
        case .endSessions:
            planShutdown(of: index, in: backend, as: .killed)
        case .setAddress(let host, let port):
            return .told(try move(index, in: backend, to: host, port: port, cause: cause))
        case .setCheckAddress(let host, let port):
            guard server.check?.isEnabled == true else { throw .notChecked }
            if let host, SocketAddress(ip: host, port: 0) == nil { throw .invalid("invalid addr '\(host)'") }
            if port == 0, server.portMap != nil { throw .invalid("can't unset 'port' since MAPPORTS is in use") }
            server.check(at: host, port: port)
        case .setHostName(let name): return .told(try rename(index, in: backend, name))
        case .setTLS(let isOn): return .told(try setTLS(isOn: isOn, of: server))
        }
        return .done
    }

    private func move(
        _ index: Int, in backend: Backend, to host: String, port: String?, cause: Cause
    ) throws(ActRefusal) -> String {
        let server = backend.servers[index]
        let before = server.address
        let change = try AddressChange(
            from: before, ownPort: server.hostName?.port ?? 0, host: host, port: port,
            portMap: server.portMap, checksHavePort: server.checksHavePort)
        server.move(to: change.address)
        if change.portMap != server.portMap { server.map(by: change.portMap) }
        tellStandings(of: backend)
        if before == nil, let hostName = server.hostName {
            restartCheck(of: index, in: backend)
            self.change(index, in: backend, .resolved(name: hostName.name), cause: cause)
        }
        return change.words
    }

    private func setTLS(isOn: Bool, of server: Server) throws(ActRefusal) -> String {
        guard server.configuration.switchableTLS != nil else {
            throw .invalid("'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n")
        }
        server.setTLS(isOn: isOn)
        return "server ssl setting updated.\n"
    }

    private func endSession(_ identifier: SessionIdentifier) throws(ActRefusal) {
        guard let session = session(named: identifier) else { throw .noSuchSession }
        session.pointee.phase == .greeting ? turnAway(session, .killed) : shutDown(session, as: .killed)
    }

    /// Where a server is.
    ///
    /// - Parameter identity: its full name.
    /// - Returns: its index, and its backend; `nil` where there is no such server.
    func place(of identity: ServerIdentity) -> (index: Int, backend: Backend)? {
        for case let backend? in backends where backend.configuration.name == identity.proxy {
            guard let index = backend.namedPlaces.first(where: { backend.servers[$0].identity == identity }) else {
                continue
            }
            return (index, backend)
        }
        return nil
    }

    private func weigh(_ index: Int, in backend: Backend, _ weight: Int) throws(ActRefusal) {
        let event = event(of: backend.servers[index], in: backend, .weighed)
        try backend.setWeight(weight, of: index)
        if event.hadServer != backend.isUp { backend.outage.note(isDown: !backend.isUp, at: now) }
        if backend.groups.isUsable(index) { serveQueue(of: index, in: backend) }
        send(event, about: backend)
        noteSides(of: backend)
        noteNewBalance(of: backend, returned: nil)
        tellStandings(of: backend)
    }

    private func setChecks(isOn: Bool, of index: Int, in backend: Backend) throws(ActRefusal) {
        let server = backend.servers[index]
        guard let check = server.check else {
            if isOn { throw .checkNotConfigured }
            return
        }
        guard check.isEnabled != isOn else { return }
        check.isEnabled = isOn
        guard isOn else {
            stopCheck(of: server)
            return
        }
        guard server.administrative != .maint, !server.isUnresolved else { return }
        let delay = check.schedule.interval(in: check.counter.phase)
        planCheck(of: index, in: backend, afterMilliseconds: delay.wholeMilliseconds)
    }
}
