import EventLoop

/// Relaying: from the events of a session's two sockets to moved bytes, half-closes and time limits.
extension WorkerLoop {
    /// The client's socket has news.
    ///
    /// - Parameter event: whose, and what.
    @inline(__always)
    func clientIsReady(_ event: ReadyEvent) {
        guard let session = sessions.find(event.token.index, generation: event.token.generation) else { return }
        let readiness = event.readiness
        if !readiness.isDisjoint(with: [.readable, .peerClosed, .hangup, .error]) {
            session.pointee.upload.isSourceReadable = true
        }
        if !readiness.isDisjoint(with: [.peerClosed, .hangup, .error]) {
            session.pointee.upload.isSourceClosing = true
        }
        if readiness.contains(.writable) { session.pointee.download.isSinkFull = false }
        switch session.pointee.phase {
        case .established:
            movePlain(session)
        case .secured:
            // A stream may wait for the socket's room to read, and for its bytes to write.
            session.pointee.upload.isSourceReadable = true
            session.pointee.download.isSinkFull = false
            moveSecured(session)
        case .greeting:
            readProxyHeader(of: session)
        case .handshaking:
            continueHandshake(of: session)
        case .inspecting:
            inspectedClientIsReady(session, readiness)
        case .answering:
            session.pointee.upload.isSourceReadable = true
            moveAnswering(session)
        case .queued, .connecting, .pausing, .securing:
            // A broken connection has nothing to wait for; a half-close may.
            if readiness.contains(.error) || readiness.contains(.hangup) {
                if session.pointee.phase == .connecting {
                    // The server's connection may be there with this turn: then what the client has sent still goes there.
                    session.pointee.marks.insert(.isClientBroken)
                    continueLater(session)
                    return
                }
                // What it had sent can't be read any more, but is still counted.
                countUnread(of: session)
                end(session, .clientAborted)
            } else if readiness.contains(.peerClosed) {
                // Looked at once the servers' events of this turn are in: a connection that is there is used.
                continueLater(session)
            }
        case .free:
            preconditionFailure("a free slot is not found")
        }
    }

    /// The server's socket has news.
    ///
    /// - Parameter event: whose, and what.
    @inline(__always)
    func serverIsReady(_ event: ReadyEvent) {
        guard let session = sessions.find(event.token.index, generation: event.token.generation) else { return }
        let readiness = event.readiness
        switch session.pointee.phase {
        case .established:
            if !readiness.isDisjoint(with: [.readable, .peerClosed, .hangup, .error]) {
                session.pointee.download.isSourceReadable = true
            }
            if !readiness.isDisjoint(with: [.peerClosed, .hangup, .error]) {
                session.pointee.download.isSourceClosing = true
            }
            if readiness.contains(.writable) { session.pointee.upload.isSinkFull = false }
            movePlain(session)
        case .secured:
            session.pointee.download.isSourceReadable = true
            if !readiness.isDisjoint(with: [.peerClosed, .hangup, .error]) {
                session.pointee.download.isSourceClosing = true
            }
            session.pointee.upload.isSinkFull = false
            moveSecured(session)
        case .connecting:
            connectionAttemptEnded(session, readiness)
        case .securing:
            if !readiness.isDisjoint(with: [.peerClosed, .hangup, .error]) {
                session.pointee.download.isSourceClosing = true
            }
            continueServerHandshake(of: session)
        case .answering:
            if !readiness.isDisjoint(with: [.peerClosed, .hangup, .error]) {
                session.pointee.download.isSourceClosing = true
            }
            session.pointee.upload.isSinkFull = false
            moveAnswering(session)
        case .queued, .pausing:
            // A late event of an attempt that has been given up.
            break
        case .greeting, .handshaking, .inspecting:
            preconditionFailure("a client that is still to be known has no server")
        case .free:
            preconditionFailure("a free slot is not found")
        }
    }

    /// Moves what there is in both directions.
    ///
    /// - Parameter session: a session whose bytes move.
    func move(_ session: UnsafeMutablePointer<Session>) {
        switch session.pointee.phase {
        case .secured: moveSecured(session)
        case .answering: moveAnswering(session)
        default: movePlain(session)
        }
    }

    @inline(__always)
    private func movePlain(_ session: UnsafeMutablePointer<Session>) {
        move(session, client: PlainPort(session.pointee.client), server: PlainPort(session.pointee.server))
    }

    private func moveSecured(_ session: UnsafeMutablePointer<Session>) {
        let ends = secure.find(session.pointee.index)
        move(
            session, client: SecurePort(descriptor: session.pointee.client, stream: ends.client),
            server: SecurePort(descriptor: session.pointee.server, stream: ends.server))
    }

