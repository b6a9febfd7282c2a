import Configuration
import EventLoop
import Model

/// Inspecting: sessions whose rules ask for what the client sends, and that wait for it.
///
/// What has come is only looked at: it stays in the kernel's buffer until the session has a server.
extension WorkerLoop {
    /// Whether a session passes rules about what its client sends; one that waits for more, or is refused, does not.
    ///
    /// - Parameters:
    ///   - inspection: the rules.
    ///   - session: a session without a server; its slot may be free afterwards.
    /// - Returns: whether it goes on.
    func passes(_ inspection: RuleSet.Inspection, _ session: UnsafeMutablePointer<Session>) -> Bool {
        guard !inspection.gates.isEmpty else { return true }
        let isFinal = isInspectionFinal(of: session, inspection)
        for gate in inspection.gates {
            let result = gate.condition.map { verdict(of: $0, for: session, isFinal: isFinal) } ?? .holds
            switch result {
            case .fails: continue
            case .undecided:
                awaitContent(of: session, atMost: inspection.delay ?? .zero)
                return false
            case .holds: break
            }
            switch perform(gate.action, on: session) {
            case .next: continue
            case .accept:
                endInspection(of: session)
                return true
            case .cut: preconditionFailure("only a server's connection is cut")
            case .end(let isTold):
                if !isTold { silence(session) }
                frontend(Int(session.pointee.frontend)).countRefusal(\.requests, at: Int(session.pointee.bind))
                end(session, .denied)
                return false
            }
        }
        endInspection(of: session)
        return true
    }

    /// The client of a session that waits for content has news.
    ///
    /// - Parameters:
    ///   - session: a session that waits for content.
    ///   - readiness: what its socket says.
    func inspectedClientIsReady(_ session: UnsafeMutablePointer<Session>, _ readiness: Readiness) {
        if readiness.contains(.error) || readiness.contains(.hangup) {
            countUnread(of: session)
            leaveInspection(session, .clientLeftInspection)
            return
        }
        guard readiness.contains(.readable) || readiness.contains(.peerClosed) else { return }
        session.pointee.lastActivity = now
        let frontend = frontend(Int(session.pointee.frontend))
        follow(session, at: frontend)
    }

    /// The timer of a session that waits for content has fired: the rules' delay is over, or the client's time.
    ///
    /// - Parameter session: a session that waits for content.
    func inspectionTimerFired(_ session: UnsafeMutablePointer<Session>) {
        let frontend = frontend(Int(session.pointee.frontend))
        if let limit = frontend.clientLimit,
            session.pointee.lastActivity.advanced(byMilliseconds: limit) <= now
        {
            leaveInspection(session, .clientSilentInInspection)
        } else {
            follow(session, at: frontend)
        }
    }

    private func isInspectionFinal(
        of session: UnsafeMutablePointer<Session>, _ inspection: RuleSet.Inspection
    ) -> Bool {
        guard inspection.delay != nil, !session.pointee.upload.isSourceClosing else { return true }
        if let deadline = inspections[session.pointee.index], deadline <= now { return true }
        return inspection.readsContent && hasSeenAll(of: session)
    }

    /// Waits for the client's next bytes, until the delay is over that counts from the first look.
    private func awaitContent(of session: UnsafeMutablePointer<Session>, atMost delay: Duration) {
        session.pointee.phase = .inspecting
        let end = inspections[session.pointee.index] ?? now.advanced(byMilliseconds: delay.wholeMilliseconds)
        inspections[session.pointee.index] = end
        guard let limit = frontend(Int(session.pointee.frontend)).clientLimit else {
            plan(session, at: end)
            return
        }
        plan(session, at: min(end, session.pointee.lastActivity.advanced(byMilliseconds: limit)))
    }

    /// The next rules have a delay of their own.
    private func endInspection(of session: UnsafeMutablePointer<Session>) {
        if !inspections.isEmpty { inspections[session.pointee.index] = nil }
    }

    /// Ends a session that has not been sent anywhere: as in HAProxy, it counts where it would have gone.
    ///
    /// - Parameters:
    ///   - session: a session whose client is known.
    ///   - reason: what its client did.
    func leaveInspection(_ session: UnsafeMutablePointer<Session>, _ reason: SessionEnd) {
        let frontend = frontend(Int(session.pointee.frontend))
        frontend.countRefusal(\.unfinished, at: Int(session.pointee.bind))
        if !session.pointee.marks.contains(.isInBackend) { enterChosenBackend(session, at: frontend) }
        end(session, reason)
    }
}
