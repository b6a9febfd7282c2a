import Foundation
import Testing

/// The real binary in a state directory of its own, and an instance to run.
final class Program: Sendable {
    /// What one call left behind.
    struct Outcome: Sendable {
        let code: Int32
        let output: String
        let messages: String

        /// The objects that `--json` printed.
        func objects() throws -> [[String: Any]] {
            try output.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    let folder: String
    /// Where the program is.
    var path: String { binary.path }
    private let binary: URL

    /// Makes the folder, with one instance `shop` whose server refuses connections.
    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("cli-\(UUID().uuidString.prefix(8))")
        folder = url.path
        let beside = Bundle.main.bundleURL.appendingPathComponent("supervise")
        let named = ProcessInfo.processInfo.environment["SUPERVISE_BINARY"].map { URL(fileURLWithPath: $0) }
        binary = try #require(
            [named, beside].compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0.path) })
        try FileManager.default.createDirectory(atPath: folder + "/Instances", withIntermediateDirectories: true)
        try write(
            """
            defaults
                mode tcp
                timeout connect 1s
                timeout client 10s
                timeout server 10s
            listen front
                bind \(folder)/front.sock
                server app 127.0.0.1:1 check inter 100ms

            """, to: "Instances/shop.cfg")
    }

    deinit {
        // A folder that cannot be removed is the system's to clean.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Writes a file of the folder.
    func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    /// Calls the program in its folder and waits until it ends.
    func callAsFunction(_ arguments: String...) throws -> Outcome { try call(arguments) }

    /// Calls the program in its folder and waits until it ends.
    func call(_ arguments: [String]) throws -> Outcome {
        let process = try begin(arguments, output: "output", messages: "messages")
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: try String(contentsOfFile: folder + "/output", encoding: .utf8),
            messages: try String(contentsOfFile: folder + "/messages", encoding: .utf8))
    }

    /// Starts the program in its folder; its output goes to a file there.
    func start(_ arguments: String..., output: String) throws -> Process {
        try begin(arguments, output: output, messages: output + ".messages")
    }

    private func begin(_ arguments: [String], output: String, messages: String) throws -> Process {
        let process = Process()
        process.executableURL = binary
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ["SUPERVISE_STATE": folder + "/state", "PATH": "/usr/bin:/bin"]
        // Files, not pipes: what a background process inherits must not keep anybody waiting.
        process.standardOutput = try emptyFile(output)
        process.standardError = try emptyFile(messages)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func emptyFile(_ name: String) throws -> FileHandle {
        let path = folder + "/" + name
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// Runs the supervisor in the background while `body` runs.
    func running(with options: String..., body: () async throws -> Void) async throws {
        let start = try call(["up", "--daemon", "--dashboard", "off"] + options)
        try #require(start.code == 0, "\(start.messages)")
        do {
            try await body()
        } catch {
            _ = try self("down")
            throw error
        }
        let end = try self("down", "--wait", "20s")
        #expect(end.code == 0, "\(end.messages)")
    }

    /// Calls the program until its outcome is as wanted, for 20 s at most.
    func callAsFunction(_ arguments: String..., until isWanted: (Outcome) throws -> Bool) async throws -> Outcome {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let outcome = try call(arguments)
            if try isWanted(outcome) { return outcome }
            try #require(ContinuousClock.now < deadline, "waited in vain; last was \(outcome)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
