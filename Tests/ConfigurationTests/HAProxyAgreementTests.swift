import Foundation
import Testing

@testable import Configuration

/// The same file to `haproxy -c` and to this reader: both take it, or both refuse it.
///
/// Each file is a right one with one line added. Where the two are meant to differ, the list below says why.
@Suite("Agreement with HAProxy")
struct HAProxyAgreementTests {
    private static let program = "/usr/sbin/haproxy"

    /// What is refused here alone, by the line's beginning: it would do something else than it says.
    private static let refusedHereAlone =
        [
            // Nobody to track.
            "server t 192.0.2.2:1 track ",
            // Rules, stickiness, content.
            "balance rdp-cookie", "acl empty src",
            // Other protocols.
            "server t 192.0.2.2:1 log-proto", "server t 192.0.2.2:1 source 192.0.2.9 usesrc hdr_ip",
            "bind 127.0.0.1:7778 accept-netscaler-cip",
            // HAProxy reads numbers up to what follows them, or takes them around 65536.
            "option redispatch x", "fullconn x", "hash-balance-factor x", "maxconn x", "server t 192.0.2.2:1 minconn x",
            "server t 192.0.2.2:1 check port 70000", "server t 192.0.2.2:+70000", "retries -1",
            // Servers that would never be used.
            "dispatch ", "option transparent", "transparent",
            // Two sockets on one port.
            "bind 127.0.0.1:7777",
        ] + HAProxyAgreementLogLines.refusedHereAlone

    /// What is taken here alone, with a warning: files have it.
    private static let takenHereAlone = [
        "clitimeout", "contimeout", "srvtimeout", "redispatch", "balance roundrobin(x)",
        "errorfile",
    ]

    /// Names that nobody knows: they never stop the start here, and nothing is wrong with them.
    private static let unknownNames =
        ["server t app.invalid:1", "server-template x 2 app.invalid:1"]
        + ["log app.invalid local0", "log app.invalid:514 local0"]

