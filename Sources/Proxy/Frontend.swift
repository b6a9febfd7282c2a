import Configuration
import EventLoop
import Model

/// The accepting side of a proxy as its worker knows it.
///
/// Only the worker's thread touches it.
final class Frontend {
    private(set) var configuration: ProxyConfiguration
    /// By the address's index in `ProxyConfiguration.binds`: the index of the backend that gets its sessions.
    let backends: [Int]
    var listeners: [Listener] = []
    private(set) var currentSessions = 0
    /// The same with those of the instance's other workers, here and at the addresses that have limits of their own.
    var shared: SharedCount?
    var sharedByBind: [SharedCount?] = []
    /// Whether what is told of its connections is about those of all workers, since they work as one (`nbthread`).
    private(set) var countsAll = false
    /// The lines about its sessions, where several threads leave them.
    private(set) var sharedLines: SharedCount?
    var maxSessions = 0
    var totalSessions = 0
    /// Connections that were accepted, whether or not they became sessions.
    var totalConnections = 0
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    /// What its rules kept out.
    private var refusals = RefusalCounts()
    private var tls = TLSCounts()
    /// Whether rules choose the backend of a session, or let none of them in, only once it has begun.
    let choosesLate: Bool
    /// Whether rules are looked at when a connection comes, and once its client is known.
    let hasConnectionRules: Bool
    let hasSessionRules: Bool
    var sessionRate = RateCounter()
    var connectionRate = RateCounter()
    /// The rate of all threads' sessions; `nil` where there is one thread, and where no rule asks for it.
    var sharedRate: SharedRateCounter?
    /// Its own rate (`rate-limit sessions`).
    var rates: AcceptRates
    /// Whether its listeners wait for a timer, for the sake of its rate.
    var isResting = false
    /// Whether somebody ordered that it doesn't listen.
    var isHeld = false
    /// How many sessions it takes; `maxconn`, or as it was changed.
    var sessionLimit: Int
    /// By the address's index; counted only where an address has its own `maxconn` or the statistics show each.
    private var tallies: [ListenerTally] = []
    var sample = SampleTally()
    /// When and how its sessions are logged.
    let log: SessionLogPlan
    /// Lines about its sessions so far.
    var loggedLines = 0
    /// The client's time limits, counted while both directions are open and while only the client's is.
    private(set) var clientLimit: Int64?
    private(set) var clientFinLimit: Int64?

    /// Makes a frontend without listeners.
    ///
    /// - Parameters:
    ///   - configuration: its section.
    ///   - backends: for each of its addresses, the index of the backend that gets the sessions.
    init(configuration: ProxyConfiguration, backends: [Int]) {
        self.configuration = configuration
        self.backends = backends
        sessionLimit = configuration.maxconn
        rates = AcceptRates(sessions: configuration.sessionRateLimit)
        if configuration.countsSockets || configuration.binds.contains(where: { $0.maxconn != nil }) {
            tallies = Array(repeating: ListenerTally(), count: configuration.binds.count)
        }
        log = SessionLogPlan(configuration)
        hasConnectionRules = !configuration.rules.connection.isEmpty
        hasSessionRules = !configuration.rules.session.isEmpty
        choosesLate =
            !configuration.rules.request.gates.isEmpty || configuration.binds.contains { !$0.backendRules.isEmpty }
        clientLimit = configuration.timeouts.client.map(\.wholeMilliseconds)
        clientFinLimit = (configuration.timeouts.clientFin ?? configuration.timeouts.client).map(\.wholeMilliseconds)
    }

    /// Takes another configuration; what a person has set holds where the file says what it said.
    ///
    /// - Parameter new: its section.
    func reconfigure(as new: ProxyConfiguration) {
        let old = configuration
        configuration = new
        if new.maxconn != old.maxconn { sessionLimit = new.maxconn }
        if new.sessionRateLimit != old.sessionRateLimit { rates.limitSessions(to: new.sessionRateLimit) }
        clientLimit = new.timeouts.client.map(\.wholeMilliseconds)
        clientFinLimit = (new.timeouts.clientFin ?? new.timeouts.client).map(\.wholeMilliseconds)
    }

    /// Its connections now, those of the instance's other workers among them.
    var allSessions: Int { shared?.value ?? currentSessions }

    /// Whether its `maxconn` is reached.
    var isFull: Bool { allSessions >= sessionLimit }

