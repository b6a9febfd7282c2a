import Balancing
import Configuration
import EventLoop
import Model

/// The connecting side of a proxy as its worker knows it.
///
/// Only the worker's thread touches it.
final class Backend {
    private(set) var configuration: ProxyConfiguration
    /// Where its sessions go: its servers in the file's order, or the one address of its `dispatch` line; then those that
    /// a reload has taken out of the file while they had sessions.
    private(set) var servers: [Server]
    var groups: ServerGroups
    var queue: WaitQueue
    var tally = Tally()
    var outage: Outage
    /// `fullconn`, or HAProxy's default: a tenth of the frontends' limits.
    private(set) var sessionLimit: Int
    /// When a failed attempt to connect is repeated, and where.
    private(set) var redispatchRule: RedispatchRule
    /// Whether rules may choose the server of a session.
    let hasServerRules: Bool
    /// Whether rules have anything to say once a session is here.
    let hasRules: Bool
    /// Whether rules look at what servers answer.
    let looksAtAnswers: Bool
    /// How many sessions each server takes, by the backend's load.
    private var limits: [SessionLimit?]
    /// When new sessions came to be held on the backups; `nil` while they aren't.
    var heldSince: MonotonicTime?
    /// When that ends by itself.
    var holdTimer = TimerHandle.none
    /// Which worker has said what is held of the servers; 0 while that is this worker's business.
    var standingsTeller = 0
    /// What decides in its place where several threads have its sessions; `nil` with one.
    private(set) var together: SharedDispatch?
    /// Whether it is another thread that tells how many sessions wait.
    private(set) var hidesQueue = false
    /// Sessions that are being closed so that their clients come back elsewhere.
    var departure: Departure? {
        didSet {
            let isSteering = departure?.isSteering == true
            if isSteering != (oldValue?.isSteering == true) { together?.steer(isSteering) }
        }
    }

    /// Makes a backend whose servers are as they are now.
    ///
    /// - Parameters:
    ///   - configuration: its section.
    ///   - servers: its servers in the file's order.
    ///   - frontendLimit: the sum of `maxconn` of the frontends that send to it.
    ///   - now: what time it is.
    init(configuration: ProxyConfiguration, servers: [Server], frontendLimit: Int, now: MonotonicTime) {
        self.configuration = configuration
        self.servers = servers
        groups = Self.groups(of: servers, weights: servers.map(\.configuration.weight), as: configuration)
        queue = Self.queue(for: servers, frontendLimit: frontendLimit)
        let hasNone = !servers.isEmpty && groups.activeServers + groups.backupServers == 0
        let awaitsNames = servers.contains(where: \.isUnresolved)
        outage = Outage(at: now, isDown: hasNone && !awaitsNames)
        if hasNone && awaitsNames { outage.note(isDown: true, at: now) }
        let fullLoad = Self.fullLoad(of: configuration, frontendLimit: frontendLimit)
        sessionLimit = fullLoad
        redispatchRule = configuration.redispatchRule
        // One that is switched off has the rules, and none of the servers that they name.
        hasServerRules = configuration.rules.choosesServers && servers.count == configuration.servers.count
        hasRules = hasServerRules || !configuration.rules.request.gates.isEmpty
        looksAtAnswers = !configuration.rules.answer.gates.isEmpty
        limits = servers.map {
            SessionLimit(maxconn: $0.maxconn, minconn: $0.configuration.minconn, fullconn: fullLoad)
        }
    }

    private static func groups(
        of servers: [Server], weights: [Int], as configuration: ProxyConfiguration
    ) -> ServerGroups {
        let members = zip(servers, weights).map { server, weight in
            ServerGroups.Member(
                weight: weight, isBackup: server.configuration.isBackup, id: server.configuration.id,
                standing: server.standing)
        }
        return ServerGroups(
            members, usesAllBackups: configuration.usesAllBackups, algorithm: configuration.algorithm,
            panicThreshold: configuration.panicThreshold, failback: configuration.failback?.balancingPolicy)
    }

    private static func queue(for servers: [Server], frontendLimit: Int) -> WaitQueue {
        WaitQueue(maxqueue: servers.map { $0.configuration.maxqueue }, capacity: max(frontendLimit, 1))
    }

