import AccessLog
import Configuration
import Logging
import Model
import NIOCore
import Proxy
import Supervision

/// The statistics pages and stats sockets of all instances.
///
/// Each instance's are opened and closed by the supervisor, on threads that all share. Callable from every task; orders for
/// one instance are to come one after the other, as the supervisor gives them.
public actor Surfaces: InstanceSurface {
    /// How long answers under way may take when an instance's surfaces close.
    static let grace = Duration.seconds(2)

    private let group: any EventLoopGroup
    private let version: String
    private let logger: Logger
    private let history: HistorySource?
    private var servers: [String: [SocketServer]] = [:]
    /// What comes and goes at each instance's surfaces; goes on through reloads.
    private var traffic: [String: SurfaceTraffic] = [:]

    /// Makes surfaces of no instance.
    ///
    /// - Parameters:
    ///   - group: the threads to serve on; one or two are plenty.
    ///   - version: the program's version, as the statistics show it.
    ///   - logger: for what goes wrong.
    ///   - history: opens the history; `nil` where none is kept.
    public init(group: any EventLoopGroup, version: String, logger: Logger, history: HistorySource? = nil) {
        self.group = group
        self.version = version
        self.logger = logger
        self.history = history
    }

    /// Begins to serve an instance; what was served of it before is closed first.
    ///
    /// - Parameters:
    ///   - configuration: the instance's configuration.
    ///   - listeners: where to serve; their descriptors belong to the surfaces from now on, also when this throws.
    ///   - counters: where to count, by the statistics proxy's index.
    ///   - control: the supervisor.
    /// - Throws: what keeps one of them from serving; none is served then.
    public func open(
        _ configuration: InstanceConfiguration, listeners: [SurfaceListener], counters: [Int: HTTPFrontendCounters],
        control: any InstanceControl
    ) async throws {
        await close(configuration.name)
        let traffic = traffic[configuration.name] ?? SurfaceTraffic()
        self.traffic[configuration.name] = traffic
        let source = SurfaceSource(
            configuration: configuration, version: version, counters: counters, control: control, history: history,
            accessLists: AccessListBook(configuration), maps: MapBook(configuration),
            flapping: FlappingServers(history: history),
            commandConnections: ConnectionLimit(configuration.global.statsMaxconn), traffic: traffic)
        var opened: [SocketServer] = []
        var failure: (any Error)?
        // Each descriptor is taken over, also after a failure, because only its server can close it.
        for listener in listeners {
            do {
                opened.append(try await server(for: listener, source))
            } catch {
                failure = error
            }
        }
        if let failure {
            for server in opened { await server.stop(grace: .zero) }
            throw failure
        }
        servers[configuration.name] = opened
    }

    /// Stops serving an instance; returns when its connections and descriptors are closed.
    ///
    /// - Parameter instance: its name.
    public func close(_ instance: String) async {
        let closing = servers.removeValue(forKey: instance) ?? []
        await withDiscardingTaskGroup { group in
            for server in closing { group.addTask { await server.stop(grace: Self.grace) } }
        }
    }

    private func server(for listener: SurfaceListener, _ source: SurfaceSource) async throws -> SocketServer {
        switch listener.purpose {
        case .statistics(let index):
            let proxy = source.configuration.proxies[index]
            return try await SocketServer(
                takingOver: listener.descriptor, serving: source.statistics(of: proxy, at: index),
                maxConnections: max(1, proxy.maxconn), on: group, logger: logger)
        case .commands(let index):
            return try await SocketServer(
                takingOver: listener.descriptor, serving: source.commands(of: index),
                maxConnections: source.mostConnections(of: index), sharing: source.commandConnections, on: group,
                logger: logger)
        }
    }
}

/// What the surfaces of one instance are made from.
private struct SurfaceSource: Sendable {
    let configuration: InstanceConfiguration
    let version: String
    let counters: [Int: HTTPFrontendCounters]
    let control: any InstanceControl
    let history: HistorySource?
    let accessLists: AccessListBook
    let maps: MapBook
    let flapping: FlappingServers
    let certificates = CertificateBook()
    /// What commands want to know of the threads.
    let profiling = ProfilingBook()
    /// The connections of all stats sockets together.
    let commandConnections: ConnectionLimit
    /// What comes and goes at all of them.
    let traffic: SurfaceTraffic

    private var process: ProcessInformation {
        var process = ProcessInformation(version: version)
        if let node = configuration.global.node { process.node = node }
        process.description = configuration.global.description
        process.surfaces = traffic
        process.statsSockets = configuration.global.statsSockets.count
        return process
    }

    /// The instance now; `nil` while nothing runs it.
    private var snapshot: @Sendable () async -> InstanceSnapshot? {
        { [control, name = configuration.name] in
            // An instance that the supervisor does not know any more is one that nothing runs.
            try? await control.snapshot(of: name)
        }
    }

    /// Gives lines for rings to the worker, which keeps them; while nothing runs they are lost.
    private var handOver: LogRings.HandOver {
        { [control, name = configuration.name] ring, line in
            Task { try? await control.ask(.append(line, toRing: ring), of: name) }
        }
    }

    func statistics(of proxy: ProxyConfiguration, at index: Int) throws -> StatisticsChannel {
        let stats = proxy.stats ?? StatsConfiguration()
        let process = process
        let responder = StatisticsResponder(
            site: StatisticsSite(proxy, userlists: configuration.userlists), configuration: stats,
            page: try StatisticsPage(configuration: stats, process: process), process: process,
            snapshot: snapshot, carrier: FormCarrier(control: control, instance: configuration.name),
            flapping: flapping,
            vitals: { [control, name = configuration.name] in await control.vitals(of: name) })
        let log = RequestLog(
            proxy: proxy, tag: proxy.logging.tag ?? configuration.global.logTag, processID: process.processID,
            hostName: configuration.global.logHostName, rings: configuration.rings, handOver: handOver)
        return StatisticsChannel(
            proxy: proxy, responder: responder, counters: counters[index] ?? HTTPFrontendCounters(), log: log,
            traffic: traffic)
    }

    func commands(of index: Int) -> CommandChannel {
        let socket = configuration.global.statsSockets[index]
        let context = CommandContext(
            configuration: configuration, process: process, table: .statsSocket, control: control,
            actor: Operator(name: "stats socket \(socket.address.commandText)"), history: history,
            accessLists: accessLists, maps: maps, certificates: certificates, profiling: profiling)
        return CommandChannel(
            context: context, traffic: traffic,
            beginning: CommandSession(
                level: socket.level, severityOutput: socket.severityOutput, exposesListeners: socket.exposesListeners),
            idleTimeout: configuration.global.statsTimeout)
    }

    /// How many connections a stats socket takes at once; further ones wait.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `maxconn` of a `stats socket` line; `stats maxconn` holds for all together.
    func mostConnections(of index: Int) -> Int {
        let global = configuration.global
        return min(global.statsMaxconn, global.statsSockets[index].maxconn ?? .max)
    }
}
