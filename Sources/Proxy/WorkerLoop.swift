import AccessLog
import Balancing
import Configuration
import EventLoop
import Model
import TLS

/// An instance's event loop: everything that happens to its sessions, servers and checks, one turn after the other.
///
/// Made by the worker's thread and used by that thread alone, so nothing in here is locked. A turn takes in the events of
/// the sockets, then what is left over from the last turn, then the timers that are due, then the orders from outside.
/// The rest of it is in extensions, a concept each: accepting, connecting, relaying, ending, checking, transitions,
/// marks, warming, orders, sampling and snapshots.
final class WorkerLoop {
    /// What a token's event or timer is about.
    enum Subject: UInt8 {
        case client = 1
        case server = 2
        case listener = 3
        case check = 4
        case mailbox = 5
        case session = 6
        case sample = 7
        case resume = 8
        case stop = 9
        case warmup = 10
        case lookUp = 20
        case log = 21
        case nameServer = 22
        case question = 23
        case alarm = 24
        case ring = 40
        case ringTimer = 41
        case hold = 25
        case peer = 50
        case peerListener = 51
        case peerTimer = 52
        case departure = 26
    }

    /// How long a session's log line waits for others at the most: most of a line's cost is the wake-up of its receiver.
    static let longestLogWaitMilliseconds: Int64 = 5

    /// What it runs; another one after a reload in place.
    var configuration: InstanceConfiguration
    let history: any HistorySink
    let httpCounters: [Int: HTTPFrontendCounters]
    let mailbox: Mailbox<WorkerOrder>
    let poller: Poller
    let alarm: Alarm
    let pulse: LoopPulse
    let log: LogSender
    /// The `ring` sections' lines, and their way to servers.
    let rings: [LogRing]
    let ringForwarders: [RingForwarder]
    let resolver: Resolver
    let lookUpPause: Duration

    /// By the proxy's index in the configuration; `nil` for proxies without that side.
    let frontends: [Frontend?]
    let backends: [Backend?]
    let routes: [LogRoute]
    /// By the session's slot, what its line in the log needs besides; empty where no format asks for it.
    var logNotes: [UInt32: SessionNote] = [:]
    /// The checked servers and the agents, in the order of the file that the worker began with: the slot of a check's token.
    ///
    /// A place is empty where a reload has taken the server, or its check, away.
    var checks: [CheckPlace?]
    /// How long sessions may be silent, by where they came in and where they go.
    var idleLimits: IdleLimitTable
    /// The `resolvers` sections that servers use.
    var nameServices: [NameService]
    /// The names that the system is asked for.
    var lookUps: [SystemLookUp]

    let sessions = SessionPool()
    let relay = Relay()
    /// The TLS of the sessions that have any.
    let secure = SecureSessions()
    /// What is counted of it.
    var tls = TLSTally()
    /// What clients met before a command put other certificates in its place: handshakes that began so end so.
    var replacedListeners: [TLSListener] = []
    var timers = TimerQueue()
    /// Sessions that end with this turn.
    var shutdowns: [Shutdown] = []
    /// Sessions that have more to move than one turn's share.
    var unfinished: [EventToken] = []
    /// By the session's slot: where clients connected to, for those of whom a PROXY protocol header has told.
    var announcedDestinations: [UInt32: IPEndpoint] = [:]
    /// By the session's slot: what rules have set for it.
    var variables: [UInt32: [SessionVariable: SampleValue]] = [:]
    /// What the file, rules and commands have set for all sessions; of several threads, those of all.
    let processVariables: SharedVariables
    /// By the session's slot: what its client has sent in TLS, while rules look at that.
    var heldRequests: [UInt32: HeldRequest] = [:]
    /// By the session's slot: what its server has answered, while rules look at that.
    var heldAnswers: [UInt32: HeldAnswer] = [:]
    /// By the session's slot: until when its rules wait for what they ask for.
    var inspections: [UInt32: MonotonicTime] = [:]
    /// By the proxy's index: its stick table, if it has one.
    let tables: [ProxyTable?]
    /// Who shares the tables; `nil` where nobody does.
    var peering: Peering?
    /// The same tables where several threads have them (`withTables`), and what time it is while this one does.
    let sharedTables: SharedTables?
    var tableMoment: Int64?
    /// By the session's slot, then by the place: the entries that it is tracked by.
    var tracked: [UInt32: [Int: TrackedEntry]] = [:]
    /// By the session's slot: where its server is to be remembered once it is connected.
    var stickStores: [UInt32: [StickStore]] = [:]
    /// The regular expressions and the maps of rules.
    let expressions: ExpressionTable
    /// By the session's slot: the source port of its connection, where that is one of a server's range.
    var sourcePorts: [UInt32: (server: Server, port: UInt16)] = [:]

    /// The time of this turn.
    var now: MonotonicTime
    let startedAt: MonotonicTime
    var sampledAt: MonotonicTime