    /// Lines of a `listen` section.
    private static let lines = [
        "balance", "balance roundrobin", "balance static-rr", "balance leastconn", "balance first", "balance source",
        "balance random", "balance random(0)", "balance random(3)", "balance random(x)", "balance uri",
        "balance hdr(x)",
        "balance rdp-cookie", "balance nonsense", "balance source x", "hash-type", "hash-type consistent",
        "hash-type map-based", "hash-type ring", "hash-type consistent crc32", "hash-type consistent crc32 avalanche",
        "hash-type map-based crc32 x", "hash-type map-based md5", "hash-balance-factor 0", "hash-balance-factor 50",
        "hash-balance-factor 150", "hash-balance-factor x",
        "rate-limit sessions 10", "rate-limit sessions", "rate-limit bytes 1", "rate-limit sessions x",
        "option redispatch", "option redispatch 0", "option redispatch -3", "option redispatch x", "fullconn 10",
        "fullconn x", "retries 0", "retries", "maxconn 10", "maxconn x", "backlog 10", "backlog", "timeout queue 5s",
        "timeout queue x", "timeout nonsense 5s", "timeout tunnel 1h", "timeout client-fin 5s",
        "option tcpka", "option tcpka x", "option clitcpka", "option srvtcpka", "clitcpka-cnt 3", "clitcpka-cnt x",
        "clitcpka-idle 3s", "clitcpka-intvl 3s", "srvtcpka-cnt 3", "srvtcpka-idle 5", "srvtcpka-intvl x",
        "source 192.0.2.9", "source 192.0.2.9:5", "source 192.0.2.9:1-2", "source 192.0.2.9 interface eth0",
        "source 192.0.2.9:0", "source tcp@192.0.2.9", "source ip@192.0.2.9", "source 0.0.0.0 usesrc clientip",
        "source nowhere", "source", "dispatch 192.0.2.9:1", "dispatch 192.0.2.9",
        "dispatch nowhere:3", "transparent", "option transparent", "option abortonclose", "option persist",
        "option log-health-checks", "option splice-auto", "option tcp-smart-accept", "option tcp-smart-connect",
        "option contstats", "option logasap", "option nolinger", "option dontlog-normal", "option nonsense",
        "option allbackups", "no option redispatch", "no option nonsense",
        "option httpchk", "option httpchk GET /", "http-check expect status 200", "http-check nonsense",
        "option tcp-check", "tcp-check connect", "tcp-check send x", "tcp-check nonsense", "tcp-check expect string x",
        "option smtpchk", "option mysql-check", "option pgsql-check user x", "option redis-check", "option ldap-check",
        "option ssl-hello-chk", "option external-check", "external-check command /bin/true",
        "option forwardfor", "option http-keep-alive", "option http-server-close", "option httpclose",
        "cookie X insert",
        "capture cookie x len 3", "monitor-uri /x", "http-request deny", "http-reuse never", "max-keep-alive-queue 1",
        "retry-on all-retryable-errors", "log-tag x", "email-alert level info",
        "stick-table type ip size 1k", "stick-table type ip", "stick-table size 5", "stick-table type nonsense size 5",
        "stick-table type string len 5 size 5 expire 5m nopurge srvkey addr store conn_cur,conn_rate(10s),gpc0",
        "stick-table type ip size 0", "stick-table type ip size 1k store conn_rate",
        "stick-table type ip size 1k store x",
        "stick-table type ip size 1k store conn_cnt(3)", "stick-table type ip size 1k nonsense", "stick on src",
        "stick on src table nowhere", "stick nonsense src", "stick on nonsense",
        "tcp-request connection track-sc0 src table nowhere", "tcp-request connection track-sc0 src",
        "tcp-request connection set-var(sess.x) src", "tcp-request content set-var(txn.x) src,ipmask(8)",
        "tcp-request connection set-var(x) src", "tcp-request connection set-var(foo.x) src",
        "tcp-request connection set-var(sess.a-b) src", "tcp-request content unset-var(req.x)",
        "tcp-request connection set-src src,ipmask(8)", "tcp-request content set-dst-port int(5)",
        "tcp-request session set-dst str(192.0.2.1)", "tcp-request content set-src nonsense",
        "tcp-request connection sc-inc-gpc1(0)", "tcp-request connection sc-inc-gpc0(3)",
        "tcp-request content sc-set-gpt0(0) 5", "tcp-request connection silent-drop",
        "tcp-request connection silent-drop now", "tcp-request connection expect-proxy layer4",
        "tcp-request connection expect-proxy layer5", "tcp-request session expect-proxy layer4",
        "acl a var(txn.x) -m found", "acl a var(txn.x) 5", "acl a var(x) -m found",
        "stick-table type ip size 1k store gpc1,gpc1_rate(10s),gpt0",
        "acl a req.payload(0,4) -m int 3", "acl a req.payload(0,4) -m ip 192.0.2.1",
        "acl a always_true -m ip 192.0.2.1",
        "acl a req.payload(0,4),add(1) 3", "acl a req.payload(0,4),hex,add(1) 3", "acl a src,add(1) 3",
        "acl a always_true,ipmask(8) 192.0.2.1", "acl a src_port,ipmask(8) 192.0.2.1",
        "acl a str(x),ipmask(8) 192.0.2.1",
        "acl a src,bytes(0,2),ipmask(8) 192.0.2.1", "acl or src 192.0.2.1", "acl a/b src 192.0.2.1",
        "acl a:b.c-d_e src 192.0.2.1", "use-server s", "force-persist",
        "tcp-response content accept", "tcp-response content close", "tcp-response content reject if { res.len gt 3 }",
        "tcp-response content set-var(txn.x) req.len", "tcp-response content set-src src",
        "tcp-response inspect-delay x",
        "tcp-response content track-sc0 src", "tcp-response content sc-inc-gpc0(0)", "tcp-response inspect-delay 5s",
        "tcp-response content sc-set-gpt0(0) 5", "tcp-response content unset-var(txn.x)",
        "tcp-response nonsense accept",
        "tcp-response content silent-drop", "tcp-response content nonsense", "tcp-response connection accept",
        "tcp-response content set-var(sess.x) res.payload_lv(0,2)", "tcp-response content",
        "tcp-response content reject if { res.ssl_hello_type 2 }", "tcp-response content reject if { res_len 2 }",
        "acl a src_conn_rate gt 5", "acl a sc0_conn_cur gt 5", "acl a sc_conn_cnt(1) gt 5", "acl a sc0_nonsense 1",
        "tcp-request connection reject", "tcp-request content accept",
        "tcp-request inspect-delay 5s", "tcp-request inspect-delay x", "tcp-request nonsense accept",
        "tcp-request content reject if { src 192.0.2.1 }", "tcp-request session reject unless LOCALHOST",
        "tcp-request content reject if { req.len gt 3 } || WAIT_END", "tcp-request connection reject if nothing",
        "use_backend nowhere", "use_backend listener if { nbsrv(listener) lt 1 }", "use-server one if TRUE",
        "use-server nobody if TRUE", "use-server one when TRUE", "force-persist if LOCALHOST", "force-persist",
        "acl local src 127.0.0.1", "acl empty src", "acl a src 127.0.0.1/33", "acl a dst_port 1:2 gt 5",
        "acl a dst_port 5:1",
        "acl a src_port 1.5", "acl a src -m nonsense x", "acl a src -m reg [", "acl a str(x) -m beg x",
        "acl a nonsense 1", "acl a nbsrv lt 1", "acl a srv_is_up(one)", "acl a srv_is_up(nobody)",
        "acl a connslots gt 1",
        "acl a req.payload(0,4) x", "acl a req.payload(0,4) -m bin 00ff", "acl a req_ssl_ver 3.1",
        "acl a req_ssl_ver 3",
        "acl a rand(5) lt 3", "acl a date,utime(%H) 12", "acl a src,ipmask(24) 10.0.0.0", "acl a env(HOME) -m found",
        "clitimeout 5s", "contimeout 5s", "srvtimeout 5s",
        "server-template x 3 192.0.2.3:1", "server-template x 1-3 192.0.2.3:1", "server-template x 3-1 192.0.2.3:1",
        "server-template x 0 192.0.2.3:1", "server-template x 2 app.invalid:1", "nonsense", "id 7", "description x y",
    ]