    /// Moves what the client sends of a session whose server's bytes are looked at by rules.
    ///
    /// - Parameter session: such a session; its slot may be free afterwards.
    func moveUpload(_ session: UnsafeMutablePointer<Session>) { moveSecured(session) }

    @inline(__always)
    private func move<Port: RelayPort>(_ session: UnsafeMutablePointer<Session>, client: Port, server: Port) {
        let before = progress(of: session)
        if hasWork(session.pointee.upload), !session.pointee.upload.isSinkBroken {
            let stop = withUnsafeMutablePointer(to: &session.pointee.upload) { upload in
                relay.move(
                    upload, from: client, to: server,
                    isLast: session.pointee.download.isFinished)
            }
            if uploadStopped(session, stop) { return }
        }
        if hasWork(session.pointee.download) {
            let stop = withUnsafeMutablePointer(to: &session.pointee.download) { download in
                relay.move(
                    download, from: server, to: client,
                    isLast: session.pointee.upload.isFinished)
            }
            if downloadStopped(session, stop) { return }
        }
        if session.pointee.upload.isFinished && session.pointee.download.isFinished {
            end(session, SessionEnd(of: session.pointee))
            return
        }
        let after = progress(of: session)
        guard before != after else { return }
        session.pointee.lastActivity = now
        if before.limits != after.limits { planIdleLimit(of: session) }
    }

    /// Goes on with the sessions that had more to move than their share of the last turn.
    func continueUnfinished() {
        let tokens = unfinished
        unfinished = []
        for token in tokens {
            guard let session = sessions.find(token.index, generation: token.generation) else { continue }
            session.pointee.isPending = false
            switch session.pointee.phase {
            case .established, .secured, .answering: move(session)
            case .queued: if hasNothingToDo(session) { end(session, .clientLeftQueue) }
            case .connecting, .pausing, .securing:
                if session.pointee.marks.contains(.isClientBroken) {
                    session.pointee.upload.bytes = Int64(Socket.unreadBytes(session.pointee.client))
                    end(session, .clientAborted)
                } else if hasNothingToDo(session) {
                    end(session, .clientLeftConnecting)
                }
            // Its end was taken into account when its bytes were looked at.
            case .inspecting: continue
            case .greeting, .handshaking:
                preconditionFailure("a client that has not said who it is has nothing to be moved")
            case .free: preconditionFailure("a free slot is not found")
            }
        }
    }

    /// Whether a session whose client has ended before there was a server needs none: the client has sent nothing, or
    /// `option abortonclose` says so.
    private func hasNothingToDo(_ session: UnsafeMutablePointer<Session>) -> Bool {
        backend(Int(session.pointee.backend)).configuration.abortsOnClose
            || !hasSpoken(session)
    }

    /// A session's only timer has fired; what that means depends on its phase.
    ///
    /// - Parameter token: which session.
    func sessionTimerFired(_ token: EventToken) {
        guard let session = sessions.find(token.index, generation: token.generation) else { return }
        session.pointee.timer = .none
        switch session.pointee.phase {
        case .greeting: turnAway(session, .timeout)
        case .handshaking: turnAway(session, .handshakeTimeout)
        case .inspecting: inspectionTimerFired(session)
        case .queued: queueTimerFired(session)
        case .connecting, .securing: connectTimerFired(session)
        case .pausing: pauseTimerFired(session)
        case .established, .secured: idleTimerFired(session)
        case .answering: answerTimerFired(session)
        case .free: preconditionFailure("a free slot is not found")
        }
    }

    /// Sets a session's timer.
    ///
    /// - Parameters:
    ///   - session: any session.
    ///   - deadline: when it fires.
    func plan(_ session: UnsafeMutablePointer<Session>, at deadline: MonotonicTime) {
        timers.cancel(&session.pointee.timer)
        let token = EventToken(
            kind: Subject.session.rawValue, generation: session.pointee.generation, index: session.pointee.index)
        session.pointee.timer = timers.plan(at: deadline, token: token)
        session.pointee.deadline = deadline
    }

    /// Sets the timer of an established session to its idle limit, or to when it is too old if that is earlier, unless it
    /// fires earlier anyway.
    ///
    /// - Parameter session: an established session.
    func planIdleLimit(of session: UnsafeMutablePointer<Session>) {
        let silence = idleLimit(of: session).map {
            session.pointee.lastActivity.advanced(byMilliseconds: $0.milliseconds)
        }
        let age = endOfAge(of: session)
        var earliest = silence.map { min($0, age ?? $0) } ?? age
        if session.pointee.phase == .answering, let end = inspections[session.pointee.index] {
            earliest = min(earliest ?? end, end)
        }
        guard let deadline = earliest else {
            timers.cancel(&session.pointee.timer)
            return
        }
        if session.pointee.timer.isPlanned && session.pointee.deadline <= deadline && session.pointee.deadline > now {
            return
        }
        plan(session, at: deadline)
    }

