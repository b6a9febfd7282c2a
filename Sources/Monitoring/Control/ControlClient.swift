import AsyncHTTPClient
import Foundation
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import Supervision

/// Why a request to the supervisor was not carried out.
public enum ControlClientError: Error, Sendable, Equatable {
    /// Nobody serves the control socket at this path.
    case notRunning(path: String)
    /// The supervisor serves its control socket already, and has read no file yet.
    case starting
    /// This user may not use the control socket.
    case notAllowed(path: String)
    /// The supervisor knows no such name; the closest one, if one is close.
    case notFound(String, suggestion: String?)
    /// The configuration was refused; all diagnostics.
    case refusedConfiguration([String])
    /// It was tried and failed, or the answer was not understood.
    case failed(String)
}

/// Talks to the running supervisor through its control socket; callable from every task.
public struct ControlClient: Sendable {
    /// How long an order may take: a stop waits for sessions, a restart for a worker.
    private static let orderTimeout = TimeAmount.minutes(10)
    /// How long a question may take.
    private static let questionTimeout = TimeAmount.seconds(10)
    /// Most bytes of an answer.
    private static let maximumAnswerBytes = 64 * 1024 * 1024
    /// The longest path of a Unix socket, without its closing zero (unix(7), `sun_path`).
    private static let longestPath = 107

    private let path: String

    /// Makes a client; connects when it is used.
    ///
    /// - Parameter path: the control socket.
    public init(path: String) {
        self.path = path
    }

    /// The instances' states.
    ///
    /// - Parameter names: which, all when empty.
    /// - Returns: one status an instance.
    /// - Throws: `ControlClientError`.
    public func status(of names: [String] = []) async throws(ControlClientError) -> [InstanceStatus] {
        let query = names.map { "instance=" + Self.escaped($0) }.joined(separator: "&")
        let target = names.isEmpty ? "/v1/instances" : "/v1/instances?" + query
        let statuses = try await ask(InstancesAnswer.self, target).instances.map(\.status)
        // A supervisor that has started has an instance at least.
        guard !statuses.isEmpty else { throw .starting }
        return statuses
    }

    /// Orders something for one instance and returns when it is done.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - instance: its name.
    ///   - reason: why.
    /// - Throws: `ControlClientError`.
    public func carryOut(
        _ order: InstanceOrder, on instance: String, reason: String?
    ) async throws(ControlClientError) {
        _ = try await carryOut(order, OrderOptions(), on: instance, reason: reason)
    }

    /// Orders something for one instance, with what is said besides, and returns when it is done.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - options: what is said with it.
    ///   - instance: its name.
    ///   - reason: why.
    /// - Returns: what a reload has done, or would do in a dry run; `nil` for other orders.
    /// - Throws: `ControlClientError`.
    public func carryOut(
        _ order: InstanceOrder, _ options: OrderOptions, on instance: String, reason: String?
    ) async throws(ControlClientError) -> ReloadPlan? {
        var request = OrderRequest(reason: reason)
        if options.isDryRun { request.isDryRun = true }
        request.graceMilliseconds = options.grace.map { Int64($0 / .milliseconds(1)) }
        let body = try await send(.POST, "/v1/instances/\(Self.escaped(instance))/\(order.rawValue)", request)
        return order == .reload ? try Self.decode(ReloadAnswer.self, body).plan : nil
    }

    /// Sets the administrative state of every server that matches.
    ///
    /// - Parameters:
    ///   - state: the new state.
    ///   - server: `SERVER`, `INSTANCE/SERVER` or `INSTANCE/PROXY/SERVER`.
    ///   - reason: why.
    /// - Returns: the servers that matched, as `instance/proxy/server`.
    /// - Throws: `ControlClientError`.
    public func set(
        _ state: AdministrativeState, server: String, reason: String?
    ) async throws(ControlClientError) -> [String] {
        let request = ServerOrderRequest(server: server, state: state, reason: reason)
        return try Self.decode(ServerOrderAnswer.self, try await send(.POST, "/v1/servers", request)).servers
    }

    /// The stand-in brokers.
    ///
    /// - Returns: one status a stand-in.
    /// - Throws: `ControlClientError`.
    public func standIns() async throws(ControlClientError) -> [StandInStatus] {
        try await ask(StandInsAnswer.self, "/v1/stand-ins").standIns.map(\.status)
    }

    /// Takes a stand-in down or brings it back.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - isRunning: whether it is to answer.
    /// - Throws: `ControlClientError`.
    public func setStandIn(_ name: String, running isRunning: Bool) async throws(ControlClientError) {
        let verb = isRunning ? "start" : "stop"
        _ = try await send(.POST, "/v1/stand-ins/\(Self.escaped(name))/\(verb)", OrderRequest())
    }

    /// Has the program as its file is now take over; returns once it serves.
    ///
    /// - Parameter reason: why.
    /// - Throws: `ControlClientError`.
    public func upgrade(reason: String?) async throws(ControlClientError) {
        _ = try await send(.POST, "/v1/upgrade", OrderRequest(reason: reason))
    }

