import Configuration
import EventLoop
import Logging
import Model
import Proxy

/// What every instance of a supervisor works with.
struct InstanceSurroundings: Sendable {
    /// Where to leave what is to be remembered.
    var history: any HistorySink
    /// What shows statistics and takes commands.
    var surface: any InstanceSurface
    /// Where servers are.
    var locator: ServerLocator
    /// Told in one line what happens.
    var logger: Logger
    /// How long sessions go on when an instance stops or reloads.
    var drain: Duration
    /// How long an old worker's sessions go on after a restart.
    var grace: Duration
    /// Whether another process may listen on the instances' addresses.
    var sharesAddresses = false
    /// The sockets of a supervisor's only instance, if they were opened before it.
    var sockets: InstanceSockets?
    /// What had to be found out before the process got another root.
    var foundBefore: FoundBefore?
    /// Listening sockets that came with the process, and who holds those that are open for the next one.
    var custody: SocketCustody?
    /// Who looks whether workers' loops turn.
    var watchdog: Watchdog?
    /// What an earlier process left of the servers; `nil` when nobody keeps that.
    var keeper: StateKeeper?
    /// Where stick tables outlive the process; `nil` for nowhere.
    var tables: KeptTables?
    /// When failed attempts are repeated.
    var policy = RestartPolicy()
    /// How many threads carry the sessions of an instance whose file says nothing of it.
    var threads = 1
    /// Makes workers.
    var startWorker: @Sendable (WorkerPlan) throws(SystemError) -> any InstanceWorker = {
        plan throws(SystemError) in
        plan.threads > 1 ? try ThreadedWorker.start(plan) : try Worker.start(plan)
    }
}

/// One instance: carries out what its `InstanceLife` decides, with the sockets, the worker and the surface that it owns.
///
/// Orders come in through `carryOut`; what happens by itself (the end of a worker, the end of a wait) comes in through
/// tasks of its own. Each event goes through the life first, which lets at most one of starting, replacing and stopping
/// be under way: between two steps of one of them nothing else touches sockets, worker or surface, though everything
/// else of the actor may be called. The steps are in `Instance+Steps.swift`.
actor Instance {
    nonisolated let name: String
    nonisolated let file: String
    let surroundings: InstanceSurroundings
    let logger: Logger
    /// Whom the surface may ask; the supervisor owns its instances.
    weak var supervisor: Supervisor?

    private var life: InstanceLife
    /// What runs, or is to run.
    var configuration: InstanceConfiguration
    /// What the order under way brings; becomes `configuration` when it takes effect.
    var nextConfiguration: InstanceConfiguration?
    /// What a worker last ran with.
    var lastRun: InstanceConfiguration?
    /// What differed from `lastRun`, until the history has it.
    var difference: ConfigurationDifference?

    var sockets: ListeningSockets
    var namespaces: OpenNamespaces
    /// Where the hosts are that log lines go to by a name, as far as the system knew at the last worker's start.
    var logHosts: [String: String] = [:]
    var worker: (any InstanceWorker)?
    /// What the worker said of its stick tables' changes when they were last written.
    var keptTableChanges: UInt64 = 0
    var runningSince: ContinuousClock.Instant?
    /// Workers that were replaced and whose last sessions go on; each ends within its grace.
    var retired: [any InstanceWorker] = []
    /// What ended workers have counted.
    var carried = CarriedStatistics()
    /// Grows whenever a worker's counts have been taken over.
    var sumVersion = 0
    /// The workers among themselves, whose sessions count together.
    let group = WorkerGroup()
    /// The same for the accepting worker's thread, which tells them what becomes of their sessions.
    let finishing = FinishingWorkers()
    /// What finishing workers count for the history, until the accepting one hands it on.
    let finishingSamples = FinishingSamples()
    /// How the reload under way takes effect, in words.
    var reloadWay: String?
    /// How long the sessions go on that the order under way leaves to an old worker, where it says so.
    private(set) var orderedGrace: Duration?
    /// The statistics proxies' counts, shared between worker and surface, by index.
    var counters: [Int: HTTPFrontendCounters] = [:]
    var isSurfaceOpen = false
    /// Whether the addresses are left to another process for a while.
    private(set) var isPaused = false
    /// What persons ordered for servers; outlives workers, also those that crash.
    var ordered: [ServerIdentity: AdministrativeState] = [:]

    /// The frontends whose sockets were ordered not to listen.
    var heldFrontends: Set<String> = []

    private var retry: Task<Void, Never>?
    /// When that is over.
    private var nextTry: Timestamp?
    var watch: Task<Void, Never>?
    /// How long a stop may take; shortened when the supervisor is told to end at once.
    private(set) var drain: Duration
    /// Whether a worker's inheritance has been taken and its successor is not there yet.
    var isExchanging = false {
        didSet { if !isExchanging { resume(&awaitingExchange) } }
    }
    private var awaitingExchange: [CheckedContinuation<Void, Never>] = []
    private var awaitingStop: [CheckedContinuation<Void, Never>] = []

    /// Makes a stopped instance.
    ///
    /// - Parameters:
    ///   - configuration: what it is to run.
    ///   - surroundings: what it works with.
    ///   - supervisor: whom its surface may ask.
    init(_ configuration: InstanceConfiguration, surroundings: InstanceSurroundings, supervisor: Supervisor?) {
        self.name = configuration.name
        self.file = configuration.file
        self.configuration = configuration
        self.surroundings = surroundings
        self.logger = surroundings.logger
        self.supervisor = supervisor
        self.life = InstanceLife(policy: surroundings.policy)
        self.sockets =
            surroundings.sockets?.listening
            ?? ListeningSockets(
                logger: surroundings.logger, areShared: surroundings.sharesAddresses, custody: surroundings.custody)
        self.namespaces = surroundings.sockets?.namespaces ?? OpenNamespaces()
        self.drain = surroundings.drain
    }
}

