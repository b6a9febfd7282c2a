import Model

/// All fields of the statistics in the order of HAProxy 2.6's CSV.
///
/// Columns up to `-` keep their places for ever; what follows is found by its name. Fields about things that do not exist
/// here (compression, caches, TLS) are filled as HAProxy fills them when they are not configured, so that a reader
/// made for HAProxy finds a number where it expects one.
///
/// - Source: HAProxy 2.6 management guide, section 9.1; which rows fill which field is recorded from 2.6.12.
enum StatisticsTable {
    /// The fields, first to last.
    static let fields: [StatisticsField] =
        identity + sessions + state + numbers + checks + responses + aborts + timings + agent + checkWords + addresses
        + connections + maxima + aggregates + protocols

    private static let identity: [StatisticsField] = [
        StatisticsField(
            "pxname", frontend: { _, proxy, _ in .text(proxy.name) }, listener: { _, proxy, _ in .text(proxy.name) },
            server: { _, proxy, _ in .text(proxy.name) }, backend: { _, proxy, _ in .text(proxy.name) }),
        StatisticsField(
            "svname", frontend: { _, _, _ in .text(SessionSample.frontendName) },
            listener: { listener, _, _ in .text(listener.name) },
            server: { server, _, _ in .text(server.name) },
            backend: { _, _, _ in .text(SessionSample.backendName) }),
    ]

    private static let sessions: [StatisticsField] = [
        .counted("qcur") { .count($0.queueCurrent) },
        .counted("qmax") { .count($0.queueMax) },
        StatisticsField(
            "scur", frontend: { side, _, _ in .count(side.currentSessions) },
            listener: { side, _, _ in .count(side.currentSessions) },
            server: { side, _, _ in .count(side.counters.currentSessions) },
            backend: { side, _, _ in .count(side.counters.currentSessions) }),
        StatisticsField(
            "smax", frontend: { side, _, _ in .count(side.maxSessions) },
            listener: { side, _, _ in .count(side.maxSessions) },
            server: { side, _, _ in .count(side.counters.maxSessions) },
            backend: { side, _, _ in .count(side.counters.maxSessions) }),
        StatisticsField(
            "slim", frontend: { side, _, _ in .count(side.sessionLimit) },
            listener: { side, _, _ in .count(side.sessionLimit) },
            server: { side, _, _ in .count(side.sessionLimit) }, backend: { side, _, _ in .count(side.sessionLimit) }),
        StatisticsField(
            "stot", frontend: { side, _, _ in .count(side.totalSessions) },
            listener: { side, _, _ in .count(side.totalSessions) },
            server: { side, _, _ in .count(side.counters.totalSessions) },
            backend: { side, _, _ in .count(side.counters.totalSessions) }),
        StatisticsField(
            "bin", frontend: { side, _, _ in .count(side.bytesIn) },
            listener: { side, _, _ in .count(side.bytesIn) },
            server: { side, _, _ in .count(side.counters.bytesIn) },
            backend: { side, _, _ in .count(side.counters.bytesIn) }),
        StatisticsField(
            "bout", frontend: { side, _, _ in .count(side.bytesOut) },
            listener: { side, _, _ in .count(side.bytesOut) },
            server: { side, _, _ in .count(side.counters.bytesOut) },
            backend: { side, _, _ in .count(side.counters.bytesOut) }),
        StatisticsField(
            "dreq", frontend: { side, _, _ in .count(side.deniedRequests) },
            listener: { side, _, _ in .count(side.refusals.requests) },
            backend: { side, _, _ in .count(side.deniedRequests) }),
        StatisticsField(
            "dresp", frontend: { side, _, _ in .count(side.deniedResponses) },
            listener: { side, _, _ in .count(side.refusals.responses) },
            server: { side, _, _ in .count(side.counters.deniedResponses) },
            backend: { side, _, _ in .count(side.counters.deniedResponses) }),
        StatisticsField(
            "ereq", frontend: { side, _, _ in .count(side.requestErrors) },
            listener: { side, _, _ in .count(side.refusals.unfinished) }),
        .counted("econ") { .count($0.connectionErrors) },
        .counted("eresp") { .count($0.responseErrors) },
        .counted("wretr") { .count($0.retries) },
        .counted("wredis") { .count($0.redispatches) },
    ]

