import Configuration
import EventLoop
import Health
import Model

/// A server as its worker knows it: configuration, states, counters.
///
/// Only the worker's thread touches it.
final class Server {
    let configuration: ServerConfiguration
    let identity: ServerIdentity
    /// Whether its connections begin with a header.
    let wantsHeader: Bool
    /// Where it is; `nil` while its name has no address.
    private(set) var address: SocketAddress?
    /// How it is checked; `nil` without `check`.
    let check: ServerCheck?

    private(set) var administrative: AdministrativeState
    /// What the history last knew; UNKNOWN until a first check has ended.
    var recordedState = ServerState.unknown
    var recordedSince: Timestamp?
    var tally = Tally()
    var outage: Outage
    /// Whether sessions that waited are being handed to it.
    var isServingQueue = false
    /// Its slow start.
    var warmup: Warmup

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - configuration: its line.
    ///   - identity: its full name.
    ///   - address: where it is.
    ///   - check: how it is checked.
    ///   - inherited: what an earlier worker knew.
    ///   - now: what time it is.
    init(
        configuration: ServerConfiguration, identity: ServerIdentity, address: SocketAddress?, check: ServerCheck?,
        inherited: InheritedServer?, now: MonotonicTime
    ) {
        self.configuration = configuration
        self.identity = identity
        wantsHeader = configuration.proxyHeader != nil
        self.address = address
        self.check = check
        administrative = inherited?.administrative ?? (configuration.isDisabled ? .maint : .ready)
        outage = Outage(at: now)
        warmup = Warmup(duration: configuration.slowStart, isOut: address == nil || administrative == .maint)
        check?.address = configuration.checkedAddress(at: address)
        if address == nil { outage.note(isDown: true, isFall: true, at: now) }
        // The history knows already what an earlier worker found; a server that cannot be found any more is news.
        if let inherited, let operational = inherited.operational {
            recordedState = ServerState(operational: operational, administrative: inherited.administrative)
            recordedSince = inherited.since
        }
    }

    /// Whether its name has no address: then it is out of service, as if in maintenance, until there is one.
    var isUnresolved: Bool { address == nil }

    /// What the checks found; up without checks, down without an address.
    var operational: OperationalState {
        guard !isUnresolved else { return .down }
        return check?.counter.state ?? .up
    }

    /// What traffic sees.
    var state: ServerState { ServerState(operational: operational, administrative: administrative) }

    /// Whether it may get new sessions.
    var isUsable: Bool { state == .up }

    /// Whether it is down or in maintenance.
    var isOut: Bool { state == .down || state == .maint }

    /// Sets what a person ordered.
    ///
    /// - Parameter state: the order.
    func order(_ state: AdministrativeState) { administrative = state }

    /// Gives it another address, or none.
    ///
    /// - Parameter address: where new sessions and checks go from now on.
    func move(to address: SocketAddress?) {
        self.address = address
        check?.address = configuration.checkedAddress(at: address)
    }

    /// What a successor is to know.
    var inheritance: InheritedServer {
        InheritedServer(
            operational: recordedState == .unknown ? nil : operational, administrative: administrative,
            health: check?.counter.health ?? 0, lastCheck: check?.lastResult, since: recordedSince, address: address)
    }

    /// What a snapshot shows.
    ///
    /// - Parameters:
    ///   - now: the moment of the snapshot.
    ///   - queue: sessions waiting for it.
    /// - Returns: the value.
    func snapshot(at now: MonotonicTime, queue: Int) -> ServerSnapshot {
        var snapshot = ServerSnapshot(
            name: configuration.name, id: configuration.id, address: address?.description ?? "-")
        snapshot.operational = operational
        snapshot.administrative = administrative
        snapshot.isUnresolved = isUnresolved
        snapshot.isBackup = configuration.isBackup
        snapshot.weight = configuration.weight
        snapshot.configuredWeight = configuration.weight
        snapshot.sessionLimit = configuration.maxconn
        snapshot.queueLimit = configuration.maxqueue
        snapshot.counters = tally.snapshot(at: now, queue: queue)
        snapshot.counters.secondsSinceLastChange = outage.secondsSinceChange(at: now)
        snapshot.counters.downSeconds = outage.downSeconds(at: now)
        snapshot.counters.timesDown = outage.count
        if let check {
            snapshot.isChecked = true
            snapshot.failedChecks = check.failures
            snapshot.lastCheck = check.lastResult
            snapshot.isChecking = check.isRunning
            snapshot.rise = check.counter.rise
            snapshot.fall = check.counter.fall
            snapshot.health = check.counter.health
        }
        return snapshot
    }
}
