/// What the fields of `show info` mean, for its typed outputs.
///
/// The position in the list is the field's number, also for those that are not shown here.
///
/// - Source: recorded from HAProxy 2.6.12, `show info typed desc`.
enum InformationMeanings {
    /// The fields, first to last.
    static let all: [FieldMeaning] = [
        FieldMeaning("Name", "POS", .str, "Product name"),
        FieldMeaning("Version", "POS", .str, "Product version"),
        FieldMeaning("Release_date", "POS", .str, "Date of latest source code update"),
        FieldMeaning("Nbthread", "CGS", .u32, "Number of started threads (global.nbthread)"),
        FieldMeaning("Nbproc", "CGS", .u32, "Number of started worker processes (historical, always 1)"),
        FieldMeaning("Process_num", "KGP", .u32, "Relative worker process number (1)"),
        FieldMeaning("Pid", "SGP", .u32, "This worker process identifier for the system"),
        FieldMeaning(
            "Uptime", "MDP", .str, "How long ago this worker process was started (days+hours+minutes+seconds)"),
        FieldMeaning("Uptime_sec", "MDP", .u32, "How long ago this worker process was started (seconds)"),
        FieldMeaning(
            "Memmax_MB", "CLP", .u32, "Worker process's hard limit on memory usage in MB (-m on command line)"),
        FieldMeaning("PoolAlloc_MB", "MGP", .u32, "Amount of memory allocated in pools (in MB)"),
        FieldMeaning("PoolUsed_MB", "MGP", .u32, "Amount of pool memory currently used (in MB)"),
        FieldMeaning("PoolFailed", "MCP", .u32, "Number of failed pool allocations since this worker was started"),
        FieldMeaning("Ulimit-n", "CLP", .u32, "Hard limit on the number of per-process file descriptors"),
        FieldMeaning("Maxsock", "CLP", .u32, "Hard limit on the number of per-process sockets"),
        FieldMeaning(
            "Maxconn", "CLP", .u32,
            "Hard limit on the number of per-process connections (configured or imposed by "
                + "Ulimit-n)"),
        FieldMeaning(
            "Hard_maxconn", "CLP", .u32,
            "Hard limit on the number of per-process connections (imposed by Memmax_MB or "
                + "Ulimit-n)"),
        FieldMeaning("CurrConns", "MGP", .u32, "Current number of connections on this worker process"),
        FieldMeaning("CumConns", "MCP", .u32, "Total number of connections on this worker process since started"),
        FieldMeaning("CumReq", "MCP", .u32, "Total number of requests on this worker process since started"),
        FieldMeaning(
            "MaxSslConns", "MMP", .u32,
            "Hard limit on the number of per-process SSL endpoints (front+back), "
                + "0=unlimited"),
        FieldMeaning(
            "CurrSslConns", "MGP", .u32, "Current number of SSL endpoints on this worker process (front+back)"),
        FieldMeaning(
            "CumSslConns", "MCP", .u32,
            "Total number of SSL endpoints on this worker process since started "
                + "(front+back)"),
        FieldMeaning("Maxpipes", "CLP", .u32, "Hard limit on the number of pipes for splicing, 0=unlimited"),
        FieldMeaning("PipesUsed", "MGP", .u32, "Current number of pipes in use in this worker process"),
        FieldMeaning(
            "PipesFree", "MGP", .u32, "Current number of allocated and available pipes in this worker process"),
        FieldMeaning(
            "ConnRate", "MRP", .u32, "Number of front connections created on this worker process over the last second"),
        FieldMeaning("ConnRateLimit", "CLP", .u32, "Hard limit for ConnRate (global.maxconnrate)"),
        FieldMeaning(
            "MaxConnRate", "MMP", .u32,
            "Highest ConnRate reached on this worker process since started (in connections per "
                + "second)"),
        FieldMeaning("SessRate", "MRP", .u32, "Number of sessions created on this worker process over the last second"),
        FieldMeaning("SessRateLimit", "CLP", .u32, "Hard limit for SessRate (global.maxsessrate)"),
        FieldMeaning(
            "MaxSessRate", "MRP", .u32,
            "Highest SessRate reached on this worker process since started (in sessions per "
                + "second)"),
        FieldMeaning(
            "SslRate", "MRP", .u32, "Number of SSL connections created on this worker process over the last second"),
        FieldMeaning("SslRateLimit", "CLP", .u32, "Hard limit for SslRate (global.maxsslrate)"),
        FieldMeaning(
            "MaxSslRate", "MMP", .u32,
            "Highest SslRate reached on this worker process since started (in connections per "
                + "second)"),
        FieldMeaning(
            "SslFrontendKeyRate", "MGP", .u32,
            "Number of SSL keys created on frontends in this worker process over the last "
                + "second"),
        FieldMeaning(
            "SslFrontendMaxKeyRate", "MMP", .u32,
            "Highest SslFrontendKeyRate reached on this worker process since started (in SSL keys per "
                + "second)"),
        FieldMeaning(
            "SslFrontendSessionReuse_pct", "MGP", .u32,
            "Percent of frontend SSL connections which did not require a new "
                + "key"),
        FieldMeaning(
            "SslBackendKeyRate", "MRP", .u32,
            "Number of SSL keys created on backends in this worker process over the last "
                + "second"),
        FieldMeaning(
            "SslBackendMaxKeyRate", "MMP", .u32,
            "Highest SslBackendKeyRate reached on this worker process since started (in SSL keys per "
                + "second)"),
        FieldMeaning(
            "SslCacheLookups", "MCP", .u32,
            "Total number of SSL session ID lookups in the SSL session cache on this worker since "
                + "started"),
        FieldMeaning(
            "SslCacheMisses", "MCP", .u32,
            "Total number of SSL session ID lookups that didn't find a session in the SSL session cache on "
                + "this worker since started"),
        FieldMeaning(
            "CompressBpsIn", "MRP", .u32,
            "Number of bytes submitted to the HTTP compressor in this worker process over the last "
                + "second"),
        FieldMeaning(
            "CompressBpsOut", "MRP", .u32,
            "Number of bytes emitted by the HTTP compressor in this worker process over the last "
                + "second"),
        FieldMeaning(
            "CompressBpsRateLim", "CLP", .u32,
            "Limit of CompressBpsOut beyond which HTTP compression is automatically "
                + "disabled"),
        FieldMeaning(
            "ZlibMemUsage", "MGP", .u32,
            "Amount of memory currently used by HTTP compression on the current worker process (in "
                + "bytes)"),
        FieldMeaning(
            "MaxZlibMem", "CLP", .u32,
            "Limit on the amount of memory used by HTTP compression above which it is automatically "
                + "disabled (in bytes, see global.maxzlibmem)"),
        FieldMeaning("Tasks", "MGP", .u32, "Total number of tasks in the current worker process (active + sleeping)"),
        FieldMeaning("Run_queue", "MGP", .u32, "Total number of active tasks+tasklets in the current worker process"),
        FieldMeaning("Idle_pct", "MaP", .u32, "Percentage of last second spent waiting in the current worker thread"),
        FieldMeaning("node", "COS", .str, "Node name (global.node)"),
        FieldMeaning("description", "COS", .str, "Node description (global.description)"),
        FieldMeaning("Stopping", "MGP", .u32, "1 if the worker process is currently stopping, otherwise zero"),
        FieldMeaning(
            "Jobs", "MGP", .u32,
            "Current number of active jobs on the current worker process (frontend connections, master "
                + "connections, listeners)"),
        FieldMeaning(
            "Unstoppable Jobs", "MGP", .u32,
            "Current number of unstoppable jobs on the current worker process (master "
                + "connections)"),
        FieldMeaning("Listeners", "MGP", .u32, "Current number of active listeners on the current worker process"),
        FieldMeaning(
            "ActivePeers", "MGP", .u32,
            "Current number of verified active peers connections on the current worker "
                + "process"),
        FieldMeaning(
            "ConnectedPeers", "MGP", .u32,
            "Current number of peers having passed the connection step on the current worker "
                + "process"),
        FieldMeaning(
            "DroppedLogs", "MGP", .u32, "Total number of dropped logs for current worker process since started"),
        FieldMeaning(
            "BusyPolling", "MGP", .u32,
            "1 if busy-polling is currently in use on the worker process, otherwise zero "
                + "(config.busy-polling)"),
        FieldMeaning(
            "FailedResolutions", "MGP", .u32,
            "Total number of failed DNS resolutions in current worker process since "
                + "started"),
        FieldMeaning(
            "TotalBytesOut", "MGP", .u64, "Total number of bytes emitted by current worker process since started"),
        FieldMeaning(
            "TotalSplicdedBytesOut", "MGP", .u64,
            "Total number of bytes emitted by current worker process through a kernel pipe since "
                + "started"),
        FieldMeaning(
            "BytesOutRate", "MRP", .u64, "Number of bytes emitted by current worker process over the last second"),
        FieldMeaning(
            "DebugCommandsIssued", "MGP", .u32,
            "Number of debug commands issued on this process (anything > 0 is "
                + "unsafe)"),
        FieldMeaning(
            "CumRecvLogs", "MCP", .u32,
            "Total number of log messages received by log-forwarding listeners on this worker process since "
                + "started"),
        FieldMeaning("Build info", "POS", .str, "Build info"),
        FieldMeaning(
            "Memmax_bytes", "CLP", .u32, "Worker process's hard limit on memory usage in byes (-m on command line)"),
        FieldMeaning("PoolAlloc_bytes", "MGP", .u64, "Amount of memory allocated in pools (in bytes)"),
        FieldMeaning("PoolUsed_bytes", "MGP", .u64, "Amount of pool memory currently used (in bytes)"),
        FieldMeaning("Start_time_sec", "MDP", .u32, "Start time in seconds"),
        FieldMeaning("Tainted", "SGP", .str, "Experimental features used"),
    ]

    /// The fields' numbers by name.
    static let positions = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

    /// The fields that are no whole numbers where somebody asks for that.
    static let fractional: Set = [
        "Uptime_sec", "ConnRate", "SessRate", "SslRate", "SslFrontendKeyRate", "SslFrontendSessionReuse_pct",
        "SslBackendKeyRate", "CompressBpsIn", "CompressBpsOut", "Start_time_sec",
    ]
}
