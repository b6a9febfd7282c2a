import Testing

/// The story that both kinds of brokers are taken through.
///
/// 1000 messages are published with confirms and consumed slowly through the cluster's port; the broker that serves the
/// publisher is stopped; clients reconnect through the same port and reach another; the broker comes back. Meanwhile the
/// warren goes to its backup, and comes back for new connections.
struct SeedStory {
    static let messages = 1000
    static let queue = "queue.haproxy"

    let supervisor: Supervisor
    let files: SeedFiles
    let log: SyslogCatcher
    /// How long the checks may take to see a broker go or come back.
    let checkTime: Duration
    /// How long publisher and consumer take for a message, in seconds: long enough that both are in the middle of their
    /// work when the broker stops.
    let messageDelay: Double
    /// Stops the broker of a server.
    let stop: (String) async throws -> Void
    /// Starts the broker of a server.
    let start: (String) async throws -> Void

    /// Tells the story.
    func run() async throws {
        let publisher = try publisher()
        let serving = try await eventually("a server has the publisher's session") {
            try await statistics(files.cluster).sessions().first { $0.value == 1 }?.key
        }
        // Both instances have this server first, and round robin begins with it: nobody has connected there before.
        try #require(serving == "rabbit")
        let consumer = try consumer()
        let held = try Python.start("holder", [String(files.warren.sessions.port)])
        try await eventually("the warren serves on \(serving)") {
            try await statistics(files.warren).sessions() == ["rabbit": 1, "rabbit_backup": 0]
        }
        try await eventually("100 messages are consumed") { consumer.output.contains("unique 100\n") }

        try await stop(serving)
        try #require(!publisher.output.contains("confirmed"), "the publisher has ended too soon to lose anything")
        try await eventually("the publisher is cut off and connected again", within: .seconds(30)) {
            publisher.output.contains("CONNECTION_FORCED")
                && publisher.output.split(separator: "\n").filter { $0 == "connected" }.count >= 2
        }
        try await eventually("the warren's client is cut off") { held.output.contains("lost") }
        try await waitForHistory(serving, to: "DOWN")
        try await checkDown(serving)
        let onBackup = try Python.start("holder", [String(files.warren.sessions.port)])
        try await eventually("the warren serves on its backup") {
            try await statistics(files.warren).sessions() == ["rabbit": 0, "rabbit_backup": 1]
        }

        try await start(serving)
        try await waitForHistory(serving, to: "UP")
        try await checkUp(serving)
        let back = try Python.start("holder", [String(files.warren.sessions.port)])
        try await eventually("new connections of the warren are back, the old one stays") {
            try await statistics(files.warren).sessions() == ["rabbit": 1, "rabbit_backup": 1]
        }
        #expect(onBackup.isRunning && back.isRunning)

        try await checkNothingLost(publisher, consumer)
    }

    private func publisher() throws -> TestProcess {
        try Python.start(
            "publisher", [String(files.cluster.sessions.port), Self.queue, String(Self.messages), String(messageDelay)])
    }

    private func consumer() throws -> TestProcess {
        try Python.start(
            "consumer",
            [String(files.cluster.sessions.port), Self.queue, String(Self.messages), String(messageDelay)])
    }

    private func statistics(_ instance: SeedFiles.Instance) async throws -> StatisticsPage {
        try await StatisticsPage(port: instance.statistics.port)
    }

    private func history(of server: String, in instance: String) async throws -> [HistoryLine] {
        try await supervisor.json(HistoryLine.self, "history", server, "--instance", instance)
            .filter { $0.server == server }
    }

    private func waitForHistory(_ server: String, to state: String) async throws {
        for instance in ["cluster", "warren"] {
            let what = "the history of \(instance) has \(server) \(state)"
            try await eventually(what, within: checkTime, every: .milliseconds(100)) {
                try await history(of: server, in: instance).last?.to == state
            }
        }
    }

    private func checkDown(_ server: String) async throws {
        let cluster = try #require(try await history(of: server, in: "cluster").last)
        #expect(cluster.from == "UP")
        #expect(cluster.proxy == "rabbitmq_cluster")
        #expect(cluster.status == "L4CON")
        #expect(cluster.sessions == 0)
        #expect(cluster.active_servers == 2)
        #expect(cluster.backup_servers == 0)
        let warren = try #require(try await history(of: server, in: "warren").last)
        #expect(warren.active_servers == 0)
        #expect(warren.backup_servers == 1)

        let status = try await supervisor.json(StatusLine.self, "status")
        #expect(status.map(\.instance) == ["cluster", "warren"])
        #expect(status.map(\.state) == ["RUNNING", "RUNNING"])
        #expect(status.map(\.on_backup) == [false, true])
        #expect(status.map(\.servers_up) == [2, 1])
        #expect(try await statistics(files.cluster).field("status", of: server) == "DOWN")
        let line = try await log.line("\(server) is DOWN") { $0.contains("Server rabbitmq_cluster/\(server) is DOWN") }
        #expect(line.contains("reason: Layer4 connection problem, info: \"Connection refused\""))
    }

    private func checkUp(_ server: String) async throws {
        let up = try #require(try await history(of: server, in: "warren").last)
        #expect(up.from == "DOWN")
        #expect(up.status == "L4OK")
        #expect(up.lasted_ms.map { $0 > 0 } == true)
        #expect(up.active_servers == 1)
        let status = try await supervisor.json(StatusLine.self, "status")
        #expect(status.map(\.on_backup) == [false, false])
        #expect(try await statistics(files.cluster).field("status", of: server) == "UP")
        _ = try await log.line("\(server) is UP") { $0.contains("Server rabbitmq_cluster/\(server) is UP") }
    }

    private func checkNothingLost(_ publisher: TestProcess, _ consumer: TestProcess) async throws {
        #expect(try await publisher.waitUntilExit(within: .seconds(60)) == .code(0))
        #expect(publisher.output.contains("confirmed \(Self.messages)"))
        #expect(try await consumer.waitUntilExit(within: .seconds(90)) == .code(0), "\(consumer.errorOutput)")
        #expect(consumer.output.contains("complete \(Self.messages)"))
    }
}
