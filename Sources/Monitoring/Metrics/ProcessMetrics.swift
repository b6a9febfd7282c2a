import Model

/// A metric of the process: a field of `show info`.
struct ProcessMetric: Sendable {
    /// Its family.
    let family: Metric
    /// The field's name.
    let field: String

    fileprivate init(_ name: String, from field: String, _ kind: Metric.Kind, _ help: String) {
        family = Metric(name: "haproxy_process_\(name)", kind: kind, help: help)
        self.field = field
    }

    /// Its line.
    ///
    /// - Parameter fields: what `show info` says.
    /// - Returns: the line, without a value where the field is not there.
    func sample(_ fields: [String: String]) -> MetricSample {
        MetricSample(value: fields[field].flatMap { Int64($0) }.map { .integer($0) } ?? .none)
    }
}

/// The metrics of the process.
///
/// - Source: names, kinds and texts recorded from the exporter of HAProxy 2.6.12. The one that counts failed look-ups of
///   names is a counter there; as its name has not a counter's end, its kind is left open here.
enum ProcessMetrics {
    /// The program and its version.
    static let build = Metric(name: "haproxy_process_build_info", kind: .gauge, help: "Build info")

    /// All but the version.
    static let all = limits + rates + rest

    private static let limits: [ProcessMetric] = [
        ProcessMetric("nbthread", from: "Nbthread", .gauge, "Number of started threads (global.nbthread)"),
        ProcessMetric("nbproc", from: "Nbproc", .gauge, "Number of started worker processes (historical, always 1)"),
        ProcessMetric("relative_process_id", from: "Process_num", .gauge, "Relative worker process number (1)"),
        ProcessMetric(
            "uptime_seconds", from: "Uptime_sec", .gauge,
            "How long ago this worker process was started (seconds)"),
        ProcessMetric(
            "pool_failures_total", from: "PoolFailed", .counter,
            "Number of failed pool allocations since this worker was started"),
        ProcessMetric("max_fds", from: "Ulimit-n", .gauge, "Hard limit on the number of per-process file descriptors"),
        ProcessMetric("max_sockets", from: "Maxsock", .gauge, "Hard limit on the number of per-process sockets"),
        ProcessMetric(
            "max_connections", from: "Maxconn", .gauge,
            "Hard limit on the number of per-process connections (configured or imposed by Ulimit-n)"),
        ProcessMetric(
            "hard_max_connections", from: "Hard_maxconn", .gauge,
            "Hard limit on the number of per-process connections (imposed by Memmax_MB or Ulimit-n)"),
        ProcessMetric(
            "current_connections", from: "CurrConns", .gauge,
            "Current number of connections on this worker process"),
        ProcessMetric(
            "connections_total", from: "CumConns", .counter,
            "Total number of connections on this worker process since started"),
        ProcessMetric(
            "requests_total", from: "CumReq", .counter,
            "Total number of requests on this worker process since started"),
        ProcessMetric(
            "max_ssl_connections", from: "MaxSslConns", .gauge,
            "Hard limit on the number of per-process SSL endpoints (front+back), 0=unlimited"),
        ProcessMetric(
            "current_ssl_connections", from: "CurrSslConns", .gauge,
            "Current number of SSL endpoints on this worker process (front+back)"),
        ProcessMetric(
            "ssl_connections_total", from: "CumSslConns", .counter,
            "Total number of SSL endpoints on this worker process since started (front+back)"),
        ProcessMetric(
            "max_pipes", from: "Maxpipes", .gauge,
            "Hard limit on the number of pipes for splicing, 0=unlimited"),
        ProcessMetric(
            "pipes_used_total", from: "PipesUsed", .counter,
            "Current number of pipes in use in this worker process"),
        ProcessMetric(
            "pipes_free_total", from: "PipesFree", .counter,
            "Current number of allocated and available pipes in this worker process"),
    ]

