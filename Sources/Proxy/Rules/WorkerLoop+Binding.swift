import Balancing
import Configuration
import EventLoop
import Model

/// Binding: servers that rules choose, and that a session stays with.
///
/// - Source: HAProxy 2.6 configuration manual, `use-server`, `force-persist`, `option persist`, and recordings.
extension WorkerLoop {
    /// Sends a session to the server that a rule names, if one does whose server is up, or needn't be.
    ///
    /// - Parameters:
    ///   - session: a session without a server.
    ///   - backend: its backend.
    /// - Returns: whether it was sent somewhere.
    func isSentByRule(_ session: UnsafeMutablePointer<Session>, _ backend: Backend) -> Bool {
        guard backend.hasServerRules else { return false }
        let rules = backend.configuration.rules
        if rules.forcedPersistence.contains(where: { verdict(of: $0, for: session, isFinal: true) == .holds }) {
            session.pointee.marks.insert(.isForced)
        }
        let isStubborn = backend.configuration.persists || session.pointee.marks.contains(.isForced)
        let sticky = rules.sticking.isEmpty ? nil : stickyServer(of: session, backend, isStubborn: isStubborn)
        for rule in rules.servers
        where (isStubborn || !backend.servers[rule.server].isOut) && backend.groups.isOnOpenSide(rule.server) {
            guard rule.condition.map({ verdict(of: $0, for: session, isFinal: true) == .holds }) ?? true else {
                continue
            }
            bind(session, to: rule.server, of: backend)
            return true
        }
        guard let sticky, backend.groups.isOnOpenSide(sticky) else { return false }
        bind(session, to: sticky, of: backend)
        return true
    }

    /// Whether a session goes to the same server again, whatever became of the last attempt.
    ///
    /// - Parameter session: a session that has lost an attempt.
    /// - Returns: how far a rule has bound it.
    func tie(of session: UnsafeMutablePointer<Session>) -> RedispatchRule.Tie {
        guard session.pointee.marks.contains(.isBound) else { return .none }
        return session.pointee.marks.contains(.isForced) ? .unbreakable : .breakable
    }

    private func bind(_ session: UnsafeMutablePointer<Session>, to index: Int, of backend: Backend) {
        session.pointee.marks.insert(.isBound)
        guard !backend.takesAtOnce(index) else {
            take(session, to: index, of: backend)
            return
        }
        session.pointee.serverIndex = Int32(index)
        if join(.server(index), session, of: backend) { return }
        // Its queue is full: another server may do, unless the session has to stay.
        guard backend.configuration.redispatches, !session.pointee.marks.contains(.isForced) else {
            end(session, .queueFull)
            return
        }
        session.pointee.marks.remove(.isBound)
        session.pointee.serverIndex = -1
        countRedispatch(of: session, from: index, in: backend)
        dispatch(session, avoiding: nil)
    }
}
