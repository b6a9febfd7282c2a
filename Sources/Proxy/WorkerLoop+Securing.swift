import AccessLog
import Configuration
import EventLoop
import Model
import TLS

/// Securing: the handshakes of TLS, with a client before its session begins, and with a server before bytes move.
extension WorkerLoop {
    // MARK: Clients

    /// Begins the handshake with a client; its time limit is that of everything before its session.
    ///
    /// - Parameters:
    ///   - session: a connection that has said all that comes before.
    ///   - listener: what the client meets.
    func beginHandshake(of session: UnsafeMutablePointer<Session>, with listener: TLSListener) {
        guard let stream = listener.begin(on: session.pointee.client) else {
            turnAway(session, .exhausted)
            return
        }
        secure.setClient(stream, of: session.pointee.index)
        tls.beginClient(at: now)
        session.pointee.phase = .handshaking
    }

    /// Goes on with the handshake with a client.
    ///
    /// - Parameter session: a connection in its handshake.
    func continueHandshake(of session: UnsafeMutablePointer<Session>) {
        guard let stream = secure.find(session.pointee.index).client else {
            preconditionFailure("a client in its handshake has a stream")
        }
        let frontend = frontend(Int(session.pointee.frontend))
        let bind = Int(session.pointee.bind)
        switch stream.handshake() {
        case .waiting: return
        case .failed(let trouble):
            frontend.countHandshake(isResumed: nil, at: bind)
            tls.endClient(stream, hasFailed: true, at: now)
            turnAway(session, .handshake(trouble))
        case .done:
            frontend.countHandshake(isResumed: stream.isResumed, at: bind)
            tls.endClient(stream, hasFailed: false, at: now)
            // What came with the handshake's end is in the stream already, and raises no event.
            session.pointee.upload.isSourceReadable = true
            noteAgreement(of: stream, session, at: frontend)
            admit(session)
        }
    }

    // MARK: Servers

    /// Begins the handshake with a server, within the time that the connection may take.
    ///
    /// - Parameters:
    ///   - session: a session whose connection has just been made.
    ///   - server: its server.
    ///   - settings: how it speaks TLS.
    func beginHandshake(
        of session: UnsafeMutablePointer<Session>, to server: Server, _ settings: ServerTLSConfiguration
    ) {
        // A header that did not go out whole would go on inside TLS.
        guard session.pointee.upload.buffer == nil,
            let stream = settings.connector.begin(
                on: session.pointee.server, asking: name(settings.name, for: session), resuming: server.tlsSession)
        else {
            withUnsafeMutablePointer(to: &session.pointee.upload) { relay.release($0) }
            attemptFailed(session, timedOut: false)
            return
        }
        secure.setServer(stream, of: session.pointee.index)
        tls.beginServer()
        session.pointee.phase = .securing
        let backend = backend(Int(session.pointee.backend))
        if !session.pointee.timer.isPlanned {
            planWait(session, atMost: backend.connectLimit, endsOnSilence: backend.configuration.abortsOnClose)
        }
        continueServerHandshake(of: session)
    }

    /// Goes on with the handshake with a server.
    ///
    /// - Parameter session: a session in its server's handshake.
    func continueServerHandshake(of session: UnsafeMutablePointer<Session>) {
        guard let stream = secure.find(session.pointee.index).server else {
            // Before any handshake with the server, one with the proxy that leads to it.
            continueTunnel(session)
            return
        }
        let backend = backend(Int(session.pointee.backend))
        let server = backend.servers[Int(session.pointee.serverIndex)]
        let progress = stream.handshake()
        if case .failed = progress { countFailedHandshake(with: server, in: backend) }
        switch progress {
        case .waiting: return
        case .failed(.certificateRefused(TLSStream.Trouble.hostNameMismatch)) where asksForName(session):
            // Asked again, it would show no other certificate.
            session.pointee.retries = Int32(backend.configuration.retries)
            attemptFailed(session, timedOut: false)
        case .failed: attemptFailed(session, timedOut: false)
        case .done:
            countHandshake(stream, with: server, in: backend)
            session.pointee.download.isSourceReadable = true
            beginRelaying(session)
            move(session)
        }
    }

    /// Whether a session's server was asked for a name, which its certificate has to have then.
    private func asksForName(_ session: UnsafeMutablePointer<Session>) -> Bool {
        let server = backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
        return name(server.configuration.tls?.name, for: session) != nil
    }

    private func name(_ name: TLSServerName?, for session: UnsafeMutablePointer<Session>) -> String? {
        switch name {
        case nil: nil
        case .fixed(let text): text
        case .ofClient: secure.find(session.pointee.index).client?.serverName
        }
    }

    // MARK: Ends

    /// Tells the peers of a session that is being closed in order, and gives the streams back.
    ///
    /// - Parameters:
    ///   - session: a session whose sockets are closed next.
    ///   - tellsServer: whether the server hears of it, too.
    func closeStreams(of session: UnsafeMutablePointer<Session>, tellsServer: Bool) {
        guard secure.count > 0 else { return }
        let ends = secure.find(session.pointee.index)
        ends.client?.end()
        if tellsServer, let stream = ends.server {
            stream.end()
            keepAgreement(of: stream, session)
        }
        secure.closeClient(of: session.pointee.index)
        secure.closeServer(of: session.pointee.index)
    }

    /// Keeps what the next connection to the same server can go on with.
    private func keepAgreement(of stream: TLSStream, _ session: UnsafeMutablePointer<Session>) {
        guard session.pointee.serverIndex >= 0 else { return }
        let server = backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
        guard let settings = server.configuration.tls, settings.reusesSessions,
            let kept = stream.session(askedFor: name(settings.name, for: session))
        else { return }
        server.tlsSession = kept
    }

    /// What is known of a client's TLS.
    ///
    /// - Parameter session: any session.
    /// - Returns: its properties; `nil` without TLS.
    func encryption(of session: UnsafeMutablePointer<Session>) -> EncryptionLogDetails? {
        guard secure.count > 0 else { return nil }
        return secure.find(session.pointee.index).client.map(EncryptionLogDetails.init)
    }

    /// What samples tell of a session's TLS as it is now.
    ///
    /// - Parameters:
    ///   - session: any session.
    ///   - samples: what is asked for.
    /// - Returns: the values; none for what there is none of.
    func security(
        of session: UnsafeMutablePointer<Session>, _ samples: [TLSSample]
    ) -> [TLSSample: SampleValue] {
        guard !samples.isEmpty else { return [:] }
        let ends = secure.find(session.pointee.index)
        return samples.reduce(into: [:]) { values, sample in
            values[sample] = SampleValue(sample, of: sample.side == .client ? ends.client : ends.server)
        }
    }

    /// What lines in the log tell of the client's TLS, where a format asks for it.
    private func noteAgreement(
        of stream: TLSStream, _ session: UnsafeMutablePointer<Session>, at frontend: Frontend
    ) {
        guard frontend.log.needs.contains(.encryption) else { return }
        var note = logNotes[session.pointee.index] ?? SessionNote()
        note.encryption = EncryptionLogDetails(stream)
        logNotes[session.pointee.index] = note
    }
}

extension EncryptionLogDetails {
    /// What was agreed on.
    init(_ stream: TLSStream) {
        self.init(
            version: stream.version, cipher: stream.cipher, serverName: stream.serverName,
            negotiatedProtocol: stream.negotiatedProtocol, isResumed: stream.isResumed)
    }
}
