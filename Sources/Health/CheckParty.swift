/// Who is checked, as far as a check's words need it.
public struct CheckParty: Sendable, Hashable {
    /// The proxy's name.
    public var proxy: String
    /// The server's name.
    public var server: String
    /// Whether the server was up when the check began.
    public var isUp: Bool
    /// How the server is seen, for a server that wants to know (`http-check send-state`).
    public var state: String
    /// Seconds since 1970 when the check began.
    public var seconds: Int64

    /// Names a server.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's name.
    ///   - server: the server's name.
    ///   - isUp: whether the server was up when the check began.
    ///   - state: how the server is seen.
    ///   - seconds: seconds since 1970 when the check began.
    public init(proxy: String, server: String, isUp: Bool = true, state: String = "", seconds: Int64 = 0) {
        self.proxy = proxy
        self.server = server
        self.isUp = isUp
        self.state = state
        self.seconds = seconds
    }
}
