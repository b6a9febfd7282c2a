import Foundation
import Testing

extension Scenarios {
    @Suite("Crowd")
    struct Crowd {
        /// As many as one process can have: each session takes two descriptors, and the supervisor needs some itself.
        private static let sessions = min(10_000, (descriptorLimit - 200) / 2)
        /// What idle sessions may take beyond a supervisor without sessions: 4 KiB each.
        private static let memoryForSessions = sessions * 4 << 10

        private static let descriptorLimit: Int = {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
            return Int(clamping: limit.rlim_max)
        }()

        /// Says so when the machine allows fewer than 10,000.
        private static let hasDescriptors: Bool = {
            if sessions < 10_000 {
                print("the hard limit of \(descriptorLimit) open files allows \(sessions) sessions")
            }
            return Requirement.isMet(sessions > 4000, "hard limit of 8200 open files")
        }()

        @Test("10,000 sessions at once all get their echoes, in bounded memory", .enabled(if: hasDescriptors))
        func tenThousand() async throws {
            let echoes = try (1...3).map { try HeldPort(host: "127.0.0.1\($0)") }
            let port = try HeldPort()
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            let addresses = echoes.enumerated().map { "echo\($0.offset) \($0.element.address)" }
            let instance = PlainInstance(name: "crowd", bind: port, servers: addresses, maxconn: Self.sessions + 20)
            try supervisor.configure("crowd", instance.text)
            let process = try await supervisor.up(listeningOn: [port])
            let before = try process.residentBytes()

            let servers = try Python.start("echoes", echoes.map(\.address))
            try await eventually("the echo servers listen; \(servers.errorOutput)") {
                servers.output.contains("listening")
            }
            let crowd = try Python.start("crowd", [String(port.port), String(Self.sessions)])
            try await eventually("all sessions have had their echo: \(crowd.output)", within: .seconds(120)) {
                if let status = crowd.exitStatus {
                    throw ScenarioError("the crowd ended with \(status): \(crowd.output)\(crowd.errorOutput)")
                }
                return crowd.output.contains("echoed twice")
            }
            let growth = try process.residentBytes() - before
            #expect(growth < Self.memoryForSessions, "memory grew by \(growth >> 20) MiB")
            let status = try await supervisor.json(StatusLine.self, "status", "crowd")
            #expect(status.map(\.sessions) == [Self.sessions])
            crowd.signal(SIGKILL)
            try await crowd.waitUntilExit()
            try await eventually("all sessions are over", within: .seconds(60), every: .milliseconds(200)) {
                try await supervisor.json(StatusLine.self, "status", "crowd").map(\.sessions) == [0]
            }
            try await process.stop()
            try await servers.stop()
        }
    }
}
