import Model

/// What a `defaults` section can say for the proxies after it.
struct ProxySettings {
    /// One `log` line.
    enum LogEntry: Equatable {
        /// `log global`.
        case global
        /// A target of its own.
        case target(LogTarget)
    }

    var mode = ProxyConfiguration.Mode.tcp
    var isDisabled = false
    var logs: [LogEntry] = []
    var logFormat: (format: ProxyConfiguration.LogFormat, word: Word)?
    /// `clf` after `option httplog`.
    var commonLogFormat: Word?
    var logging = LoggingConfiguration()
    /// By the keyword, the variables of its format that need HTTP, with their places.
    var httpVariables: [String: [(variable: LogVariable, location: SourceLocation)]] = [:]
    /// By the keyword, formats that name proxies, servers or tables.
    var unresolvedFormats: [String: UnresolvedLogFormat] = [:]
    var ignoresNullSessions = false
    /// `nil` when no line says it.
    var maxconn: Int?
    /// The accept queue of addresses that don't say their own.
    var backlog: Int?
    var timeouts = Timeouts()
    /// Timeouts whose lines have an error: to say that they are missing, too, would only confuse.
    var wrongTimeouts: Set<String> = []
    var retries = 3
    var redispatches = false
    var redispatchInterval = -1
    var balance = ProxyConfiguration.Balance.roundRobin
    /// Whether a line says how servers are chosen: `dispatch` is ignored then, as in HAProxy.
    var choosesAlgorithm = false
    /// Where `option transparent` stands.
    var transparent: Word?
    /// The algorithm where it reads what is sent, which nothing here does.
    var contentBalance: Word?
    var hashing = HashingConfiguration()
    var usesAllBackups = false
    var fullconn: Int?
    var panicThreshold: Int?
    /// `failback`, and where it stands.
    var failback: (policy: FailbackConfiguration.Policy, word: Word)?
    /// `failback-drain`, and where it stands.
    var failbackDrain: (duration: Duration, word: Word)?
    var rebalance: RebalanceConfiguration?
    /// `max-session-age`, for servers that don't say their own.
    var sessionAge: SessionAge?
    var sessionRateLimit: Int?
    var abortsOnClose = false
    var logsHealthChecks = false
    var countsSockets = false
    /// `nil` when no line says it.
    var savesAcknowledgement: Bool?
    var clientKeepalive = KeepaliveConfiguration()
    var serverKeepalive = KeepaliveConfiguration()
    var connectsSmartly = false
    var source: SourceConfiguration?
    var checks = CheckDraft()
    /// `load-server-state-from-file`.
    var serverStates = ServerStateSource.none
    /// `server-state-file-name`; the proxy's own name when `nil`.
    var serverStateFile: String?
    /// Lines that act on what is sent.
    var contentUses: [ContentKeywords.Use] = []
    var defaultServer = ServerSettings()
    /// The statistics as far as any `stats` line said something.
    var stats: StatsDraft?
    /// What becomes of requests to a statistics address before anything else is looked at.
    var requestRules: [RequestRule] = []
    /// The userlists that rules about requests name.
    var userlistsInUse: [Word] = []
    /// The rings that `log` lines name or need.
    var rings = RingUses()
    var defaultBackend: Word?
    /// The lines with rules.
    var rules: [RuleLine] = []
    /// Whether servers that are down keep the sessions that belong to them (`option persist`).
    var persists = false
}

/// The statistics of a proxy, while its lines are being read.
struct StatsDraft {
    /// What was said.
    var configuration = StatsConfiguration()
    /// Where it was first said.
    var location: SourceLocation
}

/// What a `default-server` line can say for the servers after it.
struct ServerSettings {
    var isChecked = false
    var check = CheckConfiguration()
    var agent = AgentDraft()
    var socksProxy: ServerAddress?
    var checksViaSOCKS = false
    var isBackup = false
    /// `non-stick`.
    var isNeverRemembered = false
    var weight = 1
    var maxconn: Int?
    var maxqueue: Int?
    var isDisabled = false
    var minconn: Int?
    var slowStart: Duration?
    /// `max-session-age`; the proxy's when `nil`.
    var sessionAge: SessionAge?
    var closesSessionsWhenDown = false
    var closesBackupSessionsWhenUp = false
    var observedLayer: ObservationConfiguration.Layer?
    /// Where `observe layer7` stands.
    var observedResponses: Word?
    var errorLimit = ObservationConfiguration().errorLimit
    var errorReaction = ObservationConfiguration().reaction
    /// The server whose state it has: `SERVER` or `PROXY/SERVER`.
    var track: Word?
    var sendsProxyVersion1 = false
    var sendsProxyVersion2 = false
    var proxyOptions: Set<ProxyHeader.Option> = []
    var sendsProxyInChecks = false
    var source: SourceConfiguration?
    var userTimeout: Duration?
    var usesFastOpen = false
    var namespace: String?
    var resolution = NameResolutionConfiguration()
    /// Where the name of the `resolvers` section stands.
    var resolvers: Word?
    var tls = TLSDraft()

    /// What its traffic says of its health.
    var observation: ObservationConfiguration? {
        guard let observedLayer else { return nil }
        var observation = ObservationConfiguration()
        observation.layer = observedLayer
        observation.errorLimit = errorLimit
        observation.reaction = errorReaction
        return observation
    }

