/// The metrics of the statistics' rows, in the order of the CSV's fields.
///
/// - Source: names, kinds and texts recorded from the exporter of HAProxy 2.6.12, so that dashboards made for it go on.
enum RowMetrics {
    /// All of them.
    static let all = first + second

    private static let first: [RowMetric] = [
        RowMetric(
            "current_queue", .gauge, of: .connecting, .field("qcur"),
            "Number of current queued connections"),
        RowMetric(
            "max_queue", .gauge, of: .connecting, .field("qmax"),
            "Highest value of queued connections encountered since process started"),
        RowMetric(
            "current_sessions", .gauge, of: .everywhere, .field("scur"),
            "Number of current sessions on the frontend, backend or server"),
        RowMetric(
            "max_sessions", .gauge, of: .everywhere, .field("smax"),
            "Highest value of current sessions encountered since process started"),
        RowMetric(
            "limit_sessions", .gauge, of: .everywhere, .field("slim"),
            "Frontend/listener/server's maxconn, backend's fullconn"),
        RowMetric(
            "sessions_total", .counter, of: .everywhere, .field("stot"),
            "Total number of sessions since process started"),
        RowMetric(
            "bytes_in_total", .counter, of: .everywhere, .field("bin"),
            "Total number of request bytes since process started"),
        RowMetric(
            "bytes_out_total", .counter, of: .everywhere, .field("bout"),
            "Total number of response bytes since process started"),
        RowMetric(
            "requests_denied_total", .counter, of: [.frontend, .listener, .backend], .field("dreq"),
            "Total number of denied requests since process started"),
        RowMetric(
            "responses_denied_total", .counter, of: .everywhere, .field("dresp"),
            "Total number of denied responses since process started"),
        RowMetric(
            "request_errors_total", .counter, of: .accepting, .field("ereq"),
            "Total number of invalid requests since process started"),
        RowMetric(
            "connection_errors_total", .counter, of: .connecting, .field("econ"),
            "Total number of failed connections to server since the worker process started"),
        RowMetric(
            "response_errors_total", .counter, of: .connecting, .field("eresp"),
            "Total number of invalid responses since the worker process started"),
        RowMetric(
            "retry_warnings_total", .counter, of: .connecting, .field("wretr"),
            "Total number of server connection retries since the worker process started"),
        RowMetric(
            "redispatch_warnings_total", .counter, of: .connecting, .field("wredis"),
            "Total number of server redispatches due to connection failures since the worker process started"),
        RowMetric(
            "status", .gauge, of: .everywhere, .states(MetricStates.status),
            "Current status of the service, per state label value."),
        RowMetric(
            "weight", .gauge, of: .connecting, .field("weight"),
            "Server's effective weight, or sum of active servers' effective weights for a backend"),
        RowMetric(
            "active_servers", .gauge, of: .backend, .field("act"),
            "Total number of active UP servers with a non-zero weight"),
        RowMetric(
            "backup_servers", .gauge, of: .backend, .field("bck"),
            "Total number of backup UP servers with a non-zero weight"),
        RowMetric(
            "check_failures_total", .counter, of: .server, .field("chkfail"),
            "Total number of failed individual health checks per server/backend, since the worker process started"),
        RowMetric(
            "check_up_down_total", .counter, of: .connecting, .field("chkdown"),
            """
            Total number of failed checks causing UP to DOWN server transitions, per server/backend, since the \
            worker process started
            """),
        RowMetric(
            "check_last_change_seconds", .gauge, of: .connecting, .field("lastchg"),
            "How long ago the last server state changed, in seconds"),
        RowMetric(
            "downtime_seconds_total", .counter, of: .connecting, .field("downtime"),
            "Total time spent in DOWN state, for server or backend"),
        RowMetric(
            "queue_limit", .gauge, of: .server, .field("qlimit"),
            "Limit on the number of connections in queue, for servers only (maxqueue argument)"),
        RowMetric(
            "current_throttle", .gauge, of: .server, .field("throttle"),
            "Throttling ratio applied to a server's maxconn and weight during the slowstart period (0 to 100%)"),
        RowMetric(
            "loadbalanced_total", .counter, of: .connecting, .field("lbtot"),
            """
            Total number of requests routed by load balancing since the worker process started (ignores queue pop \
            and stickiness)
            """),
        RowMetric(
            "limit_session_rate", .gauge, of: .frontend, .field("rate_lim"),
            "Limit on the number of sessions accepted in a second (frontend only, 'rate-limit sessions' setting)"),
        RowMetric(
            "max_session_rate", .gauge, of: [.frontend, .backend, .server], .field("rate_max"),
            "Highest value of sessions per second observed since the worker process started"),
        RowMetric(
            "check_status", .gauge, of: .server, .states(MetricStates.checkStatus),
            "Status of last health check, per state label value."),
        RowMetric(
            "check_code", .gauge, of: .server, .checkCode,
            "layer5-7 code, if available of the last health check."),
        RowMetric(
            "check_duration_seconds", .gauge, of: .server, .checkDuration,
            "Total duration of the latest server health check, in seconds."),
    ]