    private static let state: [StatisticsField] = [
        StatisticsField(
            "status", frontend: { side, _, _ in .text(side.status) }, listener: { side, _, _ in .text(side.status) },
            server: { server, _, _ in .text(ServerStatus(of: server).text) },
            backend: { side, proxy, style in .text(status(of: side, in: proxy, style)) }),
        StatisticsField(
            "weight", server: { server, _, _ in .count(server.weight) }, backend: { side, _, _ in .count(side.weight) }),
        StatisticsField(
            "act", server: { server, _, _ in .number(server.isBackup ? 0 : 1) },
            backend: { side, _, _ in .count(side.activeServers) }),
        StatisticsField(
            "bck", server: { server, _, _ in .number(server.isBackup ? 1 : 0) },
            backend: { side, _, _ in .count(side.backupServers) }),
        StatisticsField(
            "chkfail", server: { server, _, _ in server.isChecked ? .count(server.failedChecks) : .absent }),
        StatisticsField(
            "chkdown", server: { server, _, _ in server.isChecked ? .count(server.counters.timesDown) : .absent },
            backend: { side, _, _ in .count(side.counters.timesDown) }),
        .counted("lastchg") { .count($0.secondsSinceLastChange) },
        StatisticsField(
            "downtime", server: { server, _, _ in server.isChecked ? .count(server.counters.downSeconds) : .absent },
            backend: { side, proxy, _ in proxy.servers.isEmpty ? .absent : .count(side.counters.downSeconds) }),
        StatisticsField("qlimit", server: { server, _, _ in .count(server.queueLimit) }),
    ]

    /// A backend's status; with the count of its servers that are up where not all of them are shown.
    static func status(of side: BackendSnapshot, in proxy: ProxySnapshot, _ style: StatisticsStyle) -> String {
        let status = side.isUp ? "UP" : "DOWN"
        guard style.countsServers else { return status }
        let up = proxy.servers.count { $0.state != .down && $0.state != .maint }
        return "\(status) (\(up)/\(proxy.servers.count))"
    }

    private static let numbers: [StatisticsField] = [
        .everywhere("pid", .number(1)),
        StatisticsField(
            "iid", frontend: { _, proxy, _ in .count(proxy.id) }, listener: { _, proxy, _ in .count(proxy.id) },
            server: { _, proxy, _ in .count(proxy.id) }, backend: { _, proxy, _ in .count(proxy.id) }),
        StatisticsField(
            "sid", frontend: { _, _, _ in .number(0) }, listener: { listener, _, _ in .count(listener.id) },
            server: { server, _, _ in .count(server.id) },
            backend: { _, _, _ in .number(0) }),
        StatisticsField("throttle", server: { server, _, _ in .count(server.slowStartPercent) }),
        .counted("lbtot") { .count($0.timesChosen) },
        StatisticsField("tracked", server: { server, _, _ in .words(server.tracks) }),
        StatisticsField(
            "type", frontend: { _, _, _ in .number(0) }, listener: { _, _, _ in .number(3) },
            server: { _, _, _ in .number(2) }, backend: { _, _, _ in .number(1) }),
        StatisticsField(
            "rate", frontend: { side, _, _ in .count(side.sessionRate.current) },
            server: { side, _, _ in .count(side.counters.sessionRate.current) },
            backend: { side, _, _ in .count(side.counters.sessionRate.current) }),
        StatisticsField("rate_lim", frontend: { side, _, _ in .count(side.sessionRate.limit) }),
        StatisticsField(
            "rate_max", frontend: { side, _, _ in .count(side.sessionRate.max) },
            server: { side, _, _ in .count(side.counters.sessionRate.max) },
            backend: { side, _, _ in .count(side.counters.sessionRate.max) }),
    ]

    private static let checks: [StatisticsField] = [
        StatisticsField("check_status", server: { server, _, _ in CheckColumns(of: server)?.status ?? .absent }),
        StatisticsField("check_code", server: { server, _, _ in CheckColumns(of: server)?.code ?? .absent }),
        StatisticsField("check_duration", server: { server, _, _ in CheckColumns(of: server)?.duration ?? .absent }),
    ]

    private static let responses: [StatisticsField] =
        ["hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"].enumerated().map { index, name in
            StatisticsField(
                name, frontend: { side, _, _ in .count(side.responses?.byClass[index]) },
                backend: { side, _, _ in .count(side.responses?.byClass[index]) })
        } + [
            StatisticsField("hanafail", server: { server, _, _ in .count(server.failedAnalyses) }),
            StatisticsField("req_rate", frontend: { side, _, _ in .count(side.requestRate?.current ?? 0) }),
            StatisticsField("req_rate_max", frontend: { side, _, _ in .count(side.requestRate?.max ?? 0) }),
            StatisticsField(
                "req_tot", frontend: { side, _, _ in .count(side.totalRequests ?? 0) },
                backend: { side, _, _ in .count(side.totalRequests) }),
        ]

