import Foundation
import Testing

@testable import Configuration

@Suite("Statistics")
struct StatsKeywordTests {
    private func stats(_ lines: String..., global: String = "") throws -> StatsConfiguration {
        let text =
            global + Sample.defaults + "listen s\n    bind :8100\n    mode http\n"
            + lines.map { "    \($0)\n" }.joined()
        return try #require(try Sample.parse(text).clean().proxies[0].stats)
    }

    @Test("enable alone gives HAProxy's defaults")
    func enable() throws {
        #expect(try stats("stats enable") == StatsConfiguration())
    }

    @Test("every line says what it should")
    func lines() throws {
        let stats = try stats(
            "stats uri /stats", "stats refresh 5s", "stats auth ada:secret:more", "stats auth bob:",
            "stats auth ada:other",
            #"stats realm Our\ Statistics"#, "stats hide-version", "stats show-node lb1", "stats show-desc The  broker",
            "stats show-legends", "stats admin if TRUE")
        #expect(stats.uri == "/stats")
        #expect(stats.refresh == .seconds(5))
        #expect(stats.users == [.init(name: "ada", password: "secret:more"), .init(name: "bob", password: "")])
        #expect(stats.realm == "Our Statistics")
        #expect(stats.hidesVersion)
        #expect(stats.node == "lb1")
        #expect(stats.description == "The broker")
        #expect(stats.showsLegends)
        #expect(stats.administration.count == 1)
    }

    @Test(
        "any line enables the statistics",
        arguments: ["stats uri /x", "stats hide-version", "stats refresh 5", "stats realm x"])
    func implied(line: String) throws {
        #expect(try Sample.stats(line).clean().proxies[0].stats != nil)
    }

    @Test(
        "a bare refresh counts seconds, and a part of a second is a whole one",
        arguments: [("30", 30), ("500ms", 1), ("1m", 60)])
    func refresh(text: String, seconds: Int) throws {
        #expect(try stats("stats refresh \(text)").refresh == .seconds(seconds))
    }

    @Test("refresh 0 is none")
    func noRefresh() throws {
        #expect(try stats("stats refresh 0").refresh == nil)
    }

