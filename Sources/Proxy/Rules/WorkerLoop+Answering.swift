import Configuration
import EventLoop
import Model

/// Answering: sessions whose rules look at what the server answers, before the client gets any of it.
///
/// The client's bytes move meanwhile. What the server has sent is kept beside the session until the rules have decided; from
/// then on its bytes take the way of all others, so that a proxy without such rules, and every later message, costs nothing.
///
/// - Source: HAProxy 2.6 configuration manual, `tcp-response content`, and recordings.
extension WorkerLoop {
    /// What a server has answered, while rules look at it.
    struct HeldAnswer {
        /// At the most `SentContent.most` bytes; counted as moved already.
        var bytes: [UInt8] = []
        /// Whether the server said that no more comes.
        var hasEnded = false
        /// Whether its connection broke.
        var isBroken = false
        /// Whether the rules have been looked at yet: first without anything of it, as the connection has just been made.
        var isFresh = true

        /// Whether it stays as it is.
        var isComplete: Bool { hasEnded || isBroken || bytes.count == SentContent.most }
    }

    /// Lets the rules of a session's backend look at what its server answers.
    ///
    /// - Parameter session: a session whose connection has just been made.
    func awaitAnswer(of session: UnsafeMutablePointer<Session>) {
        session.pointee.phase = .answering
        heldAnswers[session.pointee.index] = HeldAnswer()
    }

    /// Moves the client's bytes, and looks at the server's.
    ///
    /// - Parameter session: a session whose rules look at what its server answers; its slot may be free afterwards.
    func moveAnswering(_ session: UnsafeMutablePointer<Session>) {
        session.pointee.download.isSourceReadable = false
        let (index, generation) = (session.pointee.index, session.pointee.generation)
        if heldAnswers[index]?.isFresh == true {
            heldAnswers[index]?.isFresh = false
            decideAnswer(of: session)
            guard sessions.find(index, generation: generation) != nil, session.pointee.phase == .answering else {
                return
            }
        }
        moveUpload(session)
        guard sessions.find(index, generation: generation) != nil else { return }
        readAnswer(of: session)
        decideAnswer(of: session)
    }

    /// The timer of a session whose rules look at what its server answers has fired: their delay is over, or a side was
    /// silent for too long.
    ///
    /// - Parameter session: such a session; its slot may be free afterwards.
    func answerTimerFired(_ session: UnsafeMutablePointer<Session>) {
        let isOver = inspections[session.pointee.index].map { $0 <= now } ?? false
        let limit = idleLimit(of: session)
        let isServerSilent =
            limit?.silence == .server
            && limit.map { session.pointee.lastActivity.advanced(byMilliseconds: $0.milliseconds) <= now } == true
        if isOver || isServerSilent {
            let (index, generation) = (session.pointee.index, session.pointee.generation)
            decideAnswer(of: session, isFinal: true)
            guard sessions.find(index, generation: generation) != nil else { return }
        }
        idleTimerFired(session)
    }

    private func readAnswer(of session: UnsafeMutablePointer<Session>) {
        guard var held = heldAnswers.removeValue(forKey: session.pointee.index) else {
            preconditionFailure("an answer that is looked at is kept")
        }
        let stream = secure.find(session.pointee.index).server
        let server = SecurePort(descriptor: session.pointee.server, stream: stream)
        reading: while !held.isComplete, !session.pointee.download.hasSourceEnded {
            switch relay.read(from: server, atMost: SentContent.most - held.bytes.count, into: &held.bytes) {
            case .bytes(let count):
                session.pointee.download.bytes += Int64(count)
                session.pointee.lastActivity = now
            case .end: held.hasEnded = true
            case .wouldBlock: break reading
            case .failed: held.isBroken = true
            }
        }
        heldAnswers[session.pointee.index] = held
    }

