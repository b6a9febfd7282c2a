import Model

/// One `listen`, `frontend` or `backend` section with its defaults filled in.
public struct ProxyConfiguration: Sendable, Equatable {
    /// Which section made it, and so which sides it has.
    public enum Kind: String, Sendable {
        /// Both sides.
        case listen
        /// Only the side that accepts.
        case frontend
        /// Only the side that connects.
        case backend
    }

    /// What the proxy understands of the bytes.
    public enum Mode: String, Sendable {
        /// Bytes.
        case tcp
        /// HTTP, here for statistics only.
        case http
    }

    /// Which line a session leaves in the log.
    public enum LogFormat: String, Sendable {
        /// HAProxy's default: `Connect from …`.
        case plain
        /// `option tcplog`.
        case tcp
        /// `option httplog`.
        case http
    }

    /// How the next server is chosen.
    public enum Balance: String, Sendable {
        /// Smooth weighted round robin (`balance roundrobin`).
        case roundRobin = "roundrobin"
    }

    /// Its name, unique in the instance but for a frontend and a backend that share one.
    public var name: String
    /// Its number (`iid` in the statistics): as configured, else counted from 2 in the file's order.
    public var id: Int
    /// Which section made it.
    public var kind: Kind
    /// Where the section begins.
    public var location: SourceLocation
    /// What it understands.
    public var mode = Mode.tcp
    /// Whether it is switched off (`disabled`).
    public var isDisabled = false
    /// What the statistics page says about it.
    public var description: String?
    /// Where it accepts connections.
    public var binds: [BindConfiguration] = []
    /// Where its lines go; `log global` is already replaced by the global targets.
    public var logTargets: [LogTarget] = []
    /// Which line a session leaves.
    public var logFormat = LogFormat.plain
    /// Whether sessions without a byte from the client leave no line (`option dontlognull`).
    public var ignoresNullSessions = false
    /// Most concurrent sessions of the frontend side.
    public var maxconn: Int
    /// Its time limits; `nil` is no limit.
    public var timeouts = Timeouts()
    /// How often a failed connection attempt is repeated.
    public var retries = 3
    /// Whether the last retry may go to another server (`option redispatch`).
    public var redispatches = false
    /// How the next server is chosen.
    public var balance = Balance.roundRobin
    /// Whether all backups share the traffic once no active server is left (`option allbackups`).
    public var usesAllBackups = false
    /// The load at which servers get their full `maxconn` (`fullconn`), HAProxy's tenth of the frontends' when not set.
    public var fullconn: Int?
    /// Its servers in the file's order.
    public var servers: [ServerConfiguration] = []
    /// The statistics it serves, if any; only in `mode http`.
    public var stats: StatsConfiguration?
    /// The index in `InstanceConfiguration.proxies` of the backend that this frontend sends to.
    ///
    /// A `listen` section names itself; `nil` where there is none (statistics only, or a backend).
    public var backend: Int?

    /// Makes a proxy with HAProxy's defaults.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - id: its number.
    ///   - kind: which section made it.
    ///   - maxconn: most concurrent sessions.
    ///   - location: where the section begins.
    public init(name: String, id: Int, kind: Kind, maxconn: Int, location: SourceLocation) {
        self.name = name
        self.id = id
        self.kind = kind
        self.maxconn = maxconn
        self.location = location
    }

    /// Whether it accepts connections.
    public var hasFrontend: Bool { kind != .backend }
    /// Whether it connects to servers.
    public var hasBackend: Bool { kind != .frontend }
}

/// A proxy's time limits; `nil` is no limit.
public struct Timeouts: Sendable, Equatable {
    /// For a connection to a server to be made.
    public var connect: Duration?
    /// For the client to be silent.
    public var client: Duration?
    /// For the server to be silent.
    public var server: Duration?
    /// For a session to wait in a queue; `connect` when not set.
    public var queue: Duration?
    /// For a check once its connection is made.
    public var check: Duration?
    /// For the client after it was half-closed.
    public var clientFin: Duration?
    /// For the server after it was half-closed.
    public var serverFin: Duration?
    /// For both sides once both have spoken; replaces `client` and `server`.
    public var tunnel: Duration?

    /// No limits at all.
    public init() {}
}

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

/// One address of a `bind` line (a line with commas or a port range makes several).
public struct BindConfiguration: Sendable, Equatable {
    /// Where it listens.
    public var address: BindAddress
    /// Its name in the statistics (`name`).
    public var name: String?
    /// The socket file's mode.
    public var mode: UInt32?
    /// The socket file's owner.
    public var user: AccountReference?
    /// The socket file's group.
    public var group: AccountReference?
    /// Length of the accept queue; the proxy's `maxconn` when `nil`.
    public var backlog: Int?
    /// Most concurrent connections of this address; `nil` is no limit of its own.
    public var maxconn: Int?
    /// Where the line stands.
    public var location: SourceLocation

    /// Makes an address without options.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - location: where the line stands.
    public init(address: BindAddress, location: SourceLocation) {
        self.address = address
        self.location = location
    }
}

/// An address to listen on.
public enum BindAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 address in its textual form; `0.0.0.0` is every address.
    case ipv4(String, port: UInt16)
    /// An IPv6 address in its textual form, without brackets; `::` is every address.
    ///
    /// `isIPv6Only` is false for `v4v6`.
    case ipv6(String, port: UInt16, isIPv6Only: Bool)
    /// A stream socket in the file system.
    case unix(path: String)

    /// As a configuration writes it: `127.0.0.1:5670`, `[::1]:5670` or a path.
    public var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port, _): "[\(host)]:\(port)"
        case .unix(let path): path
        }
    }
}

/// The statistics page that a proxy serves.
public struct StatsConfiguration: Sendable, Equatable {
    /// A user who may see the page.
    public struct User: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The password as written in the file.
        public var password: String

        /// Makes a user.
        ///
        /// - Parameters:
        ///   - name: the name.
        ///   - password: the password.
        public init(name: String, password: String) {
            self.name = name
            self.password = password
        }
    }

    /// The path's beginning under which the page answers.
    public var uri = "/haproxy?stats"
    /// How often a browser is told to load the page again.
    public var refresh: Duration?
    /// Who may see it; everyone when empty.
    public var users: [User] = []
    /// The realm in the question for a password.
    public var realm = "HAProxy Statistics"
    /// Whether the version is hidden.
    public var hidesVersion = false
    /// The node's name as the page shows it; `nil` hides it.
    public var node: String?
    /// The description as the page shows it; `nil` hides it.
    public var description: String?
    /// Whether the page explains its fields (`show-legends`).
    public var showsLegends = false
    /// Whether the page may change things (`stats admin if TRUE`).
    public var allowsAdministration = false

    /// Makes a page with HAProxy's defaults.
    public init() {}
}