    private static let aborts: [StatisticsField] = [
        .counted("cli_abrt") { .count($0.clientAborts) },
        .counted("srv_abrt") { .count($0.serverAborts) },
        .zeroInProxies("comp_in"), .zeroInProxies("comp_out"), .zeroInProxies("comp_byp"), .zeroInProxies("comp_rsp"),
        .counted("lastsess") { .count($0.secondsSinceLastSession ?? -1) },
        StatisticsField("last_chk", server: { server, _, _ in CheckColumns(of: server)?.detail ?? .absent }),
        StatisticsField("last_agt", server: { server, _, _ in AgentColumns(of: server)?.detail ?? .absent }),
    ]

    private static let timings: [StatisticsField] = [
        .counted("qtime") { .count($0.timing.queueAverage) },
        .counted("ctime") { .count($0.timing.connectAverage) },
        .counted("rtime") { _ in .number(0) },
        .counted("ttime") { .count($0.timing.totalAverage) },
    ]

    private static let agent: [StatisticsField] = [
        StatisticsField("agent_status", server: { server, _, _ in AgentColumns(of: server)?.status ?? .absent }),
        StatisticsField("agent_code", server: { server, _, _ in AgentColumns(of: server)?.code ?? .absent }),
        StatisticsField("agent_duration", server: { server, _, _ in AgentColumns(of: server)?.duration ?? .absent }),
    ]

    private static let checkWords: [StatisticsField] = [
        StatisticsField("check_desc", server: { server, _, _ in CheckColumns(of: server)?.description ?? .absent }),
        StatisticsField("agent_desc", server: { server, _, _ in AgentColumns(of: server)?.description ?? .absent }),
        StatisticsField("check_rise", server: { server, _, _ in CheckColumns(of: server)?.rise ?? .absent }),
        StatisticsField("check_fall", server: { server, _, _ in CheckColumns(of: server)?.fall ?? .absent }),
        StatisticsField("check_health", server: { server, _, _ in CheckColumns(of: server)?.health ?? .absent }),
        StatisticsField("agent_rise", server: { server, _, _ in AgentColumns(of: server)?.rise ?? .absent }),
        StatisticsField("agent_fall", server: { server, _, _ in AgentColumns(of: server)?.fall ?? .absent }),
        StatisticsField("agent_health", server: { server, _, _ in AgentColumns(of: server)?.health ?? .absent }),
    ]

    private static let addresses: [StatisticsField] = [
        StatisticsField(
            "addr",
            listener: { listener, _, style in
                style.showsLegends ? .text(shownAddress(listener.address)) : .absent
            },
            server: { server, _, style in
                style.showsLegends && !server.isUnresolved ? .text(shownAddress(server.shownAddress)) : .absent
            }),
        StatisticsField("cookie"),
        StatisticsField(
            "mode", frontend: { _, proxy, _ in .text(mode(of: proxy)) },
            listener: { _, proxy, _ in .text(mode(of: proxy)) },
            server: { _, proxy, _ in .text(mode(of: proxy)) },
            backend: { _, proxy, _ in .text(mode(of: proxy)) }),
        StatisticsField("algo", backend: { side, _, style in style.showsLegends ? .text(side.algorithm) : .absent }),
    ]

    /// An address; a path, or a name beside the file system, is only called `unix`.
    static func shownAddress(_ address: String) -> String {
        address.hasPrefix("/") || address.hasPrefix("abns@") ? "unix" : address
    }

    static func mode(of proxy: ProxySnapshot) -> String { proxy.isHTTP ? "http" : "tcp" }

    private static let connections: [StatisticsField] = [
        StatisticsField("conn_rate", frontend: { side, _, _ in .count(side.connectionRate.current) }),
        StatisticsField("conn_rate_max", frontend: { side, _, _ in .count(side.connectionRate.max) }),
        StatisticsField("conn_tot", frontend: { side, _, _ in .count(side.totalConnections) }),
        StatisticsField(
            "intercepted", frontend: { side, proxy, _ in proxy.isHTTP ? .count(side.interceptedRequests) : .absent }),
        StatisticsField(
            "dcon", frontend: { side, _, _ in .count(side.deniedConnections) },
            listener: { side, _, _ in .count(side.refusals.connections) }),
        StatisticsField(
            "dses", frontend: { side, _, _ in .count(side.deniedSessions) },
            listener: { side, _, _ in .count(side.refusals.sessions) }),
        .everywhere("wrew", .number(0)),
        .counted("connect") { .count($0.connectAttempts) },
        .counted("reuse") { _ in .number(0) },
        zeroInHTTPProxies("cache_lookups"), zeroInHTTPProxies("cache_hits"),
        StatisticsField("srv_icur", server: { _, _, _ in .number(0) }),
        StatisticsField("src_ilim", server: { server, _, _ in server.isDynamic ? .number(0) : .absent }),
    ]

