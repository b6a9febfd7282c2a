import Foundation
import Testing

extension Scenarios {
    /// Programs of Debian that were written for HAProxy, run as their users run them.
    @Suite("Known clients, unchanged", .enabled(if: MonitoredPair.isInstalled))
    struct KnownClients {
        /// Says whether a program is there, and why a scenario is skipped otherwise.
        private static func isThere(_ path: String, package: String) -> Bool {
            if FileManager.default.isExecutableFile(atPath: path) { return true }
            print("skipped: there is no \(path) (Debian: \(package))")
            return false
        }

        private static let check = "/usr/lib/nagios/plugins/check_haproxy_stats"

        @Test(
            "the terminal monitor hatop shows the servers, takes keys and ends well",
            .enabled(if: isThere("/usr/bin/hatop", package: "hatop")))
        func hatop() async throws {
            let pair = try await MonitoredPair()
            for side in [pair.theirs, pair.ours] {
                let terminal = try PseudoTerminal(columns: 160, rows: 40)
                let process = try TestProcess(
                    [
                        "sh", "-c",
                        "TERM=xterm exec hatop -i 1 -s \(side.socketPath) <\(terminal.path) >\(terminal.path)",
                    ])
                // The fourth page is that of errors.
                for (keys, shown) in [("", ["s1", "DOWN"]), ("4", ["DREQ"])] {
                    terminal.press(keys)
                    try await eventually("hatop shows \(shown); \(terminal.output)\(process.errorOutput)") {
                        if let status = process.exitStatus { throw ScenarioError("hatop ended with \(status)") }
                        return shown.allSatisfy { terminal.output.contains($0) }
                    }
                }
                terminal.press("q")
                #expect(try await process.waitUntilExit(within: .seconds(20)) == .code(0))
            }
            try await pair.stop()
        }

        @Test(
            "the Nagios plugin check_haproxy_stats says the same, over the socket and over HTTP",
            .enabled(if: isThere(check, package: "monitoring-plugins-contrib")))
        func nagios() async throws {
            let pair = try await MonitoredPair()
            for arguments in [["-s", "SOCKET"], ["-U", "http://ADDRESS/stats;csv"], ["-s", "SOCKET", "-p", "be"]] {
                var reports: [String] = []
                for side in [pair.theirs, pair.ours] {
                    let words = arguments.map {
                        $0.replacing("SOCKET", with: side.socketPath)
                            .replacing("ADDRESS", with: side.statistics.address)
                    }
                    let finished = try await Finished([Self.check] + words)
                    let text = finished.output.replacing(" (check status: connection error)", with: "")
                    // HAProxy has a mark there while a check is under way, which the plugin doesn't know.
                    reports.append("\(finished.status) \(text)\(finished.errorOutput)")
                }
                #expect(reports[1] == reports[0], "\(arguments)")
                #expect(reports[1].contains("s2 is DOWN"), "\(reports[1])")
            }
            try await pair.stop()
        }
    }
}