    private static let rates: [ProcessMetric] = [
        ProcessMetric(
            "current_connection_rate", from: "ConnRate", .gauge,
            "Number of front connections created on this worker process over the last second"),
        ProcessMetric(
            "limit_connection_rate", from: "ConnRateLimit", .gauge,
            "Hard limit for ConnRate (global.maxconnrate)"),
        ProcessMetric(
            "max_connection_rate", from: "MaxConnRate", .gauge,
            "Highest ConnRate reached on this worker process since started (in connections per second)"),
        ProcessMetric(
            "current_session_rate", from: "SessRate", .gauge,
            "Number of sessions created on this worker process over the last second"),
        ProcessMetric(
            "limit_session_rate", from: "SessRateLimit", .gauge,
            "Hard limit for SessRate (global.maxsessrate)"),
        ProcessMetric(
            "max_session_rate", from: "MaxSessRate", .gauge,
            "Highest SessRate reached on this worker process since started (in sessions per second)"),
        ProcessMetric(
            "current_ssl_rate", from: "SslRate", .gauge,
            "Number of SSL connections created on this worker process over the last second"),
        ProcessMetric("limit_ssl_rate", from: "SslRateLimit", .gauge, "Hard limit for SslRate (global.maxsslrate)"),
        ProcessMetric(
            "max_ssl_rate", from: "MaxSslRate", .gauge,
            "Highest SslRate reached on this worker process since started (in connections per second)"),
        ProcessMetric(
            "current_frontend_ssl_key_rate", from: "SslFrontendKeyRate", .gauge,
            "Number of SSL keys created on frontends in this worker process over the last second"),
        ProcessMetric(
            "max_frontend_ssl_key_rate", from: "SslFrontendMaxKeyRate", .gauge,
            "Highest SslFrontendKeyRate reached on this worker process since started (in SSL keys per second)"),
        ProcessMetric(
            "frontend_ssl_reuse", from: "SslFrontendSessionReuse_pct", .gauge,
            "Percent of frontend SSL connections which did not require a new key"),
        ProcessMetric(
            "current_backend_ssl_key_rate", from: "SslBackendKeyRate", .gauge,
            "Number of SSL keys created on backends in this worker process over the last second"),
        ProcessMetric(
            "max_backend_ssl_key_rate", from: "SslBackendMaxKeyRate", .gauge,
            "Highest SslBackendKeyRate reached on this worker process since started (in SSL keys per second)"),
        ProcessMetric(
            "ssl_cache_lookups_total", from: "SslCacheLookups", .counter,
            "Total number of SSL session ID lookups in the SSL session cache on this worker since started"),
        ProcessMetric(
            "ssl_cache_misses_total", from: "SslCacheMisses", .counter,
            """
            Total number of SSL session ID lookups that didn't find a session in the SSL session cache on this \
            worker since started
            """),
        ProcessMetric(
            "http_comp_bytes_in_total", from: "CompressBpsIn", .counter,
            "Number of bytes submitted to the HTTP compressor in this worker process over the last second"),
        ProcessMetric(
            "http_comp_bytes_out_total", from: "CompressBpsOut", .counter,
            "Number of bytes emitted by the HTTP compressor in this worker process over the last second"),
        ProcessMetric(
            "limit_http_comp", from: "CompressBpsRateLim", .gauge,
            "Limit of CompressBpsOut beyond which HTTP compression is automatically disabled"),
        ProcessMetric(
            "current_zlib_memory", from: "ZlibMemUsage", .gauge,
            "Amount of memory currently used by HTTP compression on the current worker process (in bytes)"),
        ProcessMetric(
            "max_zlib_memory", from: "MaxZlibMemUsage", .gauge,
            """
            Limit on the amount of memory used by HTTP compression above which it is automatically disabled (in \
            bytes, see global.maxzlibmem)
            """),
    ]

    private static let rest: [ProcessMetric] = [
        ProcessMetric(
            "current_tasks", from: "Tasks", .gauge,
            "Total number of tasks in the current worker process (active + sleeping)"),
        ProcessMetric(
            "current_run_queue", from: "Run_queue", .gauge,
            "Total number of active tasks+tasklets in the current worker process"),
        ProcessMetric(
            "idle_time_percent", from: "Idle_pct", .gauge,
            "Percentage of last second spent waiting in the current worker thread"),
        ProcessMetric(
            "stopping", from: "Stopping", .gauge,
            "1 if the worker process is currently stopping, otherwise zero"),
        ProcessMetric(
            "jobs", from: "Jobs", .gauge,
            """
            Current number of active jobs on the current worker process (frontend connections, master connections, \
            listeners)
            """),
        ProcessMetric(
            "unstoppable_jobs", from: "Unstoppable Jobs", .gauge,
            "Current number of unstoppable jobs on the current worker process (master connections)"),
        ProcessMetric(
            "listeners", from: "Listeners", .gauge,
            "Current number of active listeners on the current worker process"),
        ProcessMetric(
            "active_peers", from: "ActivePeers", .gauge,
            "Current number of verified active peers connections on the current worker process"),
        ProcessMetric(
            "connected_peers", from: "ConnectedPeers", .gauge,
            "Current number of peers having passed the connection step on the current worker process"),
        ProcessMetric(
            "dropped_logs_total", from: "DroppedLogs", .counter,
            "Total number of dropped logs for current worker process since started"),
        ProcessMetric(
            "busy_polling_enabled", from: "BusyPolling", .gauge,
            "1 if busy-polling is currently in use on the worker process, otherwise zero (config.busy-polling)"),
        ProcessMetric(
            "failed_resolutions", from: "FailedResolutions", .untyped,
            "Total number of failed DNS resolutions in current worker process since started"),
        ProcessMetric(
            "bytes_out_total", from: "TotalBytesOut", .counter,
            "Total number of bytes emitted by current worker process since started"),
        ProcessMetric(
            "spliced_bytes_out_total", from: "TotalSplicdedBytesOut", .counter,
            "Total number of bytes emitted by current worker process through a kernel pipe since started"),
        ProcessMetric(
            "bytes_out_rate", from: "BytesOutRate", .gauge,
            "Number of bytes emitted by current worker process over the last second"),
        ProcessMetric(
            "recv_logs_total", from: "CumRecvLogs", .counter,
            "Total number of log messages received by log-forwarding listeners on this worker process since started"),
        ProcessMetric(
            "max_memory_bytes", from: "Memmax_bytes", .gauge,
            "Worker process's hard limit on memory usage in byes (-m on command line)"),
        ProcessMetric(
            "pool_allocated_bytes", from: "PoolAlloc_bytes", .gauge,
            "Amount of memory allocated in pools (in bytes)"),
        ProcessMetric(
            "pool_used_bytes", from: "PoolUsed_bytes", .gauge,
            "Amount of pool memory currently used (in bytes)"),
        ProcessMetric("start_time_seconds", from: "Start_time_sec", .gauge, "Start time in seconds"),
    ]
}
