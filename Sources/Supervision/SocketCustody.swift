import EventLoop
import Synchronization

/// Listening sockets that came with this process, and the guardian that holds those that are open for the next one.
///
/// All instances share it; it may be called from every thread. A socket goes by the text of its place, which no two have in
/// common.
public final class SocketCustody: Sendable {
    private struct State {
        /// What came with the process and nobody has taken.
        var unclaimed: [String: Int32]
        /// What a successor has too, so that it is not this process's to give back.
        var isLeft = false
        var hasSuccessor = false
    }

    private let guardian: GuardianLink?
    /// What a service manager opened and keeps: it is lent each time that somebody listens there.
    private let activated: [String: Int32]
    // Owner: the mutex.
    private let state: Mutex<State>

    /// Begins with what came.
    ///
    /// - Parameters:
    ///   - sockets: listening descriptors that a predecessor left, by the text of their places.
    ///   - activated: those of a service manager, which stay its own.
    ///   - guardian: who holds sockets; `nil` when nobody does.
    public init(sockets: [String: Int32], activated: [String: Int32], guardian: GuardianLink?) {
        self.guardian = guardian
        self.activated = activated
        state = Mutex(State(unclaimed: sockets))
    }

    /// From now on closing a socket here means nothing to a successor, which has it too or makes its own.
    ///
    /// - Parameter hasSuccessor: whether one serves already.
    func leave(hasSuccessor: Bool) {
        state.withLock { state in
            state.isLeft = true
            state.hasSuccessor = hasSuccessor
        }
    }

    /// Whether another process serves in the place of this one: what ends here goes on there.
    var hasSuccessor: Bool { state.withLock(\.hasSuccessor) }

    /// Gives back what came and no instance wants: connections to it would wait in vain.
    ///
    /// - Returns: the places.
    public func releaseUnclaimed() -> [String] {
        let unclaimed = state.withLock { state in
            defer { state.unclaimed = [:] }
            return state.unclaimed
        }
        for (name, descriptor) in unclaimed {
            guardian?.release(name)
            Socket.close(descriptor)
        }
        return unclaimed.keys.sorted()
    }

    /// Lends a service manager's socket: another descriptor each time.
    ///
    /// - Parameter name: the place's text.
    /// - Returns: `nil` when there is no such socket, or no descriptor left.
    func borrow(_ name: String) -> Int32? { activated[name].flatMap { try? Socket.duplicate($0) } }

    /// Which of the service manager's sockets are not among some places.
    ///
    /// - Parameter places: the places.
    /// - Returns: the others, in order.
    func activated(allBut places: Set<String>) -> [String] { activated.keys.filter { !places.contains($0) }.sorted() }

    /// Hands out what came with the process, once.
    func take(_ name: String) -> Int32? {
        state.withLock { $0.unclaimed.removeValue(forKey: name) }
    }

    func hold(_ descriptor: Int32, as name: String) { guardian?.hold(descriptor, as: name) }

    /// Gives a socket back.
    ///
    /// - Returns: whether it is this process's to end: false when a successor has it.
    func release(_ name: String) -> Bool {
        guard !state.withLock(\.isLeft) else { return false }
        guardian?.release(name)
        return true
    }
}
