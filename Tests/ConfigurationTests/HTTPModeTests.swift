import Testing

@testable import Configuration

@Suite("HTTP that is relayed without being read")
struct HTTPModeTests {
    private static let head = Sample.defaults + "listen web\n    bind :80\n    mode http\n"
    private static let server = "    server s 192.0.2.1:80\n"

    @Test("a proxy with servers is relayed, and shows no statistics")
    func relayed() throws {
        let parsed = Sample.parse(Self.head + "    stats enable\n" + Self.server)
        let proxy = try parsed.valid().proxies[0]
        #expect(proxy.isRelaying && proxy.mode == .http && proxy.backend == 0 && proxy.stats == nil)
        #expect(
            parsed.messages(.warning) == ["proxy 'web' shows no statistics: its connections are relayed to its servers"]
        )
        #expect(
            parsed.messages(.note) == ["HTTP is not read here: connections of proxy 'web' are relayed as they are"])
    }

    @Test("a frontend is relayed to its backend")
    func backend() throws {
        let parsed = Sample.parse(Self.head + "    default_backend b\nbackend b\n    mode http\n" + Self.server)
        let proxies = try parsed.valid().proxies
        #expect(proxies.map(\.isRelaying) == [true, true])
        #expect(proxies[0].backend == 1)
    }

    @Test("a page of statistics is not relayed")
    func statistics() throws {
        let proxy = try Sample.parse(Self.head + "    stats enable\n").clean().proxies[0]
        #expect(!proxy.isRelaying && proxy.stats != nil)
    }

    @Test("a proxy with neither servers nor statistics is warned of")
    func nothing() throws {
        let parsed = Sample.parse(Self.head)
        #expect(try !parsed.valid().proxies[0].isRelaying)
        #expect(
            parsed.messages(.warning) == [
                "listen 'web' has neither servers nor statistics: every connection is closed at once"
            ])
    }

    @Test("a relayed proxy logs TCP")
    func log() throws {
        let parsed = Sample.parse(Self.head + "    log 127.0.0.1 local0\n    option httplog\n" + Self.server)
        #expect(try parsed.valid().proxies[0].logFormat == .tcp)
        #expect(parsed.messages(.warning).count == 1)
    }

    @Test(
        "what can be left out without harm is a warning",
        arguments: [
            "option forwardfor except 127.0.0.1", "option http-keep-alive", "option http-server-close",
            "option httpclose", "monitor-uri /alive", "errorfile 503 /etc/503.http",
            "capture request header Host len 9",
            "compression algo gzip", "http-request set-header X-Forwarded-Port 80", "http-reuse never",
        ])
    func harmless(line: String) throws {
        let parsed = Sample.parse(Self.head + "    \(line)\n" + Self.server)
        #expect(try parsed.valid().proxies.count == 1)
        #expect(parsed.messages(.warning).count == 1)
        #expect(parsed.messages(.warning).allSatisfy { $0.contains("is not done here") })
    }

    @Test(
        "what routes, rewrites or refuses is an error that names the keyword",
        arguments: [
            "http-request deny", "http-request set-header Host x", "http-request redirect location /",
            "redirect prefix /",
            "cookie X insert", "http-response del-header X", "balance uri", "balance hdr(Host)",
            "acl x path /x",
        ])
    func harmful(line: String) {
        let parsed = Sample.parse(Self.head + "    \(line)\n" + Self.server)
        #expect(parsed.messages(.error).count == 1)
        let keyword = line.hasPrefix("acl") ? "path" : line.prefix { $0 != " " && $0 != "(" }
        let named = parsed.messages(.error).first?.contains(keyword) == true
        #expect(named || line.hasPrefix("balance"))
    }

    @Test("in TCP, HAProxy ignores all of it", arguments: ["http-request deny", "cookie X insert", "monitor-uri /x"])
    func ignoredInTCP(line: String) throws {
        let parsed = Sample.listen(line)
        #expect(try parsed.valid().proxies.count == 1)
        #expect(parsed.messages(.warning).first?.hasSuffix("is ignored: it needs 'mode http'") == true)
    }

    @Test("a backend without a condition is the default one")
    func rules() throws {
        let text =
            Sample.defaults + "frontend f\n    bind :1\n    use_backend b\n    default_backend c\n"
            + "    tcp-request inspect-delay 5s\n    tcp-request content accept if { req_ssl_hello_type 1 }\n"
            + "backend b\n" + Self.server + "backend c\n" + Self.server
        let parsed = Sample.parse(text)
        #expect(try parsed.clean().proxies[0].backend == 1)
    }

    @Test(
        "rules that can't be followed are errors",
        arguments: ["stick on src", "stick store-response src", "tcp-response content set-mark 1", "use-fcgi-app x"])
    func refusedRules(line: String) {
        #expect(Sample.listen(line).messages(.error).count == 1)
    }

    @Test("lines about checks of another kind than the one that is done have no effect")
    func checks() throws {
        for (lines, expected) in [
            (["option httpchk GET /"], []), (["option tcp-check", "tcp-check connect"], []),
            (["tcp-check send PING\\r\\n"], ["tcp-check"]),
            (["option tcp-check", "http-check expect status 200"], ["http-check"]), (["option mysql-check"], []),
        ] as [([String], [String])] {
            let text = Sample.defaults + "listen a\n    bind :1\n    server s 192.0.2.1:80 check\n"
            let parsed = Sample.parse(text + lines.map { "    \($0)\n" }.joined())
            #expect(try parsed.valid().proxies[0].servers[0].check != nil)
            #expect(parsed.messages(.warning) == expected.map { "the '\($0)' lines of proxy 'a' have no effect" })
        }
        // Nobody is checked.
        #expect(try Sample.listen("option httpchk").clean().proxies.count == 1)
    }
}