    /// Has the supervisor read `supervise.yaml` anew.
    ///
    /// - Parameters:
    ///   - isDryRun: whether it is only worked out what would be another.
    ///   - reason: why.
    /// - Returns: what is another, in words; empty when nothing is.
    /// - Throws: `ControlClientError`.
    public func reloadSettings(isDryRun: Bool, reason: String?) async throws(ControlClientError) -> [String] {
        var request = OrderRequest(reason: reason)
        if isDryRun { request.isDryRun = true }
        return try Self.decode(SettingsAnswer.self, try await send(.POST, "/v1/settings/reload", request)).changes
    }

    /// Tells the supervisor to drain and end; returns at once.
    ///
    /// - Parameters:
    ///   - drain: how long sessions may go on; `nil` is what the supervisor was started with.
    ///   - reason: why.
    /// - Returns: the process that will end.
    /// - Throws: `ControlClientError`.
    public func shutDown(draining drain: Duration? = nil, reason: String?) async throws(ControlClientError) -> Int32 {
        var request = OrderRequest(reason: reason)
        request.drainMilliseconds = drain.map { Int64($0 / .milliseconds(1)) }
        return try Self.decode(ShutdownAnswer.self, try await send(.POST, "/v1/shutdown", request)).pid
    }

    /// Asks something.
    ///
    /// - Parameters:
    ///   - type: what the answer is.
    ///   - target: the path, with what follows it.
    /// - Returns: the answer.
    /// - Throws: `ControlClientError`.
    func ask<Answer: Decodable>(
        _ type: Answer.Type, _ target: String
    ) async throws(ControlClientError) -> Answer {
        try Self.decode(type, try await send(.GET, target, nil as OrderRequest?))
    }

    func send(
        _ method: HTTPMethod, _ target: String, _ body: (some Encodable & Sendable)?
    ) async throws(ControlClientError) -> Data {
        guard path.utf8.count <= Self.longestPath else {
            throw .failed("the path of the control socket is longer than the system allows: \(path)")
        }
        let answer: (status: HTTPResponseStatus, body: Data)
        do {
            answer = try await exchange(method, target, body)
        } catch let error as IOError {
            throw self.error(errno: error.errnoCode)
        } catch let error as NIOConnectionError {
            let cause = error.connectionErrors.first?.error
            guard let refusal = cause as? IOError else { throw .failed("the control socket failed: \(error)") }
            throw self.error(errno: refusal.errnoCode)
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            throw .failed("the supervisor ended before it answered")
        } catch {
            throw .failed("the control socket failed: \(error)")
        }
        guard answer.status != .ok, answer.status != .accepted else { return answer.body }
        throw Self.refusal(answer.status, answer.body)
    }

    private func exchange(
        _ method: HTTPMethod, _ target: String, _ body: (some Encodable & Sendable)?
    ) async throws -> (HTTPResponseStatus, Data) {
        guard let base = URL(httpURLWithSocketPath: path, uri: target) else {
            throw ControlClientError.failed("the control socket's path cannot be used: \(path)")
        }
        var request = HTTPClientRequest(url: base.absoluteString)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let timeout = method == .GET ? Self.questionTimeout : Self.orderTimeout
        return try await Self.withClient { client in
            let response = try await client.execute(request, timeout: timeout)
            let bytes = try await response.body.collect(upTo: Self.maximumAnswerBytes)
            return (response.status, Data(bytes.readableBytesView))
        }
    }

    /// Lends a client for one exchange, one that does not go on trying where nobody listens.
    private static func withClient<Answer>(
        _ body: (HTTPClient) async throws -> Answer
    ) async throws -> Answer {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let answer = try await body(client)
            try await client.shutdown()
            return answer
        } catch {
            // The first error is the one to tell.
            try? await client.shutdown()
            throw error
        }
    }

    private func error(errno code: CInt) -> ControlClientError {
        switch code {
        case ENOENT, ECONNREFUSED: .notRunning(path: path)
        case EACCES, EPERM: .notAllowed(path: path)
        default: .failed("the control socket \(path) failed: \(String(cString: strerror(code)))")
        }
    }

    private static func refusal(_ status: HTTPResponseStatus, _ body: Data) -> ControlClientError {
        // An answer that is no JSON is not the supervisor's own; its status is all there is to say.
        guard let answer = try? JSONDecoder().decode(ErrorAnswer.self, from: body) else {
            return .failed("the supervisor answered \(status)")
        }
        if let diagnostics = answer.diagnostics { return .refusedConfiguration(diagnostics) }
        if let name = answer.name { return .notFound(name, suggestion: answer.suggestion) }
        return .failed(answer.error)
    }

    static func decode<Answer: Decodable>(
        _ type: Answer.Type, _ body: Data
    ) throws(ControlClientError) -> Answer {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw .failed("the supervisor's answer was not understood: \(error)")
        }
    }

    /// Escapes a name for a path segment or a query value.
    static func escaped(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