extension Instance {
    /// Its listening sockets, for a process that is to listen there, too.
    func handOverSockets() -> [PassedSocket] { sockets.handOver() }
}

// MARK: - Orders

extension Instance {
    /// Whether an order would be refused now, before its file is read; why.
    func refusal(of order: InstanceOrder) -> String? {
        var life = life
        guard case .refuse(let why)? = life.take(.order(order, by: nil), at: .now).first else { return nil }
        return "\(name): \(why)"
    }

    /// Carries out an order and returns when it is done.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - new: the file as it is now, `nil` to keep what there is.
    ///   - who: for the history; `nil` for the supervisor itself.
    ///   - grace: how long the sessions of an old worker go on; `nil` for as long as usual.
    /// - Throws: `ControlError.failed`.
    func carryOut(
        _ order: InstanceOrder, with new: InstanceConfiguration?, by who: Operator?, grace: Duration? = nil
    ) async throws(ControlError) {
        let actions = life.take(.order(order, by: who), at: .now)
        if case .refuse(let why)? = actions.first { throw .failed("\(name): \(why)") }
        if let new { nextConfiguration = new }
        orderedGrace = grace
        let failure = await perform(actions)
        switch order {
        case .stop: await untilStopped()
        case .start, .restart, .reload: if let failure { throw .failed("\(name): \(failure)") }
        }
    }

    /// Stops listening; the worker's sessions go on.
    ///
    /// - Returns: whether it listened.
    func pauseListening() async -> Bool {
        guard life.state == .running, !isPaused else { return false }
        isPaused = true
        await worker?.stopAccepting()
        sockets.pause(sessionAddresses)
        return true
    }

    /// Listens again, with a new worker; the old one's sessions go on.
    ///
    /// - Returns: whether it was paused.
    /// - Throws: `ControlError.failed` when an address cannot be listened on any more, or there is no new worker.
    func resumeListening() async throws(ControlError) -> Bool {
        guard isPaused else { return false }
        do throws(SystemError) {
            try sockets.resume(sessionAddresses)
        } catch {
            throw .failed("\(error)")
        }
        // While it counts as paused, the worker that has given up its sockets is replaced.
        defer { isPaused = false }
        try await carryOut(.reload, with: nil, by: nil)
        return true
    }

    /// Where sessions come in.
    private var sessionAddresses: Set<BindAddress> {
        Set(configuration.proxies.filter(\.acceptsSessions).flatMap(\.binds).map(\.address))
    }

    /// Notes that an order's file was refused.
    func noteRefusal(_ why: String, by who: Operator?) async {
        _ = await perform(life.take(.configurationRefused(why, by: who), at: .now))
    }

    /// Stops for good, with the supervisor; returns when that is done, also when it was stopped already.
    ///
    /// - Parameters:
    ///   - drain: how long its sessions may go on; `nil` for as long as usual.
    ///   - who: for the history.
    func shutDown(draining drain: Duration? = nil, by who: Operator?) async {
        if let drain { self.drain = drain }
        _ = await perform(life.take(.order(.stop, by: who), at: .now))
        await untilStopped()
    }

    /// Lets the sessions go on for as long as the file allows once it stops.
    func drainPatiently() { drain = configuration.global.process.hardStopAfter ?? Self.unlimitedGrace }

