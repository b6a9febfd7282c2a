import Configuration
import Foundation
import Testing

@testable import Monitoring

@Suite("What a statistics address answers")
struct StatisticsSiteTests {
    /// The site of a file's only proxy.
    private func site(_ lines: String..., lists: String = "") throws -> StatisticsSite {
        let text =
            "\(lists)listen s\n    bind 127.0.0.1:1\n    mode http\n    timeout client 1s\n"
            + lines.map { "    \($0)\n" }.joined()
        let parsed = ConfigurationReader.parse(text, file: "s.cfg", instance: "s", environment: [:])
        let configuration = try #require(parsed.configuration, "\(parsed.diagnostics)")
        return StatisticsSite(configuration.proxies[0], userlists: configuration.userlists)
    }

    private func request(_ line: String, from source: String = "127.0.0.1") -> RequestFacts {
        let words = line.split(separator: " ").map(String.init)
        return RequestFacts(source: source, method: words[0], url: StatisticsSite.url(of: words[1]))
    }

    @Test("a prefix of the path is the page, and other paths and methods find no server")
    func page() throws {
        let site = try site("stats uri /stats")
        #expect(site.answer(to: request("GET /stats")) == .view(StatisticsView("")))
        #expect(site.answer(to: request("HEAD http://h/statsx;csv;up")) == .view(StatisticsView(";csv;up")))
        for line in ["GET /", "PUT /stats", "DELETE /stats", "GET http://stats"] {
            #expect(site.answer(to: request(line)) == .notServed, "\(line)")
        }
    }

    @Test("rules of the address go first, then those of the statistics, then its users")
    func order() throws {
        let site = try site(
            "http-request deny if { path /no }", "http-request auth realm First if { path /secret }",
            "stats uri /", "stats http-request deny if { src 192.0.2.0/24 }",
            "stats http-request allow if { src 10.0.0.0/8 }", "stats auth ada:secret", "stats realm Last")
        #expect(site.answer(to: request("GET /no")) == .forbidden)
        #expect(site.answer(to: request("GET /secret")) == .needsPassword(realm: "First"))
        #expect(site.answer(to: request("GET /", from: "192.0.2.7")) == .forbidden)
        #expect(site.answer(to: request("GET /", from: "10.0.0.1")) == .view(StatisticsView("")))
        #expect(site.answer(to: request("GET /")) == .needsPassword(realm: "Last"))
        var user = request("GET /")
        user.groups = [StatisticsSite.ownList: []]
        #expect(site.answer(to: user) == .view(StatisticsView("")))
    }

    @Test("metrics are at their path, unless a rule says where, or the page is there")
    func metrics() throws {
        let plain = try site("stats uri /stats")
        #expect(
            plain.answer(to: request("GET /metrics?scope=global"))
                == MetricSelection(query: "scope=global").map { .metrics($0) })
        #expect(plain.answer(to: request("GET /metrics?scope=x")) == .malformed)
        #expect(plain.answerer(of: "GET", "/metrics") == .metrics)
        let ruled = try site(
            "http-request use-service prometheus-exporter if { path /prom }", "stats uri /stats", "stats auth a:b")
        #expect(ruled.answer(to: request("GET /prom")) == .metrics(MetricSelection()))
        #expect(ruled.answer(to: request("GET /metrics")) == .notServed)
        #expect(ruled.answerer(of: "GET", "/prom") == .metrics)
        let alone = try site("http-request use-service prometheus-exporter")
        #expect(alone.answer(to: request("PUT /whatever")) == .metrics(MetricSelection()))
        let hidden = try site("stats uri /metrics")
        #expect(hidden.answer(to: request("GET /metrics")) == .view(StatisticsView("")))
        let secret = try site("stats uri /stats", "stats auth a:b")
        #expect(secret.answer(to: request("GET /metrics")) == .needsPassword(realm: "HAProxy Statistics"))
    }

    private func allowed(_ options: String) -> StatisticsView {
        var view = StatisticsView(options)
        view.mayChange = true
        return view
    }

    @Test("a change needs a condition that holds")
    func changes() throws {
        let open = try site("stats uri /s", "stats admin if LOCALHOST")
        #expect(open.answer(to: request("POST /s;up")) == .change(allowed(";up")))
        #expect(open.answer(to: request("POST /s", from: "192.0.2.1")) == .change(StatisticsView("")))
        let closed = try site("stats uri /s")
        #expect(closed.answer(to: request("POST /s")) == .change(StatisticsView("")))
    }

    @Test(
        "a browser that another site makes post may change nothing, and a program that says nothing may",
        arguments: [
            ([:], true), (["origin": "http://h:8100"], true), (["origin": "http://evil"], false),
            (["origin": "null"], false), (["origin": "http://H:8100"], true), (["sec-fetch-site": "cross-site"], false),
            (["sec-fetch-site": "same-site"], false),
            (["sec-fetch-site": "same-origin", "origin": "http://h:8100"], true),
            (["origin": "https://h"], false),
        ] as [([String: String], Bool)])
    func crossSite(headers: [String: String], isAllowed: Bool) throws {
        let site = try site("stats uri /s", "stats admin if TRUE")
        var post = request("POST /s")
        post.headers = [("host", "h:8100")] + headers.map { ($0.key, $0.value) }
        #expect(site.answer(to: post) == .change(isAllowed ? allowed("") : StatisticsView("")))
    }

    @Test("only the lists that rules ask are asked, each with the groups of its users")
    func lists() async throws {
        let lists = """
            userlist staff
                group admins users ada
                user ada password $5$rounds=1000$abcdefgh$t9Mrb.wBKIzaKNWjQvXmYkOsbj2VOQqc1SmVKezGU16
                user bob insecure-password pw
            userlist others
                user ada insecure-password adapw

            """
        let site = try site("stats admin if { http_auth_group(staff) admins }", "stats auth own:x", lists: lists)
        #expect(site.userlists.map(\.name) == ["staff", StatisticsSite.ownList])
        func groups(_ user: String) async throws -> [String: Set<String>] {
            let header = "Basic " + Data(user.utf8).base64EncodedString()
            return try await site.userlists.groups(of: BasicCredentials(header))
        }
        #expect(try await groups("ada:adapw") == ["staff": ["admins"]])
        #expect(try await groups("bob:pw") == ["staff": []])
        #expect(try await groups("own:x") == [StatisticsSite.ownList: []])
        for wrong in ["ada:wrong", "bob:", "nobody:pw", "own:", "own", ":"] { #expect(try await groups(wrong) == [:]) }
    }

    @Test(
        "credentials are read from the header",
        arguments: ["", "Basic", "Basic !!", "Bearer YTpi", "Basic YQ==", "Basic YTpi x"])
    func noCredentials(header: String) { #expect(BasicCredentials(header) == nil) }

    @Test("a password may hold colons, and the scheme's letters don't matter")
    func credentials() throws {
        let header = "bAsIc  " + Data("ada:a:b".utf8).base64EncodedString()
        let read = try #require(BasicCredentials(header))
        #expect((read.user, read.password) == ("ada", "a:b"))
    }
}
