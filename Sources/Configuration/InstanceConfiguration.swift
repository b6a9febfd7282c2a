import Model

/// One instance's configuration, valid by its type: names resolved, defaults filled in, nothing left to interpret.
public struct InstanceConfiguration: Sendable, Equatable {
    /// The instance's name: its file's stem.
    public var name: String
    /// The file it was read from, as given.
    public var file: String
    /// The `global` section.
    public var global: GlobalConfiguration
    /// All `listen`, `frontend` and `backend` sections in the order of the file.
    public var proxies: [ProxyConfiguration]

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - name: the instance's name.
    ///   - file: the file it came from.
    ///   - global: the `global` section.
    ///   - proxies: the proxies in the file's order.
    public init(
        name: String, file: String, global: GlobalConfiguration = GlobalConfiguration(),
        proxies: [ProxyConfiguration] = []
    ) {
        self.name = name
        self.file = file
        self.global = global
        self.proxies = proxies
    }
}

/// The `global` section.
public struct GlobalConfiguration: Sendable, Equatable {
    /// A proxy's `maxconn` where neither it nor `global` has one: HAProxy derives its limit from that of open files then,
    /// so what really holds is what the system allows.
    public static let maxconnWithoutSetting = 1_000_000

    /// Where `log global` sends its lines.
    public var logTargets: [LogTarget] = []
    /// The tag in each log line (`log-tag`).
    public var logTag = "haproxy"
    /// Most concurrent client connections of the whole instance; `nil` when the file does not say.
    public var maxconn: Int?
    /// The stats sockets.
    public var statsSockets: [StatsSocketConfiguration] = []
    /// How long a stats socket's connection may be idle (`stats timeout`).
    public var statsTimeout: Duration = .seconds(10)
    /// The node's name (`node`), the host's name when `nil`.
    public var node: String?
    /// What the statistics page says about the instance (`description`).
    public var description: String?
    /// By how much checks are spread around their interval, in percent (`spread-checks`, 0 to 50).
    public var spreadChecks = 0

    /// Makes the section with HAProxy's defaults.
    public init() {}
}

/// One `stats socket` line.
public struct StatsSocketConfiguration: Sendable, Equatable {
    /// What a connection of this socket may do.
    public enum Level: Int, Sendable, Comparable {
        /// Reads what is not sensitive.
        case user
        /// Reads everything (the default).
        case `operator`
        /// Reads and changes.
        case admin

        /// Whether the left level may do less than the right one.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// Where it listens.
    public var address: BindAddress
    /// What it allows.
    public var level = Level.operator
    /// The socket file's mode, `nil` to leave what the umask gives.
    public var mode: UInt32?
    /// The socket file's owner.
    public var user: AccountReference?
    /// The socket file's group.
    public var group: AccountReference?
    /// Where the line stands.
    public var location: SourceLocation

    /// Makes a socket with HAProxy's defaults.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - location: where the line stands.
    public init(address: BindAddress, location: SourceLocation) {
        self.address = address
        self.location = location
    }
}

/// A place in a configuration file.
public struct SourceLocation: Sendable, Hashable {
    /// The file, as given.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column in characters, from 1.
    public var column: Int

    /// Makes a place.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - line: the line, from 1.
    ///   - column: the column, from 1.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// A user or a group as a configuration names it; looked up in the system when the socket is made.
public enum AccountReference: Sendable, Hashable {
    /// By number.
    case id(UInt32)
    /// By name.
    case name(String)
}