    /// Whether an address has as many connections as its own `maxconn` allows.
    ///
    /// - Parameter bind: the address's index.
    /// - Returns: false for an address without such a limit.
    func isFull(_ bind: Int) -> Bool {
        guard !tallies.isEmpty, let limit = configuration.binds[bind].maxconn else { return false }
        let shared = sharedByBind.isEmpty ? nil : sharedByBind[bind]
        return (shared?.value ?? tallies[bind].current) >= limit
    }

    /// Counts a connection that was accepted.
    ///
    /// - Parameters:
    ///   - bind: the index of the address where it came in.
    ///   - now: when.
    ///   - isTaken: whether its place among those of all workers is taken already (`takePlace`).
    func enter(_ bind: Int, at now: MonotonicTime, isTaken: Bool = false) {
        currentSessions += 1
        if !isTaken { shared?.add(1) }
        let present = toldSessions
        maxSessions = max(maxSessions, present)
        sample.max = max(sample.max, present)
        totalConnections += 1
        connectionRate.count(at: now)
        guard !tallies.isEmpty else { return }
        tallies[bind].enter()
        if !isTaken, !sharedByBind.isEmpty { sharedByBind[bind]?.add(1) }
    }

    /// Takes a place for one more connection, if it and the address have one left.
    ///
    /// - Parameter bind: the address's index.
    /// - Returns: false when one of them is full; nothing is taken then.
    func takePlace(at bind: Int) -> Bool {
        guard let shared else { preconditionFailure("workers share their counts") }
        guard shared.take(below: sessionLimit) else { return false }
        guard !sharedByBind.isEmpty, let limit = configuration.binds[bind].maxconn, let ofBind = sharedByBind[bind],
            !ofBind.take(below: limit)
        else { return true }
        shared.subtract(1)
        return false
    }

    /// Gives back a place that no connection came for.
    ///
    /// - Parameter bind: the address's index.
    func giveBackPlace(at bind: Int) {
        shared?.subtract(1)
        if !sharedByBind.isEmpty { sharedByBind[bind]?.subtract(1) }
    }

    /// Tells from now on of the connections of all workers.
    ///
    /// - Parameter lines: counts the lines about its sessions.
    func countAll(lines: SharedCount) {
        countsAll = true
        sharedLines = lines
    }

    /// Counts a line about one of its sessions.
    func countLine() { loggedLines = sharedLines?.next() ?? loggedLines + 1 }

    /// Its connections now, as logs and maxima have them.
    var toldSessions: Int { countsAll ? allSessions : currentSessions }

    /// Counts a session that begins on a connection.
    ///
    /// - Parameters:
    ///   - now: when.
    ///   - isTaken: whether it has a place within the rate already (`AcceptRates.take`).
    func begin(at now: MonotonicTime, isTaken: Bool) {
        totalSessions += 1
        sample.new += 1
        sessionRate.count(at: now)
        sharedRate?.count(at: now)
        rates.countSession(at: now, isTaken: isTaken)
    }

    /// How many sessions have begun in the last second, those of other threads among them.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: their number.
    func presentSessionRate(at now: MonotonicTime) -> Int {
        sharedRate?.value(at: now) ?? sessionRate.snapshot(at: now).current
    }

    /// No longer counts a connection.
    ///
    /// - Parameter bind: the index of the address where it came in.
    func leave(_ bind: Int) {
        currentSessions -= 1
        shared?.subtract(1)
        guard !tallies.isEmpty else { return }
        tallies[bind].current -= 1
        if !sharedByBind.isEmpty { sharedByBind[bind]?.subtract(1) }
    }

    /// Counts the bytes of a session that has ended.
    ///
    /// - Parameters:
    ///   - received: bytes from the client.
    ///   - sent: bytes to the client.
    ///   - bind: the index of the address where it came in.
    func count(bytesIn received: Int64, bytesOut sent: Int64, at bind: Int) {
        bytesIn += received
        bytesOut += sent
        guard !tallies.isEmpty else { return }
        tallies[bind].bytesIn += received
        tallies[bind].bytesOut += sent
    }

    /// Counts a connection that rules kept out.
    ///
    /// - Parameters:
    ///   - stage: how far it had come.
    ///   - bind: the index of the address where it came in.
    func countRefusal(_ stage: WritableKeyPath<RefusalCounts, Int>, at bind: Int) {
        refusals[keyPath: stage] += 1
        if !tallies.isEmpty { tallies[bind].refusals[keyPath: stage] += 1 }
    }

