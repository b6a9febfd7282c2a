import Configuration
import Logging
import NIOPosix
import Supervision

/// A master's socket (`-S`): commands for the master, and through it for its workers.
///
/// Serves until the process ends. Callable from every task.
public final class MasterSocket: Sendable {
    /// How long a connection may be silent.
    ///
    /// - Source: HAProxy 2.6.12 sets no limit to a master's connections but the one that every stats socket has by default.
    private static let idleTimeout = Duration.seconds(10)
    /// Most connections at once; further ones wait.
    private static let mostConnections = 10

    private let server: SocketServer

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - descriptor: the listening socket; it belongs to this object from now on, also when this throws.
    ///   - socket: what it allows.
    ///   - version: the program's version.
    ///   - control: the master.
    ///   - logger: for what goes wrong.
    /// - Throws: what keeps the socket from being served.
    public init(
        takingOver descriptor: Int32, _ socket: StatsSocketConfiguration, version: String,
        control: any MasterControl, logger: Logger
    ) async throws {
        let table = MasterCommands.table(control)
        let context = CommandContext(
            configuration: InstanceConfiguration(name: "master", file: ""),
            process: ProcessInformation(version: version), table: table, control: NoInstances(),
            actor: Operator(name: "master socket \(socket.address)"))
        let channel = MasterChannel(
            context: context, beginning: CommandSession(level: socket.level, severityOutput: socket.severityOutput),
            control: control, idleTimeout: Self.idleTimeout)
        server = try await SocketServer(
            takingOver: descriptor, serving: channel, maxConnections: Self.mostConnections,
            on: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }
}
