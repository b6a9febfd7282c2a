import Configuration
import EventLoop
import Health
import Model
import TLS

/// Talking: moves the bytes of checks that say something; what is said, and what it means, the conversation knows.
extension WorkerLoop {
    /// Begins a check that talks.
    ///
    /// - Parameters:
    ///   - plan: what it says.
    ///   - check: the check.
    ///   - position: which check it is.
    func beginTalk(_ plan: CheckPlan, _ check: ServerCheck, _ position: Int) {
        let limit = check.schedule.connectLimit.wholeMilliseconds
        let talk = CheckTalk(
            CheckConversation(plan, with: party(of: check, position)), deadline: now.advanced(byMilliseconds: limit))
        check.talk = talk
        goOn(talk, check, position)
    }

    /// A talking check's connection has news.
    ///
    /// - Parameters:
    ///   - talk: the conversation.
    ///   - check: the check.
    ///   - position: which check it is.
    ///   - readiness: what has become possible.
    func talkIsReady(_ talk: CheckTalk, _ check: ServerCheck, _ position: Int, _ readiness: Readiness) {
        if talk.conversation.isPaused {
            // What the server says now is the end of an alarm, or of the connection.
            talk.deadline = limit(of: check)
            check.startedAt = now
            talk.demand = .listen
        } else if case .connect(let connection) = talk.demand {
            let code = readiness.isDisjoint(with: [.error, .hangup]) ? 0 : Socket.pendingError(check.descriptor)
            if code != 0 {
                talk.demand = talk.conversation.failed(check.explanation(ofRefusal: code, connection))
            } else if readiness.contains(.writable) {
                connectionIsMade(connection, talk, check)
            } else {
                return
            }
        }
        goOn(talk, check, position)
    }

    /// A talking check has taken too long, or the next one is due while it is paused.
    ///
    /// - Parameters:
    ///   - talk: the conversation.
    ///   - check: the check.
    ///   - position: which check it is.
    func talkHasExpired(_ talk: CheckTalk, _ check: ServerCheck, _ position: Int) {
        if talk.conversation.isPaused {
            // No limit: the next check is due.
            check.startedAt = now
            talk.demand = talk.conversation.resumed()
            let silence = now.advanced(byMilliseconds: CheckConversation.longestSilenceMilliseconds)
            talk.deadline = max(limit(of: check), silence)
        } else {
            talk.demand = talk.conversation.expired()
        }
        goOn(talk, check, position)
    }

    /// Does what the conversation wants until there is something to wait for, or a verdict.
    private func goOn(_ talk: CheckTalk, _ check: ServerCheck, _ position: Int) {
        while true {
            let hasMoved: Bool
            switch talk.demand {
            case .connect(let connection): hasMoved = connect(connection, talk, check)
            case .send(let bytes): hasMoved = send(bytes, talk, check)
            case .listen: hasMoved = listen(talk, check, position)
            case .end(let result):
                check.broker = talk.conversation.broker ?? check.broker
                check.wordsForLog = talk.conversation.wordsForLog
                finish(position, result)
                return
            case .pause(let result):
                check.broker = talk.conversation.broker ?? check.broker
                guard !watch(talk, check, position) else { continue }
                conclude(position, result)
                return
            }
            if hasMoved { continue }
            guard wait(talk, check, position) else { return }
        }
    }

    /// When a server that has something to say has taken too long.
    private func limit(of check: ServerCheck) -> MonotonicTime {
        now.advanced(byMilliseconds: (check.schedule.answerLimit ?? check.schedule.connectLimit).wholeMilliseconds)
    }

