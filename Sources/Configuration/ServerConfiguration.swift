/// One `server` line with `default-server` filled in.
public struct ServerConfiguration: Sendable, Equatable {
    /// Its name, unique in its proxy.
    public var name: String
    /// Its number (`sid`), counted from 1.
    public var id: Int
    /// Where it is.
    public var address: ServerAddress
    /// The check, `nil` without `check`.
    public var check: CheckConfiguration?
    /// Whether it is used only when no active server is usable.
    public var isBackup = false
    /// Its share of the traffic, 0 to 256; 0 is none.
    public var weight = 1
    /// Most concurrent sessions; `nil` is no limit.
    public var maxconn: Int?
    /// Most sessions in its queue; `nil` is no limit.
    public var maxqueue: Int?
    /// Whether it starts in maintenance (`disabled`).
    public var isDisabled = false
    /// Where the line stands.
    public var location: SourceLocation

    /// Makes a server with HAProxy's defaults.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - id: its number.
    ///   - address: where it is.
    ///   - location: where the line stands.
    public init(name: String, id: Int, address: ServerAddress, location: SourceLocation) {
        self.name = name
        self.id = id
        self.address = address
        self.location = location
    }
}

/// Where a server is.
public enum ServerAddress: Sendable, Hashable {
    /// An IPv4 or IPv6 address in its textual form, without brackets.
    case ip(String, port: UInt16)
    /// A name to be resolved.
    case name(String, port: UInt16)
    /// A stream socket in the file system.
    case unix(path: String)
}

/// How a server is checked.
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `inter`, `fastinter`, `downinter`, `rise`, `fall`.
public struct CheckConfiguration: Sendable, Equatable {
    /// The time between two checks.
    public var interval: Duration = .seconds(2)
    /// The same while the server is going up or down; `interval` when `nil`.
    public var fastInterval: Duration?
    /// The same while the server is down; `interval` when `nil`.
    public var downInterval: Duration?
    /// Passed checks in a row that bring a server up.
    public var rise = 2
    /// Failed checks in a row that take a server down.
    public var fall = 3
    /// Another port to check.
    public var port: UInt16?
    /// Another address to check.
    public var address: String?

    /// Makes a check with HAProxy's defaults.
    public init() {}
}
