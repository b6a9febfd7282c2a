import Configuration
import EventLoop
import Model

/// A listening socket handed to a worker.
public struct WorkerListener: Sendable {
    /// The index of its proxy in `InstanceConfiguration.proxies`.
    public var proxy: Int
    /// The index of its address in `ProxyConfiguration.binds`.
    public var bind: Int
    /// The listening descriptor, non-blocking; the worker owns and closes it.
    public var descriptor: Int32

    /// Makes a listener.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - bind: the address's index.
    ///   - descriptor: the listening descriptor.
    public init(proxy: Int, bind: Int, descriptor: Int32) {
        self.proxy = proxy
        self.bind = bind
        self.descriptor = descriptor
    }
}

/// What a new worker keeps of a server that an earlier one knew.
public struct InheritedServer: Sendable, Hashable {
    /// What the checks had found; `nil` when no check had ended.
    public var operational: OperationalState?
    /// What a person had ordered.
    public var administrative: AdministrativeState
    /// The position between 0 and `rise + fall - 1`.
    public var health: Int
    /// The last check.
    public var lastCheck: CheckResult?
    /// Since when the state has lasted.
    public var since: Timestamp?
    /// Where it was; `nil` when its name had no address.
    public var address: SocketAddress?
    /// What a person said of it in place of its checks; `nil` when nobody did, or a check has said something since.
    public var declared: OperationalState?
    /// Its weight, where a person has changed it.
    public var weight: Int?
    /// Whether a person has turned its checks off.
    public var isCheckOff = false
    /// Whether a person has turned its agent off.
    public var isAgentOff = false
    /// Whether its agent had said that it is down.
    public var isDownByAgent = false
    /// What its agent said last.
    public var lastAgentAnswer: CheckResult?
    /// Its port, where that is another one than the file's.
    public var port: UInt16?
    /// For how long new sessions had been held on the backups though it was usable; `nil` where they weren't.
    public var heldMilliseconds: Int64?
    /// What had been counted for it.
    public var counts: CarriedCounts?
    /// Whether all this comes from a file, so that the history of this process knows nothing of it.
    public var isFromFile = false

    /// Makes an inheritance.
    ///
    /// - Parameters:
    ///   - operational: what the checks had found.
    ///   - administrative: what a person had ordered.
    ///   - health: the position between 0 and `rise + fall - 1`.
    ///   - lastCheck: the last check.
    ///   - since: since when the state has lasted.
    ///   - address: where it was.
    public init(
        operational: OperationalState?, administrative: AdministrativeState, health: Int, lastCheck: CheckResult?,
        since: Timestamp?, address: SocketAddress? = nil
    ) {
        self.operational = operational
        self.administrative = administrative
        self.health = health
        self.lastCheck = lastCheck
        self.since = since
        self.address = address
    }
}

/// Everything a worker needs to begin.
public struct WorkerPlan: Sendable {
    /// What to run.
    public var configuration: InstanceConfiguration
    /// Where to accept sessions.
    public var listeners: [WorkerListener]
    /// Where each server really is; a server without an entry is DOWN until its name has an address.
    public var addresses: [ServerIdentity: SocketAddress]
    /// The servers whose names the system is to be asked for until it answers.
    public var awaitingSystem: Set<ServerIdentity> = []
    /// Who asks the system for names.
    public var resolver = Resolver()
    /// How long after a failure the system is asked again.
    public var lookUpPause = SystemLookUp.usualPause
    /// The network namespaces that servers are connected to in, by name; all of the configuration's.
    public var namespaces: [String: NetworkNamespace] = [:]
    /// What an earlier worker knew.
    public var inherited: [ServerIdentity: InheritedServer]
    /// What an earlier worker knew of the backends.
    public var earlier = EarlierWorker()
    /// Where peers connect to.
    public var peerListeners: [WorkerPeerListener] = []
    /// The stick tables' entries of an earlier worker.
    public var tables: [KeptTable] = []
    /// What the workers that finish their sessions count for the history; `nil` where there are none.
    public var finishingSamples: FinishingSamples?
    /// Tells the workers that finish their sessions which of these end; called on the worker's thread, and returns at once.
    public var markSessions: (@Sendable (SessionMark) -> Void)?
    /// How many threads are to carry the instance's sessions.
    public var threads = 1
    /// Which of several threads it is; `nil` for a worker that is one thread alone.
    public var place: ThreadPlace?
    /// The instance's workers, whose sessions count together.
    public var group = WorkerGroup()
    /// The counts of the proxies that serve statistics, by index.
    public var httpCounters: [Int: HTTPFrontendCounters]
    /// Where to leave what is to be remembered.
    public var history: any HistorySink
    /// Where the loop shows that it turns.
    public var pulse = LoopPulse()

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - configuration: what to run.
    ///   - listeners: where to accept sessions.
    ///   - addresses: where each server really is.
    ///   - inherited: what an earlier worker knew.
    ///   - httpCounters: the counts of the statistics proxies.
    ///   - history: where to leave what is to be remembered.
    public init(
        configuration: InstanceConfiguration, listeners: [WorkerListener],
        addresses: [ServerIdentity: SocketAddress], inherited: [ServerIdentity: InheritedServer] = [:],
        httpCounters: [Int: HTTPFrontendCounters] = [:], history: any HistorySink
    ) {
        self.configuration = configuration
        self.listeners = listeners
        self.addresses = addresses
        self.inherited = inherited
        self.httpCounters = httpCounters
        self.history = history
    }
}
