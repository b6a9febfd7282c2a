import Testing

@testable import Configuration

@Suite("Conditions about requests")
struct RequestConditionTests {
    /// The condition of `stats admin` in a file with these lines above it.
    private func condition(_ text: String, after lines: String...) throws -> RequestCondition {
        let parsed = Sample.parse(
            Sample.defaults + "userlist staff\n    group admins users ada\n    user ada insecure-password x\n"
                + "listen s\n    bind :8100\n    mode http\n" + lines.map { "    \($0)\n" }.joined()
                + "    stats admin \(text)\n")
        return try #require(try parsed.clean().proxies[0].stats?.administration.first)
    }

    private var request: RequestFacts {
        var request = RequestFacts(source: "10.1.2.3", method: "GET", url: "/Metrics/all?scope=x")
        request.headers = [("host", "stats.example"), ("x-token", "Secret")]
        request.groups = ["staff": ["admins"]]
        return request
    }

    @Test(
        "each test asks what it should",
        arguments: [
            ("src 10.0.0.0/8", true), ("src 10.1.2.3", true), ("src 192.0.2.0/24 10.1.0.0/16", true),
            ("src 10.0.0.0/255.0.0.0", true), ("src 11.0.0.0/8", false), ("src ::1", false),
            ("src ::ffff:10.1.2.3", true), ("path /Metrics/all", true), ("path /metrics/all", false),
            ("path -i /METRICS/all", true), ("path_beg /Met", true), ("path_end all", true), ("path_sub ics/", true),
            ("path_sub scope", false), ("url_sub scope=x", true), ("path -m beg /Met", true), ("method POST GET", true),
            ("method POST", false), ("hdr(Host) stats.example", true), ("hdr_beg(host) stats", true),
            ("req.hdr(x-token) -m found", true), ("hdr(x-none) -m found", false), ("http_auth(staff)", true),
            ("http_auth_group(staff) admins", true), ("http_auth_group(staff) others", false), ("always_true", true),
            ("always_false", false),
        ])
    func tests(text: String, expected: Bool) throws {
        #expect(try condition("if { \(text) }").holds(for: request) == expected)
        #expect(try condition("unless { \(text) }").holds(for: request) == !expected)
        #expect(try condition("if !{ \(text) }").holds(for: request) == !expected)
    }

    @Test("terms belong together until an 'or', and lines of one name are one list")
    func combinations() throws {
        let lists = ["acl near src 10.0.0.0/8", "acl page path /x", "acl page path_beg /Met"]
        #expect(try condition("if near page", after: lists[0], lists[1], lists[2]).holds(for: request))
        #expect(try !condition("if near !page", after: lists[0], lists[1], lists[2]).holds(for: request))
        #expect(try condition("if near !page or page", after: lists[0], lists[1], lists[2]).holds(for: request))
        #expect(try condition("if FALSE || ! FALSE").holds(for: request))
    }

    @Test("without an address nothing is in a network, and an address may have a zone")
    func sources() throws {
        let condition = try condition("if { src 0.0.0.0/0 }")
        #expect(!condition.holds(for: RequestFacts(method: "GET", url: "/")))
        #expect(
            try self.condition("if { src fe80::/10 }").holds(
                for: RequestFacts(source: "fe80::1%eth0", method: "GET", url: "/")))
    }

    @Test(
        "mistakes are told at their place",
        arguments: [
            ("if", "'if'"), ("if {", "this brace is never closed"), ("if { }", "nothing stands between the braces"),
            ("if or TRUE", "no condition stands before 'or'"), ("if TRUE or", "no condition follows 'or'"),
            ("if !", "no condition follows '!'"), ("if { src }", "no value stands after 'src'"),
            ("if { http_auth() }", "'http_auth()' needs a name in parentheses"),
            ("if { path -x y }", "'-x' is not known"),
            ("if { path -m dir x }", "'-m' needs a way to compare"),
            ("if { nbsrv(x) gt 1 }", "can't be asked of a request"),
        ])
    func mistakes(text: String, message: String) {
        let parsed = Sample.stats("stats enable", "stats admin \(text)")
        #expect(
            parsed.diagnostics.contains { $0.severity == .error && $0.message.contains(message) }, "\(parsed.lines)")
    }
}

@Suite("Userlists")
struct UserlistTests {
    private func parse(_ lines: String...) -> ParsedInstance {
        Sample.parse(Sample.defaults + "userlist staff\n" + lines.map { "    \($0)\n" }.joined() + Sample.proxy)
    }

    @Test("users have passwords, and groups from either side")
    func users() throws {
        let list = try parse(
            "group admins users ada,bob", "group others", "user ada password $5$x$y",
            "user bob insecure-password pw groups others", "user cy insecure-password z groups admins,others"
        ).clean().userlists[0]
        #expect(list.name == "staff")
        #expect(list.users.map(\.name) == ["ada", "bob", "cy"])
        #expect(list.users.map(\.password) == [.crypted("$5$x$y"), .plain("pw"), .plain("z")])
        #expect(list.users.map(\.groups) == [["admins"], ["admins", "others"], ["admins", "others"]])
    }

    @Test(
        "what is wrong is told",
        arguments: [
            ("user", "error 7:9 'user' needs a name"), ("user ada", "error 7:10 user 'ada' has no password"),
            ("user ada password", "error 7:22 'password' needs a crypted password"),
            ("user ada secret x", "error 7:14 unknown word 'secret'"),
            ("group g users ada", "error 7:19 there is no user 'ada' in userlist 'staff'"),
            ("group g ada", "error 7:13 'ada' is not 'users'"),
            ("users ada", "error 7:5 unknown keyword of a userlist 'users'"),
            ("user ada insecure-password x groups g", "error 7:41 there is no group 'g' in userlist 'staff'"),
        ])
    func mistakes(line: String, expected: String) { #expect(parse(line).lines == [expected]) }

    @Test("what comes a second time is ignored with a warning, as in HAProxy")
    func twice() throws {
        let user = "user ada insecure-password x"
        let parsed = parse(user, "user ada insecure-password y", "group g", "group g users ada")
        #expect(parsed.messages(.warning).count == 2)
        let list = try parsed.valid().userlists[0]
        #expect(list.users.map(\.password) == [.plain("x")])
        #expect(list.users[0].groups == [])
        let lists = Sample.parse("userlist a\n    \(user)\nuserlist a\n    nonsense\n" + Sample.defaults + Sample.proxy)
        #expect(try lists.valid().userlists.count == 1)
    }
}
