import TLS

/// TLS on the way to a server.
public struct ServerTLSConfiguration: Sendable, Equatable {
    /// How it is spoken.
    public var connector: TLSConnector
    /// The name that is asked for (`sni`); none when `nil`.
    public var name: TLSServerName?
    /// Whether a connection goes on with the session of an earlier one, instead of a whole handshake.
    public var reusesSessions: Bool

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - connector: how it is spoken.
    ///   - name: the name that is asked for.
    ///   - reusesSessions: whether a connection goes on with the session of an earlier one.
    public init(connector: TLSConnector, name: TLSServerName?, reusesSessions: Bool) {
        self.connector = connector
        self.name = name
        self.reusesSessions = reusesSessions
    }
}

/// TLS of a check's steps that ask for it themselves (`tcp-check connect ssl`).
public struct StepTLSConfiguration: Sendable, Equatable {
    /// That of a step that says everything itself.
    public var plain: ServerTLSConfiguration
    /// That of a step that goes by the server's line where it says nothing (`default`).
    public var usual: ServerTLSConfiguration
}

/// Which name a server is asked for.
public enum TLSServerName: Sendable, Hashable {
    /// Always the same.
    case fixed(String)
    /// The one that the client has asked for.
    case ofClient
}
