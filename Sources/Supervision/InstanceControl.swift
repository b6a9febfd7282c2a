import Configuration
import EventLoop
import Model
import Proxy

/// Who ordered something, as the history names them.
public struct Operator: Sendable, Hashable {
    /// Such as `uid 1000 (ada)`.
    public var name: String
    /// Why, in that person's words.
    public var reason: String?

    /// Makes an operator.
    ///
    /// - Parameters:
    ///   - name: such as `uid 1000 (ada)`.
    ///   - reason: why.
    public init(name: String, reason: String? = nil) {
        self.name = name
        self.reason = reason
    }
}

/// What can be ordered for one instance.
public enum InstanceOrder: String, Sendable, Codable, CaseIterable {
    /// A new worker with the file as it is now; listening sockets stay open.
    case restart
    /// The file as it is now.
    case reload
    /// Run it, if it is stopped.
    case start
    /// End its sessions and close its sockets.
    case stop
}

/// One instance as `supervise status` shows it.
public struct InstanceStatus: Sendable, Hashable {
    /// Its name.
    public var instance: String
    /// Where it is in its life.
    public var state: InstanceState
    /// Why it is in BACKOFF or FATAL, or why its last reload was refused.
    public var reason: String?
    /// How long its worker has been turning, in milliseconds.
    public var uptimeMilliseconds: Int64?
    /// Where it listens for sessions (statistics left out).
    public var listen: [String] = []
    /// Servers that take traffic, or could as backups.
    public var serversUp = 0
    /// All servers.
    public var servers = 0
    /// Whether a proxy's traffic is on its backups.
    public var isOnBackup = false
    /// The proxies none of whose servers takes traffic, those without servers left out.
    public var proxiesWithoutServer: [String] = []
    /// Whether a proxy's active servers are usable and its new sessions stay on the backups all the same (`failback`).
    public var isHeld = false
    /// What is to be looked after while it runs, such as a certificate that expires soon.
    public var warnings: [String] = []
    /// Sessions now.
    public var sessions = 0
    /// When a start is tried again that has failed; `nil` while none is waited for.
    public var nextTry: Timestamp?
    /// Earlier workers that finish their sessions.
    public var finishingWorkers = 0
    /// How many of the sessions are theirs.
    public var finishingSessions = 0
    /// Turns of its worker's loop that took more than a tenth of a second.
    public var longTurns = 0
    /// How often a worker was started again since the supervisor came up.
    public var restarts = 0
    /// The process.
    public var processID: Int32 = 0

    /// Makes a status without counts.
    ///
    /// - Parameters:
    ///   - instance: its name.
    ///   - state: where it is in its life.
    public init(instance: String, state: InstanceState) {
        self.instance = instance
        self.state = state
    }
}

/// A stand-in broker as `supervise stand-in list` shows it.
public struct StandInStatus: Sendable, Hashable {
    /// Its name: the name of the server whose place it takes.
    public var name: String
    /// The address in the file.
    public var replaces: String
    /// Where it really listens.
    public var address: String
    /// Whether it answers.
    public var isRunning: Bool
    /// Client connections now.
    public var connections: Int

    /// Makes a status.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - replaces: the address in the file.
    ///   - address: where it listens.
    ///   - isRunning: whether it answers.
    ///   - connections: client connections now.
    public init(name: String, replaces: String, address: String, isRunning: Bool, connections: Int) {
        self.name = name
        self.replaces = replaces
        self.address = address
        self.isRunning = isRunning
        self.connections = connections
    }
}

/// Why an order was not carried out.
public enum ControlError: Error, Sendable, Equatable {
    /// No instance, server or stand-in has that name; the closest name, if one is close.
    case notFound(String, suggestion: String?)
    /// The file was refused; all diagnostics, as printed. The old configuration goes on.
    case refusedConfiguration([String])
    /// It was tried and failed.
    case failed(String)
}

/// What the control interfaces may ask of the supervisor; callable from every task.
public protocol InstanceControl: Sendable {
    /// The instances' states.
    ///
    /// - Parameter names: which, all when empty.
    /// - Returns: one status an instance, by name.
    /// - Throws: `ControlError.notFound` for an unknown name.
    func status(of names: [String]) async throws(ControlError) -> [InstanceStatus]

    /// Everything that can be seen of one instance now.
    ///
    /// - Parameter instance: its name.
    /// - Returns: the snapshot, `nil` while it has no worker.
    /// - Throws: `ControlError.notFound` for an unknown name.
    func snapshot(of instance: String) async throws(ControlError) -> InstanceSnapshot?

