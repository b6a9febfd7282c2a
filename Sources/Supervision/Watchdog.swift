import EventLoop
import Model
import Proxy
import Synchronization

/// Looks from a thread of its own whether the workers' loops turn, and says so when one is stuck.
///
/// The thread waits for nothing but time: neither for the workers nor for the tasks of the control plane.
final class Watchdog: Sendable {
    /// What to do when a loop is beyond help, and as long as none is.
    struct Reaction: Sendable {
        /// Called at each look that finds no loop beyond help.
        var allWell: @Sendable () -> Void = {}
        /// Called with what is known of a loop that is beyond help.
        var hopeless: @Sendable (String) -> Void = { _ in }
    }

    private struct Watched {
        let instance: String
        weak var worker: (any InstanceWorker)?
        var rule: StallRule
    }

    /// The time between two looks.
    static let interval = Duration.milliseconds(250)

    private let stalledAfter: Duration
    private let hopelessAfter: Duration
    private let history: any HistorySink
    private let report: @Sendable (String) -> Void
    private let reaction: Reaction
    // Owner: the mutex. An entry for each worker that has not ended.
    private let watched = Mutex<[Watched]>([])

    /// Makes a watchdog that doesn't look yet.
    ///
    /// - Parameters:
    ///   - stalledAfter: a turn of this length is told.
    ///   - hopelessAfter: a turn of this length is beyond help.
    ///   - history: where to leave events.
    ///   - report: takes lines about a stuck loop, on the watchdog's thread.
    ///   - reaction: what to do otherwise.
    init(
        stalledAfter: Duration, hopelessAfter: Duration, history: any HistorySink,
        report: @escaping @Sendable (String) -> Void, reaction: Reaction = Reaction()
    ) {
        self.stalledAfter = stalledAfter
        self.hopelessAfter = hopelessAfter
        self.history = history
        self.report = report
        self.reaction = reaction
    }

    /// Begins to look, for as long as the process lives.
    ///
    /// - Throws: `SystemError` when there is no thread to be had.
    func start() throws(SystemError) {
        try LoopThread.start(name: "watchdog") { [weak self] in
            var last = MonotonicTime.now()
            while true {
                LoopThread.pause(Self.interval)
                guard let self else { return }
                let now = MonotonicTime.now()
                self.look(after: .nanoseconds(now.nanoseconds - last.nanoseconds))
                last = now
            }
        }
    }

    /// Looks at a worker until it has gone.
    ///
    /// - Parameters:
    ///   - worker: the worker.
    ///   - instance: its instance.
    func watch(_ worker: any InstanceWorker, of instance: String) {
        let rule = StallRule(stalledAfter: stalledAfter, hopelessAfter: hopelessAfter)
        watched.withLock { $0.append(Watched(instance: instance, worker: worker, rule: rule)) }
    }

    /// Looks once.
    ///
    /// - Parameter step: how long ago the last look was.
    func look(after step: Duration) {
        let found = watched.withLock { watched in
            watched.removeAll { $0.worker == nil }
            return watched.indices.map { index in
                let turn = watched[index].worker?.presentTurn
                return (watched[index].instance, turn, watched[index].rule.look(at: turn?.began, after: step))
            }
        }
        var isHopeless = false
        for (instance, turn, verdict) in found {
            switch verdict {
            case .fine: break
            case .recovered(let length): report("\(instance): its loop turns again after \(length.seconds)")
            case .stalled(let length): if let turn { tell(instance, turn, length) }
            case .hopeless(let length):
                isHopeless = true
                reaction.hopeless("\(instance): its loop has been stuck for \(length.seconds)")
            }
        }
        if !isHopeless { reaction.allWell() }
    }

    private func tell(_ instance: String, _ turn: WorkerTurn, _ length: Duration) {
        let frames = StackTrace.lines(ofThread: turn.thread)
        let what = "busy with \(turn.work) for \(length.seconds), thread \(turn.thread)"
        report("\(instance): its loop is stuck, \(what)")
        for frame in frames { report("\(instance):   \(frame)") }
        let detail = "\(what): \(frames.joined(separator: " < "))"
        history.offer(.event(EventRecord(at: WallClock.now(), instance: instance, kind: .stalled, detail: detail)))
    }
}

extension Duration {
    /// In seconds, with one digit.
    fileprivate var seconds: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
