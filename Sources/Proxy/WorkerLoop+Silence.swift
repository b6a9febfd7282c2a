/// Silence: from a time limit that has passed to the session's end.
///
/// A silent side counts as one that has ended: the other is told, and may still say what it has to say, within its own
/// limit. So a server that ends when its client does sends its last bytes to a client that only had nothing to say.
extension WorkerLoop {
    /// An established session's time limit may have passed.
    ///
    /// - Parameter session: a session whose timer has fired.
    func idleTimerFired(_ session: UnsafeMutablePointer<Session>) {
        if let end = endOfAge(of: session), end <= now {
            shutDown(session, as: .aged)
            return
        }
        guard let limit = idleLimit(of: session) else {
            planIdleLimit(of: session)
            return
        }
        let deadline = session.pointee.lastActivity.advanced(byMilliseconds: limit.milliseconds)
        if deadline <= now {
            wasSilent(session, limit.silence)
        } else {
            planIdleLimit(of: session)
        }
    }

    private func wasSilent(_ session: UnsafeMutablePointer<Session>, _ side: Silence) {
        if session.pointee.silence == .none && session.pointee.outcome == .running {
            session.pointee.silence = side
            let backend = backend(Int(session.pointee.backend))
            backend.tally.countAbort(by: side)
            backend.servers[Int(session.pointee.serverIndex)].tally.countAbort(by: side)
        }
        let isDeaf =
            side == .client ? session.pointee.download.buffer != nil : session.pointee.upload.buffer != nil
        if isDeaf {
            // Nothing that the other side might still say would reach it.
            end(session, SessionEnd(of: session.pointee))
            return
        }
        switch side {
        case .none: preconditionFailure("a limit is a side's")
        case .client:
            session.pointee.upload.hasSourceEnded = true
            session.pointee.upload.isSourceReadable = true
        case .server:
            session.pointee.download.hasSourceEnded = true
            session.pointee.download.isSourceReadable = true
        }
        if session.pointee.upload.hasSourceEnded && session.pointee.download.hasSourceEnded {
            end(session, SessionEnd(of: session.pointee))
            return
        }
        let (index, generation) = (session.pointee.index, session.pointee.generation)
        move(session)
        // The other side's limit counts from the last activity as well: both may have passed.
        if sessions.find(index, generation: generation) != nil { planIdleLimit(of: session) }
    }
}