    /// Has an instance's worker carry out a request.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - instance: its name.
    /// - Returns: the answer, `nil` while it has no worker.
    /// - Throws: `ControlError.notFound` for an unknown name.
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>, of instance: String) async throws(ControlError)
        -> Answer?

    /// The workers that have sessions of an instance, for what is to be asked of each.
    ///
    /// - Parameter instance: its name.
    /// - Returns: the one that accepts first, then those that finish theirs; none while it doesn't run.
    /// - Throws: `ControlError.notFound` for an unknown name.
    func workers(of instance: String) async throws(ControlError) -> [AskableWorker]

    /// The listening sockets of an instance for a process that is to listen there, too.
    ///
    /// - Parameter instance: its name.
    /// - Returns: descriptors that the caller closes; the files of Unix sockets are that process's from now on.
    /// - Throws: `ControlError.notFound` for an unknown name.
    func handOverSockets(of instance: String) async throws(ControlError) -> [PassedSocket]

    /// Carries out an order for one instance and returns when it is done.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - instance: its name.
    ///   - who: for the history.
    /// - Throws: `ControlError`.
    func carryOut(_ order: InstanceOrder, on instance: String, by who: Operator) async throws(ControlError)

    /// Carries out an order, as `carryOut(_:on:by:)` does, with what was said besides.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - options: what was said with it.
    ///   - instance: its name.
    ///   - who: for the history.
    /// - Returns: what a reload does, or would do in a dry run; `nil` for other orders.
    /// - Throws: `ControlError`.
    func carryOut(_ order: InstanceOrder, _ options: OrderOptions, on instance: String, by who: Operator)
        async throws(ControlError) -> ReloadPlan?

    /// Sets the administrative state of every server that matches.
    ///
    /// - Parameters:
    ///   - state: the new state.
    ///   - server: `SERVER`, `INSTANCE/SERVER` or `INSTANCE/PROXY/SERVER`.
    ///   - who: for the history.
    /// - Returns: the servers that matched.
    /// - Throws: `ControlError.notFound` when none matches.
    func set(_ state: AdministrativeState, server: String, by who: Operator) async throws(ControlError)
        -> [ServerIdentity]

    /// How the history does; `nil` when none is kept.
    var historyLoad: HistoryLoad? { get async }

    /// Changes something of what an instance runs.
    ///
    /// - Parameters:
    ///   - act: what to change.
    ///   - instance: its name.
    ///   - who: for the history.
    /// - Returns: whether it is done.
    /// - Throws: `ControlError.notFound` for an unknown instance.
    func carryOut(_ act: RuntimeAct, on instance: String, by who: Operator) async throws(ControlError) -> ActResult

    /// The stand-in brokers; empty without `--stand-ins`.
    ///
    /// - Returns: one status a stand-in, by name.
    func standIns() async -> [StandInStatus]

    /// Takes a stand-in down or brings it back.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - isRunning: whether it is to answer.
    ///   - who: for the history.
    /// - Throws: `ControlError`.
    func setStandIn(_ name: String, running isRunning: Bool, by who: Operator) async throws(ControlError)

    /// Has the program as its file is now take over, and returns when it serves.
    ///
    /// - Parameter who: for the history.
    /// - Throws: `ControlError.failed` when it doesn't come up; this one goes on then.
    func upgrade(by who: Operator) async throws(ControlError)

    /// Reads what concerns all instances anew, and follows what it says.
    ///
    /// - Parameters:
    ///   - isDryRun: whether it is only worked out what would be another.
    ///   - who: for the history.
    /// - Returns: what is another, in words; empty when nothing is.
    /// - Throws: `ControlError.refusedConfiguration`; what held before goes on.
    func reloadShared(isDryRun: Bool, by who: Operator) async throws(ControlError) -> [String]

    /// Begins to drain and end; returns at once.
    ///
    /// - Parameter who: for the history.
    func shutDown(by who: Operator) async

    /// Begins to drain and end; returns at once.
    ///
    /// - Parameters:
    ///   - drain: how long sessions may go on; `nil` is what the supervisor was started with.
    ///   - who: for the history.
    func shutDown(draining drain: Duration?, by who: Operator) async
}

extension InstanceControl {
    /// For those that have no workers of their own.
    public func workers(of instance: String) async throws(ControlError) -> [AskableWorker] { [] }

    /// For those that listen nowhere.
    public func handOverSockets(of instance: String) async throws(ControlError) -> [PassedSocket] { [] }

    /// For those that know no options: a dry run does nothing.
    public func carryOut(_ order: InstanceOrder, _ options: OrderOptions, on instance: String, by who: Operator)
        async throws(ControlError) -> ReloadPlan?
    {
        if options.isDryRun { throw .failed("a dry run is not possible here") }
        try await carryOut(order, on: instance, by: who)
        return nil
    }

    /// For those that know one time to drain.
    public func shutDown(draining drain: Duration?, by who: Operator) async { await shutDown(by: who) }
}

extension InstanceControl {
    /// Nothing concerns all instances.
    public func reloadShared(isDryRun: Bool, by who: Operator) async throws(ControlError) -> [String] { [] }

    /// Nobody is there to start another one.
    public func upgrade(by who: Operator) async throws(ControlError) {
        throw .failed("the supervisor runs without a guardian, which would start the new program")
    }
}