    /// What may follow `server t 192.0.2.2:1`.
    private static let serverOptions = [
        "minconn 5", "minconn 5 maxconn 3", "minconn x", "slowstart 10", "slowstart x", "maxqueue 5",
        "on-marked-down shutdown-sessions", "on-marked-down nonsense", "on-marked-up shutdown-backup-sessions",
        "check observe layer4", "check observe layer7", "observe nonsense", "error-limit 5", "error-limit 0",
        "on-error mark-down", "on-error nonsense", "track one", "track t", "track nobody", "track listener/one",
        "send-proxy", "send-proxy-v2", "proxy-v2-options crc32c", "proxy-v2-options nonsense", "no-send-proxy",
        "source 192.0.2.9", "source 192.0.2.9:0", "source 192.0.2.9:5-9", "source *", "source 192.0.2.9 interface eth0",
        "source 192.0.2.9 usesrc client", "tcp-ut 5s", "tfo", "no-tfo", "init-addr none", "init-addr last,192.0.2.3",
        "init-addr nonsense", "resolvers nowhere", "resolve-prefer ipv4", "resolve-prefer nonsense", "cookie x",
        "verify none", "ca-file /nowhere", "sni str(x)", "alpn h2", "agent-check", "agent-check agent-port 3",
        "socks4 192.0.2.3:5", "weight 256", "weight 257", "weight -1", "check-send-proxy", "max-reuse 3", "non-stick",
        "resolve-opts allow-dup-ip", "log-proto legacy", "ssl verify none", "check-ssl", "send-proxy-v2-ssl",
        "check port 5 addr 192.0.2.3", "check inter 5 fastinter 6 downinter 7", "check inter 0", "rise 0", "fall 0",
        "disabled", "backup", "nonsense", "usesrc x", "check port 70000",
    ]

    /// What may stand as a server's address.
    private static let serverAddresses = [
        "192.0.2.2:+1000", "192.0.2.2:-5", "192.0.2.2:+70000", "192.0.2.2:5-6", "abns@x", "fd@3", "ipv4@192.0.2.2:5",
        "ipv6@[2001:db8::1]:5", "unix@/x", "/x", "0.0.0.0:5", ":5", "*", "192.0.2.2", "192.0.2.2 check",
        "192.0.2.2:+5 check", "ip@192.0.2.2:5", "tcp@192.0.2.2:5", "tcp4@192.0.2.2:5", "tcp6@192.0.2.2:5",
        "stream+ipv4@192.0.2.2:5",
        "stream+unix@/x", "192.0.2.2:+5 check port 3", "app.invalid:1", "192.0.2.2:x",
    ]

    /// What may follow `bind 127.0.0.1:7778`.
    private static let bindOptions = [
        "accept-proxy", "defer-accept", "interface eth0", "interface", "mss 1400", "mss -5", "mss 0", "mss 70000",
        "tcp-ut 5s", "tfo", "transparent", "nice 5", "id 5", "process 1", "thread 1", "shards 2", "level admin",
        "severity-output number", "accept-netscaler-cip 5", "v4v6", "v6only", "alpn h2", "name x", "maxconn 5",
        "backlog 3", "verify none", "no-sslv3", "crt /nowhere", "ssl", "nonsense", "mode 660", "user root",
    ]

    /// What may stand as an address to listen on.
    private static let bindAddresses = [
        "abns@x", "fd@x", "ipv4@*:7900", "ipv6@[::]:7900", "app.invalid:7900", "localhost:7900", ":7900-7903",
        "*:7900,:7901", "ip@:7900", "tcp@:7900", "tcp4@:7900", "tcp6@:7900", "tcp4@[::1]:7900", "stream+tcp@:7900",
        "stream+unix@/tmp/x.sock", "stream+abns@x", "unix@/tmp/x.sock", "/tmp/x.sock", "127.0.0.1:0", "127.0.0.1",
        "quic4@:7900", "127.0.0.1:7777",
    ]

