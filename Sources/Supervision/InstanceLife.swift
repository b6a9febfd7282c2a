import Model

/// The life of one instance as a value: every state and every event, and what follows.
///
/// Knows neither threads nor sockets nor a clock. `Instance` tells it what happened and carries out what it answers, in
/// order; each event is taken in before the next one. Each state has a function below, and each function names every event.
public struct InstanceLife: Sendable, Equatable {
    /// What can happen to an instance.
    public enum Event: Sendable, Equatable {
        /// A person ordered something, or the supervisor did on its own (`by` is `nil`).
        case order(InstanceOrder, by: Operator?)
        /// The file was refused as the order asked for it to be read; nothing was changed.
        case configurationRefused(String, by: Operator?)
        /// A worker was started, or took over from another one.
        case attemptSucceeded
        /// The running worker has taken a new configuration.
        case changeApplied
        /// No worker could be started; during a restart the old one goes on.
        case attemptFailed(String)
        /// The worker ended by itself.
        case workerEnded(String)
        /// The wait before the next attempt is over.
        case retryDue
        /// The sessions have ended and the sockets are closed.
        case stopCompleted
    }

    /// What is to be done.
    public enum Action: Sendable, Equatable {
        /// Open the sockets that are not open yet and start a worker; answer with `attemptSucceeded` or `attemptFailed`.
        case start
        /// Put a new worker in the place of the running one and answer in the same way, or have the running one take what
        /// has changed, and answer with `changeApplied`.
        case replace(InstanceOrder)
        /// Close the sockets and stop the worker, if there is one; answer with `stopCompleted`.
        case stop
        /// Drop the worker that ended by itself; its sockets stay open, and connections wait in them.
        case bury
        /// Send `retryDue` after this time.
        case retry(after: Duration)
        /// Don't send `retryDue` any more.
        case cancelRetry
        /// Leave an event in the history.
        case record(EventKind, by: Operator?, detail: String?)
        /// Don't carry the order out, and tell the person why.
        case refuse(String)
    }

    /// Where the instance is.
    public private(set) var state = InstanceState.stopped
    /// Why it is in BACKOFF or FATAL, or why the last reload was refused.
    public private(set) var reason: String?
    /// How often a worker was started after the first one.
    public private(set) var restarts = 0

    private var policy: RestartPolicy
    private var hasRun = false
    /// Who ordered what is going on now; `nil` when the supervisor acts on its own.
    private(set) var orderedBy: Operator?
    /// In RELOADING: what was ordered.
    private var replacement = InstanceOrder.restart
    /// In STARTING and RELOADING: a stop was ordered meanwhile, and is carried out once the attempt has ended.
    private var isStopOrdered = false
    /// In RELOADING: the old worker ended by itself, so there is none to fall back on.
    private var isOldWorkerGone = false

    /// Begins as STOPPED.
    ///
    /// - Parameter policy: when a failed attempt is repeated.
    public init(policy: RestartPolicy = RestartPolicy()) {
        self.policy = policy
    }

    /// Takes in what happened.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: when.
    /// - Returns: what is to be done, in order; a refusal stands alone.
    public mutating func take(_ event: Event, at now: ContinuousClock.Instant) -> [Action] {
        switch state {
        case .stopped: takeWhileStopped(event)
        case .starting: takeWhileStarting(event, at: now)
        case .running: takeWhileRunning(event, at: now)
        case .reloading: takeWhileReloading(event, at: now)
        case .stopping: takeWhileStopping(event)
        case .backoff, .fatal: takeWhileWaiting(event)
        }
    }
}

// MARK: - One function a state

extension InstanceLife {
    // Attempts, ends and timers reported here belong to a worker that is gone: they change nothing.
    private mutating func takeWhileStopped(_ event: Event) -> [Action] {
        switch event {
        case .order(.start, let who), .order(.restart, let who): return begin(by: who)
        case .order(.reload, _), .order(.stop, _): return [.refuse("it is not running")]
        case .configurationRefused(let why, let who): return noteRefusal(why, by: who)
        case .attemptSucceeded, .changeApplied, .attemptFailed, .workerEnded, .retryDue, .stopCompleted: return []
        }
    }

    private mutating func takeWhileStarting(_ event: Event, at now: ContinuousClock.Instant) -> [Action] {
        switch event {
        case .order(.start, _), .order(.restart, _), .order(.reload, _): return [.refuse("it is being started already")]
        case .order(.stop, let who): return remember(stopBy: who)
        case .configurationRefused(let why, let who): return noteRefusal(why, by: who)
        case .attemptSucceeded: return isStopOrdered ? stop() : run(.started, at: now)
        case .attemptFailed(let why): return isStopOrdered ? stop() : fail(why, at: now)
        // An attempt has no worker before it has succeeded, no timer, and nothing to stop: late reports of earlier ones.
        case .changeApplied, .workerEnded, .retryDue, .stopCompleted: return []
        }
    }

