import AccessLog
import Configuration
import EventLoop
import Model

/// Logging: a session's line, at its beginning, once it is connected, or at its end.
extension WorkerLoop {
    /// A session has begun: its connection is accepted, and its client known.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - frontend: its frontend.
    func logAccept(of session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        if !frontend.log.needs.isDisjoint(with: [.sessionNumber, .handshake]) {
            var note = logNotes[session.pointee.index] ?? SessionNote()
            note.number = place?.team.nextConnection() ?? totalConnections - 1
            note.handshakeMilliseconds = Int(now.milliseconds(since: session.pointee.acceptedAt))
            logNotes[session.pointee.index] = note
        }
        if case .accept = frontend.log.moment { logConnect(of: session, at: frontend) }
    }

    /// A session has got its server.
    ///
    /// - Parameter session: the session.
    func logEstablished(_ session: UnsafeMutablePointer<Session>) {
        let frontend = frontend(Int(session.pointee.frontend))
        guard case .connect = frontend.log.moment else { return }
        noteAddresses(of: session)
        log(session, nil, frontend, backend(Int(session.pointee.backend)))
        session.pointee.isLogged = true
    }

    /// Sockets of a session are about to be closed: the last time to ask them for the addresses that its line needs.
    ///
    /// - Parameter session: the session.
    func noteAddresses(of session: UnsafeMutablePointer<Session>) {
        let needs = frontend(Int(session.pointee.frontend)).log.needs
        guard !session.pointee.isLogged, !needs.isDisjoint(with: [.destination, .source, .security]) else { return }
        var note = logNotes[session.pointee.index] ?? SessionNote()
        if needs.contains(.destination) { note.destination = destinationPeer(of: session) }
        if needs.contains(.source), session.pointee.server >= 0 {
            note.source = Socket.localAddress(session.pointee.server).map { LogPeer($0) }
        }
        if needs.contains(.security) {
            note.security = security(of: session, frontend(Int(session.pointee.frontend)).log.securitySamples)
        }
        logNotes[session.pointee.index] = note
    }

    /// A session has ended and is counted.
    ///
    /// - Parameters:
    ///   - session: the session; its sockets are closed already.
    ///   - reason: why.
    ///   - frontend: its frontend.
    ///   - backend: its backend.
    func logEnd(
        of session: UnsafeMutablePointer<Session>, _ reason: SessionEnd, _ frontend: Frontend, _ backend: Backend
    ) {
        switch frontend.log.moment {
        case .accept: break
        case .connect, .end:
            let isNull = frontend.configuration.ignoresNullSessions && session.pointee.upload.bytes == 0
            if !session.pointee.isLogged && !isNull { log(session, reason, frontend, backend) }
        }
        if frontend.log.needs != [] { logNotes[session.pointee.index] = nil }
    }

    private func log(
        _ session: UnsafeMutablePointer<Session>, _ reason: SessionEnd?, _ frontend: Frontend, _ backend: Backend
    ) {
        let route = routes[Int(session.pointee.frontend)]
        guard !route.isEmpty else { return }
        // Who was silent first is what the line tells, however the session ended then.
        let termination = session.pointee.silence.termination ?? reason?.termination
        let isError = SessionLogPlan.isError(
            termination, retries: Int(session.pointee.retries), isRedispatched: session.pointee.isRedispatched)
        let logging = frontend.configuration.logging
        if logging.omitsNormal && !isError { return }
        let wall = WallClock.now()
        var record = record(of: session, hasEnded: reason != nil, frontend, backend, at: wall)
        record.termination = termination ?? .normal
        if logging.separatesErrors && isError { record.level = .err }
        record.isEarly = logging.isEarly
        send(record, of: session, hasEnded: reason != nil, frontend, backend, along: route, at: wall)
        frontend.countLine()
    }

    /// Sends a line in its frontend's format.
    private func send(
        _ record: SessionLogRecord, of session: UnsafeMutablePointer<Session>, hasEnded: Bool, _ frontend: Frontend,
        _ backend: Backend, along route: LogRoute, at wall: Timestamp
    ) {
        let format = frontend.configuration.logFormat
        let data = frontend.configuration.logging.structuredData
        switch (format, data) {
        case (.custom(let template), let data):
            let details = details(of: session, hasEnded: hasEnded, frontend, backend, at: wall)
            let line = TemplateLogRecord(template: template, session: record, details: details)
            guard let data else {
                log.send(line, along: route, at: wall)
                return
            }
            let structured = TemplateLogRecord(template: data, session: record, details: details)
            log.send(StructuredLogLine(line, data: structured), along: route, at: wall)
        case (.plain, let data?), (.tcp, let data?), (.http, let data?):
            let details = details(of: session, hasEnded: hasEnded, frontend, backend, at: wall)
            let structured = TemplateLogRecord(template: data, session: record, details: details)
            log.send(StructuredLogLine(record, data: structured), along: route, at: wall)
        case (.plain, nil), (.tcp, nil), (.http, nil): log.send(record, along: route, at: wall)
        }
    }

