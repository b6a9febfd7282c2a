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
        #expect(stats.allowsAdministration)
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
        "administration follows its condition",
        arguments: [("if TRUE", true), ("unless FALSE", true), ("if FALSE", false), ("unless TRUE", false)])
    func administration(condition: String, expected: Bool) throws {
        #expect(try stats("stats admin \(condition)").allowsAdministration == expected)
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("stats", "error 9:10 'stats' needs what to say of the statistics"),
            ("stats foo", "error 9:11 unknown 'stats' keyword 'foo' in a 'listen' section"),
            ("stats scope .", "error 9:11 'stats' keyword 'scope' is not supported here"),
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

    @Test("whoever a condition would let change something may not", arguments: ["LOCALHOST", "TRUE or FALSE"])
    func conditions(condition: String) throws {
        let parsed = Sample.stats("stats enable", "stats admin if \(condition)")
        #expect(parsed.messages(.warning).count == 1)
        #expect(try parsed.valid().proxies[0].stats?.allowsAdministration == false)
    }
}
