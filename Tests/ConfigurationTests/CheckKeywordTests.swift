import Model
import Testing

@testable import Configuration

/// The lines about checks that talk, and the plans that they make.
@Suite("check keywords")
struct CheckKeywordTests {
    private func plan(_ lines: String...) throws -> CheckPlan {
        let text = Sample.defaults + "listen a\n    bind :1\n    server s 192.0.2.1:80 check\n"
        let parsed = Sample.parse(text + lines.map { "    \($0)\n" }.joined())
        return try #require(try parsed.valid().proxies[0].checkPlan)
    }

    @Test("steps have the numbers of their lines, and a comment belongs to the next of them")
    func steps() throws {
        let plan = try plan(
            "option tcp-check", "tcp-check comment first", "tcp-check connect port 5 linger", "tcp-check send a\\r\\n",
            "tcp-check comment second", "tcp-check expect ! rstring ^x", "tcp-check send-binary 0aFF comment own")
        #expect(plan.wording == .steps)
        #expect(plan.steps.map(\.number) == [2, 3, 5, 6])
        #expect(plan.steps.map(\.comment) == ["first", nil, "second", "own"])
        var connection = CheckPlan.Connection()
        connection.port = 5
        connection.endsInOrder = true
        #expect(plan.steps[0].action == .connect(connection))
        #expect(plan.steps[1].action == .send("a\r\n"))
        #expect(plan.steps[3].action == .send(CheckText(bytes: [0x0A, 0xFF])))
        var expectation = CheckExpectation(.pattern(try BytePattern("^x"), isBinary: false))
        expectation.isNegated = true
        #expect(plan.steps[2].action == .expect(expectation))
    }

    @Test("without a connection's line, the check begins with one of number 0")
    func implicitConnection() throws {
        var connection = CheckPlan.Connection()
        connection.usesServerDefaults = true
        let first = CheckPlan.Step(number: 0, action: .connect(connection))
        #expect(try plan("option tcp-check").steps == [first])
        let plan = try plan("option tcp-check", "tcp-check expect string x")
        #expect(plan.steps.first == first)
        #expect(plan.steps.map(\.number) == [0, 1])
    }

    @Test("a section's lines replace those of its defaults")
    func inheritance() throws {
        let text = """
            defaults
                timeout connect 1s
                timeout client 1s
                timeout server 1s
                option tcp-check
                tcp-check send one
            listen a
                bind :1
                server s 192.0.2.1:80 check
            listen b
                bind :2
                tcp-check send two
                server s 192.0.2.1:80 check

            """
        let proxies = try Sample.parse(text).valid().proxies
        #expect(proxies[0].checkPlan?.steps.last?.action == .send("one"))
        #expect(proxies[1].checkPlan?.steps.last?.action == .send("two"))
        #expect(proxies[1].checkPlan?.steps.count == 2)
    }

    @Test("HTTP: the option's request, what a line adds to it, and what is expected without a line")
    func http() throws {
        let plain = try plan("option httpchk GET /x")
        #expect(plain.steps.count == 3)
        #expect(plain.steps[1].action == .request(CheckRequest(method: "GET", target: "/x")))
        #expect(plain.steps[2].action == .expect(CheckExpectation(.status([200...399]))))
        let rich = try plan(
            "option httpchk GET /x HTTP/1.1", "http-check send hdr Host www body abc", "http-check send-state",
            "http-check disable-on-404", "http-check expect status 200,300-310")
        var request = CheckRequest(method: "GET", target: "/x", version: "HTTP/1.1")
        request.headers = [.init("Host", "www")]
        request.body = "abc"
        request.tellsState = true
        #expect(rich.steps[1].action == .request(request))
        #expect(rich.steps[2].action == .expect(CheckExpectation(.status([200...200, 300...310]))))
        #expect(rich.stopsOnNotFound && rich.tellsState)
    }