    private func record(
        of session: UnsafeMutablePointer<Session>, hasEnded: Bool, _ frontend: Frontend, _ backend: Backend,
        at wall: Timestamp
    ) -> SessionLogRecord {
        let total = now.milliseconds(since: session.pointee.acceptedAt)
        // HAProxy writes the frontend's name for sessions that never got to a backend.
        let isInBackend = session.pointee.marks.contains(.isInBackend)
        var record = SessionLogRecord(
            client: peer(of: session), acceptedAt: wall.advanced(byMilliseconds: -total),
            frontend: frontend.configuration.name,
            backend: isInBackend ? backend.configuration.name : frontend.configuration.name)
        let hasServer = session.pointee.serverIndex >= 0 && !backend.isDispatching
        let server = hasServer ? backend.servers[Int(session.pointee.serverIndex)] : nil
        record.server = server?.configuration.name
        if session.pointee.queuedMilliseconds >= 0 {
            // One more than measured: HAProxy counts from a request that TCP mode does not have, at -1 ms.
            record.queueMilliseconds = Int(session.pointee.queuedMilliseconds) + 1
        }
        if session.pointee.connectMilliseconds >= 0 {
            record.connectMilliseconds = Int(session.pointee.connectMilliseconds)
        }
        record.totalMilliseconds = Int(total)
        record.isEncrypted = frontend.configuration.binds[Int(session.pointee.bind)].tls != nil
        record.bytesToClient = session.pointee.download.bytes
        // At its end it counts everywhere but in the backend.
        let ownInBackend = hasEnded ? 1 : 0
        // Under the frontend's name, the sessions that its own servers have are counted.
        let others = isInBackend ? 0 : backends[Int(session.pointee.frontend)]?.tally.toldSessions ?? 0
        record.connections = LogConnectionCounts(
            instance: sessions.toldCount, frontend: frontend.toldSessions,
            backend: isInBackend ? backend.tally.toldSessions - ownInBackend : others,
            server: server?.tally.toldSessions ?? 0)
        record.retries = Int(session.pointee.retries)
        record.isRedispatched = session.pointee.isRedispatched
        record.serverQueue = Int(session.pointee.serverQueuePosition)
        record.backendQueue = Int(session.pointee.backendQueuePosition)
        return record
    }

    private func details(
        of session: UnsafeMutablePointer<Session>, hasEnded: Bool, _ frontend: Frontend, _ backend: Backend,
        at wall: Timestamp
    ) -> SessionLogDetails {
        var details = SessionLogDetails(processID: CurrentProcess.identifier, loggedAt: wall)
        let note = frontend.log.needs == [] ? nil : logNotes[session.pointee.index]
        details.destination = note?.destination
        details.source = note?.source
        details.encryption = note?.encryption
        details.security = note?.security ?? [:]
        details.sessionNumber = note?.number ?? 0
        details.handshakeMilliseconds = note?.handshakeMilliseconds ?? 0
        if session.pointee.serverIndex >= 0 {
            let server = backend.servers[Int(session.pointee.serverIndex)]
            details.serverAddress = server.address.map { LogPeer($0) }
            details.serverID = server.configuration.id
        }
        details.bytesFromClient = session.pointee.upload.bytes
        details.lineNumber = frontend.loggedLines
        details.frontendID = frontend.configuration.id
        let isInBackend = session.pointee.marks.contains(.isInBackend)
        details.backendID = isInBackend ? backend.configuration.id : frontend.configuration.id
        let bind = Int(session.pointee.bind)
        details.listenerID = bind + 1
        details.listenerName = frontend.configuration.binds[bind].name
        details.uniqueID = frontend.configuration.logging.uniqueID
        if frontend.log.needs.contains(.variables) { details.variables = variables(of: session) }
        details.states = states(frontend.log.stateSamples, for: session, hasEnded: hasEnded)
        return details
    }

