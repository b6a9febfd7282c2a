import Foundation
import Testing

/// Runs `Clients/exercise.py` with a Python that has pika.
struct PikaClient {
    /// How long one step may take.
    private static let deadline: TimeInterval = 60

    /// The first Python that can import pika: the one in PATH, or Debian's.
    static let python: String? = ["python3", "/usr/bin/python3"].first { candidate in
        do {
            let process = try start([candidate, "-c", "import pika"], output: .nullDevice)
            process.waitUntilExit()
            return process.terminationStatus == 0
        } catch {
            // No such program: the next candidate may be there.
            return false
        }
    }

    /// Whether the tests that need one run; says why they don't.
    ///
    /// In CI they always do, and fail without it.
    static let isAvailable: Bool = {
        if python != nil { return true }
        let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
        print(isCI ? "missing in CI: python3 with pika" : "skipped: no python3 with pika (Debian: python3-pika)")
        return isCI
    }()

    private let process: Process
    private let output = Pipe()

    /// Starts a step.
    init(_ step: String, ports: [Int]) throws {
        let python = try #require(Self.python)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Clients/exercise.py").path
        process = try Self.start([python, script, step, "127.0.0.1"] + ports.map(String.init), output: output)
    }

    /// Waits until the step has said READY.
    func waitUntilReady() async throws {
        let handle = output.fileHandleForReading
        let said = await Task.detached { String(decoding: handle.availableData, as: UTF8.self) }.value
        try #require(said.contains("READY"), "\(said)")
    }

    /// Waits for the step's end, which is forced when its time is over.
    ///
    /// - Returns: what it printed when it failed; `nil` when all went as it should.
    func failure() async -> String? {
        let process = process
        let killer = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.deadline, execute: killer)
        let handle = output.fileHandleForReading
        let said = await Task.detached {
            let said = String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return said
        }.value
        killer.cancel()
        return process.terminationStatus == 0 ? nil : said
    }

    private static func start(_ arguments: [String], output: Any) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return process
    }

    private static func start(_ arguments: [String], output: FileHandle) throws -> Process {
        try start(arguments, output: output as Any)
    }
}
