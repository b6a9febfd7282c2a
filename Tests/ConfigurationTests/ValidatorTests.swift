import Testing

@testable import Configuration

@Suite("Checks between lines")
struct ValidatorTests {
    private func parse(_ text: String) -> ParsedInstance { Sample.parse(Sample.defaults + text) }

    @Test("proxies that share a side need names of their own")
    func names() throws {
        for (first, second) in [
            ("listen", "listen"), ("frontend", "frontend"), ("backend", "backend"), ("listen", "backend"),
            ("frontend", "listen"),
        ] {
            let parsed = parse("\(first) a\n\(second) a\n" + Sample.proxy)
            #expect(parsed.messages(.error) == ["there is a \(first) 'a' in line 6 already"])
        }
        #expect(parse("frontend a\n    bind :1\n    default_backend a\nbackend a\n").messages(.error) == [])
    }

    @Test("two proxies can't have one number")
    func ids() {
        let parsed = parse(Sample.proxy + "    id 5\nlisten b\n    bind :1\n    server s 192.0.2.1:1\n    id 5\n")
        #expect(parsed.lines == ["error 13:8 proxy 'b' has the id of proxy 'rabbit' in line 6"])
    }

    @Test("missing timeouts are warned of by name")
    func timeouts() throws {
        #expect(
            Sample.parse(Sample.proxy).lines
                == [
                    "warning 1:8 proxy 'rabbit' has no 'timeout client', 'timeout connect', 'timeout server': what hangs there is kept for ever"
                ])
        let tunnel = "    timeout tunnel 1h\n    timeout client 5s\n    timeout connect 5s\n"
        #expect(Sample.parse(Sample.proxy + tunnel).lines == [])
        #expect(Sample.listen("timeout client 0").messages(.warning).count == 1)
    }

    @Test("a timeout that is wrong is not called missing, too")
    func wrongTimeout() {
        #expect(
            Sample.parse(Sample.proxy + "    timeout client x\n    timeout connect 1s\n    timeout server 1s\n")
                .diagnostics.count == 1)
    }

    @Test("a frontend needs a bind, a backend and servers")
    func emptyProxies() {
        #expect(
            parse(Sample.proxy + "frontend f\n    default_backend rabbit\n").messages(.warning) == [
                "frontend 'f' has no 'bind'"
            ])
        #expect(
            parse("frontend f\n    bind :1\n").messages(.warning) == [
                "frontend 'f' has no 'default_backend': every connection is closed at once"
            ])
        #expect(
            parse("listen l\n    bind :1\n").messages(.warning) == [
                "listen 'l' has no servers: every connection is closed at once"
            ])
        #expect(parse(Sample.proxy + "listen off\n    disabled\n").lines == [])
    }

    @Test("a backend that doesn't exist is an error")
    func missingBackend() {
        let parsed = parse("frontend f\n    bind :1\n    default_backend rabits\nbackend rabbits\n")
        #expect(parsed.lines == ["error 8:21 there is no backend 'rabits'"])
        #expect(parsed.diagnostics.first?.help == "did you mean 'rabbits'?")
        let frontend = parse(
            Sample.proxy
                + "frontend f\n    bind :1\n    default_backend g\nfrontend g\n    bind :2\n    default_backend rabbit\n"
        )
        #expect(frontend.diagnostics.map(\.help) == ["'g' is a frontend; name a 'backend' or a 'listen'"])
    }

    @Test("servers that a default_backend hides are warned of")
    func hiddenServers() {
        let parsed = parse(Sample.proxy + "    default_backend b\nbackend b\n    server s 192.0.2.1:1\n")
        #expect(
            parsed.lines == [
                "warning 8:12 the servers of 'rabbit' are never used: its 'default_backend' goes before them"
            ])
    }

    @Test("a log format without a log target has no effect")
    func logFormat() {
        #expect(
            Sample.listen("option tcplog").lines == [
                "warning 9:12 'option tcplog' has no effect: there is no address to log to"
            ])
        #expect(Sample.listen("option tcplog", "log global").messages(.warning).count == 1)
        #expect(Sample.listen("option tcplog", "log stdout local0").lines == [])
    }

    @Test("httplog in a TCP proxy logs as tcplog")
    func httplog() throws {
        let parsed = Sample.listen("log stdout local0", "option httplog")
        #expect(
            parsed.lines == [
                "warning 10:12 'option httplog' needs 'mode http'; proxy 'rabbit' logs as with 'option tcplog'"
            ])
        #expect(try parsed.valid().proxies[0].logFormat == .tcp)
    }

    @Test("a file has to listen somewhere")
    func nothingListens() {
        for text in [
            "", "\n\n", "global\n", Sample.defaults, Sample.defaults + "backend b\n    server s 192.0.2.1:1\n",
            Sample.defaults + Sample.proxy + "    disabled\n",
        ] {
            #expect(Sample.parse(text).lines == ["error 0:0 nothing listens: no proxy has a 'bind'"])
        }
        #expect(
            Sample.parse("global\n    stats socket /s\n").lines == [
                "warning 0:0 no proxy accepts connections, only the stats socket"
            ])
    }

    @Test("an address used twice in a file is an error, and so is an overlap")
    func binds() {
        let twice = parse(Sample.proxy + "listen b\n    bind *:1\n    bind 127.0.0.1:5672\n    server s 192.0.2.1:1\n")
        #expect(twice.lines == ["error 11:10 127.0.0.1:5672 is already listened on by proxy 'rabbit' in line 7"])
        let overlap = parse(Sample.proxy + "    bind :5672\n")
        #expect(
            overlap.lines == [
                "error 9:10 0.0.0.0:5672 overlaps with 127.0.0.1:5672 of proxy 'rabbit' in line 7"
            ])
        let socket = Sample.parse(
            "global\n    stats socket /s\n" + Sample.defaults + Sample.proxy + "    bind unix@/s\n")
        #expect(socket.lines == ["error 11:10 /s is already listened on by a stats socket in line 2"])
        #expect(parse(Sample.proxy + "listen b\n    disabled\n    bind 127.0.0.1:5672\n").lines == [])
    }

    @Test("servers' states come from a file that is named")
    func serverStates() {
        let proxy = Sample.proxy + "    load-server-state-from-file global\n"
        #expect(
            Sample.parse(Sample.defaults + proxy).lines == [
                "warning 6:8 'load-server-state-from-file global' of 'rabbit' has no effect: 'global' names no file"
            ])
        #expect(Sample.parse("global\n    server-state-file states\n" + Sample.defaults + proxy).lines == [])
    }

    @Test(
        "addresses meet where one client could reach both",
        arguments: [
            (.ipv4("127.0.0.1", port: 1), .ipv4("127.0.0.1", port: 1), .same),
            (.ipv4("127.0.0.1", port: 1), .ipv4("127.0.0.1", port: 2), .apart),
            (.ipv4("127.0.0.1", port: 1), .ipv4("127.0.0.2", port: 1), .apart),
            (.ipv4("0.0.0.0", port: 1), .ipv4("127.0.0.2", port: 1), .overlapping),
            (.ipv6("::1", port: 1, isIPv6Only: false), .ipv6("::1", port: 1, isIPv6Only: true), .same),
            (.ipv6("::1", port: 1, isIPv6Only: false), .ipv6("::", port: 1, isIPv6Only: true), .overlapping),
            (.ipv6("::", port: 1, isIPv6Only: false), .ipv4("127.0.0.1", port: 1), .overlapping),
            (.ipv6("::", port: 1, isIPv6Only: true), .ipv4("127.0.0.1", port: 1), .apart),
            (.ipv6("::1", port: 1, isIPv6Only: false), .ipv4("127.0.0.1", port: 1), .apart),
            (.unix(path: "/a"), .unix(path: "/a"), .same), (.unix(path: "/a"), .unix(path: "/b"), .apart),
            (.unix(path: "/a"), .ipv4("0.0.0.0", port: 1), .apart),
        ] as [(BindAddress, BindAddress, BindOverlap.Meeting)])
    func meetings(left: BindAddress, right: BindAddress, expected: BindOverlap.Meeting) {
        #expect(BindOverlap.meeting(left, right) == expected)
        #expect(BindOverlap.meeting(right, left) == expected)
    }
}
