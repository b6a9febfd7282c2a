import Foundation
import History
import Logging
import Model
import Monitoring
import ServiceLifecycle
import Settings
import Supervision

/// One run of the supervisor: everything that `up` starts, in the order in which it starts and ends.
///
/// 1. The control socket is bound; if that cannot be had, nothing else is started. The dashboard's address is tried: one that is
///    taken keeps no instance from running, and is tried again until it is free.
/// 2. The recorder begins a run in the history.
/// 3. The instances start, and run until someone orders the end.
/// 4. The end goes back in the other direction; the control socket answers until the instances have ended.
struct SupervisorRun: Sendable {
    private let settings: SupervisorSettings
    private let directory: StateDirectory
    private let manner: RunManner
    private let guardianship: Guardianship?
    private let manager: ServiceManager?
    private let logger: Logger
    /// Hummingbird tells of each start and stop; only what goes wrong matters here.
    private let serverLogger: Logger

    /// Makes a run that has started nothing yet.
    ///
    /// - Parameters:
    ///   - settings: what to run, and how.
    ///   - directory: the state directory, locked by this process.
    ///   - manner: how it shows itself, and to whom.
    ///   - guardianship: the guardian that started this process, if one did.
    ///   - manager: the service manager, if it wants to be told.
    init(
        _ settings: SupervisorSettings, directory: StateDirectory, manner: RunManner, guardianship: Guardianship?,
        manager: ServiceManager?
    ) {
        self.settings = settings
        self.guardianship = guardianship
        self.manager = manager
        self.directory = directory
        self.manner = manner
        let messages = manner.messages
        logger = Logger(label: "supervise", factory: { messages.handler(label: $0) })
        serverLogger = Logger(label: "supervise.http", factory: { messages.handler(label: $0, .warning) })
    }

