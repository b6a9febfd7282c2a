/// What a rule may ask of a proxy or a server at the moment.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.2 (samples from internal states).
public enum LiveSample: Sendable, Hashable {
    /// A proxy, by its index in the configuration.
    case proxy(ProxyMeasure, Int)
    /// A server, by its proxy's index and its own there.
    case server(ServerMeasure, proxy: Int, server: Int)
    /// A proxy's stick table, by the proxy's index.
    case table(TableMeasure, Int)

    /// What can be asked of a stick table; named as in files.
    public enum TableMeasure: String, Sendable, Hashable, CaseIterable {
        /// Entries.
        case used = "table_cnt"
        /// Entries that there is room for.
        case free = "table_avl"
    }

    /// What can be asked of a proxy; named as in files.
    public enum ProxyMeasure: String, Sendable, Hashable, CaseIterable {
        /// Servers that take sessions now.
        case usableServers = "nbsrv"
        /// Sessions that wait, in the queues of its servers, too.
        case waiting = "queue"
        /// The same for each usable server, rounded up.
        case averageWaiting = "avg_queue"
        /// Sessions of its backend side.
        case backendSessions = "be_conn"
        /// New sessions of its backend side in the last second.
        case backendSessionRate = "be_sess_rate"
        /// Free places at its servers and in their queues; -1 where one has no limit.
        case freePlaces = "connslots"
        /// Free places at its usable servers; -1 where one has no limit, or all are down.
        case freeConnections = "be_conn_free"
        /// Connections of its frontend side.
        case frontendConnections = "fe_conn"
        /// New sessions of its frontend side in the last second.
        case frontendSessionRate = "fe_sess_rate"

        /// Whether it is asked of the side that accepts.
        public var isAboutFrontend: Bool {
            switch self {
            case .frontendConnections, .frontendSessionRate: true
            case .usableServers, .waiting, .averageWaiting, .backendSessions, .backendSessionRate, .freePlaces,
                .freeConnections:
                false
            }
        }
    }

    /// What can be asked of a server; named as in files.
    public enum ServerMeasure: String, Sendable, Hashable, CaseIterable {
        /// Whether it is neither down nor in maintenance.
        case isUp = "srv_is_up"
        /// Sessions that it has.
        case sessions = "srv_conn"
        /// Free places; -1 where it has no limit.
        case freeConnections = "srv_conn_free"
        /// Sessions that wait for it alone.
        case waiting = "srv_queue"
        /// New sessions in the last second.
        case sessionRate = "srv_sess_rate"
        /// Its weight now; its slow start makes it smaller.
        case weight = "srv_weight"
        /// Its weight at full speed.
        case fullWeight = "srv_uweight"
        /// Its weight in the file.
        case initialWeight = "srv_iweight"
    }
}
