import AccessLog
import EventLoop
import Health
import Model

/// Asking: what the agent of a server says of it, and what follows.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `agent-check`; recordings for the order in which words count
///   and for what is told of them.
extension WorkerLoop {
    /// A question to an agent has ended.
    ///
    /// - Parameters:
    ///   - position: which check.
    ///   - agent: the agent.
    ///   - verdict: how the conversation ended, its duration not counted.
    func concludeAgent(_ position: Int, _ agent: ServerCheck, _ verdict: CheckResult) {
        let place = self.place(position)
        let backend = backend(place.backend)
        let report = agent.talk?.conversation.agentReport
        agent.talk = nil
        let duration = Int(MonotonicTime.now().milliseconds(since: agent.startedAt))
        if let report {
            let warning = follow(report, of: place.server, in: backend)
            take(report.result(warning: warning), of: agent, duration, place.server, in: backend)
        } else {
            var result = verdict
            // A line without an end says nothing: what was known before holds.
            if result.status == .noChange { result.status = agent.lastResult?.status ?? .noChange }
            take(result, of: agent, duration, place.server, in: backend)
        }
        guard agent.isEnabled else { return }
        let spread = agent.schedule.spreadPercent > 0 ? Double.random(in: -1...1) : 0
        let delay = agent.schedule.nextDelay(in: .up, random: spread)
        let next = now.advanced(byMilliseconds: delay.wholeMilliseconds)
        plan(agent, position, at: max(next.rounded(to: agent.schedule.step), now))
    }

    /// Follows an agent's words about order, weight and limit.
    ///
    /// - Returns: what went wrong first; `nil` when nothing did.
    private func follow(_ report: AgentReport, of index: Int, in backend: Backend) -> String? {
        let identity = backend.servers[index].identity
        let cause = Cause(actor: "agent", reason: report.reason.isEmpty ? nil : report.reason)
        var refusals: [ActRefusal] = []
        func follow(_ act: Result<ServerAct, ActRefusal>) {
            switch act {
            case .failure(let refusal): refusals.append(refusal)
            case .success(let act):
                guard case .refused(let refusal) = carryOut(.server(identity, act), cause: cause) else { return }
                refusals.append(refusal)
            }
        }
        if let order = report.order { follow(.success(.setState(order))) }
        if let weight = report.weight {
            follow(Result { () throws(ActRefusal) in .setWeight(try WeightChange(weight)) })
        }
        if let limit = report.sessionLimit {
            follow(Result { () throws(ActRefusal) in try ServerAct.setSessionLimit(limit) })
        }
        return refusals.first?.description
    }

    /// Takes in what an agent says of its server's health.
    private func take(
        _ result: CheckResult, of agent: ServerCheck, _ durationMilliseconds: Int, _ index: Int, in backend: Backend
    ) {
        let server = backend.servers[index]
        var result = result
        result.durationMilliseconds = durationMilliseconds
        let stateBefore = server.operational
        let lastStatus = agent.lastResult?.status
        agent.lastResult = result
        switch result.status {
        case .layer7OK:
            server.takeWordOfAgent(isUp: true)
            server.errorStreak?.clear()
        case .layer7Error: server.takeWordOfAgent(isUp: false)
        // An agent that cannot be asked, or says nothing about it, takes no server down.
        default: break
        }
        let logsChecks = backend.configuration.logsHealthChecks
        if logsChecks, result.status != .noChange, result.status != lastStatus {
            log(result, of: index, at: agent.position, in: backend, isAgent: true)
        }
        guard server.operational != stateBefore, server.administrative != .maint else { return }
        // A line of the agent's own has just told the reason.
        let reason = logsChecks ? nil : result
        change(
            index, in: backend, .checked(to: server.operational, by: reason),
            cause: Cause(check: result, actor: "agent"))
    }

    /// Takes a person's word for what an agent would say.
    ///
    /// - Parameters:
    ///   - isUp: UP or DOWN.
    ///   - index: a server whose agent is asked.
    ///   - backend: its backend.
    ///   - cause: who said so, and why.
    func declare(isUpByAgent isUp: Bool, of index: Int, in backend: Backend, cause: Cause) {
        let server = backend.servers[index]
        let before = server.operational
        server.declareAsAgent(isUp: isUp)
        guard server.operational != before, server.administrative != .maint else { return }
        change(index, in: backend, .declared(server.operational), cause: cause)
    }

    /// Turns the questions to an agent on or off.
    ///
    /// - Parameters:
    ///   - isOn: whether it is to be asked.
    ///   - index: its server.
    ///   - backend: the server's backend.
    /// - Throws: that there is none to be asked.
    func setAgent(isOn: Bool, of index: Int, in backend: Backend) throws(ActRefusal) {
        guard let agent = backend.servers[index].agent else {
            if isOn { throw .agentNotConfigured }
            return
        }
        guard agent.isEnabled != isOn else { return }
        agent.isEnabled = isOn
        guard isOn else {
            stop(agent)
            return
        }
        let delay = agent.schedule.interval.wholeMilliseconds
        planCheck(of: index, in: backend, afterMilliseconds: delay, isAgent: true)
    }
}
