import Configuration
import EventLoop
import Foundation
import Model
import Proxy

/// An instance that runs in the test's own process: a configuration's text, its worker and its history.
public final class InstanceUnderTest: Sendable {
    /// The name that all of them have.
    public static let name = "test"

    /// The ports of its `bind` lines, in the file's order.
    public let ports: [UInt16]
    /// What it runs.
    public let configuration: InstanceConfiguration
    /// Its worker.
    public let worker: Worker
    /// What it told the history.
    public let history: RecordingHistory
    private let descriptors: [Int32]

    /// Starts an instance.
    ///
    /// - Parameters:
    ///   - text: its configuration; each `PORT` in it stands for a port that the kernel chooses.
    ///   - predecessor: an instance of the same configuration whose sockets it takes over.
    ///   - inherited: what a predecessor knew of the servers.
    ///   - isResolved: whether the servers' addresses are known.
    ///   - prepare: changes the worker's plan before it starts.
    /// - Throws: `PeerError` when the text is no configuration; `SystemError` when it can't be started.
    public init(
        _ text: String, after predecessor: InstanceUnderTest? = nil,
        inherited: [ServerIdentity: InheritedServer] = [:], isResolved: Bool = true,
        prepare: (inout WorkerPlan) -> Void = { _ in }
    ) throws {
        let pieces = text.components(separatedBy: "PORT")
        var descriptors: [Int32] = []
        var ports: [UInt16] = []
        var file = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            let descriptor =
                if let predecessor {
                    try Socket.duplicate(predecessor.descriptors[index])
                } else {
                    try Socket.listen(on: .loopback(0), backlog: 512)
                }
            descriptors.append(descriptor)
            ports.append(Loopback.port(of: descriptor))
            file += "\(ports[index])\(piece)"
        }
        let parsed = ConfigurationReader.parse(
            file, file: "\(Self.name).cfg", instance: Self.name, environment: [:])
        guard let configuration = parsed.configuration else {
            throw PeerError(parsed.diagnostics.map { "\($0)" }.joined(separator: "\n"), code: 0)
        }
        var listeners: [WorkerListener] = []
        var addresses: [ServerIdentity: SocketAddress] = [:]
        for (proxy, section) in configuration.proxies.enumerated() {
            for bind in section.binds.indices {
                listeners.append(
                    WorkerListener(
                        proxy: proxy, bind: bind, descriptor: try Socket.duplicate(descriptors[listeners.count])))
            }
            for server in section.servers where isResolved {
                let identity = ServerIdentity(instance: Self.name, proxy: section.name, server: server.name)
                switch server.address {
                case .ip(let host, let port): addresses[identity] = SocketAddress(ip: host, port: port)
                case .unix(let path): addresses[identity] = .unix(path: path)
                case .abstract(let name): addresses[identity] = .abstract(name: name)
                case .destination(let port): addresses[identity] = .anywhere(port: port)
                case .name, .service: continue
                }
            }
        }
        let history = RecordingHistory()
        self.configuration = configuration
        self.ports = ports
        self.descriptors = descriptors
        self.history = history
        var plan = WorkerPlan(
            configuration: configuration, listeners: listeners, addresses: addresses, inherited: inherited,
            history: history)
        for name in configuration.connectedNamespaces { plan.namespaces[name] = try NetworkNamespace(name) }
        prepare(&plan)
        worker = try Worker.start(plan)
    }

    deinit {
        for descriptor in descriptors { Socket.close(descriptor) }
    }

    /// The port of its first `bind` line.
    public var port: UInt16 { ports[0] }

    /// Connects a client.
    ///
    /// - Parameter receiveBuffer: the client's receive buffer in bytes, for one that is to be slow.
    /// - Returns: the client's end.
    /// - Throws: `PeerError` when the connection is refused.
    public func connect(receiveBuffer: Int32? = nil) throws -> Peer {
        try Peer(port: port, receiveBuffer: receiveBuffer)
    }

    /// Everything that can be seen of it.
    ///
    /// - Returns: the snapshot.
    /// - Throws: `PeerError` when the worker has ended.
    public func snapshot() async throws -> InstanceSnapshot {
        guard let snapshot = await worker.snapshot() else { throw PeerError("the worker has ended", code: 0) }
        return snapshot
    }

    /// What can be seen of a server.
    ///
    /// - Parameter name: the server's name.
    /// - Returns: its part of the snapshot.
    /// - Throws: `PeerError` when there is no such server.
    public func server(_ name: String) async throws -> ServerSnapshot {
        for proxy in try await snapshot().proxies {
            if let server = proxy.servers.first(where: { $0.name == name }) { return server }
        }
        throw PeerError("no server \(name)", code: 0)
    }

    /// What can be seen of the first proxy with a frontend.
    ///
    /// - Returns: its frontend.
    /// - Throws: `PeerError` when there is none.
    public func frontend() async throws -> FrontendSnapshot {
        guard let frontend = try await snapshot().proxies.compactMap(\.frontend).first else {
            throw PeerError("no frontend", code: 0)
        }
        return frontend
    }

    /// What can be seen of the first proxy with a backend.
    ///
    /// - Returns: its backend.
    /// - Throws: `PeerError` when there is none.
    public func backend() async throws -> BackendSnapshot {
        guard let backend = try await snapshot().proxies.compactMap(\.backend).first else {
            throw PeerError("no backend", code: 0)
        }
        return backend
    }

    /// The name of a server of the first proxy with servers.
    ///
    /// - Parameter server: the server's own name.
    /// - Returns: its full name.
    public func identity(_ server: String) -> ServerIdentity {
        let proxy = configuration.proxies.first { $0.servers.contains { $0.name == server } }
        return ServerIdentity(instance: Self.name, proxy: proxy?.name ?? "", server: server)
    }

    /// Ends it at once.
    public func stop() async { await worker.stop(grace: .zero, isFinal: true, actor: nil, reason: nil) }
}

extension Worker {
    /// Sets a server's administrative state.
    ///
    /// - Parameters:
    ///   - state: the new state.
    ///   - server: which server.
    ///   - actor: who ordered it.
    ///   - reason: why.
    /// - Returns: whether the instance has that server, and the worker still runs.
    public func set(
        _ state: AdministrativeState, of server: ServerIdentity, actor: String, reason: String?
    ) async -> Bool {
        await carryOut(.server(server, .setState(state)), actor: actor, reason: reason) == .done
    }
}

extension SocketAddress {
    /// An address on 127.0.0.1.
    ///
    /// - Parameter port: the port.
    /// - Returns: the address.
    public static func loopback(_ port: UInt16) -> SocketAddress {
        guard let address = SocketAddress(ip: "127.0.0.1", port: port) else {
            preconditionFailure("127.0.0.1 is an address")
        }
        return address
    }
}

/// Runs an instance for the time of a body, and ends it however the body ends.
///
/// - Parameters:
///   - text: its configuration; each `PORT` in it stands for a port that the kernel chooses.
///   - body: what to do with it.
/// - Throws: what the body throws, or what keeps the instance from starting.
public func withInstance(_ text: String, _ body: (InstanceUnderTest) async throws -> Void) async throws {
    let instance = try InstanceUnderTest(text)
    do {
        try await body(instance)
    } catch {
        await instance.stop()
        throw error
    }
    await instance.stop()
}
