/// One server with all that a successor, or a person, may want to know of it: what `show servers state` tells.
public struct ServerStateSnapshot: Sendable {
    /// The backend's name.
    public var backend: String
    /// The backend's number.
    public var backendID: Int
    /// Whether the file gives the backend its number.
    public var hasGivenBackendID = false
    /// The server.
    public var server: ServerSnapshot
    /// Whether the file gives the server its number.
    public var hasGivenID = false
    /// Its IP address; `nil` while it has none.
    public var host: String?
    /// Its port.
    public var port = 0
    /// The name that it has its address from.
    public var hostName: String?
    /// The service whose places servers share.
    public var serviceName: String?
    /// Whether the file has it in maintenance.
    public var isDisabledInFile = false
    /// Whether it has been in service from the beginning: not where a command has added it to wait for an order.
    public var beganInService = true
    /// Whether it has a check, be it turned off.
    public var hasCheck = false
    /// Another port that is checked, 0 for its own.
    public var checkPort = 0
    /// Another address that is checked.
    public var checkAddress: String?
    /// Another address that its agent is asked at.
    public var agentAddress: String?
    /// The port that its agent is asked at, 0 for a server without one.
    public var agentPort = 0
    /// Whether the file gives it an agent.
    public var hasAgent = false
    /// Whether its connections are encrypted.
    public var usesTLS = false
    /// Whether its name is asked for while running.
    public var isResolvedWhileRunning = false

    /// Makes a state.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - backend: the backend's name.
    ///   - backendID: the backend's number.
    public init(_ server: ServerSnapshot, backend: String, backendID: Int) {
        self.server = server
        self.backend = backend
        self.backendID = backendID
    }
}
