/// Lines about logs that are given to HAProxy and to this reader.
enum HAProxyAgreementLogLines {
    /// All of them, as they stand in a `listen` section.
    static var all: [String] { targets + destinations.map { "log \($0) local0" } + options + formats + variables }

    /// Lines of which one that is refused here alone begins like one of these: HAProxy reads a number up to what follows
    /// it, leaves out words without telling, or sends lines to a ring that is not there.
    static let refusedHereAlone = [
        "log ring@nowhere", "log ring@ ", "log 127.0.0.1:514,x", "log 1.2.3 ", "log 127.0.0.1 len 200x",
        "log 127.0.0.1 len +200", "log 127.0.0.1 sample 1,:8", "log-tag a b",
    ]

    private static let destinations = [
        "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:514", "127.0.0.1:70000", "127.0.0.1:x", "[::1]:514", "::1",
        "*:514", ":514", "udp@127.0.0.1", "udp4@127.0.0.1:514", "udp6@[::1]:514", "udp6@127.0.0.1", "udp4@::1",
        "tcp@127.0.0.1:514", "tcp4@127.0.0.1:514", "tcp6@[::1]:514", "ipv4@127.0.0.1:514", "ipv6@[::1]:514",
        "unix@/tmp/x", "uxdg@/tmp/x", "/dev/log", "rel/x", "abns@foo", "fd@1", "fd@x", "stdout", "stderr",
        "ring@nowhere", "ring@", "127.0.0.1:514-520", "127.0.0.1:514,x", "256.1.1.1", "1.2.3", "udp@/tmp/x",
        "app.invalid", "app.invalid:514",
    ]

    private static let targets =
        [
            "log", "log 127.0.0.1", "log global", "log global info", "log global local0", "no log", "no log x",
        ]
        + [
            "local8", "LOCAL0", "kern", "local0 info err", "local0 err info", "local0 foo", "local0 info foo",
            "local0 info err x", "len 79 local0", "len 0 local0", "len x local0", "len 80 local0", "len 200x local0",
            "len +200 local0", "len local0", "len 1024", "format rfc3164 local0", "format rfc5424 local0",
            "format short local0", "format raw local0", "format timed local0", "format iso local0",
            "format local local0", "format priority local0", "format x local0", "format local0",
            "len 200 format raw sample 1:2 local0", "format raw len 200 local0", "sample 1:2 format raw local0",
            "sample 1:2 len 200 local0", "len 200 len 300 local0", "format raw format raw local0",
            "sample 1:2 sample 1:3 local0", "local0 len 200", "sample 1-3,5:8 local0", "sample 1,1:8 local0",
            "sample 5,1:8 local0", "sample 1-3,2-4:8 local0", "sample 0:8 local0", "sample 1:0 local0",
            "sample 3-1:8 local0", "sample :8 local0", "sample 1: local0", "sample x local0", "sample 1,:8 local0",
            "sample 1:8:9 local0", "sample +1:2 local0", "sample 1-2:4294967296 local0", "sample 9:8 local0",
        ].map { "log 127.0.0.1 \($0)" }

    private static let options = [
        "log-tag", "log-tag a", "log-tag \"\"", "log-tag a b", "option tcplog", "option tcplog x", "no option tcplog",
        "option httplog", "option httplog x", "no option httplog", "option logasap", "no option logasap",
        "option logasap x", "option dontlog-normal", "option log-separate-errors", "option socket-stats",
        "option dontlognull", "option log-health-checks", "unique-id-header x",
    ]

    private static let formats =
        ["log-format", "error-log-format", "log-format-sd", "unique-id-format"]
        + [
            "%ci", "a b", "%x", "%{+Q+X}o", "%{+Q,+X}s", "%{", "%{+Q}", "%%", "%", "%[src", "%[src]", "%[src,nope]",
            "%[nope]", "%ci%cp", "%cip", "%(x)ci", "%{+Z}s", "%{}s",
        ].map { "log-format \($0)" }
        + [
            "nbsrv", "queue", "avg_queue", "connslots", "be_sess_rate", "fe_sess_rate", "be_conn", "fe_conn",
            "srv_conn",
            "nbsrv(nope)", "fe_conn(nope)", "srv_conn(nope)", "srv_conn(nope/x)", "src_conn_cnt", "src_conn_cnt(nope)",
            "sc0_conn_cnt", "sc_conn_cnt(0)", "sc_conn_cnt", "sc0_tracked", "sc0_inc_gpc0", "req.len", "res.len",
            "req.ssl_sni", "res.payload(0,1)", "nbsrv,add(1)", "sc0_conn_cnt,nope",
        ].map { "log-format %[\($0)]" }

    /// Each variable of a log format.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 8.2.6.
    private static let variables = """
        o B CC CS H HM HP HPO HQ HU HV ID ST T Ta Tc Td Tl Th Ti Tq TR Tr Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc fi fp \
        ft lc hr hrl hs hsl ms pid r rc rt s sc si sp sq sslc sslv t tr trg trl ts tsc
        """.split(separator: " ").map { "log-format \"%\($0) x\"" }
}
