import Testing

extension Scenarios {
    @Suite("Stand-ins")
    struct StandIns {
        @Test("no confirmed message is lost when a stand-in stops under its clients", .enabled(if: Python.hasPika))
        func seedStory() async throws {
            let directory = try TemporaryDirectory()
            let log = try SyslogCatcher()
            let files = try SeedFiles(log: log, directory: directory)
            let supervisor = try Supervisor(in: directory, instances: try files.write(checkInterval: "200ms"))
            let process = try await supervisor.up(
                ["--stand-ins"],
                listeningOn: [
                    files.cluster.statistics, files.warren.statistics,
                ])
            try await SeedStory(
                supervisor: supervisor, files: files, log: log, checkTime: .seconds(30), messageDelay: 0.005,
                stop: { try await supervisor.run("stand-in", "stop", $0).requireSuccess("stand-in stop") },
                start: { try await supervisor.run("stand-in", "start", $0).requireSuccess("stand-in start") }
            ).run()
            #expect(try await supervisor.run("stand-in", "stop", "rabit").status == .code(4))
            try await process.stop()
        }

        @Test("stand-ins serve a newcomer who has no rights", .enabled(if: Python.hasPika))
        func withoutRights() async throws {
            let directory = try TemporaryDirectory()
            let files = try SeedFiles(log: try SyslogCatcher(), directory: directory)
            let supervisor = try Supervisor(in: directory, instances: try files.write(), hasRights: false)
            let process = try await supervisor.up(["--stand-ins"], listeningOn: [files.cluster.statistics])
            let publisher = try Python.start("publisher", [String(files.cluster.sessions.port), "q", "20", "0"])
            try await publisher.waitUntilExit()
            #expect(publisher.output.contains("confirmed 20"))
            let consumer = try Python.start("consumer", [String(files.warren.sessions.port), "q", "20", "0"])
            try await consumer.waitUntilExit()
            #expect(consumer.output.contains("complete 20 again 0"))
            try await process.stop()
        }
    }
}