    private static func fullLoad(of configuration: ProxyConfiguration, frontendLimit: Int) -> Int {
        configuration.fullconn ?? max(1, (frontendLimit + 9) / 10)
    }

    /// Takes another configuration, after its servers have taken theirs.
    ///
    /// - Parameters:
    ///   - new: its section.
    ///   - servers: its servers in the file's order, then those that are leaving.
    ///   - weights: their weights.
    ///   - frontendLimit: the sum of `maxconn` of the frontends that send to it.
    /// - Returns: who waited, in the order of arrival; the queue is empty then, and its lines are those of the new servers.
    func reconfigure(
        as new: ProxyConfiguration, servers: [Server], weights: [Int], frontendLimit: Int
    ) -> [WaitQueue.Waiter] {
        let waiting = queue.removeAll()
        let keepsTurns = keepsTurns(under: new, servers)
        configuration = new
        self.servers = servers
        if keepsTurns {
            for (index, server) in servers.enumerated() {
                groups.setWeight(index, weights[index])
                groups.setStanding(index, server.standing)
            }
        } else {
            let sides = groups.sides
            groups = Self.groups(of: servers, weights: weights, as: new)
            groups.goOn(after: sides)
        }
        queue = Self.queue(for: servers, frontendLimit: frontendLimit)
        sessionLimit = Self.fullLoad(of: new, frontendLimit: frontendLimit)
        redispatchRule = new.redispatchRule
        limits = servers.map {
            SessionLimit(maxconn: $0.maxconn, minconn: $0.configuration.minconn, fullconn: sessionLimit)
        }
        return waiting
    }

    /// Whether the balancing can go on where it is: it has the same servers in the same places, and its rule.
    private func keepsTurns(under new: ProxyConfiguration, _ servers: [Server]) -> Bool {
        let old = configuration
        return servers.count == self.servers.count && zip(servers, self.servers).allSatisfy { $0 === $1 }
            && zip(new.servers, old.servers).allSatisfy { $0.isBackup == $1.isBackup && $0.id == $1.id }
            && (new.balance, new.usesAllBackups, new.panicThreshold)
                == (old.balance, old.usesAllBackups, old.panicThreshold)
            && new.failback?.balancingPolicy == old.failback?.balancingPolicy
            && new.hashing == old.hashing && new.algorithm.isDynamic
    }

    /// Changes a server's weight, as far as the algorithm allows it.
    ///
    /// - Parameters:
    ///   - weight: the new weight, 0 to 256.
    ///   - server: its index.
    /// - Throws: `ActRefusal.staticAlgorithm`; the weight stays then.
    func setWeight(_ weight: Int, of server: Int) throws(ActRefusal) {
        let isFixed = !configuration.algorithm.isDynamic
        if isFixed, weight != 0, weight != servers[server].configuration.weight { throw .staticAlgorithm }
        if servers[server].administrative == .maint, servers[server].weightUntilReady == nil {
            servers[server].weightUntilReady = groups.effectiveWeight(of: server)
        }
        groups.setWeight(server, weight)
        publish(server)
    }

    /// Changes how many sessions a server takes.
    ///
    /// - Parameters:
    ///   - limit: the most sessions; 0 is no limit.
    ///   - server: its index.
    func setSessionLimit(_ limit: Int, of server: Int) {
        servers[server].maxconn = limit > 0 ? limit : nil
        limits[server] = SessionLimit(
            maxconn: servers[server].maxconn, minconn: servers[server].configuration.minconn, fullconn: sessionLimit)
        together?.setLimit(limits[server], of: server)
    }

    /// Lets several threads decide together from now on.
    ///
    /// - Parameters:
    ///   - proxy: its proxy's index.
    ///   - place: which of the threads this one is.
    ///   - group: where sessions are counted.
    func decideTogether(of proxy: Int, as place: ThreadPlace, in group: WorkerGroup) {
        tally.countAll()
        for server in servers { server.tally.countAll() }
        hidesQueue = place.number > 1
        together = place.team.dispatch(of: proxy) {
            SharedDispatch(self, limits: limits, queue: queue, group: group)
        }
    }

    /// Has the other threads decide by what is known of a server here.
    ///
    /// - Parameter server: its index.
    func publish(_ server: Int) { together?.take(server, from: self, limit: limits[server]) }

    /// Has the other threads send new sessions to the side that takes them here.
    func publishSides() { if let sides = groups.sides { together?.take(sides) } }

