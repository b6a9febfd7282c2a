import Configuration
import EventLoop
import Foundation
import Logging
import Model
import StandIn

/// What a supervisor is to run, and how.
public struct SupervisorSettings: Sendable {
    /// How long an instance's sessions go on when it stops or reloads, unless told otherwise.
    public static let defaultDrain = Duration.seconds(30)
    /// A turn that is so many times longer than one that is told is beyond help.
    public static let hopelessFactor = 6
    /// How long an old worker's sessions go on after a restart, unless told otherwise.
    public static let defaultGrace = Duration.seconds(5)

    /// The folder whose `*.cfg` files are the instances.
    public var directory: String
    /// These files instead, when there are any.
    public var files: [String] = []
    /// Whether an embedded broker takes each server's place.
    public var usesStandIns = false
    /// How long sessions go on when an instance stops or reloads.
    public var drain = defaultDrain
    /// How long an old worker's sessions go on after a restart.
    public var grace = defaultGrace
    /// How many threads carry the sessions of an instance whose file says nothing of it (`nbthread`).
    public var threads = 1
    /// When failed instances are tried again.
    public var policy = RestartPolicy()
    /// Whether another process of the same user may listen on the instances' addresses too.
    public var sharesAddresses = false
    /// The listening sockets of the only instance, if they were opened before it.
    public var sockets: InstanceSockets?
    /// What had to be found out before the process got another root.
    public var foundBefore: FoundBefore?
    /// Listening sockets that came with the process, and who holds those that are open for the next one.
    public var custody: SocketCustody?
    /// Where to keep what is known of the servers for a successor; `nil` for nowhere.
    public var serverStates: String?
    /// Where to keep stick tables for a successor; `nil` for nowhere.
    public var tables: String?
    /// Whether this takes over from a supervisor that ended by itself, or will end: what a person stopped stays stopped.
    public var isSuccessor = false
    /// A turn of a worker's loop that lasts so long is told.
    public var stalledAfter = Duration.seconds(5)
    /// Told of a loop that is in one turn for six times as long, with a sentence about it, on the watchdog's thread.
    public var whenHopeless: @Sendable (String) -> Void = { _ in }
    /// Called a few times a second as long as no loop is that stuck, on the watchdog's thread.
    public var whenWell: @Sendable () -> Void = {}
    /// Called when the end of everything begins.
    public var whenEnding: @Sendable () -> Void = {}
    /// Asks for a successor, the program as its file is now; `nil` when there is nobody to ask.
    public var requestUpgrade: (@Sendable () -> Void)?
    /// The name of the file in the folder that concerns all instances; a change of it has the next one called.
    public var sharedFile: String?
    /// Reads that file anew, whenever all files are, or works out (`isDryRun`) what that would change; `nil` when there is
    /// none to read.
    public var reloadShared: (@Sendable (_ isDryRun: Bool, Operator) async throws(ControlError) -> [String])?
    /// Reads the file of an instance; `nil` reads it as it is.
    public var read: (@Sendable (_ file: String) -> ParsedInstance)?
    /// What `"${VAR}"` in the files stands for.
    public var environment: [String: String]

    /// Makes settings with the defaults.
    ///
    /// - Parameters:
    ///   - directory: the folder whose `*.cfg` files are the instances.
    ///   - environment: what `"${VAR}"` in the files stands for.
    public init(directory: String, environment: [String: String]) {
        self.directory = directory
        self.environment = environment
    }
}

/// The instances' files cannot be used; nothing was started.
public struct ConfigurationRefused: Error, Sendable {
    /// Everything that was found in them, warnings too.
    public let diagnostics: [Diagnostic]
}

