/// What the fields of `show stat` mean, for its typed outputs.
///
/// - Source: recorded from HAProxy 2.6.12, `show stat typed desc`.
enum StatisticsMeanings {
    /// The meanings by name.
    static let byName = Dictionary(uniqueKeysWithValues: (proxies + protocols).map { ($0.name, $0) })

    /// Of the fields up to `-`.
    private static let proxies: [FieldMeaning] = [
        FieldMeaning("pxname", "KNS", .str, "Proxy name"),
        FieldMeaning("svname", "KNS", .str, "Server name"),
        FieldMeaning("qcur", "MGP", .u32, "Number of current queued connections"),
        FieldMeaning("qmax", "MMP", .u32, "Highest value of queued connections encountered since process started"),
        FieldMeaning("scur", "MGP", .u32, "Number of current sessions on the frontend, backend or server"),
        FieldMeaning("smax", "MMP", .u32, "Highest value of current sessions encountered since process started"),
        FieldMeaning("slim", "CLP", .u32, "Frontend/listener/server's maxconn, backend's fullconn"),
        FieldMeaning("stot", "MCP", .u64, "Total number of sessions since process started"),
        FieldMeaning("bin", "MCP", .u64, "Total number of request bytes since process started"),
        FieldMeaning("bout", "MCP", .u64, "Total number of response bytes since process started"),
        FieldMeaning("dreq", "MCP", .u64, "Total number of denied requests since process started"),
        FieldMeaning("dresp", "MCP", .u64, "Total number of denied responses since process started"),
        FieldMeaning("ereq", "MCP", .u64, "Total number of invalid requests since process started"),
        FieldMeaning(
            "econ", "MCP", .u64, "Total number of failed connections to server since the worker process started"),
        FieldMeaning("eresp", "MCP", .u64, "Total number of invalid responses since the worker process started"),
        FieldMeaning(
            "wretr", "MCP", .u64, "Total number of server connection retries since the worker process started"),
        FieldMeaning(
            "wredis", "MCP", .u64,
            "Total number of server redispatches due to connection failures since the worker process "
                + "started"),
        FieldMeaning(
            "status", "SGP", .str,
            "Frontend/listen status: OPEN/WAITING/FULL/STOP; backend: UP/DOWN; server: last check "
                + "status"),
        FieldMeaning(
            "weight", "MaP", .u32,
            "Server's effective weight, or sum of active servers' effective weights for a "
                + "backend"),
        FieldMeaning("act", "MGP", .u32, "Total number of active UP servers with a non-zero weight"),
        FieldMeaning("bck", "MGP", .u32, "Total number of backup UP servers with a non-zero weight"),
        FieldMeaning(
            "chkfail", "MCP", .u64,
            "Total number of failed individual health checks per server/backend, since the worker process "
                + "started"),
        FieldMeaning(
            "chkdown", "MCP", .u64,
            "Total number of failed checks causing UP to DOWN server transitions, per server/backend, since "
                + "the worker process started"),
        FieldMeaning("lastchg", "MAP", .u32, "How long ago the last server state changed, in seconds"),
        FieldMeaning("downtime", "MCP", .u32, "Total time spent in DOWN state, for server or backend"),
        FieldMeaning(
            "qlimit", "CGS", .u32, "Limit on the number of connections in queue, for servers only (maxqueue argument)"),
        FieldMeaning("pid", "KGP", .u32, "Relative worker process number (1)"),
        FieldMeaning("iid", "KGS", .u32, "Frontend or Backend numeric identifier ('id' setting)"),
        FieldMeaning("sid", "KGS", .u32, "Server numeric identifier ('id' setting)"),
        FieldMeaning(
            "throttle", "MaP", .u32,
            "Throttling ratio applied to a server's maxconn and weight during the slowstart period (0 to "
                + "100%)"),
        FieldMeaning(
            "lbtot", "MCP", .u64,
            "Total number of requests routed by load balancing since the worker process started (ignores "
                + "queue pop and stickiness)"),
        FieldMeaning("tracked", "CNS", .str, "Name of the other server this server tracks for its state"),
        FieldMeaning("type", "CGS", .u32, "Type of the object (Listener, Frontend, Backend, Server)"),
        FieldMeaning(
            "rate", "MRP", .u32,
            "Total number of sessions processed by this object over the last second (sessions for "
                + "listeners/frontends, requests for backends/servers)"),
        FieldMeaning(
            "rate_lim", "CLP", .u32,
            "Limit on the number of sessions accepted in a second (frontend only, 'rate-limit sessions' "
                + "setting)"),
        FieldMeaning(
            "rate_max", "MMP", .u32, "Highest value of sessions per second observed since the worker process started"),
        FieldMeaning(
            "check_status", "MOP", .str,
            "Status report of the server's latest health check, prefixed with '*' if a check is currently "
                + "in progress"),
        FieldMeaning(
            "check_code", "MOP", .u32, "HTTP/SMTP/LDAP status code reported by the latest server health check"),
        FieldMeaning(
            "check_duration", "MDP", .u64, "Total duration of the latest server health check, in milliseconds"),
        FieldMeaning(
            "hrsp_1xx", "MCP", .u64,
            "Total number of HTTP responses with status 100-199 returned by this object since the worker "
                + "process started"),
        FieldMeaning(
            "hrsp_2xx", "MCP", .u64,
            "Total number of HTTP responses with status 200-299 returned by this object since the worker "
                + "process started"),
        FieldMeaning(
            "hrsp_3xx", "MCP", .u64,
            "Total number of HTTP responses with status 300-399 returned by this object since the worker "
                + "process started"),
        FieldMeaning(
            "hrsp_4xx", "MCP", .u64,
            "Total number of HTTP responses with status 400-499 returned by this object since the worker "
                + "process started"),
        FieldMeaning(
            "hrsp_5xx", "MCP", .u64,
            "Total number of HTTP responses with status 500-599 returned by this object since the worker "
                + "process started"),
        FieldMeaning(
            "hrsp_other", "MCP", .u64,
            "Total number of HTTP responses with status <100, >599 returned by this object since the worker "
                + "process started (error -1 included)"),
        FieldMeaning(
            "hanafail", "MCP", .u64,
            "Total number of failed checks caused by an 'on-error' directive after an 'observe' condition "
                + "matched"),
        FieldMeaning("req_rate", "MRP", .u32, "Number of HTTP requests processed over the last second on this object"),
        FieldMeaning(
            "req_rate_max", "MMP", .u32, "Highest value of http requests observed since the worker process started"),
        FieldMeaning(
            "req_tot", "MCP", .u64,
            "Total number of HTTP requests processed by this object since the worker process "
                + "started"),
        FieldMeaning(
            "cli_abrt", "MCP", .u64,
            "Total number of requests or connections aborted by the client since the worker process "
                + "started"),
        FieldMeaning(
            "srv_abrt", "MCP", .u64,
            "Total number of requests or connections aborted by the server since the worker process "
                + "started"),
        FieldMeaning(
            "comp_in", "MCP", .u64,
            "Total number of bytes submitted to the HTTP compressor for this object since the worker "
                + "process started"),
        FieldMeaning(
            "comp_out", "MCP", .u64,
            "Total number of bytes emitted by the HTTP compressor for this object since the worker process "
                + "started"),
        FieldMeaning(
            "comp_byp", "MCP", .u64,
            "Total number of bytes that bypassed HTTP compression for this object since the worker process "
                + "started (CPU/memory/bandwidth limitation)"),
        FieldMeaning(
            "comp_rsp", "MCP", .u64,
            "Total number of HTTP responses that were compressed for this object since the worker process "
                + "started"),
        FieldMeaning(
            "lastsess", "MAP", .s32,
            "How long ago some traffic was seen on this object on this worker process, in "
                + "seconds"),
        FieldMeaning(
            "last_chk", "MOP", .str,
            "Short description of the latest health check report for this server (see also "
                + "check_desc)"),
        FieldMeaning(
            "last_agt", "MOP", .str,
            "Short description of the latest agent check report for this server (see also "
                + "agent_desc)"),
        FieldMeaning(
            "qtime", "MaP", .u32,
            "Time spent in the queue, in milliseconds, averaged over the 1024 last requests "
                + "(backend/server)"),
        FieldMeaning(
            "ctime", "MaP", .u32,
            "Time spent waiting for a connection to complete, in milliseconds, averaged over the 1024 last "
                + "requests (backend/server)"),
        FieldMeaning(
            "rtime", "MaP", .u32,
            "Time spent waiting for a server response, in milliseconds, averaged over the 1024 last "
                + "requests (backend/server)"),
        FieldMeaning(
            "ttime", "MaP", .u32,
            "Total request+response time (request+queue+connect+response+processing), in milliseconds, "
                + "averaged over the 1024 last requests (backend/server)"),
        FieldMeaning(
            "agent_status", "MOP", .str,
            "Status report of the server's latest agent check, prefixed with '*' if a check is currently in "
                + "progress"),
        FieldMeaning("agent_code", "MOP", .u32, "Status code reported by the latest server agent check"),
        FieldMeaning("agent_duration", "MDP", .u64, "Total duration of the latest server agent check, in milliseconds"),
        FieldMeaning(
            "check_desc", "MOP", .str, "Textual description of the latest health check report for this server"),
        FieldMeaning("agent_desc", "MOP", .str, "Textual description of the latest agent check report for this server"),
        FieldMeaning(
            "check_rise", "CGS", .u32,
            "Number of successful health checks before declaring a server UP (server 'rise' "
                + "setting)"),
        FieldMeaning(
            "check_fall", "CGS", .u32,
            "Number of failed health checks before declaring a server DOWN (server 'fall' "
                + "setting)"),
        FieldMeaning(
            "check_health", "CGS", .u32, "Current server health check level (0..fall-1=DOWN, fall..rise-1=UP)"),
        FieldMeaning(
            "agent_rise", "CGS", .u32,
            "Number of successful agent checks before declaring a server UP (server 'rise' "
                + "setting)"),
        FieldMeaning(
            "agent_fall", "CGS", .u32,
            "Number of failed agent checks before declaring a server DOWN (server 'fall' "
                + "setting)"),
        FieldMeaning("agent_health", "CGS", .u32, "Current server agent check level (0..fall-1=DOWN, fall..rise-1=UP)"),
        FieldMeaning(
            "addr", "CGS", .str,
            "Server's address:port, shown only if show-legends is set, or at levels oper/admin for the "
                + "CLI"),
        FieldMeaning(
            "cookie", "CNS", .str,
            "Backend's cookie name or Server's cookie value, shown only if show-legends is set, or at "
                + "levels oper/admin for the CLI"),
        FieldMeaning("mode", "CGS", .str, "'mode' setting (tcp/http/health/cli)"),
        FieldMeaning(
            "algo", "CGS", .str,
            "Backend's load balancing algorithm, shown only if show-legends is set, or at levels oper/admin "
                + "for the CLI"),
        FieldMeaning(
            "conn_rate", "MRP", .u32,
            "Number of new connections accepted over the last second on the frontend for this worker "
                + "process"),
        FieldMeaning(
            "conn_rate_max", "MMP", .u32,
            "Highest value of connections per second observed since the worker process "
                + "started"),
        FieldMeaning(
            "conn_tot", "MCP", .u64,
            "Total number of new connections accepted on this frontend since the worker process "
                + "started"),
        FieldMeaning(
            "intercepted", "MCP", .u64,
            "Total number of HTTP requests intercepted on the frontend (redirects/stats/services) since the "
                + "worker process started"),
        FieldMeaning(
            "dcon", "MCP", .u64,
            "Total number of incoming connections blocked on a listener/frontend by a tcp-request "
                + "connection rule since the worker process started"),
        FieldMeaning(
            "dses", "MCP", .u64,
            "Total number of incoming sessions blocked on a listener/frontend by a tcp-request connection "
                + "rule since the worker process started"),
        FieldMeaning(
            "wrew", "MCP", .u64, "Total number of failed HTTP header rewrites since the worker process started"),
        FieldMeaning(
            "connect", "MCP", .u64,
            "Total number of outgoing connection attempts on this backend/server since the worker process "
                + "started"),
        FieldMeaning(
            "reuse", "MCP", .u64,
            "Total number of reused connection on this backend/server since the worker process "
                + "started"),
        FieldMeaning(
            "cache_lookups", "MCP", .u64,
            "Total number of HTTP requests looked up in the cache on this frontend/backend since the worker "
                + "process started"),
        FieldMeaning(
            "cache_hits", "MCP", .u64,
            "Total number of HTTP requests not found in the cache on this frontend/backend since the worker "
                + "process started"),
        FieldMeaning("srv_icur", "MGP", .u32, "Current number of idle connections available for reuse on this server"),
        FieldMeaning(
            "qtime_max", "MMP", .u32, "Maximum observed time spent in the queue, in milliseconds (backend/server)"),
        FieldMeaning(
            "ctime_max", "MMP", .u32,
            "Maximum observed time spent waiting for a connection to complete, in milliseconds "
                + "(backend/server)"),
        FieldMeaning(
            "rtime_max", "MMP", .u32,
            "Maximum observed time spent waiting for a server response, in milliseconds "
                + "(backend/server)"),
        FieldMeaning(
            "ttime_max", "MMP", .u32,
            "Maximum observed total request+response time (request+queue+connect+response+processing), in "
                + "milliseconds (backend/server)"),
        FieldMeaning("eint", "MCP", .u64, "Total number of internal errors since process started"),
        FieldMeaning("idle_conn_cur", "MGP", .u32, "Current number of unsafe idle connections"),
        FieldMeaning("safe_conn_cur", "MGP", .u32, "Current number of safe idle connections"),
        FieldMeaning("used_conn_cur", "MGP", .u32, "Current number of connections in use"),
        FieldMeaning("need_conn_est", "MGP", .u32, "Estimated needed number of connections"),
        FieldMeaning(
            "uweight", "MaP", .u32, "Server's user weight, or sum of active servers' user weights for a backend"),
        FieldMeaning("agg_server_status", "MGP", .u32, "Backend's aggregated gauge of servers' status"),
        FieldMeaning(
            "agg_server_check_status", "MGP", .u32, "Backend's aggregated gauge of servers' state check status"),
        FieldMeaning("agg_check_status", "MGP", .u32, "Backend's aggregated gauge of servers' state check status"),
    ]

