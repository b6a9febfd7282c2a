import ArgumentParser
import Configuration
import EventLoop
import Foundation
import Monitoring
import Settings
import Supervision
import Synchronization

/// `supervise up`: runs the instances.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs an instance for each *.cfg file, until it is told to end.",
        discussion: """
            SIGTERM, SIGINT and 'supervise down' end it: no new sessions, the old ones may end by themselves for a \
            while, then the process ends. A second signal ends it at once. SIGUSR1 lets it end with the last session, and \
            SIGHUP and SIGUSR2 reload all instances.

            With '--watch', new files and files that have gone are told, and neither start nor stop anything.
            """)

    @Option(help: ArgumentHelp("The folder of the instances' files.", valueName: "dir"))
    var instances = InstanceFolder.standardPath

    @Option(
        help: ArgumentHelp(
            "Where the dashboard is served, and what it shows as JSON; 'off' for nowhere.",
            valueName: "addr:port|off"))
    var dashboard = DashboardOption.standard

    @Option(
        help: ArgumentHelp(
            "A file with a line NAME:PASSWORD for each who may drain, restart and so on through the dashboard.",
            valueName: "file"))
    var dashboardPasswordFile: String?

    @Flag(help: "Put an embedded broker in the place of each server, to try it without RabbitMQ.")
    var standIns = false

    @Flag(help: "Go to the background once everything runs; messages go to supervise.log in the state directory.")
    var daemon = false

    @Flag(help: "Write the supervisor's own messages as JSON, an object a line.")
    var logJson = false

    @Option(help: ArgumentHelp("How long sessions may go on when an instance or all of it ends.", valueName: "seconds"))
    var drain = 30

    @Option(
        help: ArgumentHelp(
            "The group that may give orders besides the supervisor's user, by name or number; its user must be of it.",
            valueName: "group"))
    var controlGroup: GroupArgument?

    @Flag(help: "Reload an instance when its file changes, once it has been left alone for a second.")
    var watch = false

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Have a small process hold the listening sockets and start this again when it crashes.",
            discussion: "--no-guardian leaves that to systemd, or to nobody."))
    var guardian = true

    @Option(
        help: ArgumentHelp(
            "Tell of an instance whose loop is stuck for so long; after six times as long the supervisor is started again.",
            valueName: "seconds"))
    var stalled = 5

    @Option(
        help: ArgumentHelp(
            "How many threads carry the sessions of an instance whose file has no 'nbthread'; 'auto' is one a core.",
            valueName: "number|auto"))
    var threads = ThreadCount.one

    @Flag(help: .hidden)
    var detached = false

    @OptionGroup var state: StateOption

    func validate() throws {
        guard (0...86_400).contains(drain) else { throw ValidationError("'--drain' must be 0 to 86400 seconds.") }
        guard (1...3_600).contains(stalled) else { throw ValidationError("'--stalled' must be 1 to 3600 seconds.") }
    }

    /// How the supervisor's own messages are written.
    var messages: MessageStyle { logJson ? .json : .lines }

    func run() async throws {
        let directory = try state.directory()
        if daemon {
            let arguments = CommandLine.arguments.dropFirst().filter { $0 != "--daemon" } + ["--detached"]
            return try BackgroundProcess(directory).launch(Array(arguments))
        }
        let environment = ProcessInfo.processInfo.environment
        let guardianship = try Guardianship(environment: environment)
        if guardianship == nil, guardian { try Guardianship.begin() }
        let isRestarted = guardianship.map { !$0.isFirst } ?? false
        if detached, isRestarted { try BackgroundProcess.forgetOutput() }
        let options = try refuseWrongConfiguration(environment)
        let users = try dashboardUsers()
        try directory.make()
        if let controlGroup { try directory.open(toGroup: controlGroup.number) }
        let lock = Mutex<LockFile?>(try guardianship?.lock(directory) ?? directory.lock())
        let manager = ServiceManager(environment: environment, guardian: guardianship?.link)
        let manner = RunManner(
            dashboard: dashboard, dashboardUsers: users, controlGroup: controlGroup?.number, options: options,
            watchesFiles: watch, messages: messages)
        let run = SupervisorRun(
            settings(directory, guardianship, manager, environment), directory: directory, manner: manner,
            guardianship: guardianship, manager: manager)
        try await run.untilEnded {
            if detached, !isRestarted { BackgroundProcess.reportReady() }
        } whenOrphaned: {
            // Who starts another one now need not wait for the last session.
            lock.withLock { $0 = nil }
        }
        lock.withLock { $0 = nil }
    }

    private func settings(
        _ directory: StateDirectory, _ guardianship: Guardianship?, _ manager: ServiceManager?,
        _ environment: [String: String]
    ) -> SupervisorSettings {
        var settings = SupervisorSettings(directory: instances, environment: environment)
        settings.usesStandIns = standIns
        settings.drain = .seconds(drain)
        settings.threads = threads.count
        settings.stalledAfter = .seconds(stalled)
        settings.serverStates = directory.serverStates
        settings.tables = directory.tables
        settings.isSuccessor = guardianship.map { !$0.isFirst } ?? false
        settings.custody = SocketCustody(
            sockets: guardianship?.listeners ?? [:], activated: ActivatedSockets.find(environment),
            guardian: guardianship?.link)
        if let sign = LifeSign(manager) { settings.whenWell = { sign.give() } }
        settings.whenEnding = { [drain] in manager?.stopping(within: .seconds(drain)) }
        if let link = guardianship?.link {
            settings.requestUpgrade = { link.requestUpgrade() }
            settings.whenHopeless = { sentence in
                Output.message("supervise: \(sentence); it is started again")
                CurrentProcess.abort()
            }
        }
        return settings
    }

    private func dashboardUsers() throws -> DashboardUsers? {
        do throws(DashboardUsersError) {
            return try dashboardPasswordFile.map { file throws(DashboardUsersError) in try DashboardUsers(file: file) }
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
    }

    /// Before anything is written to the history, so that a typing error leaves no run there.
    private func refuseWrongConfiguration(_ environment: [String: String]) throws -> SupervisorOptions {
        let report = ConfigurationReport(
            files: try InstanceFolder(path: instances).files(), settings: SettingsFile.path(beside: instances),
            environment: environment)
        // Notes are for 'check': they tell nothing that an operator has to look at here.
        for diagnostic in report.diagnostics where diagnostic.severity != .note { messages.tell(diagnostic) }
        guard report.isValid else { throw CommandFailure(.usage, report.summary) }
        return report.options
    }
}

extension DashboardOption {
    /// This machine alone.
    static let standard = DashboardOption(argument: "127.0.0.1:8099") ?? .off
}
