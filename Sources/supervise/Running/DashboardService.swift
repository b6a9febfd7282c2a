import Logging
import Monitoring
import ServiceLifecycle
import Synchronization

/// Serves the dashboard, as soon as its address can be had.
///
/// An address that another program has is told once and tried again until it is free: who looks matters less than what runs.
final class DashboardService: Service {
    /// How long it waits between two attempts.
    private static let pause = Duration.seconds(5)

    private enum State {
        case beginning
        case refused(String)
        case serving
    }

    private let server: ControlServer
    private let address: DashboardAddress
    private let arrival: AsyncStream<Void>.Continuation
    private let logger: Logger
    // Owner: the mutex; written by `run`, read by who tells what listens where.
    private let state = Mutex(State.beginning)

    /// Prepares to serve.
    ///
    /// - Parameters:
    ///   - server: the dashboard.
    ///   - address: where it is served, for messages.
    ///   - arrival: told once, when the first attempt has ended in either way.
    ///   - logger: told of an address that is taken, and of when it isn't any more.
    init(
        server: ControlServer, address: DashboardAddress, arrival: AsyncStream<Void>.Continuation, logger: Logger
    ) {
        self.server = server
        self.address = address
        self.arrival = arrival
        self.logger = logger
    }

    /// Where it is, or why it isn't.
    var words: String {
        switch state.withLock({ $0 }) {
        case .beginning, .serving: "http://\(address)/"
        case .refused(let reason): "not served on \(address) yet: \(reason)"
        }
    }

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do {
                try await serve()
                return
            } catch let error as ListenError {
                note(error)
            } catch {
                logger.error("the dashboard on \(address) failed, and is begun again: \(error)")
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
            } catch is CancellationError {
                // The end has been ordered.
                return
            }
        }
    }

    private func serve() async throws {
        try await withGracefulShutdownHandler {
            try await server.run { _ in self.arrive() }
        } onGracefulShutdown: { [server] in
            server.endStreams()
        }
    }

    private func arrive() {
        let was = state.withLock { state in
            defer { state = .serving }
            return state
        }
        switch was {
        case .beginning: arrival.yield()
        case .refused: logger.notice("the dashboard is served now: http://\(address)/")
        case .serving: break
        }
    }

    private func note(_ error: ListenError) {
        let was = state.withLock { state in
            defer { state = .refused(error.reason) }
            return state
        }
        guard case .beginning = was else { return }
        let pause = Self.pause.components.seconds
        logger.warning("\(error); the instances run without it, and it is tried again every \(pause) s")
        arrival.yield()
    }
}
