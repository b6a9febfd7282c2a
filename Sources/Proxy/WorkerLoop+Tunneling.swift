import EventLoop

/// Tunneling: connections that a SOCKS 4 proxy makes (`socks4`); it is asked before anything else is said.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `socks4` and `check-via-socks4`.
extension WorkerLoop {
    /// Asks the proxy that a session's connection leads to for its server, within the time that the connection may take.
    ///
    /// - Parameters:
    ///   - session: a session whose connection has just been made.
    ///   - server: its server.
    func askForTunnel(_ session: UnsafeMutablePointer<Session>, to server: Server) {
        guard let address = server.address, let request = SOCKSMessage.request(to: address),
            // A new connection has room for it.
            case .bytes(request.count) = request.withUnsafeBytes({ Socket.write(session.pointee.server, from: $0) })
        else {
            attemptFailed(session, timedOut: false)
            return
        }
        session.pointee.phase = .securing
        let backend = backend(Int(session.pointee.backend))
        if !session.pointee.timer.isPlanned {
            planWait(session, atMost: backend.connectLimit, endsOnSilence: backend.configuration.abortsOnClose)
        }
        continueTunnel(session)
    }

    /// Takes the proxy's answer.
    ///
    /// - Parameter session: a session that waits for it.
    func continueTunnel(_ session: UnsafeMutablePointer<Session>) {
        switch SOCKSMessage.readAnswer(from: session.pointee.server) {
        case .waiting: return
        case .denied, .broken: attemptFailed(session, timedOut: false)
        case .granted:
            // What came with the answer raises no event of its own.
            session.pointee.download.isSourceReadable = true
            if introduce(session) { move(session) }
        }
    }

    /// Asks the proxy that a check's connection leads to for its server.
    ///
    /// - Parameters:
    ///   - talk: the conversation.
    ///   - check: the check.
    ///   - address: where the connection is to lead.
    func askForTunnel(_ talk: CheckTalk, _ check: ServerCheck, to address: SocketAddress?) {
        guard let request = address.flatMap(SOCKSMessage.request),
            case .bytes(request.count) = request.withUnsafeBytes({ Socket.write(check.descriptor, from: $0) })
        else {
            talk.demand = talk.conversation.failedHere("SOCKS4 Proxy write error during handshake")
            return
        }
        talk.isTunneling = true
        talk.demand = talk.conversation.connected(isTunneling: true)
    }

    /// Takes the proxy's answer to a check; false when there is something to wait for.
    ///
    /// - Parameters:
    ///   - talk: the conversation.
    ///   - check: the check.
    ///   - goOn: begins what comes after the connection.
    /// - Returns: whether there is something to be done.
    func continueTunnel(_ talk: CheckTalk, _ check: ServerCheck, goOn: () -> Void) -> Bool {
        switch SOCKSMessage.readAnswer(from: check.descriptor) {
        case .waiting: return false
        case .denied: talk.demand = talk.conversation.failedHere("SOCKS4 Proxy deny the request")
        case .broken: talk.demand = talk.conversation.failedHere("SOCKS4 Proxy read error during handshake")
        case .granted:
            talk.isTunneling = false
            goOn()
        }
        return true
    }
}
