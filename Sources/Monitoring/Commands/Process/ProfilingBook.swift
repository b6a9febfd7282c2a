import Model
import Synchronization

/// Whether commands want to know what an instance's threads are busy with, which all connections of its stats sockets share.
///
/// The turns of workers are always measured; what is kept here is since when they are to be told.
final class ProfilingBook: Sendable {
    /// What is wanted (`set profiling tasks`).
    enum Mode: String, Sendable {
        case on, auto, off
    }

    /// Turns, as many as there were and how long they took.
    struct Turns: Sendable, Hashable {
        var count: Int64 = 0
        var nanoseconds: Int64 = 0

        /// Makes the turns of an instance since its start.
        ///
        /// - Parameter lengths: its turns.
        init(_ lengths: TurnLengths) { (count, nanoseconds) = (lengths.total, lengths.totalNanoseconds) }

        init() {}
    }

    private struct State {
        var mode = Mode.auto
        var before = Turns()
    }

    // Owner: the mutex; read and written by whoever carries out commands.
    private let state = Mutex(State())

    /// What is wanted.
    var mode: Mode { state.withLock { $0.mode } }

    /// Wants something else.
    ///
    /// - Parameters:
    ///   - mode: what is wanted.
    ///   - turns: those that there have been so far; from `on` on only later ones are told.
    func set(_ mode: Mode, after turns: Turns) {
        state.withLock { state in
            state.mode = mode
            if mode == .on { state.before = turns }
        }
    }

    /// The turns that are to be told; none unless that is wanted.
    ///
    /// - Parameter turns: those that there have been so far.
    /// - Returns: those since `on`; all there have been, once a restart has begun to count anew.
    func told(of turns: Turns) -> Turns {
        state.withLock { state in
            guard state.mode == .on else { return Turns() }
            var told = turns
            guard turns.count >= state.before.count else { return told }
            told.count -= state.before.count
            told.nanoseconds -= state.before.nanoseconds
            return told
        }
    }
}
