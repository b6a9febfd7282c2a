import Foundation
import Synchronization

/// A program that a scenario runs; it ends with its owner, by its own process id.
final class TestProcess: Sendable {
    /// How a program ends.
    enum ExitStatus: Equatable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    let processID: Int32
    private let arguments: [String]
    private let outputPath: String
    private let errorPath: String
    private let directory: TemporaryDirectory
    private let kept: TemporaryDirectory?
    // The kernel tells once how a process ended; whoever asks first keeps it for the others.
    private let ended = Mutex<ExitStatus?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked up in PATH, and its arguments.
    ///   - environment: added to the environment, or in its place.
    ///   - isolated: whether `environment` is all there is.
    ///   - kept: a directory of the program's, which has to be there as long as it runs.
    /// - Throws: when it can't be started.
    init(
        _ arguments: [String], environment: [String: String] = [:], isolated: Bool = false,
        keeping kept: TemporaryDirectory? = nil
    ) throws {
        self.arguments = arguments
        self.kept = kept
        directory = try TemporaryDirectory()
        outputPath = "\(directory.path)/stdout"
        errorPath = "\(directory.path)/stderr"
        let inherited = isolated ? [:] : ProcessInfo.processInfo.environment
        let environment = inherited.merging(environment) { _, new in new }.map { "\($0.key)=\($0.value)" }
        processID = try Self.spawn(arguments, environment, output: outputPath, errorOutput: errorPath)
    }

    deinit {
        guard isRunning else { return }
        kill(processID, SIGKILL)
        waitpid(processID, nil, 0)
    }

    var isRunning: Bool { exitStatus == nil }
    /// What it has written to standard output so far.
    var output: String { Self.text(of: outputPath) }
    /// What it has written to standard error so far.
    var errorOutput: String { Self.text(of: errorPath) }

    /// How it ended, once it has.
    var exitStatus: ExitStatus? {
        ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil, waitpid(processID, &status, WNOHANG) == processID {
                // wait(2): the lowest seven bits are the signal, the next byte is the code.
                ended = status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F)
            }
            return ended
        }
    }

    /// Sends it a signal; does nothing once it has ended.
    func signal(_ number: Int32) {
        guard isRunning else { return }
        kill(processID, number)
    }

    /// Waits for its end.
    ///
    /// - Parameter limit: how long at most.
    /// - Returns: how it ended.
    /// - Throws: `ScenarioError` with its output when it hasn't ended in time.
    @discardableResult
    func waitUntilExit(within limit: Duration = .seconds(30)) async throws -> ExitStatus {
        try await eventually("the end of \(arguments): \(errorOutput)", within: limit) { exitStatus }
    }

    /// Asks it to end, twice, because a supervisor drains after the first time; then ends it.
    func stop() async throws {
        for (number, patience) in [(SIGTERM, 3), (SIGTERM, 3), (SIGKILL, 30)] {
            signal(number)
            do {
                try await waitUntilExit(within: .seconds(patience))
                return
            } catch is ScenarioError {
                continue  // With the next signal; the last one can't be passed over.
            }
        }
        throw ScenarioError("\(arguments) outlived SIGKILL")
    }

    /// How much memory it has resident, in bytes.
    func residentBytes() throws -> Int { try Self.residentBytes(of: processID) }

    /// How much memory a process has resident, in bytes.
    static func residentBytes(of processID: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw ScenarioError("/proc/\(processID)/status has no VmRSS")
        }
        return kilobytes * 1024
    }

    /// How many descriptors it has open.
    func openDescriptors() throws -> Int { try Self.openDescriptors(of: processID) }

    /// How many descriptors a process has open.
    static func openDescriptors(of processID: Int32) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count
    }

    /// Starts a process with default signals, none blocked: the threads that tests run on block most of them, and a
    /// child would inherit that.
    private static func spawn(
        _ arguments: [String], _ environment: [String], output: String, errorOutput: String
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorOutput, writing, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let programArguments = arguments.map { strdup($0) } + [nil]
        let environment = environment.map { strdup($0) } + [nil]
        defer { for string in programArguments + environment { free(string) } }
        var processID: Int32 = 0
        let error = Socket.inheritance.withLock { _ in
            posix_spawnp(&processID, arguments[0], &actions, &attributes, programArguments, environment)
        }
        guard error == 0 else {
            throw ScenarioError("start of \(arguments): \(String(cString: strerror(error)))")
        }
        return processID
    }

    private static func text(of path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// A finished program.
struct Finished {
    let status: TestProcess.ExitStatus
    let output: String
    let errorOutput: String

    /// Runs a program to its end.
    init(
        _ arguments: [String], environment: [String: String] = [:], isolated: Bool = false,
        within limit: Duration = .seconds(30)
    ) async throws {
        let process = try TestProcess(arguments, environment: environment, isolated: isolated)
        status = try await process.waitUntilExit(within: limit)
        output = process.output
        errorOutput = process.errorOutput
    }

    /// Throws with what was printed unless the program ended with 0.
    func requireSuccess(_ what: String) throws {
        guard status == .code(0) else { throw ScenarioError("\(what) ended with \(status): \(output)\(errorOutput)") }
    }
}