    /// How many sessions wait, those of other threads among them.
    var queuedCount: Int { together?.waitingCount ?? queue.count }

    /// How many sessions wait in one line, those of other threads among them.
    ///
    /// - Parameter line: which line.
    /// - Returns: their number.
    func queuedCount(in line: WaitQueue.Line) -> Int { together?.waitingCount(in: line) ?? queue.count(in: line) }

    /// How many sessions wait in one line, for snapshots and samples: of several threads, one tells of all.
    ///
    /// - Parameter line: which line.
    /// - Returns: their number.
    func shownQueue(_ line: WaitQueue.Line) -> Int { hidesQueue ? 0 : queuedCount(in: line) }

    /// What a successor is to know of a server.
    ///
    /// - Parameter index: its index.
    /// - Returns: the value.
    func inheritance(of index: Int) -> InheritedServer {
        var inheritance = servers[index].inheritance
        let weight = groups.weight(of: index)
        if weight != servers[index].configuration.weight { inheritance.weight = weight }
        if let heldSince, !servers[index].configuration.isBackup {
            inheritance.heldMilliseconds = MonotonicTime.now().milliseconds(since: heldSince)
        }
        return inheritance
    }

    /// Whether sessions go to the address of a `dispatch` line, which is no server to anybody who looks.
    var isDispatching: Bool { configuration.dispatch != nil }

    /// The servers that have a name, a state and counters.
    var namedServers: [Server] { namedPlaces.map { servers[$0] } }

    /// The indices of those servers.
    var namedPlaces: [Int] { isDispatching ? [] : servers.indices.filter { !servers[$0].isLeaving } }

    /// How long a session may wait in a queue, in milliseconds; `nil` for any time.
    var queueLimit: Int64? { configuration.timeouts.queue?.wholeMilliseconds ?? connectLimit }

    /// How long an attempt to connect may take, in milliseconds; `nil` for any time.
    var connectLimit: Int64? { configuration.timeouts.connect?.wholeMilliseconds }

    /// How long to wait before the same server is tried again, in milliseconds.
    var retryPauseMilliseconds: Int64 {
        let pause = RedispatchRule.pause.wholeMilliseconds
        return configuration.timeouts.connect.map { min(pause, $0.wholeMilliseconds) } ?? pause
    }

    /// Whether any server takes traffic; a backend without servers counts as up.
    var isUp: Bool {
        groups.activeServers + groups.backupServers > 0 || !servers.contains { !$0.isLeaving }
    }

    /// Takes a server that a command has added; it gets no traffic before its standing is told.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - lines: the lines of the backend's servers from now on.
    ///   - inUse: the indices of servers that sessions name.
    /// - Returns: its index: that of one of its number that is no more, or the next one.
    func add(_ server: Server, lines: [ServerConfiguration], inUse: Set<Int>) -> Int {
        configuration.servers = lines
        let line = server.configuration
        let place = servers.indices.first {
            servers[$0].isLeaving && servers[$0].configuration.id == line.id && !inUse.contains($0)
        }
        groups.add(ServerGroups.Member(weight: line.weight, isBackup: line.isBackup), at: place, id: line.id)
        queue.addLine(at: place, maxqueue: line.maxqueue)
        let limit = SessionLimit(maxconn: server.maxconn, minconn: line.minconn, fullconn: sessionLimit)
        if let place {
            (servers[place], limits[place]) = (server, limit)
            return place
        }
        servers.append(server)
        limits.append(limit)
        return servers.count - 1
    }

    /// Takes the lines of its servers after a command has taken one away.
    ///
    /// - Parameter lines: the lines.
    func take(_ lines: [ServerConfiguration]) { configuration.servers = lines }

    /// Chooses the next server; while sessions are being spread, the one that has the fewest for its weight.
    ///
    /// With several threads a place there is taken by that, for `enter` to count.
    ///
    /// - Parameters:
    ///   - avoiding: the server that has just failed.
    ///   - client: the client's address, for algorithms that tie clients to servers.
    /// - Returns: what to do with the session.
    func choose(avoiding: Int?, client: ClientKey?) -> Choice {
        if let together { return together.choose(avoiding: avoiding, client: client) }
        if let departure, departure.isSteering, queue.count == 0, let server = emptiestServer(avoiding: avoiding) {
            return .server(server)
        }
        return groups.next(avoiding: avoiding, client: client, waiting: queue.count(in: .backend)) { load(of: $0) }
    }