    /// What the statistics proxies had counted at the last sample, by the proxy's index.
    var sampledHTTP: [Int: HTTPFrontendCounters.Counts] = [:]
    var totalConnections = 0
    var connectionRate = RateCounter()
    /// Bytes to clients and servers since the start.
    var bytesOut: Int64 = 0
    var byteRate = RateCounter()
    /// The instance's workers, and what this one is for the others; `nil` before it turns.
    let group: WorkerGroup
    /// Which of several threads it is; `nil` for a worker that is one thread alone.
    let place: ThreadPlace?
    var member: WorkerGroup.Member?
    /// Whether this turn has given up places, or lets sessions wait for some.
    var hasFreedPlaces = false
    var hasNewWaiters = false
    /// Whether the instance's own limit had accepting paused.
    var wasAtLimit = false
    /// Whether no listener accepts until a timer fires.
    var isPaused = false
    /// Whether accepting has to be paused again and again.
    var exhaustion = Exhaustion()
    /// The instance's own rates (`maxconnrate`, `maxsessrate`).
    var acceptRates: AcceptRates
    /// How many connections it takes; `nil` is no limit of its own.
    var connectionLimit: Int?
    /// By the proxy's index: the frontends of which somebody ordered that they don't listen.
    var heldFrontends: [Int: HeldFrontend] = [:]
    var idle = IdleShare()
    var turns = TurnLengths()
    var stopping: Stopping?
    /// Who is to be told of the thread's end.
    var awaitingEnd: [CheckedContinuation<Void, Never>] = []
    /// Who is to get the last snapshot.
    var awaitingLastSnapshot: [CheckedContinuation<InstanceSnapshot?, Never>] = []
    /// Where a worker that finishes its sessions leaves what the history is to know of them.
    let finishingSamples: FinishingSamples?
    /// Tells those workers which of their sessions end.
    let markSessions: (@Sendable (SessionMark) -> Void)?

    private var isLogPlanned = false
    /// What an earlier worker knew of the backends, until this one begins.
    var earlier: EarlierWorker

    /// What is to happen once all sessions have ended.
    struct Stopping {
        var isFinal: Bool
        var actor: String?
        var reason: String?
        var timer = TimerHandle.none
        var deadline: MonotonicTime
        var hasExpired = false
    }

    /// Builds the instance; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - plan: what to run.
    ///   - poller: an empty poller.
    ///   - alarm: one that does not ring.
    ///   - mailbox: where orders come in.
    init(_ plan: WorkerPlan, poller: Poller, alarm: Alarm, mailbox: Mailbox<WorkerOrder>) {
        let configuration = plan.configuration
        let begin = MonotonicTime.now()
        self.configuration = configuration
        expressions = ExpressionTable(configuration.maps)
        self.poller = poller
        self.alarm = alarm
        self.mailbox = mailbox
        pulse = plan.pulse
        history = plan.history
        acceptRates = AcceptRates(
            connections: configuration.global.maxconnRate, sessions: configuration.global.maxsessRate)
        connectionLimit = configuration.global.maxconn
        httpCounters = plan.httpCounters
        finishingSamples = plan.finishingSamples
        markSessions = plan.markSessions
        group = plan.group
        place = plan.place
        earlier = plan.earlier
        resolver = plan.resolver
        lookUpPause = plan.lookUpPause
        now = begin
        startedAt = begin
        sampledAt = begin
        let rings = Self.rings(of: plan)
        self.rings = rings
        ringForwarders = rings.flatMap { ring in ring.configuration.servers.map { RingForwarder(ring, to: $0) } }
        let log = LogSender(
            tag: configuration.global.logTag, processID: CurrentProcess.identifier,
            hostName: configuration.global.logHostName, rings: Self.receivers(of: rings, in: plan), isBatching: true)
        self.log = log
        routes = configuration.proxies.map { log.route(to: $0.logTargets, tag: $0.logging.tag) }
        backends = InstanceLayout.backends(of: plan, now: begin)
        frontends = InstanceLayout.frontends(of: configuration)
        // Of several threads, the first one checks servers and asks for their names.
        let leads = plan.place.map { $0.number == 1 } ?? true
        checks = leads ? InstanceLayout.checks(of: backends) : []
        nameServices = leads ? InstanceLayout.nameServices(of: configuration, backends, now: begin) : []
        lookUps = InstanceLayout.lookUps(
            of: backends, awaiting: leads ? plan.awaitingSystem : [], logHosts: configuration.logHosts)
        idleLimits = IdleLimitTable(configuration)
        processVariables = plan.place?.team.variables ?? SharedVariables()
        let sharedTables = plan.place?.team.tables(of: configuration)
        self.sharedTables = sharedTables
        tables = sharedTables?.tables ?? configuration.proxies.map { $0.rules.table.map(ProxyTable.init) }
        peering = leads ? Peering(configuration, tables, listeners: plan.peerListeners, at: begin) : nil
        for listener in plan.listeners {
            let bind = configuration.proxies[listener.proxy].binds[listener.bind]
            frontends[listener.proxy]?.listeners.append(
                Listener(
                    bind: listener.bind, descriptor: listener.descriptor,
                    firstPhase: bind.acceptsProxyHeader ? .greeting : bind.tls == nil ? .queued : .handshaking,
                    isAccepting: false))
        }
        if leads, !plan.tables.isEmpty { withTables { take(plan.tables) } }
        if leads { setConfiguredVariables() }
        shareCounts(with: group)
        decideTogether()
    }