    private static var variants: [String] {
        lines + serverOptions.map { "server t 192.0.2.2:1 \($0)" } + serverAddresses.map { "server t \($0)" }
            + bindOptions.map { "bind 127.0.0.1:7778 \($0)" } + bindAddresses.map { "bind \($0)" }
            + HAProxyAgreementLogLines.all + checkSequences + checkLines
    }

    /// All sequences of up to three lines of each kind that make up a check.
    private static var checkSequences: [String] {
        let http = ["connect", "send meth GET", "expect status 200", "set-var(check.x) str(a)", "comment a"]
        let tcp = ["connect", "send a", "expect string a", "set-var(check.x) str(a)", "comment a"]
        return sequences(of: http.map { "http-check \($0)" }).map { "option httpchk\n\($0)" }
            + sequences(of: tcp.map { "tcp-check \($0)" }).map { "option tcp-check\n\($0)" }
    }

    /// Lines of checks with less usual words.
    private static let checkLines =
        [
            "connect proto none", "connect proto h1", "send \"\"", "send-lf \"\"", "send-binary \"\"", "comment \"\"",
            "comment",
            "expect on-success \"\" string a", "expect on-error \"\" string a", "expect min-recv -1 string a",
            "expect ok-status L6OK string a", "expect error-status L7TOUT string a",
            "expect tout-status L4TOUT string a",
            "expect binary-lf zz", "expect custom", "expect rbinary (", "connect port 65536", "set-var(x) str(a)",
        ].map { "option tcp-check\ntcp-check \($0)" }
        + [
            "connect proto none", "connect proto h1", "send uri \"\"", "send body \"\"", "send hdr host x hdr Host y",
            "send hdr x a hdr x b", "send ver HTTP/1.1", "send", "expect status 20", "expect status 0",
            "expect status 70000",
            "expect status 299-200", "expect status \"\"", "expect status 2-", "expect hdr name-lf x value y",
            "expect hdr name x value-lf %[be_name]", "expect hdr name-lf -m reg x",
            "expect hdr name -m reg x value-lf -m reg y",
            "expect fhdr name-lf -m beg %[be_name] value-lf -m sub %[be_name]", "expect hdr name \"\"",
            "expect hdr name-lf",
            "expect hdr value x", "expect hdr name -m found x", "expect binary 00", "expect ! rstatus ^5",
        ].map { "option httpchk\nhttp-check \($0)" }
        + [
            "smtpchk HELO", "smtpchk x", "smtpchk EHLO x", "mysql-check user \"\"", "mysql-check user", "pgsql-check",
            "pgsql-check user \"\"", "redis-check x", "spop-check x",
        ].map { "option \($0)" }

    private static func sequences(of lines: [String]) -> [String] {
        let pairs = lines.flatMap { first in lines.map { "\(first)\n\($0)" } }
        return pairs + pairs.flatMap { pair in lines.map { "\(pair)\n\($0)" } }
    }

    private static func text(_ line: String) -> String {
        """
        defaults
            timeout connect 5s
            timeout client 5s
            timeout server 5s
        listen listener
            bind 127.0.0.1:7777
            server one 192.0.2.1:1 check
            \(line)

        """
    }

    @Test("one line more is taken by both, or refused by both")
    func agreement() throws {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else {
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "CI has to have \(Self.program)")
            print("skipped: there is no \(Self.program)")
            return
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "agreement-\(UUID().uuidString).cfg")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        let variants = Self.variants
        #expect(variants.count > 250)
        for line in variants {
            let text = Self.text(line)
            try Data(text.utf8).write(to: file)
            let isTakenThere = try Self.isTaken(file.path())
            let parsed = Sample.parse(text)
            let isTaken = parsed.configuration != nil
            if Self.refusedHereAlone.contains(where: line.hasPrefix) {
                #expect(!isTaken || isTakenThere, "taken now, take it off the list: \(line)")
            } else if Self.unknownNames.contains(line) {
                #expect(isTaken && !isTakenThere, "\(line)")
            } else if Self.takenHereAlone.contains(where: line.hasPrefix) {
                #expect(isTaken && !parsed.diagnostics.isEmpty, "\(line)")
            } else {
                let said = parsed.diagnostics.map(\.message)
                #expect(
                    isTaken == isTakenThere, "haproxy \(isTakenThere ? "takes" : "refuses"): \(line); here: \(said)")
            }
        }
    }

    /// Whether `haproxy -c` takes a file.
    private static func isTaken(_ path: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["-c", "-f", path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
