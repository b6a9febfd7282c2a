/// HAProxy's words that are known but do nothing here: what is said about them is not "unknown".
///
/// - Source: `haproxy -dKall` of HAProxy 2.6.12 and the tables of its configuration manual.
enum KnownKeywords {
    /// Of the `global` section.
    static let global: Set<String> = [
        "close-spread-time", "cluster-secret", "deviceatlas-json-file", "deviceatlas-log-level",
        "deviceatlas-properties-cookie", "deviceatlas-separator", "expose-experimental-directives", "external-check",
        "fd-hard-limit", "grace", "h1-accept-payload-with-any-method", "h1-case-adjust", "h1-case-adjust-file",
        "h2-workaround-bogus-websocket-clients", "httpclient.resolvers.id", "httpclient.resolvers.prefer",
        "httpclient.ssl.ca-file", "httpclient.ssl.verify", "issuers-chain-path", "log-send-hostname", "lua-load",
        "lua-load-per-thread", "lua-prepend-path", "max-spread-checks", "maxcompcpuusage", "maxcomprate", "maxconnrate",
        "maxsessrate", "maxsslconn", "maxsslrate", "maxzlibmem", "no-memory-trimming", "pp2-never-send-local",
        "presetenv", "profiling.memory", "profiling.tasks", "resetenv", "set-var", "set-var-fmt", "setenv",
        "ssl-engine", "ssl-load-extra-del-ext", "ssl-load-extra-files", "ssl-mode-async", "ssl-propquery",
        "ssl-provider", "ssl-provider-path", "ssl-skip-self-issued-ca", "unix-bind", "unsetenv", "wurfl-cache-size",
        "wurfl-data-file", "wurfl-information-list", "wurfl-information-list-separator", "wurfl-patch-file",
    ]

    /// `tune.…`, all taken with a note.
    static let tuning: Set<String> = [
        "tune.buffers.limit", "tune.buffers.reserve", "tune.bufsize", "tune.comp.maxlevel", "tune.fail-alloc",
        "tune.fd.edge-triggered", "tune.h2.header-table-size", "tune.h2.initial-window-size",
        "tune.h2.max-concurrent-streams", "tune.h2.max-frame-size", "tune.http.cookielen", "tune.http.logurilen",
        "tune.http.maxhdr", "tune.idle-pool.shared", "tune.idletimer", "tune.listener.multi-queue",
        "tune.lua.forced-yield", "tune.lua.maxmem", "tune.lua.service-timeout", "tune.lua.session-timeout",
        "tune.lua.task-timeout", "tune.maxaccept", "tune.maxpollevents", "tune.maxrewrite", "tune.pattern.cache-size",
        "tune.peers.max-updates-at-once", "tune.pipesize", "tune.pool-high-fd-ratio", "tune.pool-low-fd-ratio",
        "tune.quic.frontend.conn-tx-buffers.limit", "tune.quic.frontend.max-idle-timeout",
        "tune.quic.frontend.max-streams-bidi", "tune.quic.retry-threshold", "tune.rcvbuf.client", "tune.rcvbuf.server",
        "tune.recv_enough", "tune.runqueue-depth", "tune.sched.low-latency", "tune.sndbuf.client", "tune.sndbuf.server",
        "tune.ssl.cachesize", "tune.ssl.capture-buffer-size", "tune.ssl.capture-cipherlist-size",
        "tune.ssl.default-dh-param", "tune.ssl.force-private-cache", "tune.ssl.hard-maxrecord", "tune.ssl.keylog",
        "tune.ssl.lifetime", "tune.ssl.maxrecord", "tune.ssl.ssl-ctx-cache-size", "tune.vars.check-max-size",
        "tune.vars.global-max-size", "tune.vars.proc-max-size", "tune.vars.reqres-max-size", "tune.vars.sess-max-size",
        "tune.vars.txn-max-size", "tune.zlib.memlevel", "tune.zlib.windowsize",
    ]

    /// Those of `tuning` that count bytes.
    static let tuningSizes: Set<String> = [
        "tune.bufsize", "tune.maxrewrite", "tune.pipesize", "tune.rcvbuf.client", "tune.rcvbuf.server",
        "tune.recv_enough", "tune.sndbuf.client", "tune.sndbuf.server",
    ]

    /// Of proxies.
    static let proxy: Set<String> = [
        "acl", "capture", "clitcpka-cnt", "clitcpka-idle", "clitcpka-intvl", "compression", "cookie",
        "declare", "dispatch", "email-alert", "error-log-format", "errorfile", "errorfiles", "errorloc", "errorloc302",
        "errorloc303", "external-check", "filter", "force-persist", "http-after-response", "http-check",
        "http-error", "http-request", "http-response", "http-reuse", "http-send-name-header", "ignore-persist",
        "load-server-state-from-file", "log-format", "log-format-sd", "log-tag", "max-keep-alive-queue", "monitor",
        "monitor-uri", "persist", "rate-limit", "redirect", "retry-on", "server-state-file-name", "server-template",
        "source", "srvtcpka-cnt", "srvtcpka-idle", "srvtcpka-intvl", "stick", "stick-table", "tcp-check", "tcp-request",
        "tcp-response", "transparent", "unique-id-format", "unique-id-header", "use-fcgi-app", "use-server",
        "use_backend",
    ]

