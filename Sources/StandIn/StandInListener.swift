import NIOCore
import NIOPosix

/// A stand-in's listening socket and its clients.
///
/// Belongs to the fleet's event loop, like the `Broker`.
final class StandInListener {
    private enum Phase {
        case stopped
        case starting(EventLoopFuture<Void>)
        case running(any Channel)
    }

    /// How many clients one stand-in takes; a further one is closed at once.
    private static let mostConnections = 16_384

    /// The stand-in's name.
    let name: String
    private let reservation: PortReservation
    private let broker: Broker
    private var phase = Phase.stopped
    private var connections: [UInt64: ConnectionHandler] = [:]

    init(name: String, reservation: PortReservation, broker: Broker) {
        self.name = name
        self.reservation = reservation
        self.broker = broker
    }

    var isRunning: Bool {
        if case .running = phase { true } else { false }
    }
    var connectionCount: Int { connections.count }

    /// Begins to answer; does nothing when it does already.
    ///
    /// - Parameter eventLoop: the fleet's.
    /// - Returns: when it answers.
    func start(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        switch phase {
        case .running: return eventLoop.makeSucceededVoidFuture()
        case .starting(let started): return started
        case .stopped: break
        }
        let descriptor: CInt
        do {
            descriptor = try reservation.makeSocket()
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
        let listener = NIOLoopBound(self, eventLoop: eventLoop)
        let promise = eventLoop.makePromise(of: Void.self)
        phase = .starting(promise.futureResult)
        bootstrap(listener, on: eventLoop).withBoundSocket(descriptor).map { channel in
            listener.value.phase = .running(channel)
        }.flatMapErrorThrowing { error in
            listener.value.phase = .stopped
            throw error
        }.cascade(to: promise)
        return promise.futureResult
    }

    /// Stops answering: refuses new clients, tells the present ones that the broker shuts down, and closes them.
    ///
    /// - Parameter eventLoop: the fleet's.
    /// - Returns: when new clients are refused.
    func stop(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        switch phase {
        case .stopped: return eventLoop.makeSucceededVoidFuture()
        case .starting(let started):
            let listener = NIOLoopBound(self, eventLoop: eventLoop)
            return started.flatMap { listener.value.stop(on: eventLoop) }
        case .running(let channel):
            phase = .stopped
            let closed = channel.close()
            for connection in connections.values { connection.shutDown() }
            return closed
        }
    }

    private func bootstrap(_ listener: NIOLoopBound<StandInListener>, on eventLoop: any EventLoop) -> ServerBootstrap {
        ServerBootstrap(group: eventLoop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ConnectionHandler(broker: listener.value.broker, listener: listener.value)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
    }

    /// Takes note of a client.
    ///
    /// - Returns: whether there is room for it.
    func add(_ connection: ConnectionHandler) -> Bool {
        // A client accepted in the same turn in which the listener closed is refused like those after it.
        guard isRunning, connections.count < Self.mostConnections else { return false }
        connections[connection.id] = connection
        return true
    }

    /// Forgets a client.
    func remove(_ connection: ConnectionHandler) {
        connections[connection.id] = nil
    }
}
