import Configuration
import Model
import Proxy
import Supervision

/// What commands may know of an instance and ask of it.
///
/// A value that all connections of a stats socket share; what one connection has changed for itself is in
/// `CommandSession`.
struct CommandContext: Sendable {
    /// The instance's configuration.
    let configuration: InstanceConfiguration
    /// The process.
    let process: ProcessInformation
    /// All commands there are.
    let table: CommandTable
    /// The supervisor.
    let control: any InstanceControl
    /// Whom the history names for what is ordered here.
    var actor: Operator
    /// Opens the history; `nil` where none is kept.
    var history: HistorySource?
    /// The access lists as commands have changed them, which all connections of an instance share.
    let accessLists: AccessListBook
    /// The maps as commands have changed them, which all connections of an instance share, too.
    let maps: MapBook
    /// The change of a certificate that commands are about to make.
    let certificates: CertificateBook
    /// What commands want to know of the threads.
    let profiling: ProfilingBook

    /// Makes a context.
    ///
    /// - Parameters:
    ///   - configuration: the instance's configuration.
    ///   - process: the process.
    ///   - table: all commands there are.
    ///   - control: the supervisor.
    ///   - actor: whom the history names.
    ///   - history: opens the history.
    ///   - accessLists: the access lists; those of the configuration when `nil`.
    ///   - maps: the maps; those of the configuration when `nil`.
    ///   - certificates: the change of a certificate under way.
    ///   - profiling: what commands want to know of the threads.
    init(
        configuration: InstanceConfiguration, process: ProcessInformation, table: CommandTable,
        control: any InstanceControl, actor: Operator, history: HistorySource? = nil,
        accessLists: AccessListBook? = nil, maps: MapBook? = nil, certificates: CertificateBook = CertificateBook(),
        profiling: ProfilingBook = ProfilingBook()
    ) {
        self.configuration = configuration
        self.process = process
        self.table = table
        self.control = control
        self.actor = actor
        self.history = history
        self.accessLists = accessLists ?? AccessListBook(configuration)
        self.maps = maps ?? MapBook(configuration)
        self.certificates = certificates
        self.profiling = profiling
    }

    /// The instance's name.
    var instance: String { configuration.name }

    /// What a command says for which an instance has to run that doesn't.
    static let notRunning = Command.Outcome.answer("The instance is not running.\n")

    /// The instance now, `nil` while nothing runs it.
    func snapshot() async -> InstanceSnapshot? {
        // An instance that the supervisor does not know any more is one that nothing runs.
        try? await control.snapshot(of: instance)
    }

    /// The workers that have the instance's sessions; none while nothing runs it.
    func workers() async -> [AskableWorker] {
        // An instance that the supervisor does not know any more is one that nothing runs.
        (try? await control.workers(of: instance)) ?? []
    }

    /// Asks the instance's worker something.
    ///
    /// - Parameter request: what to ask.
    /// - Returns: its answer; `nil` while nothing runs the instance.
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? {
        // As above.
        try? await control.ask(request, of: instance)
    }

    /// All `resolvers` sections with what their name servers have answered; `nil` while nothing runs the instance.
    func resolvers() async -> [ResolversSnapshot]? {
        guard let used = await ask(.resolvers) else { return nil }
        return configuration.resolvers.map { section in
            let names = section.nameServers.map { ($0.name, NameServerCounters()) }
            let unused = ResolversSnapshot(name: section.name, servers: names)
            return used.first { $0.name == section.name } ?? unused
        }
    }
}