    /// Makes a connection; false when there is something to wait for.
    private func connect(_ connection: CheckPlan.Connection, _ talk: CheckTalk, _ check: ServerCheck) -> Bool {
        // The one before, which was for an earlier step.
        closeConnection(of: check)
        let proxy = check.proxy(of: connection)
        guard let address = proxy ?? check.address(of: connection) else {
            preconditionFailure("a server without an address is not checked")
        }
        talk.connection = connection
        check.generation &+= 1
        let (descriptor, start): (Int32, ConnectStart)
        if talk.conversation.onlyConnects, check.tls(of: connection) == nil, proxy == nil {
            (descriptor, start) = Socket.probe(address, options: check.options)
        } else {
            var options = check.options ?? ConnectOptions()
            // One packet less, and a server that accepts no sooner than it is asked.
            options.delaysAcknowledgement = talk.conversation.hasFirstWord
            (descriptor, start) = Socket.connect(to: address, options: options)
        }
        check.descriptor = descriptor
        switch start {
        case .exhausted, .sourceRefused, .portsUsedUp, .failed:
            var (status, words) = address.verdict(onCheckThatBegan: start)
            if case .failed(let code) = start, start.isRefused {
                words = check.explanation(ofRefusal: code, connection)
            }
            talk.demand =
                status == .layer4Error ? talk.conversation.failed(words) : talk.conversation.failedHere(words)
        case .connected: connectionIsMade(connection, talk, check)
        case .inProgress: return false
        }
        return true
    }

    private func connectionIsMade(_ connection: CheckPlan.Connection, _ talk: CheckTalk, _ check: ServerCheck) {
        if let limit = check.schedule.answerLimit {
            talk.deadline = now.advanced(byMilliseconds: limit.wholeMilliseconds)
        }
        guard check.proxy(of: connection) == nil else {
            askForTunnel(talk, check, to: check.address(of: connection))
            return
        }
        introduce(connection, talk, check)
    }

    /// Says who is there, and begins the handshake, if there is to be one.
    private func introduce(_ connection: CheckPlan.Connection, _ talk: CheckTalk, _ check: ServerCheck) {
        let header = connection.usesServerDefaults ? check.proxyHeader : nil
        if let format = header ?? (connection.sendsHeader ? .version1 : nil), let code = announceCheck(check, format) {
            talk.demand = talk.conversation.failed(SystemError.text(of: code))
        } else if let tls = check.tls(of: connection) {
            beginEncryption(tls, connection, talk, check)
        } else {
            talk.demand = talk.conversation.connected()
        }
    }

    private func beginEncryption(
        _ tls: ServerTLSConfiguration, _ connection: CheckPlan.Connection, _ talk: CheckTalk, _ check: ServerCheck
    ) {
        let name = connection.serverName ?? tls.fixedName
        let stream = tls.connector.begin(on: check.descriptor, asking: name, offering: connection.protocols)
        guard let stream else {
            talk.demand = talk.conversation.failedHere("Cannot allocate memory")
            return
        }
        check.stream = stream
        self.tls.beginServer()
        talk.isEncrypting = true
        talk.demand = talk.conversation.connected(isEncrypting: true)
    }

    /// Goes on with the handshake; false when there is something to wait for.
    private func encrypt(
        _ stream: TLSStream, _ talk: CheckTalk, _ check: ServerCheck, _ position: Int
    ) -> Bool {
        switch stream.handshake() {
        case .waiting: return false
        case .done:
            countHandshake(of: check, at: position, hasFailed: false)
            talk.isEncrypting = false
            talk.demand = talk.conversation.encrypted()
        case .failed(let trouble):
            countHandshake(of: check, at: position, hasFailed: true)
            guard let connection = talk.connection, let tls = check.tls(of: connection) else {
                preconditionFailure("only a connection that is to speak TLS shakes hands")
            }
            let isNamed = connection.serverName != nil || tls.name != nil
            talk.demand = talk.conversation.failed(
                ServerTLSConfiguration.explanation(of: trouble, isNamed: isNamed))
        }
        return true
    }

