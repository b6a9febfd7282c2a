import Foundation

/// A server that does one thing with each connection, on a port that is kept for it.
final class FakeServer: Sendable {
    let address: HeldPort
    private let tasks: Task<Void, Never>

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - host: where it listens.
    ///   - serve: what it does with a connection, which closes when that is done.
    /// - Throws: when there is no port.
    init(host: String = "127.0.0.1", serve: @escaping @Sendable (Socket) async throws -> Void) throws {
        address = try HeldPort(host: host)
        let listener = try Socket()
        try listener.setOption(SO_REUSEADDR, 1)
        try listener.bind(host: host, port: address.port)
        try listener.listen()
        tasks = Task {
            await withTaskGroup(of: Void.self) { group in
                while !Task.isCancelled {
                    do {
                        if let client = try listener.accept() {
                            // A client that goes away early ends its task with an error, as it should.
                            group.addTask { try? await serve(client) }
                        } else {
                            try await Task.sleep(for: .milliseconds(2))
                        }
                    } catch {
                        break  // Cancelled, or out of descriptors: the scenario sees that nobody answers.
                    }
                }
                group.cancelAll()
            }
        }
    }

    deinit {
        tasks.cancel()
    }

    /// Stops listening and ends all connections.
    func stop() async {
        tasks.cancel()
        await tasks.value
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

    /// Accepts and resets at once.
    @Sendable static func reset(_ client: Socket) async throws {
        try client.resetAtClose()
    }

    /// Never says anything.
    @Sendable static func silent(_ client: Socket) async throws {
        while case .bytes = try await client.read(within: .seconds(600)) {}
    }

    /// Sends without end, as fast as it is taken.
    @Sendable static func pour(_ client: Socket) async throws {
        let bytes = [UInt8](repeating: 0x70, count: 1 << 20)
        while !Task.isCancelled { try await client.write(bytes, within: .seconds(600)) }
    }
}
