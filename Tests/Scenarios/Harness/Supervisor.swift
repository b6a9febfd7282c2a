import Foundation

/// The real binary with a state directory and instances of its own.
final class Supervisor: Sendable {
    /// The binary: `SUPERVISE_BINARY`, or the one beside the running tests.
    static func binary() throws -> String {
        if let path = ProcessInfo.processInfo.environment["SUPERVISE_BINARY"] { return path }
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("supervise").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ScenarioError("there is no \(path): build the product 'supervise', or set SUPERVISE_BINARY")
        }
        return path
    }

    let directory: TemporaryDirectory
    let state: String
    let instances: String
    /// What starts `up`: the binary, or what gives root's rights away before.
    private let program: [String]
    /// Whether `up` runs under its guardian; otherwise the process that a scenario started is the supervisor itself.
    private let isGuarded: Bool

    /// Prepares a supervisor that does not run yet.
    ///
    /// - Parameters:
    ///   - directory: where its state is kept.
    ///   - instances: the directory with its instances' files; one is made when there is none.
    ///   - hasRights: whether it keeps root's rights, when the tests have them.
    ///   - isGuarded: whether `up` runs under its guardian.
    ///   - isCopied: whether the programs are copies, which a scenario may replace: see `guardian`.
    /// - Throws: when a directory can't be made.
    init(
        in directory: TemporaryDirectory, instances: String? = nil, hasRights: Bool = true, isGuarded: Bool = false,
        isCopied: Bool = false
    ) throws {
        self.directory = directory
        self.isGuarded = isGuarded
        state = try directory.directory("state")
        self.instances = try instances ?? directory.directory("instances")
        if isCopied {
            let copy = "\(directory.path)/supervise"
            try FileManager.default.copyItem(atPath: try Self.binary(), toPath: copy)
            program = [copy]
            try installGuardian()
        } else {
            program = try hasRights || geteuid() != 0 ? [Self.binary()] : Self.withoutRights(directory, state: state)
        }
    }

    /// The guardian's file beside the copy of the program.
    var guardian: String { "\(directory.path)/supervise-guardian" }

    /// Puts the guardian beside the copy of the program, in the place of what is there.
    func installGuardian() throws {
        let new = "\(guardian).new"
        try FileManager.default.copyItem(atPath: "\(try Self.binary())-guardian", toPath: new)
        guard rename(new, guardian) == 0 else { throw ScenarioError("rename \(new)") }
    }

    /// Makes everything that it needs reachable for nobody in particular.
    private static func withoutRights(_ directory: TemporaryDirectory, state: String) throws -> [String] {
        let nobody = 65_534
        let copy = "\(directory.path)/supervise"
        try FileManager.default.copyItem(atPath: try binary(), toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
        guard chown(state, uid_t(nobody), gid_t(nobody)) == 0, chown(directory.path, uid_t(nobody), gid_t(nobody)) == 0
        else { throw ScenarioError("chown \(state): \(String(cString: strerror(errno)))") }
        return ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", copy]
    }

    /// Writes an instance's file.
    func configure(_ instance: String, _ text: String) throws {
        try text.write(toFile: "\(instances)/\(instance).cfg", atomically: true, encoding: .utf8)
    }

    /// Starts it and waits until it accepts sessions and has begun its history.
    ///
    /// - Parameters:
    ///   - arguments: more arguments of `up`.
    ///   - ports: what it has to listen on before this returns.
    /// - Returns: the running process.
    /// - Throws: `ScenarioError` with its messages when it doesn't come up.
    func up(_ arguments: [String] = [], listeningOn ports: [HeldPort]) async throws -> TestProcess {
        let process = try start(arguments)
        for port in ports {
            try await eventually("\(port.address) answers; \(process.errorOutput)", within: .seconds(30)) {
                if let status = process.exitStatus {
                    throw ScenarioError("up ended with \(status): \(process.output)\(process.errorOutput)")
                }
                return try await Socket.connect(host: port.host, port: port.port) != nil
            }
        }
        // The recorder works beside the instances, which wait for no disk.
        try await eventually("the history can be asked", every: .milliseconds(100)) {
            try await run("events").status == .code(0)
        }
        return process
    }

    /// Starts it and waits for nothing.
    ///
    /// - Parameters:
    ///   - arguments: more arguments of `up`.
    ///   - environment: added to the environment.
    ///   - surroundings: puts the command into another one that runs it.
    /// - Returns: the running process.
    /// - Throws: when it can't be started.
    func start(
        _ arguments: [String] = [], environment: [String: String] = [:],
        within surroundings: ([String]) -> [String] = { $0 }
    ) throws -> TestProcess {
        let command = ["up", "--state", state, "--instances", instances, "--dashboard", "off"]
        let guarding = isGuarded ? [] : ["--no-guardian"]
        return try TestProcess(
            surroundings(program + command + guarding + arguments), environment: environment, keeping: directory)
    }

    /// Runs another subcommand to its end.
    func run(_ arguments: String..., within limit: Duration = .seconds(30)) async throws -> Finished {
        try await Finished([try Self.binary()] + arguments + ["--state", state], within: limit)
    }

    /// Runs a subcommand with `--json` and reads its lines.
    ///
    /// - Parameters:
    ///   - type: what a line holds.
    ///   - arguments: the subcommand and its arguments.
    /// - Returns: one value a line.
    /// - Throws: `ScenarioError` when it fails, and when a line isn't what it should be.
    func json<Line: Decodable>(_ type: Line.Type, _ arguments: String...) async throws -> [Line] {
        let finished = try await Finished([try Self.binary()] + arguments + ["--json", "--state", state])
        // `status` ends with 3 while an instance isn't running, and says so all the same.
        guard [.code(0), .code(3)].contains(finished.status) else {
            throw ScenarioError("\(arguments) ended with \(finished.status): \(finished.errorOutput)")
        }
        return try finished.output.split(separator: "\n").map { line in
            do {
                return try JSONDecoder().decode(type, from: Data(line.utf8))
            } catch {
                throw ScenarioError("\(arguments) printed \(line): \(error)")
            }
        }
    }
}

/// A line of `supervise history --json`.
struct HistoryLine: Decodable, Equatable {
    let at: String
    let instance: String
    let proxy: String
    let server: String
    let from: String
    let to: String
    let status: String?
    let detail: String?
    let lasted_ms: Int64?
    let sessions: Int
    let active_servers: Int
    let backup_servers: Int
    let actor: String?
    let reason: String?
}

/// A line of `supervise sessions --json`.
struct SessionsLine: Decodable, Equatable {
    let instance: String
    let server: String
    let current: Int
    let max: Int
    let total: Int
}

/// A line of `supervise uptime --json`.
struct UptimeLine: Decodable, Equatable {
    let server: String
    let up_ms: Int64
    let down_ms: Int64
    let availability: Double?
}

/// A line of `supervise status --json`.
struct StatusLine: Decodable, Equatable {
    let instance: String
    let state: String
    let servers_up: Int
    let servers: Int
    let on_backup: Bool
    let sessions: Int
    let restarts: Int
    let pid: Int32
}

/// A line of `supervise events --json`.
struct EventLine: Decodable, Equatable {
    let at: String
    let instance: String?
    let event: String
    let actor: String?
    let reason: String?
    let detail: String?
}
