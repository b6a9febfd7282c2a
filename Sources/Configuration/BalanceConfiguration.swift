extension ProxyConfiguration {
    /// How the next server is chosen.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 4.2, `balance`.
    public enum Balance: Sendable, Hashable {
        /// Weighted round robin, smooth, with weights that may change (`roundrobin`).
        case roundRobin
        /// The same with weights that are fixed at the start (`static-rr`).
        case staticRoundRobin
        /// The server with the fewest sessions for its weight (`leastconn`).
        case leastConnections
        /// The first server, by number, that has a free slot (`first`).
        case first
        /// A hash of the client's address (`source`); `ProxyConfiguration.hashing` says how.
        case source
        /// The least loaded of some servers drawn at random from the ring of consistent hashing (`random`).
        case random(draws: Int)

        /// The draws of `random` without a number.
        public static let defaultDraws = 2

        /// The algorithm's name, as a configuration and the statistics (`algo`) write it.
        public var keyword: String {
            switch self {
            case .roundRobin: "roundrobin"
            case .staticRoundRobin: "static-rr"
            case .leastConnections: "leastconn"
            case .first: "first"
            case .source: "source"
            case .random: "random"
            }
        }
    }
}

/// How algorithms that hash find a server (`hash-type`, `hash-balance-factor`).
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `hash-type` and `hash-balance-factor`.
public struct HashingConfiguration: Sendable, Hashable {
    /// How a hash becomes a server.
    public enum Method: String, Sendable, CaseIterable {
        /// The hash divides into a table of all usable servers: even, but most clients move when a server comes or goes.
        case mapBased = "map-based"
        /// The hash finds its place on a ring of the servers: few clients move.
        case consistent
    }

    /// What turns a key into a hash.
    public enum Function: String, Sendable, CaseIterable {
        case sdbm, djb2, wt6, crc32
    }

    /// How a hash becomes a server.
    public var method = Method.mapBased
    /// What turns a key into a hash.
    public var function = Function.sdbm
    /// Whether the hash is mixed once more so that keys that differ by little spread (`avalanche`).
    public var isAvalanched = false
    /// The most that a server may be loaded, in percent of the average load, with a consistent hash; `nil` is no limit.
    public var balanceFactor: Int?

    /// Makes HAProxy's default: a map by SDBM.
    public init() {}
}