    @Test(
        "what is wrong is told where it stands",
        arguments: [
            ("tcp-check expect", "error 9:21 nothing is expected"),
            ("tcp-check expect string", "error 9:28 'string' needs a pattern"),
            ("tcp-check expect nonsense x", "error 9:22 'nonsense' is nothing that can be expected"),
            ("tcp-check expect rstring a(b", "error 9:31 in a regular expression: this '(' is never closed"),
            ("tcp-check expect binary 0g", "error 9:29 '0g' is no byte in hexadecimal digits"),
            ("tcp-check send-binary 012", "error 9:27 half a byte is left of '012'"),
            ("tcp-check expect ok-status L9 string x", "error 9:32 'L9' is no status for 'ok-status'"),
            ("tcp-check expect string a string b", "error 9:31 unexpected 'string': one pattern is expected already"),
            ("tcp-check connect port 0", "error 9:28 port 0 is out of range"),
            ("tcp-check connect addr app", "error 9:28 'app' is not an IP address"),
            ("tcp-check send-lf %[nonsense]", "error 9:25 there is no sample 'nonsense' in a check"),
            ("tcp-check set-var(x) str(a)", "error 9:15 'x' is no variable that a check can set"),
            ("http-check expect status 2x", "error 9:30 '2x' is no status code or range of them"),
            ("http-check expect hdr name-lf -m reg x", "error 9:38 a regular expression can't be a format"),
            ("http-check expect hdr name x value \"\"", "error 9:40 an empty text is no header's"),
            ("http-check send hdr Host a hdr host b", "error 9:36 the request has a header 'host' already"),
            ("http-check connect proto none", "error 9:30 'none' is no protocol of checks that say HTTP/1"),
            ("tcp-check connect proto h1", "error 9:29 'h1' is no protocol of checks that say nothing of HTTP"),
            ("tcp-check send \"\"", "error 9:20 what is sent can't be empty"),
            ("http-check send nonsense", "error 9:21 unknown argument 'nonsense' of 'http-check send'"),
            ("option httpchk GET / HTTP/x", "error 9:26 'HTTP/x' is no version of HTTP"),
            ("option pgsql-check", "error 9:23 'pgsql-check' needs a user"),
            ("option spop-check x", "error 9:23 unexpected 'x' after 'spop-check'"),
            ("tcp-check expect ! custom", "error 9:22 'custom' can't be negated"),
        ])
    func errors(line: String, expected: String) {
        let found = Sample.listen(line).diagnostics.filter { $0.severity == .error }
        #expect(found.map { "error \($0.location.line):\($0.location.column) \($0.message)" } == [expected])
    }

    @Test(
        "what can't follow another line is told where it stands",
        arguments: [
            (["tcp-check send a", "tcp-check connect"], "10:5 'connect' can't follow what needs a connection"),
            (["http-check send", "http-check connect"], "10:5 'connect' can't follow what needs a connection"),
            (["http-check connect", "http-check connect"], "10:5 nothing is expected of the connection before"),
            (["http-check connect", "http-check expect status 200"], "10:5 nothing is asked on this connection"),
            (
                ["http-check send", "http-check comment a", "http-check send"],
                "11:5 a further request takes a connection of its own"
            ),
        ])
    func order(lines: [String], expected: String) {
        let found = Sample.listen(lines.joined(separator: "\n    ")).diagnostics.filter { $0.severity == .error }
        #expect(found.map { "\($0.location.line):\($0.location.column) \($0.message)" } == [expected])
    }

    @Test("the lines of a section don't follow those of its defaults")
    func orderOfDefaults() {
        let text = """
            defaults
                timeout connect 1s
                timeout client 1s
                timeout server 1s
                option httpchk
                http-check expect status 200
            listen a
                bind 127.0.0.1:1
                http-check connect
                http-check send meth GET
                server one 192.0.2.1:1 check

            """
        #expect(Sample.parse(text).diagnostics.map(\.message) == [])
    }
}
