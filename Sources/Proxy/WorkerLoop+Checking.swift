import EventLoop
import Health
import Model

/// Checking: from a check's schedule to its verdict.
///
/// A TCP check ends with a reset before the server's `accept` returns, so that it leaves no trace in a broker's log. Checks
/// that say something are carried on by `WorkerLoop+Talking.swift`.
extension WorkerLoop {
    /// How long a check waits for the end of its program that was told to end.
    private static let pauseForEndingProgramMilliseconds: Int64 = 10

    /// Plans the first check of every server, one after the other within the shortest interval.
    func startChecks() { startChecks(at: Array(checks.indices)) }

    /// Plans the first check of some servers, one after the other within the shortest interval.
    ///
    /// - Parameter positions: which checks.
    func startChecks(at positions: [Int]) {
        let places = positions.map(place)
        let phases = places.map { place in
            let server = backend(place.backend).servers[place.server]
            // An agent is always asked at the same pace.
            if place.isAgent { return HealthCounter.Phase.up }
            // In maintenance nothing is known of a server, and it keeps its place for the time after.
            return server.administrative == .maint ? .down : server.check?.counter.phase ?? .down
        }
        let intervals = zip(positions, phases).compactMap { check($0)?.schedule.interval(in: $1) }
        let shortest = CheckSchedule.commonInterval(of: intervals)
        for (turn, place) in places.enumerated() {
            let server = backend(place.backend).servers[place.server]
            guard let check = check(positions[turn]) else { continue }
            // An agent can bring its server back from maintenance.
            guard place.isAgent || server.administrative != .maint && !server.isUnresolved else { continue }
            let delay = check.schedule.firstDelay(
                position: turn, of: places.count, in: phases[turn], shortestInterval: shortest,
                longestSpread: configuration.global.maxSpreadChecks)
            let first = now.advanced(byMilliseconds: delay.wholeMilliseconds)
            plan(check, positions[turn], at: first.rounded(to: check.schedule.step))
        }
    }

    /// Where a check's server is.
    ///
    /// - Parameter position: a check that there is.
    /// - Returns: its backend, its own index there, and whether it is its agent.
    func place(_ position: Int) -> CheckPlace {
        guard let place = checks[position] else { preconditionFailure("a check that is at work has a server") }
        return place
    }

    /// Gives up all checks.
    func stopChecks() {
        for position in checks.indices { if let check = check(position) { giveUp(check) } }
    }

    /// Gives up a server's checks for good.
    ///
    /// - Parameter server: a server whose check has no place any more.
    func giveUpCheck(of server: Server) {
        if let check = server.check { giveUp(check) }
    }

    /// Gives up asking a server's agent for good.
    ///
    /// - Parameter server: a server whose agent has no place any more.
    func giveUpAgent(of server: Server) {
        if let agent = server.agent { giveUp(agent) }
    }

    private func giveUp(_ check: ServerCheck) {
        stop(check)
        // Nobody will be there later to take in its end, which is near.
        if let program = check.program { takeIn(program, of: check) }
    }

    /// Gives up a server's checks.
    ///
    /// - Parameter server: a server that is not to be checked.
    func stopCheck(of server: Server) {
        if let check = server.check { stop(check) }
    }

    /// Gives up a check.
    ///
    /// - Parameter check: one that is not to go on.
    func stop(_ check: ServerCheck) {
        timers.cancel(&check.timer)
        endProgram(of: check, as: .unwanted)
        closeConnection(of: check)
        check.talk = nil
    }

    /// Plans a server's next check.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - delay: how long to wait, in milliseconds.
    ///   - isAgent: whether it is the agent that is to be asked.
    func planCheck(of index: Int, in backend: Backend, afterMilliseconds delay: Int64, isAgent: Bool = false) {
        let position = checks.firstIndex { place in
            guard let place else { return false }
            return self.backend(place.backend) === backend && place.server == index && place.isAgent == isAgent
        }
        guard let position, let check = check(position), check.isEnabled else { return }
        plan(check, position, at: now.advanced(byMilliseconds: delay))
    }

