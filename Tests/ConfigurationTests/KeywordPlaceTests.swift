import Foundation
import Testing

@testable import Configuration

/// Lines of the sections that say nothing of one proxy alone, as real files have them.
///
/// What HAProxy takes is taken here, and what only this program takes says what becomes of it. Lines of proxies are among the
/// agreements.
@Suite("Lines of global, defaults and resolvers, beside HAProxy")
struct KeywordPlaceTests {
    /// Lines of `global`.
    private static let global = [
        "log 127.0.0.1 local0", "log 127.0.0.1:514 local0 notice", "log /dev/log local0",
        "log stdout format raw local0", "daemon", "chroot /var/lib/haproxy", "group nogroup", "user nobody",
        "gid 99", "uid 99", "nbproc 2", "nbthread 2", "debug", "quiet", "pidfile /run/haproxy.pid",
        "stats socket /run/test-haproxy.sock", "stats socket /run/test-haproxy.sock mode 600 level admin",
        "stats socket /run/test-haproxy.sock level operator expose-fd listeners", "stats timeout 30s",
        "tune.ssl.default-dh-param 2048", "ssl-default-bind-ciphers ECDHE-RSA-AES128-GCM-SHA256",
        "ssl-default-bind-options no-sslv3", "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
        "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256",
        "ssl-default-server-ciphers ECDHE-RSA-AES128-GCM-SHA256",
        "ssl-default-server-ciphersuites TLS_AES_128_GCM_SHA256", "ssl-server-verify none", "ca-base /etc/ssl/certs",
        "crt-base /etc/ssl/private", "server-state-base /var/lib/haproxy", "spread-checks 5", "external-check",
        "insecure-fork-wanted", "log-send-hostname", "log-send-hostname lb1", "log-tag lb", "ulimit-n 4096",
        "node lb1", "description text", "master-worker", "hard-stop-after 30s",
    ]

    /// Lines of `defaults`.
    private static let defaults = [
        "balance roundrobin", "default-server init-addr last,libc,none", "default-server inter 2s fall 3",
        "clitimeout 30s", "contimeout 5s", "srvtimeout 30s", "errorfile 503 /nonexistent/503.http", "log global",
        "log 127.0.0.1 local1", "maxconn 1000", "mode http", "mode tcp", "retries 3", "option abortonclose",
        "option clitcpka", "option dontlognull", "option forwardfor", "option forwardfor except 127.0.0.0/8",
        "option http-keep-alive", "option http-server-close", "option httpchk", "option httplog",
        "option log-health-checks", "option persist", "option redispatch", "option srvtcpka", "option ssl-hello-chk",
        "option tcplog", "option tcpka", "option contstats", "stats enable", "stats auth a:b", "stats hide-version",
        "stats refresh 5s", "stats uri /stats", "timeout check 2s", "timeout client 30s", "timeout client-fin 3s",
        "timeout connect 5s", "timeout http-keep-alive 3s", "timeout http-request 10s", "timeout queue 10s",
        "timeout server 30s", "timeout server-fin 3s", "timeout tunnel 1h",
    ]

    /// Lines of `resolvers`.
    private static let resolvers = [
        "nameserver a 127.0.0.1:53", "nameserver a tcp@127.0.0.1:53", "nameserver a udp@[::1]:53", "parse-resolv-conf",
        "resolve_retries 3", "accepted_payload_size 8192", "hold valid 10s", "hold nx 10s", "hold obsolete 10s",
        "timeout retry 1s", "timeout resolve 1s",
    ]

    /// What HAProxy 2.6 refuses and this program takes; files have it.
    private static let takenHereAlone: Set<String> = [
        "nbproc 2", "debug", "clitimeout 30s", "contimeout 5s", "srvtimeout 30s", "errorfile 503 /nonexistent/503.http",
    ]

    private static func text(global: String = "", defaults: String = "", resolvers: String = "") -> String {
        """
        global
            maxconn 100
            \(global)
        defaults
            mode tcp
            timeout connect 5s
            timeout client 30s
            timeout server 30s
            \(defaults)
        resolvers dns
            nameserver first 127.0.0.1:5353
            \(resolvers)
        listen rabbit
            bind 127.0.0.1:20000
            server one 127.0.0.1:5672

        """
    }

    private static var all: [(line: String, text: String)] {
        global.map { ($0, text(global: $0)) } + defaults.map { ($0, text(defaults: $0)) }
            + resolvers.map { ($0, text(resolvers: $0)) }
    }

    @Test("each is taken, and what HAProxy does not know says what it means here")
    func taken() {
        for (line, text) in Self.all {
            let parsed = Sample.parse(text)
            let said = parsed.diagnostics.map { $0.rendered(color: false) }
            #expect(parsed.configuration != nil, "\(line): \(said)")
            guard Self.takenHereAlone.contains(line), !line.hasPrefix("errorfile") else { continue }
            let number = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasSuffix(line) }
            #expect(
                parsed.diagnostics.contains { $0.severity == .warning && $0.location.line - 1 == number },
                "\(line): \(said)")
        }
    }

    @Test("the real haproxy takes and refuses the same")
    func agreement() throws {
        let program = "/usr/sbin/haproxy"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            print("not compared: there is no \(program)")
            return
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "places-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "test.cfg")
        for (line, text) in Self.all {
            try Data(text.utf8).write(to: file)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = ["-c", "-q", "-f", file.path()]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            process.standardInput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect((process.terminationStatus == 0) != Self.takenHereAlone.contains(line), "\(line)")
        }
    }
}