    /// Whether a server takes one more session at the backend's present load.
    ///
    /// - Parameter server: its index.
    /// - Returns: false at its limit, whether or not anybody waits.
    func hasFreeSlot(_ server: Int) -> Bool {
        limit(of: server).map { servers[server].tally.allSessions < $0 } ?? true
    }

    /// Whether a session that belongs to a server is connected at once; with several threads, a place is taken by that.
    ///
    /// - Parameter server: its index.
    /// - Returns: false where it has to wait for that server.
    func takesAtOnce(_ server: Int) -> Bool { together?.take(server) ?? load(of: server).hasFreeSlot }

    /// Counts a session on a server.
    ///
    /// - Parameter server: its index.
    func enter(_ server: Int) {
        servers[server].tally.enter(isTaken: together != nil)
        noteLoad(of: server)
    }

    /// No longer counts a session on a server.
    ///
    /// - Parameter server: its index.
    func leave(_ server: Int) {
        servers[server].tally.leave(isGivenBack: together != nil)
        if let together { return together.giveBack(server) }
        noteLoad(of: server)
    }

    /// Tells the balancing how busy a server is, after a session has come, gone, or begun or ended to wait for it.
    ///
    /// - Parameter server: its index.
    func noteLoad(of server: Int) {
        // Those who decide together know.
        guard together == nil else { return }
        groups.loadChanged(
            of: server, sessions: servers[server].tally.allSessions, waiting: queue.count(in: .server(server)))
    }

    private func load(of server: Int) -> ServerLoad {
        ServerLoad(
            sessions: servers[server].tally.allSessions, waiting: queue.count(in: .server(server)),
            limit: limit(of: server), maxqueue: servers[server].configuration.maxqueue ?? 0)
    }

    /// How many sessions a server takes at the backend's present load; its slow start makes them fewer.
    private func limit(of server: Int) -> Int? {
        limits[server].map { servers[server].warmup.limit($0.value(at: tally.allSessions)) }
    }

    /// The servers that take the traffic now, by name in the file's order; none where they are too many to be named.
    var carriers: [String] {
        let carriers = servers.indices.filter(groups.takesTraffic)
        guard carriers.count <= TransitionRecord.mostCarriers else { return [] }
        return carriers.map { servers[$0].configuration.name }
    }

    /// What a snapshot shows.
    ///
    /// - Parameter now: the moment of the snapshot.
    /// - Returns: the value.
    func snapshot(at now: MonotonicTime) -> BackendSnapshot {
        var snapshot = BackendSnapshot()
        snapshot.isUp = isUp
        snapshot.isPanicking = groups.isPanicking
        snapshot.isHeld = groups.isHeld
        snapshot.isRebalancing = departure?.isSteering == true
        snapshot.counters = tally.snapshot(at: now, queue: shownQueue(.backend))
        snapshot.counters.secondsSinceLastChange = outage.secondsSinceChange(at: now)
        snapshot.counters.downSeconds = outage.downSeconds(at: now)
        snapshot.counters.timesDown = outage.count
        snapshot.sessionLimit = sessionLimit
        snapshot.algorithm = configuration.balance.keyword
        if isDispatching { return snapshot }
        snapshot.weight = groups.weightInUse
        snapshot.configuredWeight = groups.fullWeightInUse
        snapshot.activeServers = groups.activeServers
        snapshot.backupServers = groups.backupServers
        return snapshot
    }

    /// What a snapshot shows of a server.
    ///
    /// - Parameters:
    ///   - index: the server.
    ///   - now: the moment of the snapshot.
    /// - Returns: the value.
    func snapshot(of index: Int, at now: MonotonicTime) -> ServerSnapshot {
        let server = servers[index]
        var snapshot = server.snapshot(at: now, queue: shownQueue(.server(index)))
        snapshot.weight = server.weightUntilReady ?? groups.effectiveWeight(of: index)
        snapshot.configuredWeight = groups.weight(of: index)
        if server.warmup.isOn && server.administrative != .drain {
            snapshot.slowStartPercent = 100 * groups.slowStartSteps(of: index) / SlowStart.steps
        }
        return snapshot
    }
}