    /// The time limit that counts for a session now.
    ///
    /// - Parameter session: an established session.
    /// - Returns: `nil` when there is none.
    func idleLimit(of session: UnsafeMutablePointer<Session>) -> IdleLimits.Limit? {
        idleLimits[session.pointee.frontend, session.pointee.backend].limit(
            clientEnded: session.pointee.upload.hasSourceEnded, serverEnded: session.pointee.download.hasSourceEnded,
            clientIsDeaf: session.pointee.download.buffer != nil, serverIsDeaf: session.pointee.upload.buffer != nil,
            serverLateness: lateness(of: session))
    }

    /// For how long a session's last activity came before its server did, in milliseconds; none once there is another one.
    private func lateness(of session: UnsafeMutablePointer<Session>) -> Int64 {
        let wait = Int64(session.pointee.queuedMilliseconds) + Int64(session.pointee.connectMilliseconds)
        return max(0, wait - session.pointee.lastActivity.milliseconds(since: session.pointee.acceptedAt))
    }

    @inline(__always)
    private func hasWork(_ direction: Direction) -> Bool {
        direction.isSourceReadable || (direction.buffer != nil && !direction.isSinkFull)
    }

    /// What an activity changes: bytes read, bytes waiting, and what decides about the time limit: which sides have ended,
    /// and for which of them bytes wait.
    private struct Progress: Equatable {
        var bytes: Int64
        var pending: Int32
        var limits: UInt8
    }

    @inline(__always)
    private func progress(of session: UnsafeMutablePointer<Session>) -> Progress {
        let upload = session.pointee.upload
        let download = session.pointee.download
        return Progress(
            bytes: upload.bytes &+ download.bytes, pending: upload.pending &+ download.pending,
            limits: (upload.hasSourceEnded ? 1 : 0) | (download.hasSourceEnded ? 2 : 0)
                | (upload.buffer != nil ? 4 : 0) | (download.buffer != nil ? 8 : 0))
    }

    /// Draws the consequences of the upload's stop; true when the session has ended.
    private func uploadStopped(_ session: UnsafeMutablePointer<Session>, _ stop: Relay.Stop) -> Bool {
        switch stop {
        case .waiting, .finished:
            return false
        case .yielded:
            continueLater(session)
            return false
        case .sourceFailed:
            end(session, .clientFailed)
            return true
        case .sinkFailed:
            // The server takes nothing more. What it has sent must still reach the client, unless that is there already.
            if session.pointee.download.isFinished {
                end(session, .serverFailed)
                return true
            }
            withUnsafeMutablePointer(to: &session.pointee.upload) { relay.release($0) }
            session.pointee.upload.isSinkBroken = true
            session.pointee.upload.isSourceReadable = false
            if session.pointee.outcome != .running {
                // It ends by order: nothing is waited for but the client.
                session.pointee.upload.isSinkShut = true
            } else if !session.pointee.download.hasSourceEnded {
                session.pointee.outcome = .serverFailed
                // What rules are still to look at is read by them.
                session.pointee.download.isSourceReadable = session.pointee.phase != .answering
                session.pointee.download.isSourceClosing = true
            }
            return false
        }
    }

    /// Draws the consequences of the download's stop; true when the session has ended.
    private func downloadStopped(_ session: UnsafeMutablePointer<Session>, _ stop: Relay.Stop) -> Bool {
        switch stop {
        case .waiting:
            return false
        case .finished:
            guard session.pointee.outcome == .serverFailed else { return false }
            end(session, .serverFailed)
            return true
        case .yielded:
            continueLater(session)
            return false
        case .sinkFailed:
            end(session, .clientFailed)
            return true
        case .sourceFailed:
            session.pointee.outcome = .serverFailed
            session.pointee.download.hasSourceEnded = true
            // With a rest for a slow client, the end comes when that has gone.
            guard session.pointee.download.buffer == nil else { return false }
            end(session, .serverFailed)
            return true
        }
    }

    /// Puts a session among those that go on once the events of this turn are in.
    ///
    /// - Parameter session: a session with more to move, or whose client has ended before there was a server.
    func continueLater(_ session: UnsafeMutablePointer<Session>) {
        guard !session.pointee.isPending else { return }
        session.pointee.isPending = true
        unfinished.append(
            EventToken(
                kind: Subject.session.rawValue, generation: session.pointee.generation, index: session.pointee.index))
    }
}