    private static let second: [RowMetric] = [
        RowMetric(
            "http_responses_total", .counter, of: .proxies, .responses,
            """
            Total number of HTTP responses with status 100-199 returned by this object since the worker process \
            started
            """),
        RowMetric(
            "http_requests_rate_max", .gauge, of: .frontend, .requests("req_rate_max"),
            "Highest value of http requests observed since the worker process started"),
        RowMetric(
            "http_requests_total", .counter, of: .proxies, .requests("req_tot"),
            "Total number of HTTP requests processed by this object since the worker process started"),
        RowMetric(
            "client_aborts_total", .counter, of: .connecting, .field("cli_abrt"),
            "Total number of requests or connections aborted by the client since the worker process started"),
        RowMetric(
            "server_aborts_total", .counter, of: .connecting, .field("srv_abrt"),
            "Total number of requests or connections aborted by the server since the worker process started"),
        RowMetric(
            "http_comp_bytes_in_total", .counter, of: .proxies, .requests("comp_in"),
            """
            Total number of bytes submitted to the HTTP compressor for this object since the worker process \
            started
            """),
        RowMetric(
            "http_comp_bytes_out_total", .counter, of: .proxies, .requests("comp_out"),
            "Total number of bytes emitted by the HTTP compressor for this object since the worker process started"),
        RowMetric(
            "http_comp_bytes_bypassed_total", .counter, of: .proxies, .requests("comp_byp"),
            """
            Total number of bytes that bypassed HTTP compression for this object since the worker process started \
            (CPU/memory/bandwidth limitation)
            """),
        RowMetric(
            "http_comp_responses_total", .counter, of: .proxies, .requests("comp_rsp"),
            "Total number of HTTP responses that were compressed for this object since the worker process started"),
        RowMetric(
            "last_session_seconds", .gauge, of: .connecting, .field("lastsess"),
            "How long ago some traffic was seen on this object on this worker process, in seconds"),
        RowMetric(
            "queue_time_average_seconds", .gauge, of: .connecting, .milliseconds("qtime"),
            "Avg. queue time for last 1024 successful connections."),
        RowMetric(
            "connect_time_average_seconds", .gauge, of: .connecting, .milliseconds("ctime"),
            "Avg. connect time for last 1024 successful connections."),
        RowMetric(
            "response_time_average_seconds", .gauge, of: .connecting, .milliseconds("rtime"),
            "Avg. response time for last 1024 successful connections."),
        RowMetric(
            "total_time_average_seconds", .gauge, of: .connecting, .milliseconds("ttime"),
            "Avg. total time for last 1024 successful connections."),
        RowMetric(
            "connections_rate_max", .gauge, of: .frontend, .field("conn_rate_max"),
            "Highest value of connections per second observed since the worker process started"),
        RowMetric(
            "connections_total", .counter, of: .frontend, .field("conn_tot"),
            "Total number of new connections accepted on this frontend since the worker process started"),
        RowMetric(
            "intercepted_requests_total", .counter, of: .frontend, .requests("intercepted"),
            """
            Total number of HTTP requests intercepted on the frontend (redirects/stats/services) since the worker \
            process started
            """),
        RowMetric(
            "denied_connections_total", .counter, of: .accepting, .field("dcon"),
            """
            Total number of incoming connections blocked on a listener/frontend by a tcp-request connection rule \
            since the worker process started
            """),
        RowMetric(
            "denied_sessions_total", .counter, of: .accepting, .field("dses"),
            """
            Total number of incoming sessions blocked on a listener/frontend by a tcp-request connection rule \
            since the worker process started
            """),
        RowMetric(
            "failed_header_rewriting_total", .counter, of: .everywhere, .field("wrew"),
            "Total number of failed HTTP header rewrites since the worker process started"),
        RowMetric(
            "connection_attempts_total", .counter, of: .connecting, .field("connect"),
            "Total number of outgoing connection attempts on this backend/server since the worker process started"),
        RowMetric(
            "connection_reuses_total", .counter, of: .connecting, .field("reuse"),
            "Total number of reused connection on this backend/server since the worker process started"),
        RowMetric(
            "http_cache_lookups_total", .counter, of: .proxies, .requests("cache_lookups"),
            """
            Total number of HTTP requests looked up in the cache on this frontend/backend since the worker process \
            started
            """),
        RowMetric(
            "http_cache_hits_total", .counter, of: .proxies, .requests("cache_hits"),
            """
            Total number of HTTP requests not found in the cache on this frontend/backend since the worker process \
            started
            """),
        RowMetric(
            "idle_connections_current", .gauge, of: .server, .field("srv_icur"),
            "Current number of idle connections available for reuse on this server"),
        RowMetric(
            "idle_connections_limit", .gauge, of: .server, .field("src_ilim"),
            "Limit on the number of available idle connections on this server (server 'pool_max_conn' directive)"),
        RowMetric(
            "max_queue_time_seconds", .gauge, of: .connecting, .milliseconds("qtime_max"),
            "Maximum observed time spent in the queue"),
        RowMetric(
            "max_connect_time_seconds", .gauge, of: .connecting, .milliseconds("ctime_max"),
            "Maximum observed time spent waiting for a connection to complete"),
        RowMetric(
            "max_response_time_seconds", .gauge, of: .connecting, .milliseconds("rtime_max"),
            "Maximum observed time spent waiting for a server response"),
        RowMetric(
            "max_total_time_seconds", .gauge, of: .connecting, .milliseconds("ttime_max"),
            "Maximum observed total request+response time (request+queue+connect+response+processing)"),
        RowMetric(
            "internal_errors_total", .counter, of: .everywhere, .field("eint"),
            "Total number of internal errors since process started"),
        RowMetric(
            "unsafe_idle_connections_current", .gauge, of: .server, .field("idle_conn_cur"),
            "Current number of unsafe idle connections"),
        RowMetric(
            "safe_idle_connections_current", .gauge, of: .server, .field("safe_conn_cur"),
            "Current number of safe idle connections"),
        RowMetric(
            "used_connections_current", .gauge, of: .server, .field("used_conn_cur"),
            "Current number of connections in use"),
        RowMetric(
            "need_connections_current", .gauge, of: .server, .field("need_conn_est"),
            "Estimated needed number of connections"),
        RowMetric(
            "uweight", .gauge, of: .connecting, .field("uweight"),
            "Server's user weight, or sum of active servers' user weights for a backend"),
        RowMetric(
            "agg_server_status", .gauge, of: .backend, .states(MetricStates.serverStates),
            "Backend's aggregated gauge of servers' status"),
        RowMetric(
            "agg_server_check_status", .gauge, of: .backend, .states(MetricStates.serverStates),
            "Backend's aggregated gauge of servers' state check status"),
        RowMetric(
            "agg_check_status", .gauge, of: .backend, .states(MetricStates.checkStatuses),
            "Backend's aggregated gauge of servers' state check status"),
    ]
}