    /// Of the fields that protocols have added.
    private static let protocols: [FieldMeaning] = [
        FieldMeaning("ssl_sess", "MCP", .u64, "Total number of ssl sessions established"),
        FieldMeaning("ssl_reused_sess", "MCP", .u64, "Total number of ssl sessions reused"),
        FieldMeaning("ssl_failed_handshake", "MCP", .u64, "Total number of failed handshake"),
        FieldMeaning("h2_headers_rcvd", "MCP", .u64, "Total number of received HEADERS frames"),
        FieldMeaning("h2_data_rcvd", "MCP", .u64, "Total number of received DATA frames"),
        FieldMeaning("h2_settings_rcvd", "MCP", .u64, "Total number of received SETTINGS frames"),
        FieldMeaning("h2_rst_stream_rcvd", "MCP", .u64, "Total number of received RST_STREAM frames"),
        FieldMeaning("h2_goaway_rcvd", "MCP", .u64, "Total number of received GOAWAY frames"),
        FieldMeaning("h2_detected_conn_protocol_errors", "MCP", .u64, "Total number of connection protocol errors"),
        FieldMeaning("h2_detected_strm_protocol_errors", "MCP", .u64, "Total number of stream protocol errors"),
        FieldMeaning("h2_rst_stream_resp", "MCP", .u64, "Total number of RST_STREAM sent on detected error"),
        FieldMeaning("h2_goaway_resp", "MCP", .u64, "Total number of GOAWAY sent on detected error"),
        FieldMeaning("h2_open_connections", "MGP", .u64, "Count of currently open connections"),
        FieldMeaning("h2_backend_open_streams", "MGP", .u64, "Count of currently open streams"),
        FieldMeaning("h2_total_connections", "MCP", .u64, "Total number of connections"),
        FieldMeaning("h2_backend_total_streams", "MCP", .u64, "Total number of streams"),
        FieldMeaning("h1_open_connections", "MGP", .u64, "Count of currently open connections"),
        FieldMeaning("h1_open_streams", "MGP", .u64, "Count of currently open streams"),
        FieldMeaning("h1_total_connections", "MCP", .u64, "Total number of connections"),
        FieldMeaning("h1_total_streams", "MCP", .u64, "Total number of streams"),
        FieldMeaning("h1_bytes_in", "MCP", .u64, "Total number of bytes received"),
        FieldMeaning("h1_bytes_out", "MCP", .u64, "Total number of bytes send"),
        FieldMeaning("h1_spliced_bytes_in", "MCP", .u64, "Total number of bytes received using kernel splicing"),
        FieldMeaning("h1_spliced_bytes_out", "MCP", .u64, "Total number of bytes sendusing kernel splicing"),
    ]
}