    /// Turns until the instance has stopped.
    func run() {
        begin()
        while !isFinished { turn() }
        end()
    }

    private var isFinished: Bool {
        // What is on its way to it is somebody's session, or somebody's place at a server.
        stopping != nil && sessions.count == 0
            && !(place != nil && (ownMember.expectsSomething || awaitsLinesOfFellows))
    }

    private func turn() {
        let before = MonotonicTime.now()
        turns.count(before.nanoseconds - now.nanoseconds)
        if unfinished.isEmpty { alarm.ring(at: timers.nextDeadline, now: before) }
        pulse.rest()
        let count = poller.wait(timeoutMilliseconds: unfinished.isEmpty ? -1 : 0)
        now = MonotonicTime.now()
        pulse.wake(at: now)
        idle.slept(from: before, to: now)
        var hasOrders = false
        for index in 0..<count {
            let event = poller.event(index)
            pulse.turn(to: event.token.kind)
            switch Subject(rawValue: event.token.kind) {
            case .client: clientIsReady(event)
            case .server: serverIsReady(event)
            case .listener: accept(from: Int(event.token.index))
            case .check: checkIsReady(event)
            case .mailbox: hasOrders = true
            case .nameServer: nameServerIsReady(event)
            case .ring: ringIsReady(event)
            case .peer: peerIsReady(event)
            case .peerListener: acceptPeers(from: Int(event.token.index))
            // It has ended the wait, and the timers are looked at below.
            case .alarm: break
            case .session, .sample, .resume, .stop, .warmup, .lookUp, .log, .question, .ringTimer, .peerTimer, .hold,
                .departure, nil:
                preconditionFailure("only sockets raise events")
            }
        }
        if !unfinished.isEmpty { continueUnfinished() }
        countMovedBytes()
        while let token = timers.popDue(now) { fire(token) }
        if hasOrders {
            pulse.turn(to: Subject.mailbox.rawValue)
            carryOutOrders()
        }
        carryOutShutdowns()
        if peering != nil { tellPeers() }
        if hasFreedPlaces || hasNewWaiters { dealWithOthers() }
        if log.hasWaitingLines && !isLogPlanned { planLog() }
        if place != nil { ownMember.noteSessions(sessions.count) }
    }

    private func countMovedBytes() {
        if relay.wasRefusedMemory {
            relay.wasRefusedMemory = false
            pauseForExhaustion()
        }
        let moved = relay.takeMovedBytes()
        guard moved > 0 else { return }
        bytesOut += Int64(moved)
        byteRate.count(moved, atNanoseconds: now.nanoseconds)
    }

    private func fire(_ token: EventToken) {
        pulse.turn(to: token.kind)
        switch Subject(rawValue: token.kind) {
        case .session: sessionTimerFired(token)
        case .check: checkTimerFired(Int(token.index))
        case .sample: sampleTimerFired()
        case .resume: resumeTimerFired(token)
        case .stop: stopTimerFired()
        case .warmup: warmupTimerFired(Int(token.index))
        case .lookUp: lookUpTimerFired(Int(token.index))
        case .log: logTimerFired()
        case .question: questionTimerFired(token)
        case .ringTimer: ringTimerFired(token)
        case .peerTimer: peerTimerFired()
        case .hold: holdTimerFired(Int(token.index))
        case .departure: departureTimerFired(Int(token.index))
        case .client, .server, .listener, .mailbox, .nameServer, .alarm, .ring, .peer, .peerListener, nil:
            preconditionFailure("no timer has such a token")
        }
    }

    private func planLog() {
        let token = EventToken(kind: Subject.log.rawValue, generation: 0, index: 0)
        _ = timers.plan(at: now.advanced(byMilliseconds: WorkerLoop.longestLogWaitMilliseconds), token: token)
        isLogPlanned = true
    }

    private func logTimerFired() {
        isLogPlanned = false
        log.flush()
        forwardRings()
    }

    /// All servers in the file's order.
    var allServers: [Server] { backends.compactMap { $0 }.flatMap(\.namedServers) }

    /// A backend that sessions or checks refer to.
    ///
    /// - Parameter index: its proxy's index.
    /// - Returns: the backend.
    func backend(_ index: Int) -> Backend {
        guard let backend = backends[index] else { preconditionFailure("sessions and checks refer to backends only") }
        return backend
    }

    /// A frontend that sessions refer to.
    ///
    /// - Parameter index: its proxy's index.
    /// - Returns: the frontend.
    func frontend(_ index: Int) -> Frontend {
        guard let frontend = frontends[index] else { preconditionFailure("sessions refer to frontends only") }
        return frontend
    }
}
