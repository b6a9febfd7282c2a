import Testing

extension Scenarios {
    @Suite("Real brokers")
    struct RealBrokers {
        @Test(
            "no confirmed message is lost when RabbitMQ stops under its clients",
            .enabled(if: RabbitMQBrokers.isInstalled && Python.hasPika), .timeLimit(.minutes(5)))
        func seedStory() async throws {
            let brokers = try await RabbitMQBrokers.seed()
            let directory = try TemporaryDirectory()
            let log = try SyslogCatcher()
            let files = try SeedFiles(log: log, directory: directory)
            let supervisor = try Supervisor(in: directory, instances: try files.write(servers: brokers.servers))
            let process = try await supervisor.up(listeningOn: [
                files.cluster.statistics, files.warren.statistics,
            ])
            try await SeedStory(
                supervisor: supervisor, files: files, log: log, checkTime: .seconds(30), messageDelay: 0.03,
                stop: { try await brokers.control($0, "stop_app") },
                start: { try await brokers.control($0, "start_app") }
            ).run()
            try await process.stop()
            try await brokers.stop()
        }
    }
}
