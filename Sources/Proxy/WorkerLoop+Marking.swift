import Configuration
import EventLoop
import Model

/// Marks: what a server's errors do to its health, and what its fall and its rise do to sessions.
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `observe`, `error-limit`, `on-error`, `on-marked-down` and
///   `on-marked-up`.
extension WorkerLoop {
    /// Sessions that are to end because of a server's new state.
    struct Shutdown {
        /// The proxy of the servers.
        var backend: Int
        /// Whose; `nil` for all backups.
        var server: Int?
        /// What becomes of them.
        var outcome: Session.Outcome
    }

    /// Takes in what became of a connection to a server.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    ///   - isError: whether the connection could not be made.
    @inline(__always)
    func observe(_ index: Int, in backend: Backend, isError: Bool) {
        guard backend.servers[index].errorStreak != nil else { return }
        takeObservation(of: index, in: backend, isError: isError)
    }

    private func takeObservation(of index: Int, in backend: Backend, isError: Bool) {
        guard isLead else { return passOnObservation(of: index, in: backend, isError: isError) }
        let server = backend.servers[index]
        guard server.errorStreak?.take(isError: isError) == true, let check = server.check,
            let observation = server.configuration.observation
        else { return }
        server.failedAnalyses += 1
        switch observation.reaction {
        case .fastInterval:
            break
        case .failCheck:
            failCheck(of: index, in: backend, errors: observation.errorLimit)
        case .suddenDeath:
            check.counter.endanger()
            failCheck(of: index, in: backend, errors: observation.errorLimit)
        case .markDown:
            check.counter.condemn()
            failCheck(of: index, in: backend, errors: observation.errorLimit)
        }
        hastenCheck(of: index, in: backend)
    }

    /// The lead counts the errors in a row of all threads.
    private func passOnObservation(of index: Int, in backend: Backend, isError: Bool) {
        guard let place, let proxy = backends.firstIndex(where: { $0 === backend }) else { return }
        place.team.tellLead { $0.takeObservation(of: index, in: $0.backend(proxy), isError: isError) }
    }

    private func failCheck(of index: Int, in backend: Backend, errors: Int) {
        let detail = "Detected \(errors) consecutive errors, last one was: L4 unsuccessful connection"
        take(CheckResult(status: .analysis, detail: detail, durationMilliseconds: nil), of: index, in: backend)
    }

    /// A server went out of use: its sessions end with this turn, if it is to be so.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func serverWasMarkedDown(_ index: Int, in backend: Backend) {
        guard backend.servers[index].configuration.closesSessionsWhenDown else { return }
        planShutdown(of: index, in: backend, as: .serverDown)
    }

    /// A server came into use: the sessions on backups end with this turn, if it is to be so.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    func serverWasMarkedUp(_ index: Int, in backend: Backend) {
        guard relievesBackups(index, backend) else { return }
        planShutdown(of: nil, in: backend, as: .activeUp)
    }

    /// How many sessions end on backups because a server comes into use.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - backend: its backend.
    /// - Returns: the number; `nil` where none is to end for that reason.
    func sessionsLeavingBackups(for index: Int, _ backend: Backend) -> Int? {
        guard relievesBackups(index, backend) else { return nil }
        return backend.servers.reduce(0) { $0 + ($1.configuration.isBackup ? $1.tally.allSessions : 0) }
    }

    private func relievesBackups(_ index: Int, _ backend: Backend) -> Bool {
        let configuration = backend.servers[index].configuration
        return configuration.closesBackupSessionsWhenUp && !configuration.isBackup
            && backend.groups.weight(of: index) > 0
    }

    /// Ends the sessions that a server's new state has ended: not before the turn's events are dealt with, since one of them
    /// may be what brought the new state about.
    func carryOutShutdowns() {
        guard !shutdowns.isEmpty else { return }
        let orders = shutdowns
        shutdowns = []
        for order in orders {
            let servers = backend(order.backend).servers
            // Those that have the server now, and not those that get a place there as these end. As in HAProxy, a session
            // whose client has finished goes on to its own end.
            var meant: [(MonotonicTime, SessionIdentifier)] = []
            sessions.forEach { session in
                guard session.pointee.holdsServer, Int(session.pointee.backend) == order.backend,
                    !session.pointee.upload.hasSourceEnded
                else { return }
                let index = Int(session.pointee.serverIndex)
                let isMeant = order.server.map { $0 == index } ?? servers[index].configuration.isBackup
                if isMeant { meant.append((session.pointee.acceptedAt, session.pointee.identifier)) }
            }
            // The youngest ends first.
            meant.sort { ($0.0, $0.1.slot) > ($1.0, $1.1.slot) }
            for (_, identifier) in meant {
                guard let session = sessions.find(identifier) else { continue }
                shutDown(session, as: order.outcome)
            }
        }
    }

    /// Lets sessions end with this turn.
    ///
    /// - Parameters:
    ///   - index: the server whose sessions they are; `nil` for those of all backups.
    ///   - backend: its backend.
    ///   - outcome: what becomes of them.
    func planShutdown(of index: Int?, in backend: Backend, as outcome: Session.Outcome) {
        guard let proxy = backends.firstIndex(where: { $0 === backend }) else { return }
        passOn(index, in: backend, as: outcome)
        shutdowns.append(Shutdown(backend: proxy, server: index, outcome: outcome))
    }

    /// Reads no more from either side, passes on what was read, and ends.
    ///
    /// - Parameters:
    ///   - session: a session in use.
    ///   - outcome: what becomes of it.
    func shutDown(_ session: UnsafeMutablePointer<Session>, as outcome: Session.Outcome) {
        // Who has broken already ends for that reason.
        guard session.pointee.outcome == .running else { return }
        session.pointee.outcome = outcome
        guard session.pointee.upload.buffer != nil || session.pointee.download.buffer != nil else {
            end(session, SessionEnd(of: session.pointee))
            return
        }
        stopReading(&session.pointee.upload)
        stopReading(&session.pointee.download)
        if session.pointee.upload.isFinished {
            let stream = secure.find(session.pointee.index).server
            SecurePort(descriptor: session.pointee.server, stream: stream).shutdownWrite()
        }
        planIdleLimit(of: session)
    }

    private func stopReading(_ direction: inout Direction) {
        direction.hasSourceEnded = true
        direction.isSourceReadable = false
        if direction.buffer == nil { direction.isSinkShut = true }
    }
}