    /// What a session's line asks of proxies, servers and tables.
    ///
    /// At its end a session counts everywhere but in its backend.
    private func states(
        _ samples: [SampleExpression.Fetch], for session: UnsafeMutablePointer<Session>, hasEnded: Bool
    ) -> [SampleExpression.Fetch: SampleValue] {
        var states: [SampleExpression.Fetch: SampleValue] = [:]
        let isCounted = session.pointee.marks.contains(.isInBackend)
        let own = SampleExpression.Fetch.live(.proxy(.backendSessions, Int(session.pointee.backend)))
        for sample in samples {
            states[sample] = value(of: sample, for: session)
            guard hasEnded, isCounted, sample == own, case .integer(let count) = states[sample] else { continue }
            states[sample] = .integer(count - 1)
        }
        return states
    }

    /// A connection never became a session.
    ///
    /// - Parameters:
    ///   - session: a connection that waits for its header.
    ///   - text: why it is closed.
    ///   - frontend: its frontend.
    func logRefusal(of session: UnsafeMutablePointer<Session>, _ text: StaticString, at frontend: Frontend) {
        let route = routes[Int(session.pointee.frontend)]
        let proxy = frontend.configuration
        guard !route.isEmpty else { return }
        let wall = WallClock.now()
        let elapsed = now.milliseconds(since: session.pointee.acceptedAt)
        let bind = Int(session.pointee.bind)
        let level: LogLevel = proxy.logging.separatesErrors ? .err : .info
        guard let template = proxy.logging.errorFormat else {
            var record = RefusedConnectionLogRecord(
                client: peer(of: session), acceptedAt: wall.advanced(byMilliseconds: -elapsed), frontend: proxy.name,
                address: proxy.binds[bind].name ?? String(bind + 1), reason: text)
            record.level = level
            log.send(record, along: route, at: wall)
            return
        }
        // It never reached a backend; HAProxy writes the frontend's name in its place.
        var record = SessionLogRecord(
            client: peer(of: session), acceptedAt: wall.advanced(byMilliseconds: -elapsed), frontend: proxy.name,
            backend: proxy.name)
        record.level = level
        record.totalMilliseconds = Int(elapsed)
        record.termination = TerminationState(.proxy, .request)
        record.isEncrypted = proxy.binds[bind].tls != nil
        record.connections = LogConnectionCounts(instance: sessions.toldCount, frontend: frontend.toldSessions)
        var details = SessionLogDetails(processID: CurrentProcess.identifier, loggedAt: wall)
        details.destination = destinationPeer(of: session)
        details.sessionNumber = place?.team.nextConnection() ?? totalConnections - 1
        details.lineNumber = frontend.loggedLines
        details.frontendID = proxy.id
        details.backendID = proxy.id
        details.listenerID = bind + 1
        details.listenerName = proxy.binds[bind].name
        if frontend.log.needs.contains(.variables) { details.variables = variables(of: session) }
        if template.needs.contains(.encryption) { details.encryption = encryption(of: session) }
        details.security = security(of: session, template.securitySamples)
        details.states = states(frontend.log.errorStateSamples, for: session, hasEnded: true)
        let line = TemplateLogRecord(template: template, session: record, details: details)
        if let data = proxy.logging.structuredData {
            let structured = TemplateLogRecord(template: data, session: record, details: details)
            log.send(StructuredLogLine(line, data: structured), along: route, at: wall)
        } else {
            log.send(line, along: route, at: wall)
        }
        frontend.countLine()
    }

    /// Logs a connection at its beginning, for proxies without a log format.
    private func logConnect(of session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        let route = routes[Int(session.pointee.frontend)]
        guard !route.isEmpty else { return }
        let record = ConnectLogRecord(
            client: peer(of: session), destination: destinationPeer(of: session), frontend: frontend.configuration.name,
            isHTTP: false)
        log.send(record, along: route, at: WallClock.now())
    }

    private func destinationPeer(of session: UnsafeMutablePointer<Session>) -> LogPeer {
        destination(of: session).map { .ip($0) } ?? .unix(listener: Int(session.pointee.bind) + 1)
    }

    /// Who a session's client is, as log lines name it.
    ///
    /// - Parameter session: any session.
    /// - Returns: its address, or its listening socket's number.
    func peer(of session: UnsafeMutablePointer<Session>) -> LogPeer {
        session.pointee.peer == .none
            ? .unix(listener: Int(session.pointee.bind) + 1) : .ip(session.pointee.peer)
    }
}
