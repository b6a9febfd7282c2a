import AsyncHTTPClient
import Foundation
import History
import Logging
import Model
import NIOHTTP1
import Supervision
import Testing

@testable import Monitoring

/// The control API over its two addresses, with real sockets.
@Suite("control server", .timeLimit(.minutes(1)))
struct ControlServerTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Serves while `body` runs; hands it the port of a TCP address.
    private func serving(
        _ server: ControlServer, _ body: @escaping @Sendable (Int?) async throws -> Void
    ) async throws {
        let (listening, announce) = AsyncStream.makeStream(of: Int?.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await server.run { port in announce.yield(port) }
            }
            for await port in listening.prefix(1) { try await body(port) }
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                // Cancelling is how this test ends the server.
            }
        }
    }

    private func onSocket(
        _ control: FakeSupervisor, history: FakeHistory = FakeHistory(),
        _ body: @escaping @Sendable (ControlClient, String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/control.sock"
        let server = ControlServer.socket(path, control: control, history: { history }, logger: Self.logger)
        try await serving(server) { _ in try await body(ControlClient(path: path), path) }
    }

    private func onDashboard(
        history: FakeHistory = FakeHistory(),
        _ body: @escaping @Sendable (_ base: String, _ control: FakeSupervisor) async throws -> Void
    ) async throws {
        let control = FakeSupervisor()
        let address = try #require(DashboardAddress("127.0.0.1:0"))
        let server = ControlServer.dashboard(address, control: control, history: { history }, logger: Self.logger)
        try await serving(server) { port in try await body("http://127.0.0.1:\(try #require(port))", control) }
    }

    private func fetch(
        _ url: String, method: HTTPMethod = .GET, host: String? = nil, body: String? = nil
    ) async throws -> (status: UInt, body: String) {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let host { request.headers.add(name: "Host", value: host) }
        if let body { request.body = .bytes(Array(body.utf8)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    @Test("orders that move sessions reach the supervisor, and an instance that doesn't run has no plan")
    func moves() async throws {
        let control = FakeSupervisor()
        try await onSocket(control) { client, _ in
            let done = try await client.failBack("warren", proxy: "amqp", reason: "all is well")
            #expect(done == [])
            await #expect(throws: ControlClientError.failed("warren is not running")) {
                _ = try await client.rebalance("warren", proxy: nil, perMinute: 5, isDryRun: true, reason: nil)
            }
            await #expect(throws: ControlClientError.failed("per_minute is a number from 1 to 60000")) {
                _ = try await client.rebalance("warren", proxy: nil, perMinute: 0, isDryRun: false, reason: nil)
            }
        }
        let who = Operator(name: "uid \(getuid()) (\(NSUserName()))", reason: "all is well")
        #expect(control.orders == [.act(.proxy("amqp", .failback), "warren", who)])
        try await onSocket(FakeSupervisor(refusing: .failed("no"))) { client, _ in
            await #expect(throws: ControlClientError.failed("no")) {
                _ = try await client.failBack("warren", proxy: nil, reason: nil)
            }
        }
    }

    @Test("an instance's status arrives as the supervisor gave it")
    func status() async throws {
        try await onSocket(FakeSupervisor()) { client, _ in
            let all = try await client.status()
            let one = try await client.status(of: ["warren"])
            #expect(all == [FakeSupervisor.cluster, FakeSupervisor.warren])
            #expect(one == [FakeSupervisor.warren])
        }
    }

    @Test("an unknown instance is not found, with the name that was meant")
    func unknownInstance() async throws {
        try await onSocket(FakeSupervisor()) { client, _ in
            await #expect(throws: ControlClientError.notFound("waren", suggestion: "warren")) {
                try await client.status(of: ["waren"])
            }
        }
    }

    @Test("what is said with an order reaches the supervisor, and what a reload does comes back")
    func options() async throws {
        let control = FakeSupervisor()
        try await onSocket(control) { client, _ in
            var options = OrderOptions()
            options.isDryRun = true
            let plan = try await client.carryOut(.reload, options, on: "warren", reason: nil)
            #expect(plan == FakeSupervisor.plan)
            #expect(try await client.carryOut(.reload, OrderOptions(), on: "warren", reason: nil) == nil)
            options = OrderOptions()
            options.grace = .milliseconds(1_500)
            #expect(try await client.carryOut(.restart, options, on: "warren", reason: nil) == nil)
            await #expect(throws: ControlClientError.self) {
                var dryRun = OrderOptions()
                dryRun.isDryRun = true
                return try await client.carryOut(.stop, dryRun, on: "warren", reason: nil)
            }
            _ = try await client.shutDown(draining: .seconds(2), reason: nil)
        }
        #expect(control.said.map(\.grace) == [nil, nil, .milliseconds(1_500)])
        #expect(control.drains == [.seconds(2)])
    }

    @Test("every order reaches the supervisor with the kernel's word on who gave it")
    func orders() async throws {
        let control = FakeSupervisor()
        try await onSocket(control) { client, _ in
            for order in InstanceOrder.allCases {
                try await client.carryOut(order, on: "warren", reason: "kernel update")
            }
            let drained = try await client.set(.drain, server: "rabbit", reason: nil)
            #expect(drained == ["warren/rabbitmq_cluster/rabbit"])
            try await client.setStandIn("rabbit", running: false)
            try await client.setStandIn("rabbit", running: true)
            let process = try await client.shutDown(reason: nil)
            #expect(process == ProcessInfo.processInfo.processIdentifier)
        }
        let name = "uid \(getuid()) (\(NSUserName()))"
        let silent = Operator(name: name)
        #expect(
            control.orders == InstanceOrder.allCases.map {
                .instance($0, "warren", Operator(name: name, reason: "kernel update"))
            } + [
                .server(.drain, "rabbit", silent), .standIn("rabbit", isRunning: false, silent),
                .standIn("rabbit", isRunning: true, silent), .shutdown(silent),
            ])
    }

    @Test("a name with signs of its own reaches the supervisor as it was written")
    func escapedName() async throws {
        let control = FakeSupervisor()
        try await onSocket(control) { client, _ in
            try await client.carryOut(.restart, on: "a/b c%ü?", reason: nil)
        }
        guard case .instance(.restart, let name, _) = try #require(control.orders.first) else {
            Issue.record("another order arrived")
            return
        }
        #expect(name == "a/b c%ü?")
    }

    @Test("a refused configuration comes back with all its diagnostics")
    func refusedConfiguration() async throws {
        let lines = ["warren.cfg:3:5: error: one", "warren.cfg:9:1: error: two"]
        try await onSocket(FakeSupervisor(refusing: .refusedConfiguration(lines))) { client, _ in
            await #expect(throws: ControlClientError.refusedConfiguration(lines)) {
                try await client.carryOut(.reload, on: "warren", reason: nil)
            }
        }
    }

    @Test("what failed says why")
    func failure() async throws {
        try await onSocket(FakeSupervisor(refusing: .failed("the worker did not start"))) { client, _ in
            await #expect(throws: ControlClientError.failed("the worker did not start")) {
                try await client.carryOut(.start, on: "warren", reason: nil)
            }
        }
    }

    @Test("stand-ins are listed")
    func standIns() async throws {
        let control = FakeSupervisor()
        let expected = await control.standIns()
        try await onSocket(control) { client, _ in
            let standIns = try await client.standIns()
            #expect(standIns == expected)
        }
    }

    @Test("the socket is for its owner and its group, and replaces what an earlier process left")
    func socketFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/control.sock"
        for _ in 1...2 {
            let server = ControlServer.socket(
                path, control: FakeSupervisor(), history: { FakeHistory() }, logger: Self.logger)
            try await serving(server) { _ in
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o660)
                _ = try await ControlClient(path: path).status()
            }
        }
    }

    @Test("without a supervisor the client says so, whether or not a socket was left behind")
    func notRunning() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/control.sock"
        let client = ControlClient(path: path)
        await #expect(throws: ControlClientError.notRunning(path: path)) { try await client.status() }
        let server = ControlServer.socket(
            path, control: FakeSupervisor(), history: { FakeHistory() }, logger: Self.logger)
        try await serving(server) { _ in }
        await #expect(throws: ControlClientError.notRunning(path: path)) { try await client.status() }
    }

    @Test("instances are served on the dashboard's address, fields in their promised order")
    func dashboardInstances() async throws {
        try await onDashboard { base, _ in
            let answer = try await fetch(base + "/v1/instances?instance=warren")
            #expect(answer.status == 200)
            #expect(
                answer.body == """
                    {"instances":[{"instance":"warren","state":"RUNNING","uptime_s":61,"listen":["127.0.0.1:5680"],\
                    "servers_up":1,"servers":2,"on_backup":true,"sessions":4,"restarts":1,"pid":4711,"held":false,\
                    "reason":null,"without_server":[],"next_try":null,"finishing_workers":0,"finishing_sessions":0,\
                    "long_turns":2,"warnings":["the certificate /x.pem of amqp expires in 3 days"]}]}

                    """)
        }
    }

    @Test("history is served on the dashboard's address, fields in their promised order")
    func dashboardHistory() async throws {
        let history = FakeHistory()
        try await onDashboard(history: history) { base, _ in
            let query = "?server=rabbit_backup&since=2026-11-22T12:00:00%2B01:00&until=2026-12-01T00:00:00Z&limit=5"
            let answer = try await fetch(base + "/v1/history" + query)
            #expect(
                answer.body == """
                    {"history":[{"at":"2026-11-22T14:50:00.123Z","instance":"warren","proxy":"rabbitmq_cluster",\
                    "server":"rabbit_backup","from":"UP","to":"DOWN","status":"L4CON","code":null,\
                    "detail":"Connection refused","check_ms":1,"lasted_ms":192000,"sessions":4,"active_servers":0,\
                    "backup_servers":0,"actor":null,"reason":null,"carried_by":[],"sessions_cut":null,\
                    "turning_ms":null}],"last":7,"next":null}

                    """)
        }
        var expected = HistoryQuestion()
        expected.server = "rabbit_backup"
        expected.since = RFC3339.parse("2026-11-22T11:00:00Z")
        expected.until = RFC3339.parse("2026-12-01T00:00:00Z")
        // One more than the page has, to know whether there is another.
        expected.limit = 6
        #expect(history.lastQuestion == expected)
    }

    @Test(
        "a question that makes no sense is told why",
        arguments: ["limit=0", "limit=many", "since=yesterday", "after=x", "colour=red"])
    func badQuestion(query: String) async throws {
        try await onDashboard { base, _ in
            let answer = try await fetch(base + "/v1/history?" + query)
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix(#"{"error":""#))
        }
    }

    @Test("a server that the history does not know is not found, with the name that was meant")
    func unknownServer() async throws {
        try await onDashboard { base, _ in
            let answer = try await fetch(base + "/v1/history?server=rabbit_bakup")
            #expect(answer.status == 404)
            #expect(answer.body.contains(#""suggestion":"rabbit_backup""#))
        }
    }

    @Test("orders are refused on the dashboard's address")
    func dashboardOrders() async throws {
        try await onDashboard { base, control in
            for path in ["/v1/instances/warren/stop", "/v1/servers", "/v1/stand-ins/rabbit/stop", "/v1/shutdown"] {
                let answer = try await fetch(base + path, method: .POST, body: "{}")
                #expect(answer.status == 405)
            }
            #expect(control.orders.isEmpty)
        }
    }

    @Test("a page under a foreign name is not answered")
    func foreignHost() async throws {
        try await onDashboard { base, _ in
            let foreign = try await fetch(base + "/v1/instances", host: "evil.example:8099")
            let own = try await fetch(base + "/v1/instances", host: "localhost:8099")
            #expect(foreign.status == 403)
            #expect(own.status == 200)
        }
    }

    @Test("an address that is taken is a clear error")
    func addressInUse() async throws {
        try await onDashboard { base, _ in
            let address = try #require(DashboardAddress(String(base.dropFirst("http://".count))))
            let second = ControlServer.dashboard(
                address, control: FakeSupervisor(), history: { FakeHistory() }, logger: Self.logger)
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.description == "cannot serve the dashboard on \(address): Address already in use")
        }
    }

    @Test("a body larger than any order is refused")
    func largeBody() async throws {
        try await onSocket(FakeSupervisor()) { client, _ in
            let reason = String(repeating: "x", count: ControlRoutes.maximumBodyBytes)
            await #expect(throws: ControlClientError.self) {
                try await client.carryOut(.restart, on: "warren", reason: reason)
            }
        }
    }

    @Test(
        "a Host header means this machine when it is an address or one of its names",
        arguments: [
            ("127.0.0.1:8099", true), ("127.0.0.1", true), ("[::1]:8099", true), ("[::1]", true),
            ("LOCALHOST:8099", true), ("evil.example", false), ("127.0.0.1.evil.example", false), ("[evil]", false),
            ("", false), ("localhost:port", false), ("[::1", false), ("1.2.3.4.5", false),
        ])
    func hosts(authority: String, isAccepted: Bool) {
        #expect(ReadOnlyAccess(names: ["localhost"]).accepts(authority) == isAccepted)
    }

    @Test(
        "a dashboard address is a host and a port",
        arguments: [
            ("127.0.0.1:8099", "127.0.0.1:8099"), ("[::1]:0", "[::1]:0"), ("localhost:80", "localhost:80"),
            ("8099", nil), (":8099", nil), ("::1:8099", nil), ("a:99999", nil),
        ] as [(String, String?)])
    func addresses(text: String, description: String?) {
        #expect(DashboardAddress(text)?.description == description)
    }
}