    private static func zeroInHTTPProxies(_ name: String) -> StatisticsField {
        StatisticsField(
            name, frontend: { _, proxy, _ in proxy.isHTTP ? .number(0) : .absent },
            backend: { _, proxy, _ in proxy.isHTTP ? .number(0) : .absent })
    }

    private static let maxima: [StatisticsField] = [
        .counted("qtime_max") { .count($0.timing.queueMax) },
        .counted("ctime_max") { .count($0.timing.connectMax) },
        .counted("rtime_max") { _ in .number(0) },
        .counted("ttime_max") { .count($0.timing.totalMax) },
        .everywhere("eint", .number(0)),
        StatisticsField("idle_conn_cur", server: { _, _, _ in .number(0) }),
        StatisticsField("safe_conn_cur", server: { _, _, _ in .number(0) }),
        StatisticsField("used_conn_cur", server: { _, _, _ in .number(0) }),
        StatisticsField("need_conn_est", server: { server, _, _ in .number(wasEverConnected(server) ? 1 : 0) }),
    ]

    /// HAProxy's estimate of needed connections stays at 1 once there was any connection, checks included, as long as
    /// connections are not kept for reuse, which no TCP proxy does.
    private static func wasEverConnected(_ server: ServerSnapshot) -> Bool {
        server.lastCheck != nil || server.counters.connectAttempts > 0
    }

    private static let aggregates: [StatisticsField] = [
        StatisticsField(
            "uweight", server: { server, _, _ in .count(server.configuredWeight) },
            backend: { side, _, _ in .count(side.configuredWeight) }),
        StatisticsField("agg_server_status", backend: { _, _, _ in .number(0) }),
        StatisticsField("agg_server_check_status", backend: { _, _, _ in .number(0) }),
        StatisticsField("agg_check_status", backend: { _, _, _ in .number(0) }),
        .everywhere("-", .text("-")),
    ]

    private static let protocols: [StatisticsField] =
        [handshakes("ssl_sess", \.full), handshakes("ssl_reused_sess", \.resumed)]
        + [handshakes("ssl_failed_handshake", \.failed)]
        + [
            "h2_headers_rcvd", "h2_data_rcvd", "h2_settings_rcvd", "h2_rst_stream_rcvd", "h2_goaway_rcvd",
            "h2_detected_conn_protocol_errors", "h2_detected_strm_protocol_errors", "h2_rst_stream_resp",
            "h2_goaway_resp", "h2_open_connections", "h2_backend_open_streams", "h2_total_connections",
            "h2_backend_total_streams",
        ].map { .zeroInProxies($0) } + [
            http1("h1_open_connections") { .count($0.currentSessions) },
            http1("h1_open_streams") { .count($0.currentSessions) },
            http1("h1_total_connections") { .count($0.totalConnections) },
            http1("h1_total_streams") { .count($0.totalRequests ?? 0) },
            http1("h1_bytes_in") { .count($0.bytesIn) },
            http1("h1_bytes_out") { .count($0.bytesOut) },
            .zeroInProxies("h1_spliced_bytes_in"), .zeroInProxies("h1_spliced_bytes_out"),
        ]

    /// A field of TLS, of all rows.
    private static func handshakes(
        _ name: String, _ count: @escaping @Sendable (TLSCounts) -> Int
    ) -> StatisticsField {
        StatisticsField(
            name, frontend: { side, _, _ in .count(count(side.tls)) },
            listener: { side, _, _ in .count(count(side.tls)) },
            server: { side, _, _ in .count(count(side.counters.tls)) },
            backend: { side, _, _ in .count(count(side.counters.tls)) })
    }

    /// A field of HTTP frontends that is 0 in all other proxies' rows.
    private static func http1(
        _ name: String, _ value: @escaping @Sendable (FrontendSnapshot) -> StatisticsValue
    ) -> StatisticsField {
        StatisticsField(
            name, frontend: { side, proxy, _ in proxy.isHTTP ? value(side) : .number(0) },
            backend: { _, _, _ in .number(0) })
    }
}