    /// The header its connections begin with: with both versions asked for, the second, and with options alone, the first,
    /// as in HAProxy.
    var proxyHeader: ProxyHeader? {
        if sendsProxyVersion2 { return .version2(proxyOptions) }
        return sendsProxyVersion1 || !proxyOptions.isEmpty ? .version1 : nil
    }

    /// Whether its checks speak TLS: without an address or port of their own, as its connections do.
    var checksWithTLS: Bool {
        tls.isChecked ?? (tls.ssl != nil && check.port == nil && check.address == nil)
    }

    /// The header its checks begin with: without an address or port of their own, that of its connections.
    var checkHeader: ProxyHeader? {
        if sendsProxyInChecks { return proxyHeader ?? .version1 }
        return check.port == nil && check.address == nil ? proxyHeader : nil
    }
}

/// A `server` line with what was in force where it stands.
struct ServerDraft: TLSSubject {
    /// Its name.
    var name: Word
    /// Where it is; `nil` for `default-server`.
    var address: ServerAddressDraft?
    /// What the line and the `default-server` lines before it say.
    var settings: ServerSettings
    /// The number that the line gives it.
    var id: (number: Int, word: Word)?
    /// Its place, from 1, among the servers of one `server-template` line.
    var templatePosition: Int?
    /// What its line and the `default-server` lines before it say about TLS.
    var tls: TLSDraft {
        get { settings.tls }
        set { settings.tls = newValue }
    }
    /// How its connections speak TLS; `nil` when they don't.
    var connectionTLS: ServerTLSConfiguration?
    /// How they do once a command says so; `nil` where `default-server` doesn't say how.
    var switchableTLS: ServerTLSConfiguration?
    /// How its checks do.
    var checkTLS: ServerTLSConfiguration?
}

/// A server's address, as far as its own line says it.
struct ServerAddressDraft {
    /// The host part or the path.
    enum Target {
        case ip(String)
        case name(String)
        case service(String)
        case unix(path: String)
        case abstract(name: String)
        /// Where the client itself wanted to go.
        case destination
    }

    /// The port.
    enum Port: Equatable {
        /// Always the same.
        case fixed(UInt16)
        /// The port that the client connected to, and so much more.
        case client(offset: Int)
    }

    /// The host part or the path.
    var target: Target
    /// The port.
    var port: Port
    /// Where it stands.
    var word: Word
}

/// A `defaults`, `listen`, `frontend` or `backend` section, while its lines are being read.
struct ProxyDraft {
    /// Which section it is.
    let kind: SectionKind
    /// The section's keyword.
    let header: Word
    /// Its name; its keyword where it has none, as `defaults` may.
    var name: Word
    /// What its lines and its defaults say.
    var settings: ProxySettings
    /// The number that a line gives it.
    var id: (number: Int, word: Word)?
    var description: String?
    var binds: [BindConfiguration] = []
    var servers: [ServerDraft] = []
    /// The access lists that conditions about requests may name.
    var requestConditions = RequestConditionReader()
    /// The address of a `dispatch` line.
    var dispatch: ServerAddress?
    /// Whether it has a `bind` line, right or wrong.
    var mentionsBind = false
    /// Whether it has a `server` line, right or wrong.
    var mentionsServer = false
    /// The timeouts that a line of this very section set.
    var timeoutsSetHere: Set<String> = []
    /// Whether it is nothing but a table that a `peers` section has to itself.
    var isTableAlone = false
    /// What `global` says before the section, for lines that take a value from there.
    let global: GlobalDraft

    /// Whether it connects to servers.
    var hasBackend: Bool { kind.hasBackend && !isTableAlone }

    /// Begins a section.
    ///
    /// - Parameters:
    ///   - kind: which section.
    ///   - header: its keyword.
    ///   - settings: what it begins with.
    ///   - global: what `global` says before it.
    init(kind: SectionKind, header: Word, settings: ProxySettings, global: GlobalDraft) {
        self.kind = kind
        self.header = header
        self.name = header
        self.settings = settings
        self.global = global
    }

    /// Where all sessions go that no algorithm chooses a server for.
    ///
    /// As in HAProxy, `dispatch` goes before `option transparent`, and statistics are served where they are.
    var commonDestination: ServerAddress? {
        if settings.choosesAlgorithm { return nil }
        if let dispatch { return dispatch }
        let servesStatistics = settings.mode == .http && settings.stats != nil
        return settings.transparent == nil || servesStatistics ? nil : .destination(port: 0)
    }

    /// Whether it has a name.
    var isNamed: Bool { name != header }

    /// How messages name the section, such as `'listen' section`.
    var place: String { "in a '\(kind.rawValue)' section" }
}

/// The `global` section, while its lines are being read.
struct GlobalDraft {
    /// What was said.
    var configuration = GlobalConfiguration()
    /// This machine's name.
    var hostName: String
    /// Whether it has a `log` line, right or wrong.
    var mentionsLog = false
    /// The rings that its `log` lines name or need.
    var rings = RingUses()
    /// What it says about TLS.
    var tls = TLSDefaults()
    /// What it says of sockets in the file system (`unix-bind`); stats sockets stand for themselves.
    var unixSockets = BindOptions()
    /// Whether checks may run programs (`external-check`).
    var allowsPrograms = false
    /// The keywords that may stand only once and have been seen, with their lines.
    var seen: [String: Int] = [:]
    /// This process's name among peers: as the command line has it (`-L`), which counts most, and as the file does.
    var orderedPeer: String?
    var localPeer: String?
    /// Whether a `peers` section has begun, which has taken the name over.
    var hasPeers = false
}