    /// Runs until someone orders the end, and everything has ended.
    ///
    /// - Parameters:
    ///   - whenReady: called when all instances have been started and all addresses are served.
    ///   - whenOrphaned: called when the guardian has ended before this process.
    /// - Throws: `ListenError` or `ConfigurationRefused`, when it could not begin.
    func untilEnded(
        whenReady: @escaping @Sendable () -> Void, whenOrphaned: @escaping @Sendable () -> Void = {}
    ) async throws {
        // Writing to a peer that has gone is an error to handle where it happens, and not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let recorder = Recorder(
            stateDirectory: directory.path, version: Supervise.versionNumber,
            processID: ProcessInfo.processInfo.processIdentifier, retention: manner.options.retention,
            successorOf: guardianship?.predecessor, now: { .now },
            report: { [logger] line in logger.warning("\(line)") })
        let tap = AlertTap(recorder)
        let alerts = AlertService(
            manner.options.alerts, stateDirectory: directory.path, history: recorder, logger: logger, now: { .now })
        let shared = SharedSettings(
            manner.options, beside: settings.directory, alerts: alerts, recorder: recorder, history: recorder,
            logger: logger)
        var settings = settings
        settings.sharedFile = SettingsFile.name
        settings.reloadShared = { isDryRun, who throws(ControlError) in
            try await shared.reload(isDryRun: isDryRun, by: who)
        }
        let supervisor = Supervisor(
            settings: settings, history: tap,
            surface: Surfaces(
                version: Supervise.versionNumber, logger: serverLogger,
                history: { [path = directory.path] in try HistoryDatabase(stateDirectory: path) }),
            logger: logger)
        guardianship?.listen(for: supervisor, logger: logger) { hasSuccessor in
            if hasSuccessor { recorder.handOver() } else { whenOrphaned() }
        }
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let control = ControlService(server: controlSocket(of: supervisor), arrival: arrival)
        let dashboard = dashboardService(of: supervisor, arrival: arrival)
        let addressCount = dashboard == nil ? 1 : 2
        let instances = InstancesService(
            supervisor: supervisor, recorder: recorder, tap: tap, alerts: alerts,
            listening: arrivals.prefix(addressCount), addressCount: addressCount,
            watch: manner.watchesFiles ? InstanceWatch(settings.directory, supervisor: supervisor) : nil,
            guardianship: guardianship, manager: manager
        ) {
            let message = await readyMessage(supervisor, dashboard)
            switch manner.messages {
            case .lines: Output.message(message)
            case .json: await tellReady(supervisor)
            }
            whenReady()
            guardianship?.link.reportReady()
            manager?.ready(message.prefix { $0 != "\n" }.description)
        }
        func guarded(_ service: any Service) -> any Service {
            guard let guardianship else { return service }
            return GuardedService(service: service, guardianship: guardianship, logger: serverLogger)
        }
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(
                service: guarded(control), successTerminationBehavior: .ignore,
                failureTerminationBehavior: .gracefullyShutdownGroup)
        ]
        if let dashboard {
            services.append(
                .init(
                    service: guarded(dashboard), successTerminationBehavior: .ignore,
                    failureTerminationBehavior: .ignore))
        }
        services.append(.init(service: instances, successTerminationBehavior: .gracefullyShutdownGroup))
        try await ServiceGroup(configuration: .init(services: services, logger: serverLogger)).run()
        switch manner.messages {
        case .lines: Output.message("supervise has ended")
        case .json: logger.info("supervise has ended")
        }
    }

    /// The same as `readyMessage` for programs.
    private func tellReady(_ supervisor: Supervisor) async {
        let statuses = await statuses(of: supervisor)
        var metadata: Logger.Metadata = [
            "version": "\(Supervise.versionNumber)", "pid": "\(ProcessInfo.processInfo.processIdentifier)",
            "control": "\(directory.controlSocket)",
            "instances": .dictionary(
                Dictionary(
                    statuses.map { ($0.instance, .string($0.state.rawValue)) }, uniquingKeysWith: { first, _ in first })
            ),
        ]
        if case .at(let address) = manner.dashboard { metadata["dashboard"] = "http://\(address)/v1/instances" }
        logger.info("supervise is up", metadata: metadata)
    }

    private func statuses(of supervisor: Supervisor) async -> [InstanceStatus] {
        do {
            return try await supervisor.status(of: [])
        } catch {
            preconditionFailure("the supervisor does not know its own instances: \(error)")
        }
    }

    private var history: HistorySource {
        { [path = directory.path] in try HistoryDatabase(stateDirectory: path) }
    }

    private func controlSocket(of supervisor: Supervisor) -> ControlServer {
        .socket(
            directory.controlSocket, group: manner.controlGroup, control: supervisor, history: history,
            logger: serverLogger)
    }

    private func dashboardService(
        of supervisor: Supervisor, arrival: AsyncStream<Void>.Continuation
    ) -> DashboardService? {
        guard case .at(let address) = manner.dashboard else { return nil }
        let server = ControlServer.dashboard(
            address, control: supervisor, history: history, version: Supervise.versionNumber,
            users: manner.dashboardUsers, logger: serverLogger)
        return DashboardService(server: server, address: address, arrival: arrival, logger: logger)
    }

    /// What listens where.
    private func readyMessage(_ supervisor: Supervisor, _ dashboard: DashboardService?) async -> String {
        var lines = ["supervise \(Supervise.versionNumber) is up (pid \(ProcessInfo.processInfo.processIdentifier))"]
        var rows: [[Table.Cell]] = []
        for status in await statuses(of: supervisor) {
            let listen = status.listen.joined(separator: ", ")
            let words = status.state == .running ? "listens on \(listen)" : status.state.rawValue
            let reason = status.reason.map { ": \($0)" } ?? ""
            rows.append(["instance", Table.Cell(status.instance), Table.Cell(words + reason)])
        }
        for standIn in await supervisor.standIns() {
            let words = "listens on \(standIn.address) in the place of \(standIn.replaces)"
            rows.append(["stand-in", Table.Cell(standIn.name), Table.Cell(words)])
        }
        if let dashboard { rows.append(["dashboard", "", Table.Cell(dashboard.words)]) }
        rows.append(["control", "", Table.Cell(directory.controlSocket)])
        var table = Table(Array(repeating: Table.Column(title: ""), count: 3))
        lines += table.lines(rows).map { "  " + $0 }
        return lines.joined(separator: "\n")
    }
}

/// Serves the control socket.
private struct ControlService: Service {
    let server: ControlServer
    /// Told once when the address is served.
    let arrival: AsyncStream<Void>.Continuation

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run { _ in arrival.yield() }
        } onGracefulShutdown: {
            server.endStreams()
        }
    }
}

/// Serves an address that two processes cannot have: from the predecessor's end on, if there is one, until the group's end or
/// until a successor serves.
private struct GuardedService: Service {
    let service: any Service
    let guardianship: Guardianship
    let logger: Logger

    func run() async throws {
        await guardianship.predecessorLeft.wait()
        guardianship.beginServing()
        defer { guardianship.endServing() }
        let serving = ServiceGroup(services: [service], logger: logger)
        Task {
            await guardianship.leaving.wait()
            await serving.triggerGracefulShutdown()
        }
        try await serving.run()
    }
}