    /// After `option`.
    static let options: Set<String> = [
        "abortonclose", "accept-invalid-http-request", "accept-invalid-http-response", "checkcache", "clitcpka",
        "contstats", "disable-h2-upgrade", "dontlog-normal", "external-check", "forwardfor",
        "h1-case-adjust-bogus-client", "h1-case-adjust-bogus-server", "http-buffer-request", "http-ignore-probes",
        "http-keep-alive", "http-no-delay", "http-pretend-keepalive", "http-restrict-req-hdr-names",
        "http-server-close", "http-use-proxy-header", "httpchk", "httpclose", "httpslog", "idle-close-on-response",
        "independent-streams", "ldap-check", "log-health-checks", "log-separate-errors", "logasap", "mysql-check",
        "nolinger", "originalto", "persist", "pgsql-check", "prefer-last-server", "redis-check", "smtpchk",
        "socket-stats", "splice-auto", "splice-request", "splice-response", "spop-check", "srvtcpka", "ssl-hello-chk",
        "tcp-check", "tcp-smart-accept", "tcp-smart-connect", "tcpka", "transparent",
    ]

    /// On `server` and `default-server` lines.
    static let server: Set<String> = [
        "agent-addr", "agent-check", "agent-inter", "agent-port", "agent-send", "allow-0rtt", "alpn", "ca-file",
        "check-alpn", "check-proto", "check-send-proxy", "check-sni", "check-ssl", "check-via-socks4", "ciphers",
        "ciphersuites", "cookie", "crl-file", "crt", "error-limit", "force-sslv3", "force-tlsv10", "force-tlsv11",
        "force-tlsv12", "force-tlsv13", "init-addr", "log-proto", "max-reuse", "minconn", "namespace", "no-agent-check",
        "no-check-send-proxy", "no-check-ssl", "no-send-proxy", "no-send-proxy-v2", "no-send-proxy-v2-ssl",
        "no-send-proxy-v2-ssl-cn", "no-ssl", "no-ssl-reuse", "no-sslv3", "no-tfo", "no-tls-tickets", "no-tlsv10",
        "no-tlsv11", "no-tlsv12", "no-tlsv13", "non-stick", "npn", "observe", "on-error", "on-marked-down",
        "on-marked-up", "pool-low-conn", "pool-max-conn", "pool-purge-delay", "proto", "proxy-v2-options", "redir",
        "resolve-net", "resolve-opts", "resolve-prefer", "resolvers", "send-proxy", "send-proxy-v2",
        "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "slowstart", "sni", "socks4", "source", "ssl", "ssl-max-ver",
        "ssl-min-ver", "ssl-reuse", "stick", "tcp-ut", "tfo", "tls-tickets", "track", "usesrc", "verify", "verifyhost",
        "ws",
    ]

    /// On `bind` lines.
    static let bind: Set<String> = [
        "accept-netscaler-cip", "accept-proxy", "allow-0rtt", "alpn", "ca-file", "ca-ignore-err", "ca-sign-file",
        "ca-sign-pass", "ca-verify-file", "ciphers", "ciphersuites", "crl-file", "crt", "crt-ignore-err", "crt-list",
        "curves", "defer-accept", "ecdhe", "expose-fd", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12",
        "force-tlsv13", "generate-certificates", "id", "interface", "level", "mss", "namespace", "nice", "no-ca-names",
        "no-sslv3", "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "npn",
        "prefer-client-ciphers", "process", "proto", "severity-output", "shards", "ssl", "ssl-max-ver", "ssl-min-ver",
        "strict-sni", "tcp-ut", "tfo", "thread", "tls-ticket-keys", "transparent", "verify",
    ]

    /// What HAProxy has given up in proxies, and what belongs in its place.
    static let replacedInProxies = [
        "appsession": "remove the line",
        "block": "remove the line",
        "clitimeout": "write 'timeout client'",
        "contimeout": "write 'timeout connect'",
        "grace": "remove the line",
        "monitor-net": "remove the line",
        "redisp": "write 'option redispatch'",
        "redispatch": "write 'option redispatch'",
        "reqadd": "remove the line",
        "reqrep": "remove the line",
        "rspadd": "remove the line",
        "rsprep": "remove the line",
        "srvtimeout": "write 'timeout server'",
    ]

    /// What HAProxy has given up after `option`, and what belongs in its place.
    static let replacedOptions = [
        "forceclose": "remove the line",
        "http-tunnel": "remove the line",
        "tcpsplice": "remove the line",
    ]
}
