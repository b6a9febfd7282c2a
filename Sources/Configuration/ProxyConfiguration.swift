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
        /// HTTP: a statistics page, or servers to which connections are relayed as they are, without being read.
        case http
    }

    /// Which line a session leaves in the log.
    public enum LogFormat: Sendable, Equatable {
        /// HAProxy's default: `Connect from …`.
        case plain
        /// `option tcplog`.
        case tcp
        /// `option httplog`.
        case http
        /// `log-format`.
        case custom(LogTemplate)
    }

    /// Its name, unique in the instance but for a frontend and a backend that share one.
    public var name: String
    /// Its number (`iid` in the statistics): as configured, else counted from 2 in the file's order.
    public var id: Int
    /// Whether the file gives it that number (`id`).
    public var hasGivenID = false
    /// Which section made it.
    public var kind: Kind
    /// Where the section begins.
    public var location: SourceLocation
    /// What it understands.
    public var mode = Mode.tcp
    /// Whether it is switched off (`disabled`).
    public var isDisabled = false
    /// Whether it is nothing but a stick table that a `peers` section has to itself, and is shown nowhere else.
    public var isTableAlone = false
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
    /// What else the file says about its log lines.
    public var logging = LoggingConfiguration()
    /// Most concurrent sessions of the frontend side.
    public var maxconn: Int
    /// Its time limits; `nil` is no limit.
    public var timeouts = Timeouts()
    /// How often a failed connection attempt is repeated.
    public var retries = 3
    /// Whether a retry may go to another server (`option redispatch`).
    public var redispatches = false
    /// Which retries go to another server: every so many, or (negative) the last but so many; -1 is the last one.
    public var redispatchInterval = -1
    /// How the next server is chosen.
    public var balance = Balance.roundRobin
    /// How algorithms that hash find a server.
    public var hashing = HashingConfiguration()
    /// Most new sessions a second of the frontend side (`rate-limit sessions`); those above it wait to be accepted.
    public var sessionRateLimit: Int?
    /// Whether a session whose client has gone leaves the queue (`option abortonclose`).
    public var abortsOnClose = false
    /// Whether each changed result of a check leaves a line in the log (`option log-health-checks`).
    public var logsHealthChecks = false
    /// Whether each of its listening sockets is counted and shown by itself (`option socket-stats`).
    public var countsSockets = false
    /// What checks of its servers say and want to hear; `nil` where that a connection can be made is all they want to know.
    public var checkPlan: CheckPlan?
    /// The program that decides about its servers (`option external-check`), instead of a conversation.
    public var checkProgram: ProgramCheck?
    /// Whether a client's first bytes are acknowledged together with the answer (`option tcp-smart-accept`, and in HTTP).
    public var savesAcknowledgement = false
    /// Probes of clients' connections.
    public var clientKeepalive = KeepaliveConfiguration()
    /// Probes of servers' connections.
    public var serverKeepalive = KeepaliveConfiguration()
    /// Whether the handshake with a server ends together with the client's first data (`option tcp-smart-connect`).
    public var connectsSmartly = false
    /// Where connections to servers without a `source` of their own come from; the system's choice when `nil`.
    public var source: SourceConfiguration?
    /// Where sessions go that no server is chosen for (`dispatch`); it is neither checked nor counted.
    public var dispatch: ServerAddress?
    /// Whether all backups share the traffic once no active server is left (`option allbackups`).
    public var usesAllBackups = false
    /// The load at which servers get their full `maxconn` (`fullconn`), HAProxy's tenth of the frontends' when not set.
    public var fullconn: Int?
    /// The share of servers up, in percent, below which failed checks aren't believed (`panic-threshold`, which HAProxy
    /// doesn't have); they always are when `nil`.
    public var panicThreshold: Int?
    /// When new sessions come back from the backups, and what becomes of those that are there; as soon as they can, and
    /// nothing, when `nil`.
    public var failback: FailbackConfiguration?
    /// How sessions are moved to a server that has returned; they stay where they are when `nil`.
    public var rebalance: RebalanceConfiguration?
    /// Where its servers' states at the start come from.
    public var serverStates = ServerStateSource.none
    /// Its servers in the file's order.
    public var servers: [ServerConfiguration] = []
    /// The statistics it serves, if any; only in `mode http`.
    public var stats: StatsConfiguration?
    /// What becomes of requests to its address before its statistics are looked at; only in `mode http`.
    public var requestRules: [RequestRule] = []
    /// The index in `InstanceConfiguration.proxies` of the backend that this frontend sends to.
    ///
    /// A `listen` section names itself; `nil` where there is none (statistics only, or a backend).
    public var backend: Int?
    /// What decides of each of its connections.
    public var rules = RuleSet()
    /// Whether sessions that belong to a server go there also when it is down (`option persist`).
    public var persists = false

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

    /// Whether its connections are relayed: in HTTP, those of a proxy that has servers or a backend.
    ///
    /// A proxy in `mode http` that relays serves no statistics: its connections aren't read.
    public var isRelaying: Bool { mode == .tcp || !servers.isEmpty || !backends.isEmpty || kind == .backend }
    /// The indices of all backends that its sessions may go to.
    public var backends: Set<Int> {
        Set(binds.compactMap { $0.backend ?? backend } + binds.flatMap { $0.backendRules.map(\.backend) })
            .union(backend.map { [$0] } ?? [])
    }
    /// Whether it accepts connections.
    public var hasFrontend: Bool { kind != .backend }
    /// Whether its addresses are open at all.
    public var isListening: Bool { hasFrontend && !isDisabled }
    /// Whether its addresses are those of a statistics page or of metrics, and not for sessions.
    public var servesStatistics: Bool { isListening && !isRelaying && (stats != nil || servesMetricsByRule) }
    /// Whether a rule says where metrics are (`http-request use-service prometheus-exporter`).
    public var servesMetricsByRule: Bool { requestRules.contains { $0.action == .serveMetrics } }
    /// Whether its addresses are for sessions, be it only to close them for want of a backend.
    public var acceptsSessions: Bool { isListening && !servesStatistics }
    /// Whether it connects to servers.
    public var hasBackend: Bool { kind != .frontend && !isTableAlone }
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
