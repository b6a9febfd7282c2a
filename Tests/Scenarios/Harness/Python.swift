import Foundation

/// Runs the clients in `Clients/`.
enum Python {
    /// A Python that can import pika, the one in PATH or Debian's; `nil` when there is none.
    static let withPika: String? = ["python3", "/usr/bin/python3"].first { candidate in
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [candidate, "-c", "import pika"]
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return false  // No such program: the next candidate may be there.
        }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Whether scenarios with a real AMQP client can run; where CI is set they have to.
    static let hasPika: Bool = Requirement.isMet(withPika != nil, "python3 with pika (Debian: python3-pika)")

    /// Starts a client.
    static func start(_ script: String, _ arguments: [String]) throws -> TestProcess {
        let path = "\(Repository.root)/Tests/Scenarios/Clients/\(script).py"
        return try TestProcess([withPika ?? "python3", "-u", path] + arguments)
    }
}

/// What a scenario needs of the machine.
enum Requirement {
    /// Whether a scenario runs: when what it needs is there, and in CI always, so that it fails there instead.
    static func isMet(_ isThere: Bool, _ what: String) -> Bool {
        if isThere { return true }
        let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
        print(isCI ? "missing in CI: \(what)" : "skipped: there is no \(what)")
        return isCI
    }
}
