import EventLoop

/// Waiting: how long a client may say nothing while it has no server yet.
///
/// Its time runs from when it was let in, and stops with its first bytes, which nobody takes before there is a server. Once
/// it is over, the session has nothing to wait for, in a queue as between two attempts, and ends. An attempt that is under way
/// goes on, since the server may be the one that speaks first; where `option abortonclose` says that nothing is done for
/// clients that are gone, it does not.
///
/// - Source: recorded from HAProxy 2.6.12.
extension WorkerLoop {
    /// Sets the timer of a session without a server: for its limit, or for its client's silence if that is over earlier.
    ///
    /// - Parameters:
    ///   - session: a session that waits in a queue, connects, or is about to try again.
    ///   - limit: for how long what goes on may last, in milliseconds from now; `nil` for any time.
    ///   - endsOnSilence: whether a client that says nothing ends it.
    func planWait(
        _ session: UnsafeMutablePointer<Session>, atMost limit: Int64?, endsOnSilence: Bool
    ) {
        session.pointee.attemptedAt = now
        let end = limit.map { now.advanced(byMilliseconds: $0) }
        let silence = endsOnSilence ? endOfSilence(of: session) : nil
        guard let deadline = end.map({ min($0, silence ?? $0) }) ?? silence else {
            timers.cancel(&session.pointee.timer)
            return
        }
        plan(session, at: deadline)
    }

    /// The timer of a session that waits in a queue has fired.
    ///
    /// - Parameter session: a session in a queue.
    func queueTimerFired(_ session: UnsafeMutablePointer<Session>) {
        let limit = backend(Int(session.pointee.backend)).queueLimit
        if isClientSilent(session, before: now) {
            end(session, .clientSilentInQueue)
        } else if hasLasted(session, limit) {
            end(session, .queueTimeout)
        } else {
            goOnWaiting(session, limit)
        }
    }

    /// The timer of a session has fired whose connection is being made.
    ///
    /// - Parameter session: a session with an attempt under way.
    func connectTimerFired(_ session: UnsafeMutablePointer<Session>) {
        let backend = backend(Int(session.pointee.backend))
        let limit = backend.connectLimit
        if hasLasted(session, limit) {
            attemptFailed(session, timedOut: true)
        } else if backend.configuration.abortsOnClose && isClientSilent(session, before: now) {
            end(session, .clientSilentConnecting)
        } else {
            goOnWaiting(session, limit)
        }
    }

    /// The timer of a session that pauses between two attempts has fired.
    ///
    /// - Parameter session: a session that has lost an attempt.
    func pauseTimerFired(_ session: UnsafeMutablePointer<Session>) {
        let pause = backend(Int(session.pointee.backend)).retryPauseMilliseconds
        if isClientSilent(session, before: now) {
            end(session, .clientSilentConnecting)
        } else if hasLasted(session, pause) {
            tryAgain(session)
        } else {
            goOnWaiting(session, pause)
        }
    }

    /// How a session ends whose last attempt had no answer.
    ///
    /// - Parameter session: a session with an attempt that has lasted as long as it may.
    /// - Returns: its client's fault if that had been silent for too long by then.
    func endWithoutAnswer(of session: UnsafeMutablePointer<Session>) -> SessionEnd {
        let limit = backend(Int(session.pointee.backend)).connectLimit ?? 0
        // Where both come at once, it is the server's.
        let lastMoment = session.pointee.attemptedAt.advanced(byMilliseconds: limit - 1)
        return isClientSilent(session, before: lastMoment) ? .clientSilentUnanswered : .connectTimeout
    }

    private func isClientSilent(_ session: UnsafeMutablePointer<Session>, before moment: MonotonicTime) -> Bool {
        guard let end = endOfSilence(of: session), end <= moment else { return false }
        // One that has spoken or ended waits for a server with good reason.
        return !session.pointee.upload.isSourceClosing && !hasSpoken(session)
    }

    private func endOfSilence(of session: UnsafeMutablePointer<Session>) -> MonotonicTime? {
        frontend(Int(session.pointee.frontend)).clientLimit.map {
            session.pointee.lastActivity.advanced(byMilliseconds: $0)
        }
    }

    private func hasLasted(_ session: UnsafeMutablePointer<Session>, _ limit: Int64?) -> Bool {
        guard let limit else { return false }
        return session.pointee.attemptedAt.advanced(byMilliseconds: limit) <= now
    }

    private func goOnWaiting(_ session: UnsafeMutablePointer<Session>, _ limit: Int64?) {
        guard let limit else { return }
        plan(session, at: session.pointee.attemptedAt.advanced(byMilliseconds: limit))
    }
}
