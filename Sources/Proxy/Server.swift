import Balancing
import Configuration
import EventLoop
import Health
import Model
import TLS

/// A server as its worker knows it: configuration, states, counters.
///
/// Only the worker's thread touches it.
final class Server {
    private(set) var configuration: ServerConfiguration
    let identity: ServerIdentity
    /// How old its sessions may get; `nil` is no limit.
    private(set) var sessionAge: SessionAge?
    /// Whether its connections begin with a header.
    private(set) var wantsHeader: Bool
    /// How its connections are made, where something is said about that.
    var way: OutgoingConnections?
    /// What is added to the port that a client connected to, in place of a port of its own; `nil` where it has one.
    private(set) var portMap: Int?
    /// Where it is; `nil` while its name has no address.
    private(set) var address: SocketAddress?
    /// The name whose address it has; `nil` for a server without one, and for a place of a service that it doesn't have.
    var hostName: HostName?
    /// How it is checked; `nil` without `check`.
    private(set) var check: ServerCheck?
    /// How its agent is asked; `nil` without `agent-check`.
    private(set) var agent: ServerCheck?

    /// The server whose state it has (`track`), instead of checks of its own; set once, before anything happens.
    var tracked: Server?
    /// The servers that have this one's state.
    var trackers: [ServerReference] = []

    /// What a person ordered for it, whatever was ordered for the server that it tracks.
    private(set) var ownOrder: AdministrativeState
    /// What a person said of it in place of its checks, where it isn't simply up: stopping until a check passes, and down
    /// too without a check.
    private var declared: OperationalState?
    /// Whether its agent has said that it is down, and nobody anything else since.
    private var isDownByAgent: Bool
    /// Whether somebody's word has it up although its check counts it down, until that fails once more.
    private var isUpByWord = false
    /// What the last line in the log was about.
    var toldOperational = OperationalState.up
    /// How many sessions it takes at the most; `nil` is no limit.
    var maxconn: Int?
    /// Where a person has it checked, instead of where the file says.
    private(set) var orderedCheck: (host: String?, port: UInt16?)
    /// Where a person has its agent asked, instead of where the file says.
    private(set) var orderedAgent: (host: String?, port: UInt16?)
    /// Errors in a row on its connections; `nil` when nobody observes them, or there is no check to react with.
    var errorStreak: ErrorStreak?
    /// How often there were too many of them.
    var failedAnalyses = 0
    /// What the history last knew; UNKNOWN until a first check has ended.
    var recordedState = ServerState.unknown
    var recordedSince: Timestamp?
    /// How often it came into each state.
    var transitions: [ServerState: Int] = [:]
    var tally = Tally()
    var outage: Outage
    /// The effective weight that it had when it got another one in maintenance, where that doesn't count yet; `nil` otherwise.
    var weightUntilReady: Int?
    /// Whether a reload has taken it out of the file; it only finishes its sessions.
    private(set) var isLeaving = false
    /// What the worker holds of it that has taken this one's place; `nil` while there is none.
    var takenStanding: Standing?
    /// What traffic sees of it by what the lead of several threads says; `nil` at that one, and where nothing was said.
    var takenState: ServerState?
    /// Whether sessions that waited are being handed to it.
    var isServingQueue = false
    /// Its slow start.
    var warmup: Warmup
    /// What its last connection over TLS has left for the next one.
    var tlsSession: TLSSession?

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - configuration: its line.
    ///   - identity: its full name.
    ///   - way: how its connections are made, where something is said about that.
    ///   - address: where it is.
    ///   - check: how it is checked.
    ///   - agent: how its agent is asked.
    ///   - inherited: what an earlier worker knew.
    ///   - now: what time it is.
    init(
        configuration: ServerConfiguration, identity: ServerIdentity, way: OutgoingConnections?,
        address: SocketAddress?, check: ServerCheck?, agent: ServerCheck?,
        inherited: InheritedServer?, now: MonotonicTime
    ) {
        self.configuration = configuration
        self.identity = identity
        sessionAge = configuration.maxSessionAge
        wantsHeader = configuration.proxyHeader != nil
        self.way = way
        check?.equip(as: configuration, way: way)
        portMap = configuration.portMap
        self.address = address
        if case .name(let name, let port) = configuration.address { hostName = HostName(name: name, port: port) }
        self.check = check
        self.agent = agent
        isDownByAgent = agent != nil && inherited?.isDownByAgent == true
        ownOrder = inherited?.administrative ?? (configuration.isDisabled ? .maint : .ready)
        declared = inherited?.declared
        maxconn = configuration.maxconn
        outage = Outage(at: now, isDown: ownOrder == .maint && address != nil)
        warmup = Warmup(duration: configuration.slowStart, isOut: address == nil || ownOrder == .maint)
        errorStreak = check == nil ? nil : configuration.observation.map { ErrorStreak(limit: $0.errorLimit) }
        check?.address = checkedAddress
        agent?.address = askedAddress
        agent?.options = way?.options
        if portMap != nil, let port = inherited?.port { map(by: Int(port)) }
        if address == nil { outage.note(isDown: true, at: now) }
        // The history knows already what an earlier worker found; a server that cannot be found any more is news.
        if let inherited, inherited.isCheckOff { check?.isEnabled = false }
        if let counts = inherited?.counts { takeOver(counts, at: now) }
        if let inherited, !inherited.isFromFile, let operational = inherited.operational {
            recordedState = ServerState(operational: operational, administrative: inherited.administrative)
            recordedSince = inherited.since
        }
    }