    @Test("node and description come from 'global' when the line has none")
    func fromGlobal() throws {
        let global = "global\n    node lb9\n    description From above\n"
        #expect(try stats("stats show-node", "stats show-desc", global: global).node == "lb9")
        #expect(try stats("stats show-desc", global: global).description == "From above")
        #expect(try stats("stats show-node").node == ProcessInfo.processInfo.hostName)
        #expect(
            Sample.stats("stats enable", "stats show-desc").lines == [
                "warning 10:11 'stats show-desc' has nothing to show"
            ])
    }

    @Test(
        "administration follows its conditions, of which one is enough",
        arguments: [
            (["if TRUE"], true), (["unless FALSE"], true), (["if FALSE"], false), (["unless TRUE"], false),
            (["if LOCALHOST"], true), (["if FALSE", "if METH_POST"], true), (["if { src 10.0.0.0/8 } or TRUE"], true),
        ] as [([String], Bool)])
    func administration(conditions: [String], expected: Bool) throws {
        let lines = conditions.map { "    stats admin \($0)\n" }.joined()
        let parsed = Sample.parse(Sample.defaults + "listen s\n    bind :8100\n    mode http\n" + lines)
        let stats = try #require(try parsed.clean().proxies[0].stats)
        let request = RequestFacts(source: "127.0.0.1", method: "POST", url: "/stats")
        #expect(stats.administration.contains { $0.holds(for: request) } == expected)
    }

    @Test("scopes name proxies, and a dot this one")
    func scopes() throws {
        #expect(try stats("stats scope .", "stats scope rabbit").scopes == ["s", "rabbit"])
        #expect(try stats("stats show-modules").showsModules)
    }

    @Test("rules say who may see it, and userlists may come later")
    func rules() throws {
        let parsed = Sample.parse(
            Sample.defaults + """
                listen s
                    bind :8100
                    mode http
                    acl local src 127.0.0.0/8
                    stats http-request deny unless local
                    stats http-request auth realm "My Realm" unless { http_auth(staff) }
                    stats http-request allow
                userlist staff
                    user ada insecure-password secret

                """)
        let stats = try #require(try parsed.clean().proxies[0].stats)
        #expect(stats.rules.map(\.action) == [.deny, .authenticate(realm: "My Realm"), .allow])
        let stranger = RequestFacts(source: "192.0.2.1", method: "GET", url: "/")
        #expect(stats.rules.first { $0.applies(to: stranger) }?.action == .deny)
        var user = RequestFacts(source: "127.0.0.1", method: "GET", url: "/")
        #expect(stats.rules.first { $0.applies(to: user) }?.action == .authenticate(realm: "My Realm"))
        user.groups = ["staff": []]
        #expect(stats.rules.first { $0.applies(to: user) }?.action == .allow)
    }

    @Test("an address may have metrics and rules without a page")
    func metricsAlone() throws {
        let proxy = try Sample.stats(
            "http-request deny if { src 192.0.2.0/24 }",
            "http-request use-service prometheus-exporter if { path /metrics }"
        ).clean().proxies[0]
        #expect(proxy.stats == nil)
        #expect(proxy.servesStatistics)
        #expect(proxy.requestRules.map(\.action) == [.deny, .serveMetrics])
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("stats", "error 9:10 'stats' needs what to say of the statistics"),
            ("stats foo", "error 9:11 unknown 'stats' keyword 'foo' in a 'listen' section"),
            ("stats scope", "error 9:16 'scope' needs a proxy's name, or '.' for this one"),
            ("stats http-request", "error 9:23 'http-request' needs an action"),
            ("stats http-request tarpit", "error 9:24 'tarpit' is no action of 'stats http-request'"),
            ("stats http-request auth if { http_auth(x) }", "error 9:34 there is no userlist 'x'"),
            ("stats http-request deny if foo", "error 9:32 there is no acl 'foo' above this line"),
            (
                "stats http-request deny if { path_reg x }",
                "error 9:34 'path_reg' can't be asked of a request to the statistics"
            ),
            ("stats admin if { src ten }", "error 9:26 'ten' is no address and no network"),
            ("stats uri", "error 9:14 'uri' needs the beginning of a path"),
            ("stats uri x", "error 9:15 the path 'x' does not begin with '/'"),
            ("stats refresh x", "error 9:19 'x' is not a time"),
            ("stats auth ada", "error 9:16 'ada' is not a user with a password"),
            ("stats auth :x", "error 9:16 ':x' is not a user with a password"),
            ("stats admin", "error 9:16 'admin' needs 'if' or 'unless' and a condition"),
            ("stats admin when TRUE", "error 9:17 'when' is neither 'if' nor 'unless'"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        #expect(Sample.stats(line, "stats enable").lines == [expected])
    }

    @Test("words too many are ignored with a warning, as HAProxy ignores them")
    func extraWords() throws {
        let parsed = Sample.stats("stats realm Two Words")
        #expect(parsed.lines == ["warning 9:21 'Words' is ignored: 'stats realm' is complete before it"])
        #expect(try parsed.valid().proxies[0].stats?.realm == "Two")
    }

    @Test("in mode tcp they are ignored with a warning, silently when they come from defaults")
    func tcp() throws {
        let parsed = Sample.listen("stats enable")
        #expect(parsed.lines == ["warning 9:5 'stats' is ignored in proxy 'rabbit': statistics need 'mode http'"])
        #expect(try parsed.valid().proxies[0].stats == nil)
        let inherited =
            Sample.defaults + "    stats enable\n    stats uri /x\n" + Sample.proxy
            + "listen s\n    mode http\n    bind :81\n"
        #expect(try Sample.parse(inherited).clean().proxies.map { $0.stats?.uri } == [nil, "/x"])
    }

    @Test("a statistics proxy sends nothing anywhere")
    func noBackend() throws {
        #expect(try Sample.stats("stats enable").clean().proxies[0].backend == nil)
    }
}
