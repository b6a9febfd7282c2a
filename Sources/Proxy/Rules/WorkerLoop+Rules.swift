import Configuration
import EventLoop
import Model

/// Rules: which connections become sessions, to which backend they go, and to which server.
///
/// The order is HAProxy's: the connection, the client, what the client sends (first by the frontend's rules, then by the
/// backend's), the backend in between, at last the server.
extension WorkerLoop {
    /// Whether a connection that was just accepted may stay; one that may not is closed at once, without a line in the log.
    ///
    /// - Parameters:
    ///   - session: a connection.
    ///   - frontend: its frontend.
    /// - Returns: false when it has been refused; its slot is free then.
    func isAdmitted(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend) -> Bool {
        guard case .end(let isTold) = result(of: frontend.configuration.rules.connection, session) else { return true }
        // HAProxy counts whoever is dropped in silence as refused for what it sent.
        frontend.countRefusal(isTold ? \.connections : \.requests, at: Int(session.pointee.bind))
        if !isTold { Socket.silence(session.pointee.client) }
        Socket.reset(session.pointee.client)
        forget(session, at: frontend)
        return false
    }

    /// Whether a connection whose client is known may become a session.
    ///
    /// - Parameters:
    ///   - session: a connection.
    ///   - frontend: its frontend.
    /// - Returns: false when it has been refused; its slot is free then.
    func mayBegin(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend) -> Bool {
        guard case .end(let isTold) = result(of: frontend.configuration.rules.session, session) else { return true }
        frontend.countRefusal(isTold ? \.sessions : \.requests, at: Int(session.pointee.bind))
        if !isTold { Socket.silence(session.pointee.client) }
        Socket.close(session.pointee.client)
        forget(session, at: frontend)
        return false
    }

    /// Lets a session's rules decide where it goes, as far as what the client has sent allows.
    ///
    /// - Parameters:
    ///   - session: a session without a server.
    ///   - frontend: its frontend.
    func follow(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        if !session.pointee.marks.contains(.isInBackend) {
            guard passes(frontend.configuration.rules.request, session) else { return }
            enterChosenBackend(session, at: frontend)
        }
        let backend = backend(Int(session.pointee.backend))
        if session.pointee.backend != session.pointee.frontend {
            guard passes(backend.configuration.rules.request, session) else { return }
        }
        if session.pointee.phase == .inspecting {
            inspections[session.pointee.index] = nil
            timers.cancel(&session.pointee.timer)
            session.pointee.phase = .queued
        }
        session.pointee.marks.insert(.isForwarded)
        if isSentByRule(session, backend) { return }
        dispatch(session, avoiding: nil)
    }

    /// Chooses the backend of a session, and counts it there.
    ///
    /// - Parameters:
    ///   - session: a session in no backend.
    ///   - frontend: its frontend.
    func enterChosenBackend(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        for rule in frontend.configuration.binds[Int(session.pointee.bind)].backendRules
        where verdict(of: rule.condition, for: session, isFinal: true) == .holds {
            session.pointee.backend = Int32(rule.backend)
            break
        }
        enterBackend(of: session)
    }

    /// Counts a session in its backend.
    ///
    /// - Parameter session: a session in no backend.
    func enterBackend(of session: UnsafeMutablePointer<Session>) {
        let backend = backend(Int(session.pointee.backend))
        backend.tally.begin(at: now)
        backend.tally.enter()
        session.pointee.marks.insert(.isInBackend)
    }

    /// Decides a condition for a session.
    ///
    /// - Parameters:
    ///   - condition: the condition.
    ///   - session: the session.
    ///   - isFinal: whether no more is waited for.
    /// - Returns: what it comes to.
    func verdict(
        of condition: RuleCondition, for session: UnsafeMutablePointer<Session>, isFinal: Bool
    ) -> ConditionVerdict {
        // What was sent is looked at once, and only if a test asks for it.
        var looked: UnsafeRawBufferPointer?
        return ConditionVerdict(
            of: condition, isFinal: isFinal, expressions, converted: { converted($0, by: $1, of: session) }
        ) { fetch in
            if session.pointee.phase == .answering, let reading = answer(fetch, of: session, isFinal: isFinal) {
                return reading
            }
            guard case .content(let sample) = fetch else { return .value(value(of: fetch, for: session)) }
            let bytes = looked ?? look(at: session)
            looked = bytes
            let hasEnded = heldRequests[session.pointee.index]?.isComplete == true
            let isComplete =
                isFinal || hasEnded || session.pointee.upload.isSourceClosing || bytes.count == SentContent.most
            return SentContent(bytes: bytes, isComplete: isComplete).reading(of: sample)
        }
    }

    /// What rules come to that need nothing of what is sent.
    private func result(of gates: [RuleSet.Gate], _ session: UnsafeMutablePointer<Session>) -> ActionResult {
        for gate in gates where gate.condition.map({ verdict(of: $0, for: session, isFinal: true) == .holds }) ?? true {
            switch perform(gate.action, on: session) {
            case .next: continue
            case .accept: return .accept
            case .end(let isTold): return .end(isTold: isTold)
            case .cut: preconditionFailure("only a server's connection is cut")
            }
        }
        return .accept
    }

    private func forget(_ session: UnsafeMutablePointer<Session>, at frontend: Frontend) {
        timers.cancel(&session.pointee.timer)
        if !tracked.isEmpty { withTables { endTracking(of: session) } }
        if !announcedDestinations.isEmpty { announcedDestinations[session.pointee.index] = nil }
        if !variables.isEmpty { variables[session.pointee.index] = nil }
        frontend.leave(Int(session.pointee.bind))
        sessions.giveBack(session)
        placeBecameFree(at: frontend)
    }
}