    /// Whether its name has no address: then it is out of service, as if in maintenance, until there is one.
    var isUnresolved: Bool { address == nil }

    /// Where it is without the port; `nil` while its name has no address, and on a Unix socket.
    var host: IPEndpoint? {
        guard case .ip(var endpoint)? = address else { return nil }
        endpoint.port = 0
        return endpoint
    }

    /// What the checks found, its own or those of the server that it tracks; up without checks, down without an address.
    var operational: OperationalState {
        guard !isUnresolved else { return .down }
        if let tracked { return tracked.operational }
        if isDownByAgent { return .down }
        let found = check?.counter.state ?? .up
        if found == .down { return isUpByWord ? .up : .down }
        return declared ?? found
    }

    /// The port of its line; 0 where that has none.
    var fixedPort: UInt16 {
        switch configuration.address {
        case .ip(_, let port), .name(_, let port), .destination(let port): port
        case .service, .unix, .abstract: 0
        }
    }

    /// What is ordered for it and for the server that it tracks.
    var orders: AdministrativeOrders { AdministrativeOrders(own: ownOrder, inherited: tracked?.bequest ?? .ready) }

    /// What those that track it inherit: without an address it is in maintenance for them.
    var bequest: AdministrativeState { isUnresolved ? .maint : administrative }

    /// The order that counts.
    var administrative: AdministrativeState { orders.effective }

    /// The check that decides about it, its own or that of the server at the end of its chain.
    var decidingCheck: ServerCheck? {
        if let tracked { return tracked.decidingCheck }
        return check?.isEnabled == true ? check : nil
    }

    /// The agent that decides about it, its own or that of the server at the end of its chain.
    var decidingAgent: ServerCheck? {
        if let tracked { return tracked.decidingAgent }
        return agent?.isEnabled == true ? agent : nil
    }

    /// `PROXY/SERVER`, as others name it that track it.
    var trackedName: String { "\(identity.proxy)/\(identity.server)" }

    /// What traffic sees.
    var state: ServerState { takenState ?? ServerState(operational: operational, administrative: administrative) }

    /// What the balancing is to hold of it.
    var standing: Standing {
        if isLeaving { return .excluded }
        if let takenStanding { return takenStanding }
        return switch state {
        case .up: .healthy
        case .degraded: .degraded
        case .down where !isUnresolved && administrative == .ready: .failed
        case .down, .drain, .maint, .stopping, .unknown: .excluded
        }
    }