    private mutating func takeWhileRunning(_ event: Event, at now: ContinuousClock.Instant) -> [Action] {
        switch event {
        case .order(.start, _): return [.refuse("it is running already")]
        case .order(.restart, let who): return replace(.restart, by: who)
        case .order(.reload, let who): return replace(.reload, by: who)
        case .order(.stop, let who):
            orderedBy = who
            return stop()
        case .configurationRefused(let why, let who): return noteRefusal(why, by: who)
        case .workerEnded(let why):
            orderedBy = nil
            return [.bury, .record(.crashed, by: nil, detail: why)] + fail(why, at: now)
        case .attemptSucceeded, .changeApplied, .attemptFailed, .retryDue, .stopCompleted: return []
        }
    }

    private mutating func takeWhileReloading(_ event: Event, at now: ContinuousClock.Instant) -> [Action] {
        switch event {
        case .order(.start, _): return [.refuse("it is running already")]
        case .order(.restart, _), .order(.reload, _): return [.refuse("it is being restarted already")]
        case .order(.stop, let who): return remember(stopBy: who)
        case .configurationRefused(let why, let who): return noteRefusal(why, by: who)
        case .attemptSucceeded:
            if isStopOrdered { return stop() }
            policy.forget()
            return run(replacement == .reload ? .reloaded : .restarted, at: now)
        case .changeApplied:
            if isStopOrdered { return stop() }
            if isOldWorkerGone { return fail("its worker thread ended by itself", at: now) }
            state = .running
            reason = nil
            return [.record(.reloaded, by: orderedBy, detail: nil)]
        case .attemptFailed(let why):
            if isOldWorkerGone { return isStopOrdered ? stop() : fail(why, at: now) }
            let refusal = noteRefusal(why, by: orderedBy)
            if isStopOrdered { return refusal + stop() }
            state = .running
            return refusal
        // The new worker is on its way; only if it fails does the end of the old one matter.
        case .workerEnded(let why):
            isOldWorkerGone = true
            return [.bury, .record(.crashed, by: nil, detail: why)]
        case .retryDue, .stopCompleted: return []
        }
    }

    private mutating func takeWhileStopping(_ event: Event) -> [Action] {
        switch event {
        case .order(.start, _), .order(.restart, _), .order(.reload, _): return [.refuse("it is being stopped")]
        // A second order waits for the end of the first.
        case .order(.stop, _): return []
        case .configurationRefused(let why, let who): return noteRefusal(why, by: who)
        case .stopCompleted:
            state = .stopped
            return [.record(.stopped, by: orderedBy, detail: nil)]
        // That the worker ends is what is being waited for.
        case .workerEnded, .attemptSucceeded, .changeApplied, .attemptFailed, .retryDue: return []
        }
    }

    /// BACKOFF and FATAL differ in how long they wait and in nothing else.
    private mutating func takeWhileWaiting(_ event: Event) -> [Action] {
        switch event {
        case .order(.start, let who), .order(.restart, let who), .order(.reload, let who):
            return [.cancelRetry] + begin(by: who)
        case .order(.stop, let who):
            orderedBy = who
            return [.cancelRetry] + stop()
        case .configurationRefused(let why, let who): return noteRefusal(why, by: who)
        case .retryDue:
            state = .starting
            orderedBy = nil
            return [.start]
        case .attemptSucceeded, .changeApplied, .attemptFailed, .workerEnded, .stopCompleted: return []
        }
    }
}

// MARK: - Steps that several states share

extension InstanceLife {
    /// A person's order wipes the record of failures clean.
    private mutating func begin(by who: Operator?) -> [Action] {
        state = .starting
        orderedBy = who
        policy.forget()
        return [.start]
    }

    private mutating func replace(_ order: InstanceOrder, by who: Operator?) -> [Action] {
        state = .reloading
        orderedBy = who
        replacement = order
        return [.replace(order)]
    }

    private mutating func remember(stopBy who: Operator?) -> [Action] {
        orderedBy = who
        isStopOrdered = true
        return []
    }

    private mutating func run(_ kind: EventKind, at now: ContinuousClock.Instant) -> [Action] {
        state = .running
        reason = nil
        isOldWorkerGone = false
        policy.succeeded(at: now)
        if hasRun { restarts += 1 }
        hasRun = true
        return [.record(kind, by: orderedBy, detail: nil)]
    }

    private mutating func stop() -> [Action] {
        state = .stopping
        reason = nil
        isStopOrdered = false
        isOldWorkerGone = false
        return [.stop]
    }

    private mutating func fail(_ why: String, at now: ContinuousClock.Instant) -> [Action] {
        // Once a minute for days, the same words would bury everything else in the history.
        let isRepetition = policy.isFatal && reason == why
        reason = why
        isOldWorkerGone = false
        switch policy.failed(at: now) {
        case .backoff(let delay):
            state = .backoff
            return [.record(.backoff, by: orderedBy, detail: why), .retry(after: delay)]
        case .fatal(let delay):
            state = .fatal
            let record = Action.record(.fatal, by: orderedBy, detail: why)
            return (isRepetition ? [] : [record]) + [.retry(after: delay)]
        }
    }

    private mutating func noteRefusal(_ why: String, by who: Operator?) -> [Action] {
        reason = why
        return [.record(.reloadRefused, by: who, detail: why)]
    }
}