    /// Counts a handshake of TLS that is over.
    ///
    /// - Parameters:
    ///   - isResumed: whether it went on with an earlier session; `nil` where it failed.
    ///   - bind: the index of the address where it came in.
    func countHandshake(isResumed: Bool?, at bind: Int) {
        func count(_ counts: inout TLSCounts) {
            if let isResumed { counts.count(isResumed: isResumed) } else { counts.failed += 1 }
        }
        count(&tls)
        if !tallies.isEmpty { count(&tallies[bind].tls) }
    }

    /// Lets counting begin anew.
    ///
    /// - Parameter all: whether everything is counted anew, or only the maxima.
    func clearCounters(all: Bool) {
        maxSessions = 0
        sessionRate.clearMax()
        connectionRate.clearMax()
        guard all else { return }
        (totalSessions, totalConnections, bytesIn, bytesOut) = (0, 0, 0, 0)
        refusals = RefusalCounts()
        tls = TLSCounts()
    }

    /// What a snapshot shows.
    ///
    /// - Parameter now: the moment of the snapshot.
    /// - Returns: the value.
    func snapshot(at now: MonotonicTime) -> FrontendSnapshot {
        var snapshot = FrontendSnapshot()
        snapshot.status = listeners.isEmpty ? "STOP" : "OPEN"
        snapshot.currentSessions = currentSessions
        snapshot.maxSessions = maxSessions
        snapshot.sessionLimit = sessionLimit
        snapshot.totalSessions = totalSessions
        snapshot.totalConnections = totalConnections
        snapshot.bytesIn = bytesIn
        snapshot.bytesOut = bytesOut
        snapshot.deniedConnections = refusals.connections
        snapshot.deniedSessions = refusals.sessions
        snapshot.deniedRequests = refusals.requests
        snapshot.deniedResponses = refusals.responses
        snapshot.requestErrors = refusals.unfinished
        snapshot.tls = tls
        snapshot.sessionRate = sessionRate.snapshot(at: now)
        snapshot.sessionRate.limit = configuration.sessionRateLimit ?? 0
        snapshot.connectionRate = connectionRate.snapshot(at: now)
        snapshot.addresses = configuration.binds.map(\.address.description)
        if configuration.countsSockets { snapshot.listeners = listeners.map(listenerSnapshot) }
        return snapshot
    }

    private func listenerSnapshot(_ listener: Listener) -> ListenerSnapshot {
        let (bind, tally) = (configuration.binds[listener.bind], tallies[listener.bind])
        var snapshot = ListenerSnapshot(name: bind.shownName, id: bind.id, address: bind.address.description)
        // One that is held by order waits for nothing.
        let isOpen = listener.isAccepting || isHeld
        snapshot.status = isFull || isFull(listener.bind) ? "FULL" : isOpen ? "OPEN" : "WAITING"
        snapshot.currentSessions = tally.current
        snapshot.maxSessions = tally.max
        snapshot.sessionLimit = bind.maxconn ?? 0
        snapshot.totalSessions = tally.total
        snapshot.bytesIn = tally.bytesIn
        snapshot.bytesOut = tally.bytesOut
        snapshot.refusals = tally.refusals
        snapshot.tls = tally.tls
        return snapshot
    }
}

/// What is counted for one address.
private struct ListenerTally {
    var current = 0
    var max = 0
    var total = 0
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var refusals = RefusalCounts()
    var tls = TLSCounts()

    mutating func enter() {
        current += 1
        total += 1
        max = Swift.max(max, current)
    }
}

/// A listening socket as its worker knows it.
struct Listener {
    /// The address's index in `ProxyConfiguration.binds`.
    let bind: Int
    /// The listening descriptor.
    let descriptor: Int32
    /// What its connections begin with: a header that says who the client is, a handshake, or the session itself.
    let firstPhase: Session.Phase
    /// Whether it is registered, that is: whether connections are accepted and not left in the kernel's queue.
    var isAccepting: Bool
    /// Whether the connections that come now have waited in the kernel's queue: some of their clients may have given up.
    var haveWaited = false
}

extension Duration {
    /// Whole milliseconds, rounded up, so that a limit never fires early.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
