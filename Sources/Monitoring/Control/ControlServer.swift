import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Supervision

/// Where the dashboard's address is, as `--dashboard` gives it.
public struct DashboardAddress: Sendable, Hashable, CustomStringConvertible {
    /// An address or a name, without brackets.
    public var host: String
    /// The port; 0 lets the kernel choose.
    public var port: UInt16

    /// Reads an address.
    ///
    /// - Parameter text: `ADDR:PORT` or `[ADDR]:PORT`.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// As it was given.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// An address that could not be served.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    /// What was to be served where.
    public var subject: String
    /// The system's words.
    public var reason: String

    /// The subject and the reason.
    public var description: String { "cannot serve \(subject): \(reason)" }
}

/// Serves the control API on one address until it is shut down gracefully or cancelled.
public struct ControlServer: Sendable {
    /// Connections at one time; further ones wait in the backlog.
    private static let maximumConnections = 128
    /// How long a connection may be silent.
    private static let idleTimeout = TimeAmount.seconds(60)
    /// Bytes of a request's head; more is answered with 431.
    private static let maximumHeadBytes = 16 * 1024
    /// Orders may be given by the socket's owner and its group.
    private static let socketMode = 0o660

    private let responder: RouterResponder<ControlContext>
    private let address: BindAddress
    /// The control socket's file; `nil` on the dashboard's address.
    private let socketPath: String?
    /// The group that may give orders there; `nil` is that of this process.
    private let socketGroup: UInt32?
    private let subject: String
    private let stream: LiveStream
    private let logger: Logger

    private init(
        router: Router<ControlContext>, address: BindAddress, socketPath: String? = nil, socketGroup: UInt32? = nil,
        subject: String, stream: LiveStream, logger: Logger
    ) {
        self.stream = stream
        router.get("/v1/stream") { request, _ in try await stream.answer(to: request) }
        responder = router.buildResponder()
        self.address = address
        self.socketPath = socketPath
        self.socketGroup = socketGroup
        self.subject = subject
        self.logger = logger
    }

    /// The control socket: questions and orders.
    ///
    /// - Parameters:
    ///   - path: the socket's file; a socket that an earlier process left there is replaced.
    ///   - group: the group that may give orders; `nil` is that of this process.
    ///   - control: the supervisor.
    ///   - history: opens the history.
    ///   - logger: for what goes wrong with connections.
    /// - Returns: the server, not yet running.
    public static func socket(
        _ path: String, group: UInt32? = nil, control: any InstanceControl, history: @escaping HistorySource,
        logger: Logger
    ) -> ControlServer {
        let routes = ControlRoutes(control: control, history: history)
        let router = Router(context: ControlContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorAnswers<ControlContext>())
        routes.addQuestions(to: router)
        routes.addOrders(to: router)
        routes.addWarrenOrders(to: router)
        return ControlServer(
            router: router, address: .unixDomainSocket(path: path), socketPath: path, socketGroup: group,
            subject: "the control socket on \(path)", stream: LiveStream(history: history), logger: logger)
    }

    /// The dashboard's address: its pages, and the questions of the control socket.
    ///
    /// - Parameters:
    ///   - address: where to listen.
    ///   - control: the supervisor.
    ///   - history: opens the history.
    ///   - version: the program's version, as the pages show it.
    ///   - users: who may change something; `nil` is nobody.
    ///   - logger: for what goes wrong with connections.
    /// - Returns: the server, not yet running.
    public static func dashboard(
        _ address: DashboardAddress, control: any InstanceControl, history: @escaping HistorySource,
        version: String = "", users: DashboardUsers? = nil, logger: Logger
    ) -> ControlServer {
        let routes = ControlRoutes(control: control, history: history)
        let router = Router(context: ControlContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorAnswers<ControlContext>())
        let hostName = ProcessInfo.processInfo.hostName.lowercased()
        router.add(
            middleware: ReadOnlyAccess(
                names: ["localhost", address.host.lowercased(), hostName],
                takesOrders: users == nil ? [] : [DashboardActs.path]))
        let pages = DashboardPages()
        router.add(middleware: PageErrors(pages: pages, version: version))
        routes.addQuestions(to: router)
        DashboardRoutes(
            source: DashboardSource(control: control, history: history), pages: pages, version: version, users: users
        ).add(to: router)
        if let users { DashboardActs(users: users, control: control).add(to: router) }
        return ControlServer(
            router: router, address: .hostname(address.host, port: Int(address.port)),
            subject: "the dashboard on \(address)", stream: LiveStream(history: history), logger: logger)
    }

    /// Ends what would go on for ever, so that the server can end; callable from every task.
    public func endStreams() { stream.finish() }

    /// Binds and serves.
    ///
    /// - Parameter onListening: called once when connections are accepted, with the port (`nil` for the socket).
    /// - Throws: `ListenError` when the address cannot be had.
    public func run(onListening: @escaping @Sendable (Int?) async -> Void = { _ in }) async throws {
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: Self.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maximumHeadBytes, maxHeaderListSize: Self.maximumHeadBytes))),
            configuration: ApplicationConfiguration(
                address: address, availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            onServerRunning: { channel in
                restrictAccess()
                await onListening(channel.localAddress?.port)
            },
            logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            throw ListenError(subject: subject, reason: String(cString: strerror(error.errnoCode)))
        } catch let error as SocketAddressError {
            throw ListenError(subject: subject, reason: "\(error)")
        }
    }

    /// Lets the socket's owner and group give orders; until then the umask decides, which is stricter.
    private func restrictAccess() {
        guard let socketPath else { return }
        do {
            if let socketGroup {
                try FileManager.default.setAttributes(
                    [.groupOwnerAccountID: NSNumber(value: socketGroup)], ofItemAtPath: socketPath)
            }
            try FileManager.default.setAttributes([.posixPermissions: Self.socketMode], ofItemAtPath: socketPath)
        } catch {
            logger.error("the control socket's group and mode cannot be set: \(error)")
        }
    }
}
