import Foundation

/// A file with one server, and a link called haproxy.
struct HAProxySetUp: Sendable {
    let directory: TemporaryDirectory
    let port: HeldPort
    let file: String
    let pidFile: String
    let program: String
    private let server: FakeServer

    init() throws {
        directory = try TemporaryDirectory()
        port = try HeldPort()
        server = try FakeServer(serve: FakeServer.echo)
        file = "\(directory.path)/shop.cfg"
        pidFile = "\(directory.path)/pid"
        program = "\(directory.path)/haproxy"
        try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: Supervisor.binary())
        try configure()
    }

    func write(_ text: String) throws { try text.write(toFile: file, atomically: true, encoding: .utf8) }

    /// Writes a file that listens at the port.
    ///
    /// - Parameters:
    ///   - address: listens there instead.
    ///   - other: listens there too.
    ///   - global: lines of `global`.
    ///   - lines: lines of the proxy.
    ///   - servers: more servers, each as after the keyword.
    /// - Throws: when the file cannot be written.
    func configure(
        on address: HeldPort? = nil, also other: HeldPort? = nil, global: [String] = [], lines: [String] = [],
        servers: [String] = []
    ) throws {
        var instance = PlainInstance(
            name: "shop", bind: address ?? port, servers: ["app \(server.address.address)"] + servers)
        instance.global = global
        instance.lines = lines + (other.map { ["bind \($0.address)"] } ?? [])
        // Nobody takes these logs, and without a target there would be a warning.
        instance.logPort = port.port
        try write(instance.text)
    }

    /// Starts it and waits for nothing.
    func launch(_ arguments: [String] = []) throws -> TestProcess {
        try TestProcess(
            [program, "-f", file] + arguments, environment: ["SUPERVISE_STATE": ""], keeping: directory)
    }

    /// Starts it and waits until it listens.
    func start(_ arguments: [String] = []) async throws -> TestProcess {
        let process = try launch(arguments)
        try await awaitAnswer(of: process)
        return process
    }

    func awaitAnswer(of process: TestProcess) async throws {
        try await eventually("\(port.address) answers; \(process.errorOutput)") {
            if let status = process.exitStatus { throw ScenarioError("ended with \(status): \(process.errorOutput)") }
            return try await Socket.connect(port: port.port) != nil
        }
    }

    /// A session that has reached the server.
    func session() async throws -> Socket {
        guard let session = try await Socket.connect(port: port.port) else { throw ScenarioError("refused") }
        try await session.write(Array("hello".utf8))
        _ = try await session.read(exactly: 5)
        return session
    }

    /// Opens sessions one after the other until it is cancelled.
    ///
    /// - Parameter answered: told of each session that got its answer.
    /// - Returns: how many sessions got their answers, how many were refused, and what broke the others.
    /// - Throws: when there is no socket.
    func load(telling answered: AsyncStream<Void>.Continuation) async throws
        -> (answered: Int, refused: Int, broken: [String])
    {
        var outcome = (answered: 0, refused: 0, broken: [String]())
        do {
            while !Task.isCancelled {
                guard let session = try await Socket.connect(port: port.port) else {
                    outcome.refused += 1
                    continue
                }
                do {
                    try await session.write(Array("hello".utf8))
                    _ = try await session.read(exactly: 5)
                } catch let error as ScenarioError {
                    outcome.broken.append(error.description)
                    continue
                }
                outcome.answered += 1
                answered.yield()
            }
        } catch is CancellationError {
            // In the midst of a session, which is as good an end as any.
        }
        return outcome
    }

    /// Asks a stats socket.
    ///
    /// - Parameters:
    ///   - command: one command.
    ///   - path: the socket's file.
    /// - Returns: the answer.
    /// - Throws: when nobody answers.
    func ask(_ command: String, at path: String) async throws -> String {
        guard let socket = try Socket.connect(path: path) else { throw ScenarioError("\(path) refuses") }
        try await socket.write(Array("\(command)\n".utf8))
        return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
    }

    func writtenNumber() throws -> Int32 {
        let text = try String(contentsOfFile: pidFile, encoding: .utf8)
        guard let number = Int32(text.trimmingCharacters(in: .newlines)) else {
            throw ScenarioError("\(pidFile): \(text)")
        }
        return number
    }
}
