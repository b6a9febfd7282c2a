import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves connections of a socket that is already bound and listening, with any of Hummingbird's channels.
///
/// Hummingbird's own server can only bind by itself; here the supervisor binds, so that an address survives restarts of what
/// serves it. Callable from every task.
final class SocketServer: Sendable {
    private let listener: any Channel
    private let connections: OpenConnections
    private let serving: Task<Void, Never>

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - descriptor: the listening socket; it belongs to this server from now on, also when this throws.
    ///   - child: what to do with each connection.
    ///   - maxConnections: most connections at once; further ones wait in the socket's backlog, as with HAProxy's `maxconn`.
    ///   - shared: how many it may have together with other sockets.
    ///   - group: the threads to serve on.
    ///   - logger: for what goes wrong.
    /// - Throws: what keeps the socket from being served.
    init<Child: ServerChildChannel>(
        takingOver descriptor: CInt, serving child: Child, maxConnections: Int, sharing shared: ConnectionLimit? = nil,
        on group: any EventLoopGroup, logger: Logger
    ) async throws {
        let connections = OpenConnections()
        let acceptor = try await ServerBootstrap(group: group)
            // One accept a turn, so that the bound below is exact.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: maxConnections))
                    if let shared { try channel.pipeline.syncOperations.addHandler(ConnectionLimiter(shared)) }
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(descriptor) { channel in
                connections.insert(channel)
                return child.setup(channel: channel, logger: logger)
            }
        listener = acceptor.channel
        self.connections = connections
        serving = Task {
            await withDiscardingTaskGroup { group in
                do {
                    try await acceptor.executeThenClose { inbound in
                        for try await connection in inbound {
                            group.addTask { await child.handle(value: connection, logger: logger) }
                        }
                    }
                } catch {
                    logger.error("accepting connections ended", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Stops accepting, lets answers under way end, closes what is left, and returns when all is closed.
    ///
    /// - Parameter grace: how long answers under way may take.
    func stop(grace: Duration) async {
        // A listener that is closed already (its error was logged) is what is wanted here.
        try? await listener.close()
        connections.quiesce()
        let enforcement = Task { [connections] in
            try await Task.sleep(for: grace)
            connections.close()
        }
        await serving.value
        enforcement.cancel()
    }
}

/// The connections that a server has open, to be told when it stops.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    // Owner: the mutex; written by the event loops at accept and close, and by `stop`. Bounded by `maxConnections`.
    private let state = Mutex(State())

    func insert(_ channel: any Channel) {
        let isStopping = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isStopping
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { state in _ = state.channels.removeValue(forKey: ObjectIdentifier(channel)) }
        }
        if isStopping { channel.close(promise: nil) }
    }

    /// Asks each connection to end after the answer under way; idle ones end at once.
    func quiesce() {
        let channels = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    func close() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }
}
