import Model

/// What a `stick-table` line says.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `stick-table`.
public struct StickTableConfiguration: Sendable, Equatable {
    /// What entries are found by.
    public enum KeyKind: Sendable, Equatable {
        case ipv4, ipv6, integer
        /// A text, of which so many bytes count.
        case text(length: Int)
        /// Bytes, of which so many count; shorter ones are filled up with zeros.
        case bytes(length: Int)
    }

    /// How an entry remembers a server (`srvkey`).
    public enum ServerKey: String, Sendable, CaseIterable {
        case name
        case address = "addr"
    }

    /// What tells of the server that an entry remembers; named as in files.
    public enum ServerColumn: String, Sendable, CaseIterable {
        case number = "server_id"
        case key = "server_key"
    }

    /// What is counted for an entry (`store`); named as in files.
    public enum Counter: String, Sendable, CaseIterable {
        case connections = "conn_cnt"
        case currentConnections = "conn_cur"
        case connectionRate = "conn_rate"
        case sessions = "sess_cnt"
        case sessionRate = "sess_rate"
        case bytesIn = "bytes_in_cnt"
        case bytesInRate = "bytes_in_rate"
        case bytesOut = "bytes_out_cnt"
        case bytesOutRate = "bytes_out_rate"
        /// A number that rules count up as they like.
        case generalPurpose = "gpc0"
        case generalPurposeRate = "gpc0_rate"
        /// Another one.
        case second = "gpc1"
        case secondRate = "gpc1_rate"
        /// A number that rules set.
        case tag = "gpt0"

        /// Whether it counts what happened within a time.
        public var isRate: Bool {
            switch self {
            case .connectionRate, .sessionRate, .bytesInRate, .bytesOutRate, .generalPurposeRate, .secondRate: true
            case .connections, .currentConnections, .sessions, .bytesIn, .bytesOut, .generalPurpose, .second, .tag:
                false
            }
        }
    }

    /// What entries are found by.
    public var keyKind: KeyKind
    /// The most entries.
    public var size: Int
    /// How long an entry stays after it was last touched; for ever when `nil`.
    public var expiry: Duration?
    /// Whether old entries make room for new ones; not with `nopurge`.
    public var makesRoom = true
    /// How an entry remembers a server.
    public var serverKey = ServerKey.name
    /// The name of the `peers` section whose peers share it.
    public var peers: String?
    /// What `store` asks for of the server that an entry remembers; tables by which sessions stick have all of it anyway.
    public var storedServerColumns: Set<ServerColumn> = []
    /// What is counted, and within which time where it is a rate (else 0).
    public var counters: [Counter: Duration] = [:]
    /// Whether servers are remembered in it: by a `stick` line, or because it says so (`store server_id`).
    public var keepsServers = false
    /// Its arrays of numbers.
    public var arrays = Arrays()

    /// How many numbers of each kind an entry keeps in arrays; named as in files.
    public struct Arrays: Sendable, Hashable {
        /// Those that rules count up (`gpc(n)`).
        public var counts = 0
        /// How often they are counted up (`gpc_rate(n,time)`).
        public var rates = 0
        /// Within which time.
        public var period = Duration.zero
        /// Those that rules set (`gpt(n)`).
        public var tags = 0

        /// None.
        public init() {}
    }
}

/// A `stick` line: who is sent to the server that a table remembers for a key, and for whom it is remembered.
public struct StickRule: Sendable, Equatable {
    /// What the key is.
    public var sample: SampleExpression
    /// The index in `InstanceConfiguration.proxies` of the proxy whose table it is.
    public var table: Int
    /// Whether the server of the key is used.
    public var matches: Bool
    /// Whether the server of the session is remembered for the key.
    public var stores: Bool
    /// When; always when `nil`.
    public var condition: RuleCondition?
}