/// Runs instances, each on a worker of its own, and carries out what is ordered for them.
///
/// Knows which instances there are and finds servers among them; what concerns one instance alone is in `Instance`.
public actor Supervisor {
    let settings: SupervisorSettings
    let logger: Logger
    let history: any HistorySink
    let standInFleet: StandInFleet?
    let keeper: StateKeeper?
    private let surroundings: InstanceSurroundings
    private let reader: InstanceFiles

    private(set) var instances: [String: Instance] = [:]
    private(set) var isEnding = false
    /// Whether a successor serves in its place.
    var hasLeft = false
    private var hasEnded = false
    private var awaitingEnd: [CheckedContinuation<Void, Never>] = []
    /// Who ordered an upgrade that has not succeeded or failed yet.
    var awaitingUpgrade: [CheckedContinuation<Result<Void, ControlError>, Never>] = []

    /// Makes a supervisor that runs nothing yet.
    ///
    /// - Parameters:
    ///   - settings: what to run, and how.
    ///   - history: where to leave what is to be remembered.
    ///   - surface: what shows the instances' statistics and takes their commands.
    ///   - logger: told in one line what happens.
    public init(
        settings: SupervisorSettings, history: any HistorySink, surface: any InstanceSurface, logger: Logger
    ) {
        let standIns = settings.usesStandIns ? StandInFleet() : nil
        let resolver = Resolver(knowing: settings.foundBefore?.names ?? [:])
        let locator = ServerLocator(resolver: resolver, standIns: standIns, logger: logger)
        let keeper = settings.serverStates.map { StateKeeper(KeptInstances(directory: $0), history: history) }
        var surroundings = InstanceSurroundings(
            history: keeper ?? history, surface: surface, locator: locator, logger: logger, drain: settings.drain,
            grace: settings.grace)
        surroundings.policy = settings.policy
        surroundings.threads = settings.threads
        surroundings.sharesAddresses = settings.sharesAddresses
        surroundings.sockets = settings.sockets
        surroundings.foundBefore = settings.foundBefore
        surroundings.custody = settings.custody
        surroundings.keeper = keeper
        surroundings.tables = settings.tables.map(KeptTables.init)
        surroundings.watchdog = Watchdog(
            stalledAfter: settings.stalledAfter,
            hopelessAfter: settings.stalledAfter * SupervisorSettings.hopelessFactor, history: history,
            report: { logger.error("\($0)") },
            reaction: .init(allWell: settings.whenWell, hopeless: settings.whenHopeless))
        self.init(settings: settings, surroundings: surroundings)
    }

    /// Makes a supervisor whose instances work with what is given, as tests do.
    init(settings: SupervisorSettings, surroundings: InstanceSurroundings) {
        self.settings = settings
        self.surroundings = surroundings
        self.logger = surroundings.logger
        self.history = surroundings.history
        self.standInFleet = surroundings.locator.standIns
        self.keeper = surroundings.keeper
        self.reader = InstanceFiles(
            parse: settings.read ?? { [environment = settings.environment] file in
                ConfigurationReader.read(file: file, environment: environment)
            })
    }

    /// Reads all files and starts an instance for each.
    ///
    /// An instance that cannot be started keeps nobody else from starting: it goes to BACKOFF and is tried again.
    ///
    /// - Returns: warnings and notes about the files.
    /// - Throws: `ConfigurationRefused` when a file is wrong or there is none; nothing runs then.
    @discardableResult
    public func start() async throws(ConfigurationRefused) -> [Diagnostic] {
        let files = settings.files.isEmpty ? try reader.files(in: settings.directory) : settings.files
        let (configurations, diagnostics) = try reader.readAll(files)
        do throws(SystemError) {
            try DescriptorLimit.raise()
        } catch {
            logger.warning("the limit of open files stays as it is: \(error)")
        }
        warnOfDescriptors(configurations)
        do throws(SystemError) {
            try surroundings.watchdog?.start()
        } catch {
            logger.warning("nobody looks whether the instances' loops turn: \(error)")
        }
        for configuration in configurations {
            instances[configuration.name] = Instance(configuration, surroundings: surroundings, supervisor: self)
        }
        await withTaskGroup(of: Void.self) { group in
            for instance in instances.values where !wasStopped(instance.name) {
                // Why it failed is in its state, its events and the log, and it is tried again.
                group.addTask { try? await instance.carryOut(.start, with: nil, by: nil) }
            }
        }
        for place in settings.custody?.releaseUnclaimed() ?? [] {
            logger.warning("no instance listens on \(place) any more: it is closed")
        }
        let wanted = Set(configurations.flatMap { ListeningSockets.wanted(by: $0) }.map(\.place.description))
        for place in settings.custody?.activated(allBut: wanted) ?? [] {
            logger.warning("no instance listens on \(place), a socket that came with this process")
        }
        keepStates()
        keepTables()
        return diagnostics
    }

    /// Tells when the files allow more sessions than there can be; HAProxy's manner of that is its own.
    private func warnOfDescriptors(_ configurations: [InstanceConfiguration]) {
        // Where the system doesn't tell its limit, there is none to compare with.
        guard settings.read == nil, let limit = try? DescriptorLimit.current().soft else { return }
        let budget = DescriptorBudget(limit: Int(clamping: limit), configurations: configurations)
        if let warning = budget.warning { logger.warning("\(warning)") }
    }

    /// Returns once everything has stopped after `shutDown`.
    public func waitUntilStopped() async {
        while !hasEnded { await withCheckedContinuation { awaitingEnd.append($0) } }
    }

    /// Ends at once the sessions that a shutdown is waiting for.
    public func endNow() async {
        await withTaskGroup(of: Void.self) { group in
            for instance in instances.values { group.addTask { await instance.endNow() } }
        }
    }

    /// Begins to drain and end; a second call ends at once.
    ///
    /// - Parameter who: for the history.
    public func shutDown(by who: Operator) async { await shutDown(draining: nil, by: who) }

    /// Begins to drain and end; a second call ends at once.
    ///
    /// - Parameters:
    ///   - drain: how long sessions may go on; `nil` is what the settings say.
    ///   - who: for the history.
    public func shutDown(draining drain: Duration?, by who: Operator) async {
        if isEnding { return await endNow() }
        isEnding = true
        if !hasLeft { settings.whenEnding() }
        logger.notice("shutting down by \(who.name)")
        Task { await end(draining: drain, by: who) }
    }

    /// Begins to drain and end without taking anything from a successor: what is closed here stays open there.
    ///
    /// - Parameters:
    ///   - hasSuccessor: whether one serves already, so that the history says of the instances that they go on.
    ///   - who: for the history.
    public func leave(hasSuccessor: Bool, by who: Operator) async {
        hasLeft = true
        settings.custody?.leave(hasSuccessor: hasSuccessor)
        endUpgrade(with: .success(()))
        if !isEnding { await shutDown(by: who) }
    }

    private func end(draining drain: Duration?, by who: Operator) async {
        await withTaskGroup(of: Void.self) { group in
            for instance in instances.values { group.addTask { await instance.shutDown(draining: drain, by: who) } }
        }
        await standInFleet?.shutDown()
        if !hasLeft { keeper?.files.remove() }
        hasEnded = true
        for waiting in awaitingEnd { waiting.resume() }
        awaitingEnd = []
    }

    /// An instance by its name.
    func instance(_ name: String) throws(ControlError) -> Instance {
        if let instance = instances[name] { return instance }
        throw .notFound(name, suggestion: Suggestion.closest(to: name, among: instances.keys))
    }

    /// An instance's file as it is now, if it goes with what the others run.
    ///
    /// - Parameters:
    ///   - instance: the instance.
    ///   - who: for the history, which learns of a file that is refused; `nil` where nobody is to know.
    /// - Returns: what the file says.
    /// - Throws: `ControlError.refusedConfiguration`.
    func readAnew(_ instance: Instance, by who: Operator?) async throws(ControlError) -> InstanceConfiguration {
        var others: [InstanceConfiguration] = []
        for (name, other) in instances where name != instance.name { others.append(await other.configuration) }
        do throws(ConfigurationRefused) {
            let (configuration, diagnostics) = try reader.read(instance.file, among: others)
            // Notes are for 'check', as at the start.
            for diagnostic in diagnostics where diagnostic.severity != .note {
                tell(diagnostic)
            }
            return configuration
        } catch {
            if let who {
                for diagnostic in error.diagnostics where diagnostic.severity != .note { tell(diagnostic) }
                await instance.noteRefusal(error.summary, by: who)
            }
            throw .refusedConfiguration(error.diagnostics.map { $0.rendered(color: false) })
        }
    }

    private func tell(_ diagnostic: Diagnostic) {
        switch diagnostic.severity {
        case .error: logger.error("\(diagnostic.oneLine)", error: diagnostic)
        case .warning: logger.warning("\(diagnostic.oneLine)", error: diagnostic)
        case .note: logger.info("\(diagnostic.oneLine)", error: diagnostic)
        }
    }
}
