import Foundation
import Testing

extension Scenarios {
    @Suite("Watchdog")
    struct Watchdogs {
        @Test("a loop that hangs is told, and the supervisor is started again when it goes on hanging")
        func hangs() async throws {
            let setUp = try await GuardedInstance(arguments: ["--stalled", "1"])
            let first = try await setUp.supervisorID()
            let load = Load(port: setUp.port.port)
            var isPossible = true
            let served = try await load.run(clients: 4) {
                try await eventually("sessions") { load.served > 50 }
                let debugger = try Python.start("stop-thread", [String(first), "main"])
                try await eventually("the thread is stopped: \(debugger.errorOutput)") {
                    isPossible = debugger.exitStatus != .code(77)
                    return debugger.output.contains("stopped") || !isPossible
                }
                guard isPossible else { return }
                let before = load.served
                try await eventually("sessions after the restart: \(setUp.process.errorOutput)", within: .seconds(40)) {
                    load.served > before + 50
                }
            }
            guard Requirement.isMet(isPossible, "ptrace(2), which this system allows to no process") else { return }
            #expect(served.refused == 0)
            #expect(try await setUp.supervisorID() != first)
            let events = try await eventually("the events", every: .milliseconds(100)) {
                let events = try await setUp.supervisor.json(EventLine.self, "events")
                return events.contains { $0.event == "CRASHED" } ? events : nil
            }
            let stall = try #require(events.first { $0.event == "STALLED" })
            #expect(stall.instance == "main")
            #expect(stall.detail?.hasPrefix("busy with ") == true)
            let crash = try #require(events.first { $0.event == "CRASHED" }?.detail)
            #expect(crash.contains("signal 6 "))
            // Six times as long as what is told, and as much longer as the next look at the loops comes late.
            let length = try #require(crash.firstMatch(of: /its loop has been stuck for (\d+)\.\d s/), "\(crash)")
            #expect(Int(length.1).map { $0 >= 6 } == true)
            try await setUp.end()
        }
    }
}