    /// Ends at once the sessions that a stop is waiting for, and those of stops to come.
    func endNow() async {
        drain = .zero
        if life.state == .stopping { await stopWorkers() }
    }

    /// Waits while a worker's servers are being handed on or changed.
    func untilExchanged() async {
        while isExchanging { await withCheckedContinuation { awaitingExchange.append($0) } }
    }

    private func untilStopped() async {
        while life.state != .stopped { await withCheckedContinuation { awaitingStop.append($0) } }
    }

    private func resume(_ waiting: inout [CheckedContinuation<Void, Never>]) {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

// MARK: - What can be seen

extension Instance {
    /// Where it is in its life.
    var state: InstanceState { life.state }

    /// The configuration's servers.
    var servers: [ServerIdentity] { configuration.identifiedServers.map(\.identity) }

    /// Who ordered what is under way; `nil` for the supervisor itself.
    var orderedBy: Operator? { life.orderedBy }

    /// Has the worker carry out a request; `nil` while there is none.
    ///
    /// - Parameter request: what is asked.
    /// - Returns: its answer.
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? { await worker?.ask(request) }

    /// As `supervise status` shows it.
    func status() async -> InstanceStatus {
        var status = InstanceStatus(instance: name, state: life.state)
        status.reason = life.reason
        status.restarts = life.restarts
        status.servers = configuration.identifiedServers.count
        status.listen = configuration.relayAddresses
        if let runningSince { status.uptimeMilliseconds = (ContinuousClock.now - runningSince).wholeMilliseconds }
        if life.state == .backoff || life.state == .fatal { status.nextTry = nextTry }
        if let snapshot = await snapshot() { status.count(snapshot) }
        status.finishingWorkers = retired.count
        if !retired.isEmpty { status.finishingSessions = await finishingSessions() }
        return status
    }
}

// MARK: - The life's actions

extension Instance {
    /// Carries out actions, and what follows from them.
    ///
    /// - Returns: why an attempt among them failed; `nil` when none did.
    private func perform(_ actions: [InstanceLife.Action]) async -> String? {
        var failure: String?
        for action in actions {
            var event: InstanceLife.Event?
            switch action {
            case .start: event = await start()
            case .replace(let order): event = await replace(order)
            case .stop: event = await stop()
            case .bury: bury()
            case .retry(let delay): scheduleRetry(after: delay)
            case .cancelRetry: retry?.cancel()
            case .record(let kind, let who, let detail): record(kind, by: who, detail: detail)
            // Orders are refused before their actions come here; to stop what is stopped takes none.
            case .refuse: break
            }
            guard let event else { continue }
            if case .attemptFailed(let why) = event { failure = why }
            failure = await perform(life.take(event, at: .now)) ?? failure
        }
        if life.state == .stopped { resume(&awaitingStop) }
        return failure
    }

    private func scheduleRetry(after delay: Duration) {
        retry?.cancel()
        nextTry = Timestamp(millisecondsSinceEpoch: WallClock.now().millisecondsSinceEpoch + delay.wholeMilliseconds)
        retry = Task { [weak self] in
            // Cancelled by an order that comes first.
            do { try await Task.sleep(for: delay) } catch { return }
            await self?.retryNow()
        }
    }

    private func retryNow() async {
        _ = await perform(life.take(.retryDue, at: .now))
    }

    /// Takes in that a worker has ended without being told to.
    func noteEnd(of ended: any InstanceWorker) async {
        guard worker === ended else { return }
        _ = await perform(life.take(.workerEnded("its worker thread ended by itself"), at: .now))
    }

    /// Keeps a difference until the history has the event of the order that brought it.
    ///
    /// - Parameter difference: what changes with that order.
    func note(_ difference: ConfigurationDifference) {
        self.difference = difference.isEmpty ? nil : difference
    }

    private func record(_ kind: EventKind, by who: Operator?, detail: String?) {
        // It goes on in another process.
        if kind == .stopped, surroundings.custody?.hasSuccessor ?? false { return }
        offer(kind, by: who, detail: detail ?? (kind == .reloaded ? reloadWay : nil))
        guard let difference, life.state == .running else { return }
        self.difference = nil
        offer(.configurationChanged, by: who, detail: difference.description)
    }

    private func offer(_ kind: EventKind, by who: Operator?, detail: String?) {
        let event = EventRecord(
            at: WallClock.now(), instance: name, kind: kind, actor: who?.name, reason: who?.reason, detail: detail)
        surroundings.history.offer(.event(event))
        let by = who.map { " by \($0.name)" } ?? ""
        logger.log(level: kind.logLevel, "\(name): \(kind.rawValue)\(by)\(detail.map { ": \($0)" } ?? "")")
    }
}
