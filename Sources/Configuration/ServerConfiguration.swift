/// One `server` line with `default-server` filled in.
public struct ServerConfiguration: Sendable, Equatable {
    /// Its name, unique in its proxy.
    public var name: String
    /// Its number (`sid`), counted from 1.
    public var id: Int
    /// Whether the file gives it that number (`id`).
    public var hasGivenID = false
    /// Where it is.
    public var address: ServerAddress
    /// The check, `nil` without `check`.
    public var check: CheckConfiguration?
    /// Its agent; `nil` without `agent-check`.
    public var agent: AgentConfiguration?
    /// The SOCKS 4 proxy that its connections go through (`socks4`), an IP address with a port; `nil` without one.
    public var socksProxy: ServerAddress?
    /// Whether stick tables may remember it; not with `non-stick`.
    public var isRemembered = true
    /// Whether it is used only when no active server is usable.
    public var isBackup = false
    /// Its share of the traffic, 0 to 256; 0 is none.
    public var weight = 1
    /// Most concurrent sessions; `nil` is no limit.
    public var maxconn: Int?
    /// What `maxconn` is while the backend has no load (`minconn`): it grows with it up to `maxconn` at `fullconn`.
    public var minconn: Int?
    /// How long a server that has come up takes to its full weight and `maxconn` (`slowstart`).
    public var slowStart: Duration?
    /// How old its sessions may get (`max-session-age`, which HAProxy doesn't have); `nil` is no limit.
    public var maxSessionAge: SessionAge?
    /// Most sessions in its queue; `nil` is no limit.
    public var maxqueue: Int?
    /// Whether it starts in maintenance (`disabled`).
    public var isDisabled = false
    /// Whether its sessions end when it goes down (`on-marked-down shutdown-sessions`).
    public var closesSessionsWhenDown = false
    /// Whether the backups' sessions end when it comes up (`on-marked-up shutdown-backup-sessions`).
    public var closesBackupSessionsWhenUp = false
    /// What its traffic says of its health; `nil` without `observe`.
    public var observation: ObservationConfiguration?
    /// The server whose state it has (`track`), instead of checks of its own.
    public var tracks: ServerReference?
    /// The header that its connections begin with; `nil` is none.
    public var proxyHeader: ProxyHeader?
    /// Where its connections come from; the proxy's `source` when `nil`.
    public var source: SourceConfiguration?
    /// How long sent data may stay unacknowledged (`tcp-ut`, `TCP_USER_TIMEOUT`); the system's time when `nil`.
    public var userTimeout: Duration?
    /// Whether data may go with the connection's first packet (`tfo`).
    public var usesFastOpen = false
    /// The network namespace that its connections are made in (`namespace`); this process's when `nil`.
    public var namespace: String?
    /// How its connections speak TLS; `nil` when they don't.
    public var tls: ServerTLSConfiguration?
    /// How its name becomes an address; without meaning for other addresses.
    public var resolution = NameResolutionConfiguration()
    /// Its place, from 1, among the servers of one `server-template` line, which share a name and take one each of its
    /// addresses; `nil` for a `server` line.
    public var templatePosition: Int?
    /// What is added to the port that the client connected to, to make the server's (`:+1000`, `:-1000`, no port at all).
    ///
    /// Set only where the proxy's clients come in on several ports, or tell theirs themselves; `address` has the port for
    /// the first of them then.
    public var portOffset: Int?
    /// What its line adds to the port that the client connected to, also where that is always the same one; `nil` where it has
    /// a port of its own.
    public var portMap: Int?
    /// Whether a command has added it (`add server`), not the file.
    public var isDynamic = false
    /// Whether it is disabled only because nobody has put it into service since a command has added it.
    public var awaitsOrder = false
    /// Whether a command has taken it away (`del server`): it keeps its place, so that the others keep theirs.
    public var isRemoved = false
    /// How its connections speak TLS once a command turns it on (`set server ssl`); `nil` where none can.
    public var switchableTLS: ServerTLSConfiguration?
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
    /// A service whose places name servers know (SRV, a name that begins with `_`).
    case service(String)
    /// A stream socket in the file system.
    case unix(path: String)
    /// A stream socket by an abstract name, without the leading zero byte (`abns@`).
    case abstract(name: String)
    /// Where the client itself wanted to go (`0.0.0.0`, `option transparent`); at its port unless one is given here.
    case destination(port: UInt16)
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
    /// The header that a check's connection begins with; `nil` is none.
    public var proxyHeader: ProxyHeader?
    /// How its connections speak TLS; `nil` when they don't.
    public var tls: ServerTLSConfiguration?
    /// How connections of its steps speak TLS that do so in any case; `nil` where there are none.
    public var stepTLS: StepTLSConfiguration?
    /// Whether its connections go through the server's SOCKS proxy (`check-via-socks4`).
    public var goesThroughSOCKS = false

    /// Makes a check with HAProxy's defaults.
    public init() {}
}
