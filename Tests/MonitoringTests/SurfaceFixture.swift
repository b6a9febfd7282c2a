import Configuration
import Logging
import Model
import NIOPosix
import Proxy
import Supervision
import Synchronization

@testable import Monitoring

/// An instance with one statistics address and one stats socket, served for as long as a test runs.
struct SurfaceFixture {
    let page: ClientAddress
    let commands: ClientAddress
    let counters: HTTPFrontendCounters

    /// Opens the surfaces of an instance, runs a test on them and closes them.
    static func run(
        stats: StatsConfiguration = SurfaceFixture.stats, timeout: Duration = .seconds(5),
        logTargets: [LogTarget] = [], level: StatsSocketConfiguration.Level = .admin, maxconn: Int = 100,
        snapshot: InstanceSnapshot? = SnapshotFixtures.warrenOnBackup, _ test: (SurfaceFixture) async throws -> Void
    ) async throws {
        let (http, line) = (try LoopbackListener.tcp(), try LoopbackListener.tcp())
        let configuration = configuration(stats, timeout, logTargets, level, maxconn)
        let counters = HTTPFrontendCounters()
        let surfaces = Surfaces(
            group: MultiThreadedEventLoopGroup.singleton, version: "0.1.0", logger: Logger(label: "test"))
        try await surfaces.open(
            configuration,
            listeners: [
                SurfaceListener(purpose: .statistics(proxy: 0), descriptor: http.descriptor),
                SurfaceListener(purpose: .commands(socket: 0), descriptor: line.descriptor),
            ], counters: [0: counters], control: SnapshotControl(snapshot: snapshot))
        do {
            try await test(SurfaceFixture(page: http.address, commands: line.address, counters: counters))
        } catch {
            await surfaces.close(configuration.name)
            throw error
        }
        await surfaces.close(configuration.name)
    }

    /// The seed's statistics.
    static var stats: StatsConfiguration {
        var stats = StatsConfiguration()
        stats.uri = "/stats"
        stats.refresh = .seconds(5)
        return stats
    }

    private static func configuration(
        _ stats: StatsConfiguration, _ timeout: Duration, _ logTargets: [LogTarget],
        _ level: StatsSocketConfiguration.Level, _ maxconn: Int
    ) -> InstanceConfiguration {
        let location = SourceLocation(file: "warren.cfg", line: 1, column: 1)
        var proxy = ProxyConfiguration(
            name: "private_monitoring", id: 3, kind: .listen, maxconn: maxconn, location: location)
        proxy.mode = .http
        proxy.stats = stats
        proxy.timeouts.client = timeout
        proxy.logFormat = .http
        proxy.logTargets = logTargets
        proxy.ignoresNullSessions = true
        var configuration = InstanceConfiguration(name: "warren", file: "warren.cfg")
        configuration.proxies = [proxy]
        configuration.global.statsTimeout = timeout
        var socket = StatsSocketConfiguration(address: .ipv4("127.0.0.1", port: 0), location: location)
        socket.level = level
        configuration.global.statsSockets = [socket]
        return configuration
    }
}

/// A supervisor that only has a snapshot.
struct SnapshotControl: InstanceControl {
    let snapshot: InstanceSnapshot?

    var historyLoad: HistoryLoad? {
        get async { HistoryLoad(queued: 3, dropped: 5, written: 70, isFailing: false) }
    }

    func status(of names: [String]) async throws(ControlError) -> [InstanceStatus] {
        names.map { name in
            var status = InstanceStatus(instance: name, state: snapshot == nil ? .backoff : .running)
            status.restarts = 2
            return status
        }
    }
    func snapshot(of instance: String) async throws(ControlError) -> InstanceSnapshot? { snapshot }
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>, of instance: String) async throws(ControlError)
        -> Answer?
    { nil }
    func carryOut(_ order: InstanceOrder, on instance: String, by who: Operator) async throws(ControlError) {
        throw .notFound(instance, suggestion: nil)
    }
    func set(_ state: AdministrativeState, server: String, by who: Operator) async throws(ControlError)
        -> [ServerIdentity]
    { throw .notFound(server, suggestion: nil) }
    func carryOut(_ act: RuntimeAct, on instance: String, by who: Operator) async throws(ControlError) -> ActResult {
        throw .notFound(instance, suggestion: nil)
    }
    func standIns() async -> [StandInStatus] { [] }
    func setStandIn(_ name: String, running isRunning: Bool, by who: Operator) async throws(ControlError) {
        throw .notFound(name, suggestion: nil)
    }
    func shutDown(by who: Operator) async {}
}
