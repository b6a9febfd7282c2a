import EventLoop

/// Greeting: from an accepted connection to a session whose client is known, on addresses with `accept-proxy`.
extension WorkerLoop {
    /// Waits for what a connection begins with, as long as the client may be silent.
    ///
    /// - Parameters:
    ///   - session: a connection that was just accepted.
    ///   - frontend: its frontend.
    func awaitArrival(of session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        guard let limit = frontend.clientLimit else { return }
        plan(session, at: now.advanced(byMilliseconds: limit))
    }

    /// Reads a connection's header as far as it has come in.
    ///
    /// It is only looked at until it is complete, so that nothing has to be kept of it.
    ///
    /// - Parameter session: a connection that waits for its header, with news.
    func readProxyHeader(of session: UnsafeMutablePointer<Session>) {
        let (result, bytes) = relay.look(at: session.pointee.client, atMost: ReceivedProxyHeader.longest)
        switch result {
        case .wouldBlock: return
        case .end: turnAway(session, .closed)
        case .failed: turnAway(session, .broken)
        case .bytes:
            switch ReceivedProxyHeader.read(bytes) {
            case .failed(let failure): turnAway(session, .wrongHeader(failure))
            case .incomplete:
                if session.pointee.upload.isSourceClosing { turnAway(session, .wrongHeader(.truncated)) }
            case .header(let header):
                guard relay.skip(header.length, of: session.pointee.client) else {
                    turnAway(session, .broken)
                    return
                }
                introduce(session, by: header)
            }
        }
    }

    /// Closes a connection that never became a session.
    ///
    /// - Parameters:
    ///   - session: a connection that waits for its header; its slot is free afterwards.
    ///   - reason: why.
    func turnAway(_ session: UnsafeMutablePointer<Session>, _ reason: GreetingEnd) {
        let frontend = frontend(Int(session.pointee.frontend))
        timers.cancel(&session.pointee.timer)
        log(session, reason, at: frontend)
        secure.closeClient(of: session.pointee.index)
        Socket.close(session.pointee.client)
        if !tracked.isEmpty { withTables { endTracking(of: session) } }
        if !variables.isEmpty { variables[session.pointee.index] = nil }
        if !announcedDestinations.isEmpty { announcedDestinations[session.pointee.index] = nil }
        frontend.leave(Int(session.pointee.bind))
        sessions.giveBack(session)
        placeBecameFree(at: frontend)
    }

    /// Where a session's client connected to: the address that its header tells, else its socket's own.
    ///
    /// - Parameter session: any session.
    /// - Returns: the address; `nil` for a Unix socket.
    func destination(of session: UnsafeMutablePointer<Session>) -> IPEndpoint? {
        if let announced = announcedDestinations[session.pointee.index] { return announced }
        guard case .ip(let endpoint)? = Socket.localAddress(session.pointee.client) else { return nil }
        return endpoint
    }

    /// Makes a session of a connection that has said all that comes before one.
    ///
    /// - Parameter session: a connection whose client is known, and understood.
    func admit(_ session: UnsafeMutablePointer<Session>) {
        timers.cancel(&session.pointee.timer)
        session.pointee.phase = .queued
        session.pointee.lastActivity = now
        let frontend = frontend(Int(session.pointee.frontend))
        guard begin(session, at: frontend) else { return }
        // A client that has ended already raises no further event.
        if session.pointee.upload.isSourceClosing { continueLater(session) }
        dispatchFirst(session, at: frontend)
    }

    /// Takes in who a connection's client is.
    private func introduce(_ session: UnsafeMutablePointer<Session>, by header: ReceivedProxyHeader) {
        session.pointee.marks.insert(.hasHeader)
        if let addresses = header.addresses {
            session.pointee.peer = addresses.source
            announcedDestinations[session.pointee.index] = addresses.destination
        }
        let binds = frontend(Int(session.pointee.frontend)).configuration.binds
        guard let tls = binds[Int(session.pointee.bind)].tls else {
            admit(session)
            return
        }
        let (index, generation) = (session.pointee.index, session.pointee.generation & 0xFF_FFFF)
        beginHandshake(of: session, with: tls)
        // The client may have sent its first message with the header, and no event will tell of it.
        if sessions.find(index, generation: generation) != nil { continueHandshake(of: session) }
    }

    private func log(_ session: UnsafeMutablePointer<Session>, _ reason: GreetingEnd, at frontend: Frontend) {
        guard let text = reason.text else { return }
        if frontend.configuration.ignoresNullSessions && reason.isNullHandshake { return }
        let hasSpoken = Socket.unreadBytes(session.pointee.client) > 0
        if frontend.configuration.ignoresNullSessions && !hasSpoken && !reason.isHandshake { return }
        logRefusal(of: session, text, at: frontend)
    }
}
