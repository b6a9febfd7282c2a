import Testing

@testable import Configuration

@Suite("Server lines")
struct ServerKeywordTests {
    private func server(_ line: String) throws -> ServerConfiguration {
        try #require(try Sample.server(line).clean().proxies[0].servers.first)
    }

    @Test("without options, a server has HAProxy's defaults and no check")
    func defaults() throws {
        let server = try server("server one 192.0.2.1:5672")
        #expect(
            server
                == ServerConfiguration(
                    name: "one", id: 1, address: .ip("192.0.2.1", port: 5672),
                    location: SourceLocation(file: "test.cfg", line: 8, column: 12)))
        #expect(server.weight == 1)
        #expect(try self.server("server one 192.0.2.1:5672 check").check == CheckConfiguration())
    }

    @Test("every option says what it should")
    func options() throws {
        let server = try server(
            "server one 192.0.2.1:5672 check inter 5000 fastinter 500ms downinter 1m rise 4 fall 5 port 15672 addr 192.0.2.9"
                + " backup weight 256 maxconn 100 maxqueue 20 disabled id 9")
        #expect(server.id == 9)
        #expect(server.isBackup)
        #expect(server.weight == 256)
        #expect(server.maxconn == 100)
        #expect(server.maxqueue == 20)
        #expect(server.isDisabled)
        let check = try #require(server.check)
        #expect(check.interval == .seconds(5))
        #expect(check.fastInterval == .milliseconds(500))
        #expect(check.downInterval == .seconds(60))
        #expect(check.rise == 4)
        #expect(check.fall == 5)
        #expect(check.port == 15672)
        #expect(check.address == "192.0.2.9")
    }

    @Test("options that take others back do so")
    func negations() throws {
        let server = try server(
            "server one 192.0.2.1:5672 check no-check backup no-backup disabled enabled maxconn 0 maxqueue 0")
        #expect(server.check == nil)
        #expect(!server.isBackup)
        #expect(!server.isDisabled)
        #expect(server.maxconn == nil)
        #expect(server.maxqueue == nil)
    }

    @Test(
        "an address is read in each of its forms",
        arguments: [
            ("192.0.2.1:80", .ip("192.0.2.1", port: 80)), ("ipv4@192.0.2.1:80", .ip("192.0.2.1", port: 80)),
            ("[2001:db8::1]:80", .ip("2001:db8::1", port: 80)), ("2001:DB8::1:80", .ip("2001:db8::1", port: 80)),
            ("ipv6@::1:80", .ip("::1", port: 80)), ("rabbit-1.example.org:80", .name("rabbit-1.example.org", port: 80)),
            ("localhost:80", .name("localhost", port: 80)), ("/run/x.sock", .unix(path: "/run/x.sock")),
            ("unix@/run/x.sock", .unix(path: "/run/x.sock")),
        ] as [(String, ServerAddress)])
    func addresses(text: String, expected: ServerAddress) throws {
        #expect(try server("server one \(text) init-addr libc,none").address == expected)
    }

    @Test("default-server holds for the servers after it, also from defaults")
    func defaultServer() throws {
        let text =
            Sample.defaults + """
                    default-server inter 7s rise 9 weight 5
                listen a
                    bind :1
                    server one 192.0.2.1:1 check
                    default-server check backup fall 8
                    server two 192.0.2.2:1 rise 1
                    server three 192.0.2.3:1 no-check

                """
        let servers = try Sample.parse(text).clean().proxies[0].servers
        #expect(servers.map(\.weight) == [5, 5, 5])
        #expect(servers.map(\.isBackup) == [false, true, true])
        #expect(servers.map { $0.check?.interval } == [.seconds(7), .seconds(7), nil])
        #expect(servers.map { $0.check?.rise } == [9, 1, nil])
        #expect(servers.map { $0.check?.fall } == [3, 8, nil])
    }

    @Test("servers are numbered around the numbers given")
    func numbers() throws {
        let servers = try Sample.server(
            """
            server s1 192.0.2.1:9
                server s2 192.0.2.1:9 id 1
                server s3 192.0.2.1:9
                server s4 192.0.2.1:9 id 9
                server s5 192.0.2.1:9
            """
        ).clean().proxies[0].servers
        #expect(servers.map(\.id) == [2, 1, 4, 9, 6])
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("server", "error 8:11 'server' needs a name and an address"),
            ("server s", "error 8:13 server 's' needs an address"),
            ("server s/x 192.0.2.1:80", "error 8:12 '/' can't stand in the name of a server"),
            ("server \"\" 192.0.2.1:80", "error 8:12 the name of a server is empty"),
            ("server s 192.0.2.1:70000", "error 8:14 port 70000 is out of range"),
            ("server s 192.0.2.1:5x", "error 8:14 '5x' is not a port"),
            ("server s 192.0.2.1:+x", "error 8:14 'x' is not a port"),
            ("server s 192.0.2.1:-5672", "error 8:14 the port of server 's' is out of range"),
            ("server s 192.0.2.1:80-90", "error 8:14 a range of ports can't stand here"),
            ("server s 256.0.0.1:80", "error 8:14 '256.0.0.1' is neither an IP address nor a name"),
            ("server s ::1", "error 8:14 ':' is neither an IP address nor a name"),
            ("server s fd@3", "error 8:14 a server's address can't be a descriptor"),
            ("server s 192.0.2.1:80 fal 3", "error 8:27 unknown server option 'fal'"),
            ("server s 192.0.2.1:80 backup 5", "error 8:34 unknown server option '5'"),
            (
                "server s 192.0.2.1:80 ssl",
                "error 8:27 verify is enabled by default for server 's', but no CA file is specified"
            ),
            ("server s 192.0.2.1:80 check inter 0", "error 8:39 check interval of server 's' is 0; the least is 1ms"),
            ("server s 192.0.2.1:80 fastinter 0", "error 8:37 check interval of server 's' is 0; the least is 1ms"),
            ("server s 192.0.2.1:80 downinter 0ms", "error 8:37 check interval of server 's' is 0; the least is 1ms"),
            ("server s 192.0.2.1:80 inter abc", "error 8:33 'abc' is not a time"),
            ("server s 192.0.2.1:80 inter", "error 8:32 'inter' needs a time"),
            ("server s 192.0.2.1:80 rise 0", "error 8:32 0 is out of range for 'rise'"),
            ("server s 192.0.2.1:80 fall 2.5", "error 8:32 '2.5' is not a whole number"),
            ("server s 192.0.2.1:80 weight 257", "error 8:34 257 is out of range for 'weight'"),
            ("server s 192.0.2.1:80 weight -1", "error 8:34 -1 is out of range for 'weight'"),
            ("server s 192.0.2.1:80 id 0", "error 8:30 0 is out of range for 'id'"),
            ("server s 192.0.2.1:80 port 0", "error 8:32 port 0 is out of range"),
            ("server s 192.0.2.1:80 addr name", "error 8:32 'name' is not an IP address"),
            ("server s 192.0.2.1 check", "error 8:14 server 's' has neither a port nor a check port"),
            ("server s 192.0.2.1:0 check", "error 8:14 server 's' has neither a port nor a check port"),
            ("server s 192.0.2.1:80\n    server s 192.0.2.2:80", "error 9:12 there is a server 's' in line 8 already"),
            (
                "server s 192.0.2.1:80 id 2\n    server t 192.0.2.2:80 id 2",
                "error 9:30 server 't' has the id of server 's' in line 8"
            ),
            ("default-server id 5", "error 8:23 'default-server' can't give an id"),
            ("default-server inter 0", "error 8:26 check interval of a default-server is 0; the least is 1ms"),
            ("default-server 192.0.2.1", "error 8:20 unknown server option '192.0.2.1'"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        #expect(Sample.server(line).lines.filter { $0.hasPrefix("error") } == [expected])
    }

    @Test("all mistakes of a line are told at once")
    func severalMistakes() {
        let parsed = Sample.server("server s 192.0.2.1:x check inter 0 rise x weight 999 maxconn y")
        #expect(parsed.diagnostics.filter { $0.severity == .error }.map(\.location.column) == [14, 38, 45, 54, 66])
    }

    @Test("a server without a port gets its clients' port where there is one alone")
    func clientPort() throws {
        let parsed = Sample.server("server s 192.0.2.1")
        #expect(parsed.lines == ["note 8:14 server 's' has no port; it gets its clients' port 5672"])
        #expect(try parsed.valid().proxies[0].servers.map(\.address) == [.ip("192.0.2.1", port: 5672)])
        let checked = Sample.server("server s rabbit check port 15672")
        #expect(try checked.valid().proxies[0].servers.map(\.address) == [.name("rabbit", port: 5672)])
        let two = Sample.server("bind 127.0.0.1:5673\n    server s 192.0.2.1")
        // With several, it follows each client's.
        #expect(two.lines.isEmpty && two.configuration != nil)
    }

    @Test("the clients' port is found through a frontend, too")
    func clientPortOfFrontend() throws {
        let text =
            Sample.defaults + """
                backend b
                    server s 192.0.2.1
                frontend f
                    bind :5672
                    default_backend b

                """
        #expect(try Sample.parse(text).valid().proxies[0].servers.map(\.address) == [.ip("192.0.2.1", port: 5672)])
    }
}