    /// Follows the rules as far as what has come allows.
    ///
    /// - Parameters:
    ///   - session: a session whose rules look at what its server answers; its slot may be free afterwards.
    ///   - isFinal: whether no more is waited for in any case.
    private func decideAnswer(of session: UnsafeMutablePointer<Session>, isFinal: Bool = false) {
        let inspection = backend(Int(session.pointee.backend)).configuration.rules.answer
        let isFinal = isFinal || isAnswerFinal(of: session, inspection)
        for gate in inspection.gates {
            let result = gate.condition.map { verdict(of: $0, for: session, isFinal: isFinal) } ?? .holds
            switch result {
            case .fails: continue
            case .undecided:
                awaitMore(of: session, atMost: inspection.delay ?? .zero)
                return
            case .holds: break
            }
            switch perform(gate.action, on: session) {
            case .next: continue
            case .accept: return release(session)
            case .cut: return cut(session)
            case .end(let isTold): return refuse(session, isTold: isTold)
            }
        }
        release(session)
    }

    private func isAnswerFinal(
        of session: UnsafeMutablePointer<Session>, _ inspection: RuleSet.Inspection
    ) -> Bool {
        if inspection.delay == nil || session.pointee.download.hasSourceEnded { return true }
        if session.pointee.outcome != .running || heldAnswers[session.pointee.index]?.isComplete == true { return true }
        return inspections[session.pointee.index].map { $0 <= now } ?? false
    }

    /// Waits for the server's next bytes, until the delay is over that counts from the first look.
    private func awaitMore(of session: UnsafeMutablePointer<Session>, atMost delay: Duration) {
        guard inspections[session.pointee.index] == nil else { return }
        inspections[session.pointee.index] = now.advanced(byMilliseconds: delay.wholeMilliseconds)
        planIdleLimit(of: session)
    }

    /// Lets the client have what was kept, and all that comes after it.
    private func release(_ session: UnsafeMutablePointer<Session>) {
        guard let held = deliverAnswer(of: session) else { return }
        if held.isBroken {
            session.pointee.outcome = .serverFailed
            session.pointee.download.hasSourceEnded = true
            if session.pointee.download.buffer == nil { return end(session, .serverFailed) }
        }
        if held.hasEnded { session.pointee.download.hasSourceEnded = true }
        session.pointee.download.isSourceReadable = true
        move(session)
    }

    /// Ends the server's connection; the client still gets what was kept.
    private func cut(_ session: UnsafeMutablePointer<Session>) {
        guard deliverAnswer(of: session) != nil else { return }
        shutDown(session, as: .cut)
    }

    private func refuse(_ session: UnsafeMutablePointer<Session>, isTold: Bool) {
        let frontend = frontend(Int(session.pointee.frontend))
        guard isTold else {
            silence(session)
            frontend.countRefusal(\.requests, at: Int(session.pointee.bind))
            return end(session, .denied)
        }
        let backend = backend(Int(session.pointee.backend))
        frontend.countRefusal(\.responses, at: Int(session.pointee.bind))
        backend.tally.deniedResponses += 1
        backend.servers[Int(session.pointee.serverIndex)].tally.deniedResponses += 1
        end(session, .answerDenied)
    }

    /// Sends what was kept to the client; from now on bytes move.
    ///
    /// - Parameter session: a session whose rules have decided.
    /// - Returns: what was kept; `nil` when the client's connection is broken, and the session has ended with it.
    private func deliverAnswer(of session: UnsafeMutablePointer<Session>) -> HeldAnswer? {
        guard let held = heldAnswers.removeValue(forKey: session.pointee.index) else {
            preconditionFailure("an answer that is looked at is kept")
        }
        inspections[session.pointee.index] = nil
        let ends = secure.find(session.pointee.index)
        session.pointee.phase = ends.client == nil && ends.server == nil ? .established : .secured
        guard !held.bytes.isEmpty else { return held }
        let client = SecurePort(descriptor: session.pointee.client, stream: ends.client)
        let isThere = withUnsafeMutablePointer(to: &session.pointee.download) { download in
            relay.deliver(held.bytes, of: download, to: client)
        }
        if isThere { return held }
        end(session, .clientFailed)
        return nil
    }
}
