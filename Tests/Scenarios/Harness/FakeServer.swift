import Foundation
import Synchronization

/// A server that does one thing with each connection, on a port that is kept for it.
final class FakeServer: Sendable {
    let address: HeldPort
    private let door = Door()
    private let connections: Task<Void, Never>

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - host: where it listens.
    ///   - serve: what it does with a connection, which closes when that is done.
    /// - Throws: when there is no port.
    init(host: String = "127.0.0.1", serve: @escaping @Sendable (Socket) async throws -> Void) throws {
        address = try HeldPort(host: host)
        try door.open(at: address)
        connections = Task { [door] in
            await withTaskGroup(of: Void.self) { group in
                // A failure is that of a cancelled task, or of having no descriptors left, which a scenario notices.
                while let client = try? await door.nextClient() {
                    // A client that goes away early ends its task with an error, as it should.
                    group.addTask { try? await serve(client) }
                }
                group.cancelAll()
            }
        }
    }

    deinit {
        connections.cancel()
    }

    /// Begins to accept connections again.
    func listen() throws {
        try door.open(at: address)
    }

    /// Refuses connections from now on; those that are open go on.
    func stopListening() {
        door.close()
    }

    /// Sends back what comes, until the client has finished.
    @Sendable static func echo(_ client: Socket) async throws {
        while case .bytes(let bytes) = try await client.read(within: .seconds(600)) { try await client.write(bytes) }
    }

    /// Says a name, and then sends back what comes.
    static func named(_ name: String) -> @Sendable (Socket) async throws -> Void {
        { client in
            try await client.write(Array("\(name)\n".utf8))
            try await echo(client)
        }
    }
}

/// Where clients come in, which can be closed for a while; known to the server and to its task, so that the task does not
/// keep the server.
private final class Door: Sendable {
    private let listener = Mutex<Socket?>(nil)

    func open(at address: HeldPort) throws {
        let socket = try Socket()
        try socket.setOption(SO_REUSEADDR, 1)
        try socket.bind(host: address.host, port: address.port)
        try socket.listen()
        listener.withLock { $0 = socket }
    }

    func close() {
        listener.withLock { $0 = nil }
    }

    func nextClient() async throws -> Socket {
        try await eventually("a client", within: .seconds(3600)) { try listener.withLock { try $0?.accept() } }
    }
}
