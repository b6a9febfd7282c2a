import Foundation
import Testing

/// Debian's haproxy, where it is installed: the judge of what the program does in its place.
struct RealHAProxy {
    /// Where it is.
    let path: String

    /// Finds it; `nil` with a printed reason where there is none, and a failure where tests must not be skipped.
    static func find() -> RealHAProxy? {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/sbin"]
        let path = folders.map { $0 + "/haproxy" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let path else {
            print("not compared with haproxy: there is none in PATH or /usr/sbin")
            #expect(environment["CI"] != "true", "haproxy has to be installed where CI=true")
            return nil
        }
        return RealHAProxy(path: path)
    }

    /// Runs a program until it ends.
    ///
    /// - Parameters:
    ///   - path: the program.
    ///   - arguments: its arguments.
    ///   - folder: where it runs, and where its output is kept meanwhile.
    ///   - environment: all of its environment.
    /// - Returns: how it ended.
    /// - Throws: when it cannot be started.
    static func run(
        _ path: String, _ arguments: [String], in folder: String,
        environment: [String: String] = ["PATH": "/usr/sbin:/usr/bin:/bin", "HOME": "/root"]
    ) throws -> Program.Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = environment
        let (output, messages) = ("\(folder)/\(UUID()).out", "\(folder)/\(UUID()).err")
        for name in [output, messages] { try Data().write(to: URL(fileURLWithPath: name)) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: messages))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Program.Outcome(
            code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            messages: try String(contentsOfFile: messages, encoding: .utf8))
    }
}
