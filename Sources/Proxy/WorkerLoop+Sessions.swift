import Configuration
import EventLoop
import Model

/// Sessions as others see them.
extension WorkerRequest where Answer == SessionPage {
    /// How many slots are looked at for one page: traffic waits for no more than that.
    static let slotsInPage = 256

    /// The sessions from a slot on; those that still wait for their client's header are none yet.
    ///
    /// - Parameter slot: 0 at first, then what the page before says.
    /// - Returns: the request.
    public static func sessions(from slot: Int) -> Self {
        Self { loop in
            let end = min(slot + slotsInPage, loop.sessions.slotCount)
            var page: [SessionSnapshot] = []
            loop.sessions.forEach(in: min(slot, end)..<end) { session in
                if let snapshot = loop.snapshot(of: session) { page.append(snapshot) }
            }
            return SessionPage(sessions: page, next: end < loop.sessions.slotCount ? end : nil)
        }
    }
}

extension WorkerRequest where Answer == SessionSnapshot? {
    /// One session; `nil` when it has ended or never was.
    ///
    /// - Parameter identifier: its name.
    /// - Returns: the request.
    public static func session(_ identifier: SessionIdentifier) -> Self {
        Self { loop in loop.session(named: identifier).flatMap { loop.snapshot(of: $0) } }
    }
}

extension WorkerRequest where Answer == InstanceConfiguration {
    /// What the worker runs, with all that commands have changed of it; indexes in its sessions' snapshots go by it.
    public static var configuration: Self { Self { $0.configuration } }
}

extension WorkerLoop {
    /// Where in a session's name its worker's number stands, above the slot.
    private static let numberShift: UInt32 = 22

    /// A session's name for others, who may know several workers of the instance.
    fileprivate func name(of session: UnsafeMutablePointer<Session>) -> SessionIdentifier {
        let number = UInt32(member?.number ?? 0) << Self.numberShift
        return SessionIdentifier(slot: session.pointee.index | number, generation: session.pointee.generation)
    }

    /// Finds a session by its name for others.
    ///
    /// - Parameter name: the name.
    /// - Returns: `nil` when it has ended, never was, or is another worker's.
    func session(named name: SessionIdentifier) -> UnsafeMutablePointer<Session>? {
        guard name.slot >> Self.numberShift == UInt32(member?.number ?? 0) else { return nil }
        let slot = name.slot & (1 << Self.numberShift - 1)
        return sessions.find(SessionIdentifier(slot: slot, generation: name.generation))
    }
}

extension WorkerLoop {
    /// What can be seen of a session; `nil` for a connection that is none yet.
    fileprivate func snapshot(of session: UnsafeMutablePointer<Session>) -> SessionSnapshot? {
        let phase: SessionSnapshot.Phase
        switch session.pointee.phase {
        case .free, .greeting, .handshaking: return nil
        // Its rules wait for bytes, and it for a server.
        case .queued, .inspecting: phase = .queued
        case .connecting, .securing: phase = .connecting
        case .pausing: phase = .pausing
        case .established, .secured, .answering: phase = .established
        }
        var snapshot = SessionSnapshot(name(of: session), phase: phase)
        if session.pointee.peer != .none {
            snapshot.clientHost = session.pointee.peer.host
            snapshot.clientPort = session.pointee.peer.port
        }
        snapshot.frontend = Int(session.pointee.frontend)
        snapshot.bind = Int(session.pointee.bind)
        snapshot.backend = Int(session.pointee.backend)
        if session.pointee.serverIndex >= 0 {
            let server = backend(snapshot.backend).servers[Int(session.pointee.serverIndex)]
            snapshot.server = server.configuration.name
            snapshot.serverID = server.configuration.id
            snapshot.serverAddress = server.address?.description
        }
        snapshot.ageMilliseconds = now.milliseconds(since: session.pointee.acceptedAt)
        snapshot.acceptedAt = WallClock.now().advanced(byMilliseconds: -snapshot.ageMilliseconds)
        snapshot.idleMilliseconds = now.milliseconds(since: session.pointee.lastActivity)
        if session.pointee.timer != .none {
            snapshot.limitMilliseconds = session.pointee.deadline.milliseconds(since: now)
        }
        snapshot.retries = Int(session.pointee.retries)
        snapshot.clientDescriptor = session.pointee.client
        snapshot.serverDescriptor = session.pointee.server
        snapshot.upload = SessionSnapshot.Direction(session.pointee.upload)
        snapshot.download = SessionSnapshot.Direction(session.pointee.download)
        return snapshot
    }
}

extension SessionSnapshot.Direction {
    fileprivate init(_ direction: Direction) {
        self.init(bytes: direction.bytes, pending: Int(direction.pending), hasEnded: direction.hasSourceEnded)
    }
}
