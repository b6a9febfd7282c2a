/// HAProxy's words that are known but do nothing here: what is said about them is not "unknown".
///
/// - Source: `haproxy -dKall` of HAProxy 2.6.12 and the tables of its configuration manual.
enum KnownKeywords {
    /// Of the `global` section.
    static let global: Set<String> = [
        "deviceatlas-json-file", "deviceatlas-log-level", "deviceatlas-properties-cookie", "deviceatlas-separator",
        "issuers-chain-path", "lua-load", "lua-load-per-thread", "lua-prepend-path",
        "ssl-engine", "ssl-load-extra-del-ext", "ssl-load-extra-files", "ssl-mode-async", "ssl-propquery",
        "ssl-provider", "ssl-provider-path", "ssl-skip-self-issued-ca", "wurfl-cache-size", "wurfl-data-file",
        "wurfl-information-list", "wurfl-information-list-separator", "wurfl-patch-file",
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

    /// After `option`.
    static let options: Set<String> = []

    /// On `server` and `default-server` lines.
    static let server: Set<String> = [
        "log-proto", "proto", "redir", "usesrc",
    ]

    /// On `bind` lines.
    static let bind: Set<String> = [
        "accept-netscaler-cip", "proto",
    ]

    /// Why some of these words do nothing here, for whoever reads the error.
    static let reasons = [
        "accept-netscaler-cip": "clients' addresses come with the PROXY protocol alone ('accept-proxy')",
        "deviceatlas-json-file": "requests are not read", "deviceatlas-log-level": "requests are not read",
        "deviceatlas-properties-cookie": "requests are not read", "deviceatlas-separator": "requests are not read",
        "issuers-chain-path": "put the chain into the certificate's own file",
        "log-proto": "it belongs to the servers of a 'ring' section",
        "lua-load": "no scripts are run, and what they register isn't there",
        "lua-load-per-thread": "no scripts are run, and what they register isn't there",
        "lua-prepend-path": "no scripts are run", "proto": "what is sent is passed on as it is",
        "redir": "requests are not read", "ssl-engine": "the system's OpenSSL is used as it is set up",
        "ssl-load-extra-del-ext": "of a certificate's files the one that is named is read",
        "ssl-load-extra-files": "of a certificate's files the one that is named is read",
        "ssl-mode-async": "the system's OpenSSL is used as it is set up",
        "ssl-propquery": "the system's OpenSSL is used as it is set up",
        "ssl-provider": "the system's OpenSSL is used as it is set up",
        "ssl-provider-path": "the system's OpenSSL is used as it is set up",
        "ssl-skip-self-issued-ca": "the certificates of a file are sent as they are",
        "usesrc": "it follows 'source ADDRESS'",
        "wurfl-cache-size": "requests are not read", "wurfl-data-file": "requests are not read",
        "wurfl-information-list": "requests are not read",
        "wurfl-information-list-separator": "requests are not read", "wurfl-patch-file": "requests are not read",
    ]

    /// Sections that change nothing unless somebody uses them, and why nobody does here.
    static let idleSections = [
        "cache": "requests are not read, so no answers are kept",
        "fcgi-app": "FastCGI is not spoken",
        "http-errors": "requests are not read, so no error pages are sent",
        "mailers": "no mail is sent; 'supervise up' tells of outages as its settings say (alerts)",
    ]

    /// Sections that do something in HAProxy by being there, and why they can't here.
    static let missingSections = [
        "crt-list": "name a file with 'crt-list' at a 'bind' line",
        "log-forward": "log lines are sent and not taken in",
        "program": "a master starts no programs; have the service manager start them",
    ]

    /// What HAProxy has given up in proxies, and what belongs in its place.
    static let replacedInProxies = [
        "appsession": "remove the line",
        "block": "remove the line",
        "grace": "remove the line",
        "monitor-net": "remove the line",
        "reqadd": "remove the line",
        "reqrep": "remove the line",
        "rspadd": "remove the line",
        "rsprep": "remove the line",
    ]

    /// What HAProxy has given up after `option`, and what belongs in its place.
    static let replacedOptions = [
        "forceclose": "remove the line",
        "http-tunnel": "remove the line",
        "tcpsplice": "remove the line",
    ]
}