    /// Whether it is down or in maintenance.
    var isOut: Bool { state == .down || state == .maint }

    /// Lets counting begin anew.
    ///
    /// - Parameter all: whether everything is counted anew, or only the maxima.
    func clearCounters(all: Bool) {
        tally.clear(all: all)
        guard all else { return }
        outage.clearCount()
        failedAnalyses = 0
        check?.failures = 0
    }

    /// Takes another line of the file; what a person has set holds where the file says what it said.
    ///
    /// - Parameters:
    ///   - new: its line.
    ///   - way: how its connections are made from now on.
    ///   - check: how it is checked from now on: the same object where nothing of that has changed.
    ///   - agent: how its agent is asked from now on, in the same way.
    func reconfigure(
        as new: ServerConfiguration, way: OutgoingConnections?, check: ServerCheck?, agent: ServerCheck?
    ) {
        let old = configuration
        configuration = new
        sessionAge = new.maxSessionAge
        wantsHeader = new.proxyHeader != nil
        self.way = way
        if new.portMap == old.portMap { map(by: portMap) } else { portMap = new.portMap }
        if check !== self.check {
            check?.isEnabled = self.check?.isEnabled ?? true
            check?.failures = self.check?.failures ?? 0
            self.check = check
        }
        check?.equip(as: new, way: way)
        check?.address = checkedAddress
        self.agent = agent
        // What one said that isn't asked any more is forgotten.
        if agent == nil { isDownByAgent = false }
        agent?.options = way?.options
        agent?.address = askedAddress
        if new.tls != old.tls { tlsSession = nil }
        if new.maxconn != old.maxconn { maxconn = new.maxconn }
        if new.slowStart != old.slowStart { warmup = Warmup(duration: new.slowStart, isOut: isOut) }
        if new.observation != old.observation || (errorStreak == nil) != (check == nil || new.observation == nil) {
            errorStreak = check == nil ? nil : new.observation.map { ErrorStreak(limit: $0.errorLimit) }
        }
    }

    /// Gives it the address of another line of the file, about which nothing is known yet.
    ///
    /// - Parameters:
    ///   - address: where it is; `nil` while its name has no address.
    ///   - name: its name, if it has one.
    func relocate(to address: SocketAddress?, name: HostName?) {
        hostName = name
        declared = nil
        move(to: address)
    }

    /// Has its port go by those that clients connected to, or gives it one of its own.
    ///
    /// - Parameter offset: what is added to theirs; `nil` for the port of its address.
    func map(by offset: Int?) {
        portMap = offset
        // What its line says its connections do already, at less cost where all clients come to one port.
        guard offset != configuration.portMap else {
            way?.portOffset = configuration.portOffset
            return
        }
        if offset != nil, way == nil { way = OutgoingConnections() }
        way?.portOffset = offset
    }

    /// Lets its connections speak TLS from now on, or not any more; its checks go on as they do.
    ///
    /// - Parameter isOn: whether they are to.
    func setTLS(isOn: Bool) {
        configuration.tls = isOn ? configuration.switchableTLS : nil
        tlsSession = nil
    }

    /// Lets its connections and checks show what another line of it says.
    ///
    /// - Parameter line: the line.
    func takeTLS(of line: ServerConfiguration) {
        if configuration.tls != nil { configuration.tls = line.tls ?? line.switchableTLS }
        configuration.switchableTLS = line.switchableTLS
        guard let tls = line.check?.tls else { return }
        configuration.check?.tls = tls
        check?.tls = tls
    }

    /// Takes it out of service for good; its sessions go on.
    func leave() {
        isLeaving = true
        (check, agent) = (nil, nil)
        errorStreak = nil
        configuration.tracks = nil
        (tracked, trackers) = (nil, [])
    }

    /// Sets what a person ordered.
    ///
    /// - Parameter state: the order.
    func order(_ state: AdministrativeState) { ownOrder = state }

