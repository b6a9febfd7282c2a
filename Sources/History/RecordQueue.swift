import Dispatch
import Model
import Synchronization

/// Where records cross from any thread to the recorder's one thread.
///
/// Both sides hold the lock for a few instructions, never over a system call that can block: an offer appends, the writer
/// takes everything at once.
final class RecordQueue: Sendable {
    private enum Phase { case waiting, running, closing, closed }
    private enum Writer { case busy, waitsForWork, pauses }

    private struct State {
        var phase = Phase.waiting
        var writer = Writer.busy
        var backlog: RecordBacklog
        var trouble: String?
        var isHandedOver = false
        var flushers: [(target: Int64, continuation: CheckedContinuation<Void, Never>)] = []
        var stoppers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    /// Signalled at most once for each time that the writer waits; a signal that comes too late only makes the next wait
    /// return at once.
    private let wakeUp = DispatchSemaphore(value: 0)

    init(limits: RecorderLimits) {
        self.state = Mutex(State(backlog: RecordBacklog(limits: limits)))
    }

    // MARK: Any thread

    /// Takes a record in, or drops and counts it; returns at once.
    func offer(_ record: HistoryRecord) {
        let mustWake = state.withLock { state in
            switch state.phase {
            case .waiting, .running, .closing: state.backlog.offer(record)
            case .closed: state.backlog.drop(record)
            }
            guard state.writer == .waitsForWork else { return false }
            state.writer = .busy
            return true
        }
        if mustWake { wakeUp.signal() }
    }

    /// What the recorder tells of itself.
    var status: RecorderStatus {
        state.withLock { state in
            RecorderStatus(
                queued: state.backlog.heldRows, dropped: state.backlog.droppedRows, written: state.backlog.writtenRows,
                trouble: state.trouble)
        }
    }

    /// Returns when all that was offered so far is written or known to be lost; at once while no writer is at work.
    func flushed() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                switch state.phase {
                case .waiting, .closed: return true
                case .running, .closing: break
                }
                if state.backlog.settled >= state.backlog.accepted { return true }
                state.flushers.append((state.backlog.accepted, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Lets the writer begin.
    ///
    /// - Returns: false when it has begun before, or was closed.
    func open() -> Bool {
        state.withLock { state in
            guard state.phase == .waiting else { return false }
            state.phase = .running
            return true
        }
    }

    /// Asks the writer to end, and returns when it has; at once when it never began.
    func close() async {
        await withCheckedContinuation { continuation in
            let (isDone, mustWake) = state.withLock { state in
                switch state.phase {
                case .waiting:
                    state.phase = .closed
                    return (true, false)
                case .closed:
                    return (true, false)
                case .running, .closing:
                    state.phase = .closing
                    state.stoppers.append(continuation)
                    let mustWake = state.writer != .busy
                    state.writer = .busy
                    return (false, mustWake)
                }
            }
            if mustWake { wakeUp.signal() }
            if isDone { continuation.resume() }
        }
    }

    /// Notes that the run's end is not the writer's to record.
    func handOver() { state.withLock { $0.isHandedOver = true } }

    // MARK: The writer's thread

    /// Whether the run's end is recorded by another process.
    var isHandedOver: Bool { state.withLock(\.isHandedOver) }

    /// Whether the writer was asked to end.
    var isClosing: Bool {
        state.withLock { $0.phase == .closing }
    }

    /// Takes everything; if there is nothing, waits for it, but no longer than the given time.
    func take(waitingAtMost patience: Duration) -> RecordBacklog.Load {
        let mustWait = state.withLock { state in
            guard !state.backlog.hasWork, state.phase == .running else { return false }
            state.writer = .waitsForWork
            return true
        }
        if mustWait { wait(patience) }
        return state.withLock { state in
            state.writer = .busy
            return state.backlog.take()
        }
    }

    /// Waits between two attempts; an offer doesn't end it.
    ///
    /// - Parameters:
    ///   - length: how long.
    ///   - endsAtClose: whether being asked to end ends the wait.
    func pause(_ length: Duration, endsAtClose: Bool) {
        let mustWait = state.withLock { state in
            if endsAtClose, state.phase != .running { return false }
            state.writer = .pauses
            return true
        }
        if mustWait { wait(length) }
        state.withLock { $0.writer = .busy }
    }

    private func wait(_ length: Duration) {
        // Either way round the writer looks at the state next: what ended the wait need not be known.
        _ = wakeUp.wait(timeout: .now() + .nanoseconds(Int(length / .nanoseconds(1))))
    }

    /// Notes that records are in the database, and perhaps the gap that was taken with them.
    func settle(_ written: ArraySlice<HistoryRecord>, gap: Bool) {
        let rows = written.reduce(0) { $0 + $1.rows }
        change { $0.backlog.settle(records: written.count, rows: rows, gap: gap) }
    }

    /// Notes that accepted records will never be written; they become part of the next gap.
    func lose(_ lost: ArraySlice<HistoryRecord>) {
        change { $0.backlog.lose(lost) }
    }

    /// Says what is wrong, or that nothing is.
    func report(trouble: String?) {
        change { $0.trouble = trouble }
    }

    /// Notes that the writer has ended: nobody waits any longer.
    func finish() {
        let waiting = state.withLock { state in
            state.phase = .closed
            defer {
                state.flushers = []
                state.stoppers = []
            }
            return state.flushers.map(\.continuation) + state.stoppers
        }
        for continuation in waiting { continuation.resume() }
    }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock { state in
            body(&state)
            let settled = state.backlog.settled
            let ready = state.flushers.filter { $0.target <= settled }.map(\.continuation)
            if !ready.isEmpty { state.flushers.removeAll { $0.target <= settled } }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }
}
