import EventLoop

/// Aging: sessions end when they are as old as they may get (`max-session-age`).
extension WorkerLoop {
    /// When a session is too old; it needs no memory of its own for that, and no other timer than that of its silence.
    ///
    /// - Parameter session: an established session.
    /// - Returns: `nil` where it may get as old as it likes, or ends already.
    func endOfAge(of session: UnsafeMutablePointer<Session>) -> MonotonicTime? {
        let server = backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
        guard let age = server.sessionAge, session.pointee.outcome == .running else { return nil }
        let milliseconds = age.milliseconds(forSession: session.pointee.identifier.rawValue)
        return session.pointee.acceptedAt.advanced(byMilliseconds: milliseconds)
    }
}