    /// Takes a person's word for what its checks would find.
    ///
    /// - Parameter state: up, stopping or down.
    func declare(_ state: OperationalState) {
        _ = check?.counter.force(isUp: state != .down)
        check?.turningSince = nil
        (isDownByAgent, isUpByWord) = (false, false)
        declared = state == .up || state == .down && check != nil ? nil : state
    }

    /// Forgets what a person said of it: a check has found out, or it comes back from maintenance.
    func forgetDeclaration() { declared = nil }

    /// Goes by its check again, whatever was said against it: that has just found out, or begins anew.
    func forgetWord() { isUpByWord = false }

    /// Takes in what its agent says of its health.
    ///
    /// Up again it is only where its check agrees, unless nobody checks it; a check that is off says nothing.
    ///
    /// - Parameter isUp: UP or DOWN.
    func takeWordOfAgent(isUp: Bool) {
        // Only what took it down is over by that: one that is stopping goes on to.
        if isDownByAgent != !isUp || declared == .down { declared = nil }
        takeWord(isUp: isUp)
        if isUp, check?.isEnabled == false { isUpByWord = true }
    }

    /// Takes a person's word for what its agent would say, which counts more than that: up it is at once.
    ///
    /// - Parameter isUp: UP or DOWN.
    func declareAsAgent(isUp: Bool) {
        declared = nil
        check?.counter.forgetCondition()
        takeWord(isUp: isUp)
        if isUp { isUpByWord = true }
    }

    private func takeWord(isUp: Bool) {
        _ = agent?.counter.force(isUp: isUp)
        isDownByAgent = !isUp
        guard !isUp else { return }
        isUpByWord = false
        // Down, it is not on its way out any more: up again, it is up, until a check says otherwise.
        if check?.counter.conditionalState == .stopping { check?.counter.forgetCondition() }
    }

    /// Goes by its agent's last word again, if it is still asked; what one said that isn't asked any more is forgotten.
    func reconsiderAgent() { isDownByAgent = agent.map { $0.isEnabled && !$0.counter.isUp } ?? false }

    /// Gives it another address, or none.
    ///
    /// - Parameter address: where new sessions and checks go from now on.
    func move(to address: SocketAddress?) {
        self.address = address
        check?.address = checkedAddress
        agent?.address = askedAddress
    }

    /// Has it checked elsewhere.
    ///
    /// - Parameters:
    ///   - host: an address; `nil` leaves what there is.
    ///   - port: a port, 0 for the server's own; `nil` leaves what there is.
    func check(at host: String?, port: UInt16?) {
        orderedCheck = (host ?? orderedCheck.host, port ?? orderedCheck.port)
        check?.address = checkedAddress
    }

    /// Has its agent asked elsewhere.
    ///
    /// - Parameters:
    ///   - host: an address; `nil` leaves what there is.
    ///   - port: a port; `nil` leaves what there is.
    func ask(at host: String?, port: UInt16?) {
        orderedAgent = (host ?? orderedAgent.host, port ?? orderedAgent.port)
        agent?.address = askedAddress
    }

    private var askedAddress: SocketAddress? {
        configuration.agentAddress(at: address, host: orderedAgent.host, port: orderedAgent.port)
    }

    /// Whether its checks go to a port of their own.
    var checksHavePort: Bool { (orderedCheck.port ?? configuration.check?.port ?? 0) != 0 }

    private var checkedAddress: SocketAddress? {
        configuration.checkedAddress(at: address, host: orderedCheck.host, port: orderedCheck.port)
    }

    /// What a successor is to know.
    var inheritance: InheritedServer {
        var inheritance = InheritedServer(
            operational: recordedState == .unknown ? nil : operational, administrative: ownOrder,
            health: check?.counter.health ?? 0, lastCheck: check?.lastResult, since: recordedSince, address: address)
        inheritance.declared = declared
        inheritance.isCheckOff = check?.isEnabled == false
        inheritance.isAgentOff = agent?.isEnabled == false
        inheritance.isDownByAgent = isDownByAgent
        inheritance.lastAgentAnswer = agent?.lastResult
        inheritance.counts = carriedCounts
        return inheritance
    }
}