    /// Lets an idle server's next check come after `fastinter` at the latest.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func hastenCheck(of index: Int, in backend: Backend) {
        guard let check = backend.servers[index].check, !check.isRunning, check.timer.isPlanned else { return }
        let delay = check.schedule.fastInterval.wholeMilliseconds
        guard now.advanced(byMilliseconds: delay) < check.deadline else { return }
        planCheck(of: index, in: backend, afterMilliseconds: delay)
    }

    /// A check is to begin, or has taken too long.
    ///
    /// - Parameter position: which check.
    func checkTimerFired(_ position: Int) {
        guard let check = check(position) else { return }
        check.timer = .none
        if let program = check.program {
            guard program.overdue == .unwanted else { return programHasExpired(check) }
            // The one before is about to end.
            plan(check, position, at: now.advanced(byMilliseconds: Self.pauseForEndingProgramMilliseconds))
        } else if let talk = check.talk {
            talkHasExpired(talk, check, position)
        } else if check.isRunning {
            finish(position, CheckResult(status: check.stream == nil ? .layer4Timeout : .layer6Timeout))
        } else {
            begin(check, position)
        }
    }

    /// A check's connection has news.
    ///
    /// - Parameter event: whose, and what.
    func checkIsReady(_ event: ReadyEvent) {
        let position = Int(event.token.index)
        guard let check = check(position), check.isWatched,
            check.generation & 0xFF_FFFF == event.token.generation
        else { return }
        if let program = check.program {
            programHasEnded(program, check, position)
            return
        }
        if let talk = check.talk {
            talkIsReady(talk, check, position, event.readiness)
            return
        }
        if let stream = check.stream {
            continueHandshake(of: check, position, stream)
            return
        }
        if !event.readiness.isDisjoint(with: [.error, .hangup]) {
            let code = Socket.pendingError(check.descriptor)
            if code != 0 {
                finish(position, CheckResult(status: .layer4Error, detail: SystemError.text(of: code)))
                return
            }
        }
        if event.readiness.contains(.writable) { connectionMade(check, position) }
    }

    private func check(_ position: Int) -> ServerCheck? {
        guard let place = checks[position] else { return nil }
        let server = backend(place.backend).servers[place.server]
        return place.isAgent ? server.agent : server.check
    }

    private func begin(_ check: ServerCheck, _ position: Int) {
        check.startedAt = now
        if let command = check.command {
            run(command, check, position)
            return
        }
        if place(position).isAgent, check.address == nil {
            finish(position, CheckResult(status: .socketError))
            return
        }
        if let plan = check.plan {
            beginTalk(plan, check, position)
            return
        }
        guard let address = check.address else { preconditionFailure("a server without an address is not checked") }
        check.generation &+= 1
        let (descriptor, start) = Socket.probe(address, options: check.options)
        check.descriptor = descriptor
        switch start {
        case .exhausted, .sourceRefused, .portsUsedUp, .failed:
            let (status, detail) = address.verdict(onCheckThatBegan: start)
            finish(position, CheckResult(status: status, detail: detail))
        case .connected where check.tls == nil:
            connectionMade(check, position)
        case .connected, .inProgress:
            let token = EventToken(
                kind: Subject.check.rawValue, generation: check.generation, index: UInt32(position))
            let code = poller.add(descriptor, token: token)
            guard code == 0 else {
                finish(position, CheckResult(status: .socketError, detail: SystemError.text(of: code)))
                return
            }
            let limit = check.schedule.connectLimit.wholeMilliseconds
            plan(check, position, at: now.advanced(byMilliseconds: limit))
            if start == .connected { connectionMade(check, position) }
        }
    }

    private func connectionMade(_ check: ServerCheck, _ position: Int) {
        if let format = check.proxyHeader, let code = announceCheck(check, format) {
            finish(position, CheckResult(status: .layer4Error, detail: SystemError.text(of: code)))
        } else if let tls = check.tls {
            beginHandshake(of: check, position, tls)
        } else {
            finish(position, CheckResult(status: .layer4OK))
        }
    }

    /// Ends a check.
    ///
    /// - Parameters:
    ///   - position: which check.
    ///   - verdict: how it ended, its duration not counted.
    func finish(_ position: Int, _ verdict: CheckResult) {
        guard let check = check(position) else { return }
        closeConnection(of: check)
        if place(position).isAgent {
            concludeAgent(position, check, verdict)
            return
        }
        check.talk = nil
        conclude(position, verdict)
    }

    /// Makes a verdict count, and plans the next check.
    ///
    /// - Parameters:
    ///   - position: which check.
    ///   - verdict: how it ended, its duration not counted.
    func conclude(_ position: Int, _ verdict: CheckResult) {
        let place = place(position)
        let backend = backend(place.backend)
        guard let check = backend.servers[place.server].check else { return }
        var result = verdict
        let end = MonotonicTime.now()
        result.durationMilliseconds = Int(end.milliseconds(since: check.startedAt))
        backend.servers[place.server].tally.sample.note(
            checkTime: Int64((end.nanoseconds - check.startedAt.nanoseconds) / 1000))
        take(result, of: place.server, in: backend)
        // A random number is a system call.
        let spread = check.schedule.spreadPercent > 0 ? Double.random(in: -1...1) : 0
        let delay = check.schedule.nextDelay(in: check.counter.phase, random: spread)
        let next = now.advanced(byMilliseconds: delay.wholeMilliseconds)
        plan(check, position, at: max(next.rounded(to: check.schedule.step), now))
    }

    /// Sets a check's timer.
    ///
    /// - Parameters:
    ///   - check: the check.
    ///   - position: which check it is.
    ///   - deadline: when it is to fire.
    func plan(_ check: ServerCheck, _ position: Int, at deadline: MonotonicTime) {
        timers.cancel(&check.timer)
        let token = EventToken(kind: Subject.check.rawValue, generation: 0, index: UInt32(position))
        check.timer = timers.plan(at: deadline, token: token)
        check.deadline = deadline
    }

    /// Ends the connection of a check, if there is one.
    ///
    /// - Parameter check: the check.
    func closeConnection(of check: ServerCheck) {
        guard check.descriptor >= 0 else { return }
        if let stream = check.stream {
            // Who has been spoken to is told of the end.
            stream.end()
            stream.close()
            check.stream = nil
            Socket.close(check.descriptor)
        } else if check.talk?.endsInOrder == true {
            Socket.close(check.descriptor)
        } else {
            Socket.reset(check.descriptor)
        }
        check.descriptor = -1
        check.talk?.connectionIsClosed()
    }
}

extension SocketAddress {
    /// What HAProxy says of a check that ends as it begins.
    ///
    /// - Parameter start: why.
    /// - Returns: the check's status, and the words after it.
    func verdict(onCheckThatBegan start: ConnectStart) -> (CheckStatus, detail: String) {
        switch start {
        case .sourceRefused(let code):
            (.layer4Error, "Can't bind to source address (\(SystemError.text(of: code)))")
        case .exhausted(let code), .portsUsedUp(let code):
            (.socketError, SystemError.text(of: code))
        // Over the network, a refusal is an answer.
        case .failed(let code) where start.isRefused && !isUnix:
            (.layer4Error, SystemError.text(of: code))
        case .failed(let code):
            (isUnix ? .socketError : .layer4Error, "General socket error (\(SystemError.text(of: code)))")
        case .connected, .inProgress:
            preconditionFailure("a check that goes on has no verdict yet")
        }
    }
}
