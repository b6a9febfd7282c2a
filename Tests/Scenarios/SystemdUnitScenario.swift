import Foundation
import Testing

extension Scenarios {
    @Suite("The unit for systemd")
    struct SystemdUnit {
        /// Tenths of systemd-analyze's scale, on which a program that may do everything is at 96.
        private static let mostExposure = 25
        private static let folder = "\(Repository.root)/Packaging/systemd"

        @Test(
            "systemd takes the unit for its version, and finds it hardened",
            .enabled(if: Tool.isThere("systemd-analyze", package: "systemd")))
        func hardened() async throws {
            let directory = try TemporaryDirectory()
            let unit = try await Finished(["\(Self.folder)/unit"])
            try unit.requireSuccess("unit")
            // There is no /usr/bin/supervise before the package is installed.
            let text = unit.output.replacing("/usr/bin/supervise", with: try Supervisor.binary())
            let file = try directory.write(text, to: "supervise.service")
            let verified = try await Finished(["systemd-analyze", "verify", "--man=no", file])
            #expect(verified.status == .code(0))
            #expect(!verified.errorOutput.contains("supervise"), "\(verified.errorOutput)")
            let security = try await Finished([
                "systemd-analyze", "security", "--offline=yes", "--threshold=\(Self.mostExposure)", "--no-pager", file,
            ])
            #expect(security.status == .code(0), "\(security.output)")
        }

        @Test("before 253 a reload is a signal, and a version that is none is refused")
        func versions() async throws {
            let file = try String(contentsOfFile: "\(Self.folder)/supervise.service", encoding: .utf8)
            #expect(try await Finished(["\(Self.folder)/unit", "253"]).output == file)
            let older = try await Finished(["\(Self.folder)/unit", "252"]).output
            #expect(older.contains("\nType=notify\nExecReload=/usr/bin/supervise reload --all\n"))
            #expect(!older.contains("notify-reload"))
            #expect(try await Finished(["\(Self.folder)/unit", "new"]).status == .code(2))
        }

        @Test(
            "the program lives on the system calls and the kinds of sockets that the unit leaves it",
            .enabled(if: Tool.isThere("systemd-analyze", package: "systemd") && Tool.isThere("strace")))
        func systemCalls() async throws {
            let unit = try String(contentsOfFile: "\(Self.folder)/supervise.service", encoding: .utf8)
            let allowed = try await Self.allowedCalls(unit)
            try #require(allowed.contains("epoll_pwait") && !allowed.contains("setuid"))
            let families = try #require(unit.firstMatch(of: #/RestrictAddressFamilies=(.*)/#)).1.split(separator: " ")

            let directory = try TemporaryDirectory()
            let supervisor = try Supervisor(in: directory)
            try supervisor.configure("names", Self.instance(directory))
            let trace = "\(directory.path)/trace"
            let process = try supervisor.start(["--stand-ins"]) { ["strace", "-f", "-qq", "-o", trace] + $0 }
            try await eventually("it is healthy; \(process.errorOutput)") {
                try await supervisor.run("is-healthy").status == .code(0)
            }
            try await supervisor.run("reload", "names").requireSuccess("reload")
            try await supervisor.run("restart", "names").requireSuccess("restart")
            try await supervisor.run("maint", "names/broker").requireSuccess("maint")
            try await supervisor.run("down").requireSuccess("down")
            try await process.waitUntilExit()

            let lines = try String(contentsOfFile: trace, encoding: .utf8)
            let calls = Set(lines.matches(of: #/(?m)^\d+ +([a-z_0-9]+)\(/#).map { String($0.1) })
            try #require(calls.count > 40)
            #expect(calls.subtracting(allowed) == [])
            let used = Set(lines.matches(of: #/ socket\((?:AF|PF)_(\w+)/#).map { "AF_\($0.1)" })
            try #require(used.contains("AF_INET"))
            #expect(used.subtracting(families.map(String.init)) == [])
        }

        /// One with everything that calls something of its own: names, a stats socket with an owner, a program that checks.
        private static func instance(_ directory: TemporaryDirectory) -> String {
            """
            global
                external-check
                insecure-fork-wanted
                log 127.0.0.1:9 local0
                stats socket \(directory.path)/stats.sock user root mode 600 level admin
            defaults
                log global
                mode tcp
                timeout connect 1s
                timeout client 60s
                timeout server 60s
            listen names
                bind \(directory.path)/names.sock
                server broker 127.0.0.1:5672 check inter 100
                server named localhost:5673 check inter 100 init-addr libc,none
            listen programs
                bind \(directory.path)/programs.sock
                option external-check
                external-check command /bin/true
                server checked 127.0.0.1:5674 check inter 100

            """
        }

        /// What the lines `SystemCallFilter=` let through, one after the other.
        private static func allowedCalls(_ unit: String) async throws -> Set<String> {
            let listing = try await Finished(["systemd-analyze", "syscall-filter", "--no-pager"])
            try listing.requireSuccess("systemd-analyze syscall-filter")
            var groups: [String: [String]] = [:]
            var current = ""
            for line in listing.output.split(separator: "\n") {
                let word = line.trimmingCharacters(in: .whitespaces)
                if line.hasPrefix("@") { current = word }
                if line.hasPrefix(" "), !word.hasPrefix("#") { groups[current, default: []].append(word) }
            }
            func expand(_ name: String) -> Set<String> {
                guard name.hasPrefix("@") else { return [name] }
                return (groups[name] ?? []).reduce(into: []) { $0.formUnion(expand($1)) }
            }
            var allowed: Set<String> = []
            for line in unit.split(separator: "\n") where line.hasPrefix("SystemCallFilter=") {
                let words = line.dropFirst("SystemCallFilter=".count)
                let calls = words.drop { $0 == "~" }.split(separator: " ").reduce(into: Set<String>()) {
                    $0.formUnion(expand(String($1)))
                }
                if words.hasPrefix("~") { allowed.subtract(calls) } else { allowed.formUnion(calls) }
            }
            return allowed
        }
    }
}