    /// Sends what is to be sent; false when there is no room for all of it.
    private func send(_ bytes: [UInt8], _ talk: CheckTalk, _ check: ServerCheck) -> Bool {
        if talk.unsent.isEmpty { talk.unsent = bytes[...] }
        while !talk.unsent.isEmpty {
            switch talk.unsent.withUnsafeBytes({ check.port.write(from: $0) }) {
            case .bytes(let count): talk.unsent = talk.unsent.dropFirst(count)
            case .end, .wouldBlock: return false
            case .failed(let code):
                talk.unsent = []
                talk.demand = talk.conversation.failed(check.explanation(ofBreak: code))
                return true
            }
        }
        talk.demand = talk.conversation.sent()
        return true
    }

    /// Reads what there is; false when there is nothing.
    private func listen(_ talk: CheckTalk, _ check: ServerCheck, _ position: Int) -> Bool {
        if talk.isTunneling, let connection = talk.connection {
            return continueTunnel(talk, check) { introduce(connection, talk, check) }
        }
        if talk.isEncrypting, let stream = check.stream { return encrypt(stream, talk, check, position) }
        let size = CheckConversation.longestAnswer
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer in
            switch check.port.read(into: buffer) {
            case .bytes(let count): talk.demand = talk.conversation.heard(buffer[..<count])
            case .end:
                talk.hasPeerEnded = true
                talk.demand = talk.conversation.heardEnd()
            case .wouldBlock: return false
            case .failed(let code): talk.demand = talk.conversation.failed(check.explanation(ofBreak: code))
            }
            return true
        }
    }

    /// Lets the poller and a timer tell of what comes next; false when there is no need to go on at once.
    private func wait(_ talk: CheckTalk, _ check: ServerCheck, _ position: Int) -> Bool {
        // A heartbeat between two checks: the next one comes when it was to come.
        let isDue = !talk.conversation.isPaused && check.deadline != talk.deadline
        if !check.timer.isPlanned || isDue { plan(check, position, at: talk.deadline) }
        return watch(talk, check, position)
    }

    /// Has the poller tell of the connection; true when that fails, which is a verdict.
    private func watch(_ talk: CheckTalk, _ check: ServerCheck, _ position: Int) -> Bool {
        guard !talk.isWatched else { return false }
        let token = EventToken(kind: Subject.check.rawValue, generation: check.generation, index: UInt32(position))
        let code = poller.add(check.descriptor, token: token)
        talk.isWatched = true
        guard code != 0 else { return false }
        talk.demand = talk.conversation.failedHere(SystemError.text(of: code))
        return true
    }

    /// Who is checked, as far as the conversation may need it.
    private func party(of check: ServerCheck, _ position: Int) -> CheckParty {
        let place = place(position)
        let backend = backend(place.backend)
        let server = backend.servers[place.server]
        return CheckParty(
            proxy: backend.configuration.name, server: server.configuration.name, isUp: server.operational != .down,
            state: check.plan?.tellsState == true ? words(for: server, in: backend) : "",
            seconds: WallClock.now().millisecondsSinceEpoch / 1000)
    }

    /// How a server is seen, in the words of `http-check send-state`.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `http-check send-state`, and recordings.
    private func words(for server: Server, in backend: Backend) -> String {
        let state = CheckDescription(server.check?.counter, administrative: server.administrative)
        var place = ("unix", "unix")
        if case .ip(let endpoint)? = server.address { place = (endpoint.host, "\(endpoint.port)") }
        let sessions = backend.servers.reduce(0) { $0 + $1.tally.toldSessions }
        let index = backend.servers.firstIndex { $0 === server } ?? 0
        return "\(state); address=\(place.0); port=\(place.1); name=\(backend.configuration.name)/"
            + "\(server.configuration.name); node=\(server.check?.plan?.nodeName ?? ""); "
            + "weight=\(server.configuration.weight)/\(backend.groups.weightInUse); "
            + "scur=\(server.tally.toldSessions)/\(sessions); qcur=\(backend.queuedCount(in: .server(index)))"
    }
}
