import Foundation
import Model
import Testing

@testable import Configuration

/// Conditions and the rules that they belong to, as files have them.
@Suite("Rules")
struct RuleTests {
    private static let head =
        Sample.defaults + "frontend f\n    bind 127.0.0.1:1\n    bind 127.0.0.1:2\n    default_backend b\n"
    private static let tail =
        "backend b\n    server one 192.0.2.1:1\n    server two 192.0.2.1:2\nbackend c\n    server one 192.0.2.1:1\n"

    /// A file with these lines in its frontend, from line 10 on.
    private func frontend(_ lines: String...) -> ParsedInstance {
        Sample.parse(Self.head + lines.map { "    \($0)\n" }.joined() + Self.tail)
    }

    @Test(
        "what the port alone decides is decided for each address",
        arguments: [
            ("if { dst_port 1 }", [2, nil]), ("if { dst_port 2:9 }", [nil, 2]),
            ("unless { dst_port eq 1 3 }", [nil, 2]),
            ("if low", [2, nil]), ("if !low", [nil, 2]), ("if { dst_port 1 } || { dst_port 2 }", [2, 2]),
            ("if TRUE", [2, 2]), ("if FALSE", [nil, nil]), ("if { dst_port gt 1 }", [nil, 2]),
        ] as [(String, [Int?])])
    func ports(rule: String, expected: [Int?]) throws {
        let binds = try frontend("acl low dst_port 1", "use_backend c \(rule)").clean().proxies[0].binds
        #expect(binds.map(\.backend) == expected)
        #expect(binds.allSatisfy { $0.backendRules.isEmpty })
    }

    @Test("what takes a session to know is left for it, without what the port has decided")
    func open() throws {
        let binds = try frontend(
            "use_backend c if { dst_port 1 } { src 10.0.0.0/8 } || { dst_port 2 }", "use_backend b"
        )
        .clean().proxies[0].binds
        #expect(binds.map(\.backend) == [nil, 2])
        #expect(binds[1].backendRules.isEmpty)
        let rule = try #require(binds[0].backendRules.first)
        #expect(rule.backend == 2)
        #expect(rule.condition.alternatives.map(\.count) == [1])
    }

    @Test(
        "an address that doesn't know its port leaves everything open", arguments: ["fd@9", "127.0.0.1:3 accept-proxy"])
    func unknownPorts(bind: String) throws {
        let text =
            Sample.defaults
            + "frontend f\n    bind \(bind)\n    use_backend c if { dst_port 1 }\n    default_backend b\n"
        let bound = try Sample.parse(text + Self.tail).clean().proxies[0].binds[0]
        #expect(bound.backend == nil)
        #expect(bound.backendRules.map(\.backend) == [2])
    }

    @Test(
        "a mistake in a rule is told where it is, with what to write instead",
        arguments: [
            ("acl", "10:8 'acl' needs a name and a condition"), ("acl a", "10:10 'acl' needs a condition"),
            ("acl a nope 1", "10:11 there is no sample 'nope' here"),
            ("acl a src", "10:11 no value stands after 'src', so this never holds"),
            ("acl a src foo", "10:15 'foo' is no IP address or network"),
            ("acl a src 10.0.0.0/33", "10:15 '10.0.0.0/33' is no IP address or network"),
            ("acl a src 10.0.0.0/255.0.255.0", "10:15 '10.0.0.0/255.0.255.0' is no IP address or network"),
            ("acl a dst_port x", "10:20 'x' is no number"),
            ("acl a dst_port 9:3", "10:20 '9:3' is no range of numbers"),
            ("acl a dst_port gt", "10:20 no number follows 'gt'"), ("acl a src -m foo 1", "10:18 unknown method 'foo'"),
            ("acl a src -m", "10:15 '-m' needs a method"), ("acl a src -x 1", "10:15 unknown flag '-x'"),
            ("acl a src -m reg [", "10:22"), ("acl a req.ssl_ver x", "10:23 'x' is no version"),
            (
                "acl a req.payload(0,4) AMQP",
                "10:11 'req.payload(0,4)' has bytes, which can be compared in several ways"
            ),
            ("acl a req.payload(0,4) -m bin 4g", "10:35 '4g' is not in hexadecimal digits"),
            ("acl a nbsrv gt 1", "10:11 'nbsrv' asks for a backend, and 'f' is none"),
            ("acl a nbsrv(bb) gt 1", "10:17 there is no backend 'bb'"),
            ("acl a fe_conn(b) gt 1", "10:19 there is no frontend 'b'"),
            ("acl a srv_is_up(b/ona)", "10:21 there is no server 'ona' in 'b'"),
            ("acl a path /x", "10:11 sample 'path' reads what is sent, which is not looked at here"),
            ("acl a src, 1.2.3.4", "10:15"), ("acl a src] 1.2.3.4", "10:14 unexpected ']' in a sample"),
            ("use_backend", "10:16 'use_backend' needs a backend's name"),
            ("use_backend c if", "10:19 no condition follows 'if'"),
            ("use_backend c when TRUE", "10:19 unexpected 'when'"),
            ("use_backend c if x", "10:22 there is no acl 'x' above this line"),
            ("use_backend c if { src 1.2.3.4", "10:22 this brace is never closed"),
            ("use_backend c if { }", "10:22 nothing stands between the braces"),
            ("use_backend c if TRUE ||", "10:27 no condition follows '||'"),
            ("use_backend c if || TRUE", "10:22 no condition stands before '||'"),
            ("use_backend c if !", "10:22 no condition follows '!'"),
            ("use_backend c if METH_GET", "10:22 the acl 'METH_GET' reads requests, which are not looked at here"),
            ("use_backend d if TRUE", "10:17 there is no backend 'd'"),
            ("tcp-request", "10:16 'tcp-request' needs what to look at"),
            ("tcp-request nonsense accept", "10:17 unknown rule 'tcp-request nonsense'"),
            ("tcp-request content", "10:24 'tcp-request content' needs an action"),
            ("tcp-request content lua.x", "10:25 'tcp-request content lua.x' is not supported here"),
            ("tcp-request inspect-delay x", "10:31 'x' is not a time"),
            (
                "tcp-request connection reject if { req.len gt 3 }",
                "10:40 'req.len' can't be known here: nothing of what the client sends has been read yet"
            ),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        let parsed = frontend(line)
        #expect(parsed.configuration == nil)
        let said = parsed.diagnostics.map { "\($0.location.line):\($0.location.column) \($0.message)" }
        #expect(said.count == 1 && said.allSatisfy { $0.hasPrefix(expected) }, "\(said)")
        #expect(parsed.diagnostics.allSatisfy { $0.help != nil })
    }

    @Test("who uses a name whose line is wrong is not wrong as well")
    func tolerated() {
        let parsed = frontend("acl a src foo", "use_backend c if a")
        #expect(parsed.messages(.error) == ["'foo' is no IP address or network"])
    }

    @Test("a name whose values are what the client sends can't be used before anything is read")
    func namedContent() {
        let parsed = frontend("acl big req.len gt 3", "tcp-request connection reject if big")
        #expect(parsed.messages(.error).count == 1)
        #expect(frontend("acl big req.len gt 3", "tcp-request content reject if big").messages(.error) == [])
    }

    @Test("values come from files, without empty lines and comments")
    func files() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString).lst")
        try Data("# networks\n\n  10.0.0.0/8\n192.0.2.1\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let parsed = frontend("use_backend c if { src -f \(file.path()) }")
        let rule = try #require(try parsed.clean().proxies[0].binds[0].backendRules.first)
        guard case .networks(let networks) = rule.condition.alternatives[0][0].list.tests[0].match else {
            Issue.record("the values are networks")
            return
        }
        #expect(networks.contains(high: 0, low: 0x0A01_0203, isIPv6: false))
        #expect(networks.contains(high: 0, low: 0xC000_0201, isIPv6: false))
        #expect(!networks.contains(high: 0, low: 0xC000_0202, isIPv6: false))
        #expect(frontend("acl a src -f /nowhere/x.lst").messages(.error).count == 1)
    }

    @Test("rules are inherited from defaults that have a name, and from no others")
    func defaults() throws {
        let rule = "    tcp-request connection reject if { src 192.0.2.1 }\n"
        let head = "defaults common\n    timeout client 1s\n    timeout connect 1s\n    timeout server 1s\n"
        let listen = "listen l\n    bind :1\n    server s 192.0.2.1:1\n"
        #expect(try Sample.parse(head + rule + listen).clean().proxies[0].rules.connection.count == 1)
        let nameless = Sample.parse(head.replacing(" common", with: "") + rule + listen)
        #expect(nameless.messages(.error).count == 1)
    }

    @Test("a stick table has a key, a size, a time, and what it counts")
    func tables() throws {
        let table = try #require(
            try Sample.listen(
                "stick-table type string len 64 size 2k expire 30m nopurge srvkey addr store conn_cur,conn_rate(10s)"
            ).clean().proxies[0].rules.table)
        #expect(table.keyKind == .text(length: 64))
        #expect(table.size == 2_048)
        #expect(table.expiry == .seconds(1_800))
        #expect(!table.makesRoom)
        #expect(table.serverKey == .address)
        #expect(table.counters == [.currentConnections: .zero, .connectionRate: .seconds(10)])
        let least = try #require(try Sample.listen("stick-table type ip size 1").clean().proxies[0].rules.table)
        #expect(least == StickTableConfiguration(keyKind: .ipv4, size: 1))
    }

    @Test(
        "a mistake about a stick table is told where it is",
        arguments: [
            ("stick-table type ip", "9:24 a stick table needs a 'size'"),
            ("stick-table size 5", "9:23 a stick table needs a 'type'"),
            ("stick-table type x size 5", "9:22 unknown type 'x' of a stick table"),
            ("stick-table type ip size 0", "9:30 '0' is no size of a stick table"),
            ("stick-table type ip size 5 expire x", "9:39 'x' is not a time"),
            ("stick-table type ip size 5 store conn_rate", "9:38 'conn_rate' needs a time in parentheses"),
            ("stick-table type ip size 5 store conn_cnt(1s)", "9:38 'conn_cnt' takes nothing in parentheses"),
            ("stick-table type ip size 5 store http_req_cnt", "9:38 'http_req_cnt' is not supported here"),
            ("stick-table type ip size 5 store con_cnt", "9:38 there is nothing to store as 'con_cnt'"),
            ("stick-table type ip size 5 peers x", "9:38 there are no peers 'x'"),
            ("stick-table type ip size 5 len 3", "9:32 'len' belongs after 'type string' or 'type binary'"),
            ("stick on src", "9:5 'rabbit' has no stick table"),
            ("stick", "9:10 'stick' needs 'on', 'match' or 'store-request'"),
            ("stick on src table x", "9:24 there is no stick table 'x'"),
            ("stick store-response src", "9:11 'stick store-response' is not supported here"),
            ("tcp-request connection track-sc0 src", "9:5 'rabbit' has no stick table"),
            ("tcp-request connection track-sc0", "9:37 'tcp-request connection track-sc0' needs a sample"),
            ("acl a src_conn_rate gt 5", "9:11 'src_conn_rate' asks for the stick table of 'rabbit', which has none"),
            ("acl a src_conn_rate(x) gt 5", "9:25 there is no stick table 'x'"),
        ])
    func tableMistakes(line: String, expected: String) {
        let said = Sample.listen(line).diagnostics.map { "\($0.location.line):\($0.location.column) \($0.message)" }
        #expect(said.count == 1 && said.allSatisfy { $0.hasPrefix(expected) }, "\(said)")
    }

    @Test("lines say who sticks to what, and who is counted where")
    func sticking() throws {
        let rules = try Sample.listen(
            "stick-table type ip size 5 store conn_rate(10s),gpc0", "stick on src", "stick match dst if LOCALHOST",
            "stick store-request src_port", "tcp-request connection track-sc1 src",
            "tcp-request connection reject if { sc1_conn_rate gt 5 } || { src_get_gpc0 gt 0 } || { sc_conn_cnt(1) gt 9 }",
            "tcp-request content sc-inc-gpc0(1) if { req.len gt 0 }"
        ).clean().proxies[0].rules
        #expect(rules.sticking.map(\.matches) == [true, true, false])
        #expect(rules.sticking.map(\.stores) == [true, false, true])
        #expect(rules.sticking.map { $0.condition == nil } == [true, false, true])
        guard case .track(let tracking) = rules.connection[0].action else {
            Issue.record("the first rule tracks")
            return
        }
        #expect(tracking.slot == 1)
        #expect(tracking.table == 0)
        #expect(rules.connection[1].condition?.alternatives.count == 3)
        #expect(rules.request.gates.map(\.action) == [.count(TableSample(.tracked(slot: 1), .countUp, table: nil))])
    }

    @Test("actions say what they do to a connection")
    func actions() throws {
        let rules = try Sample.listen(
            "tcp-request connection expect-proxy layer4 if LOCALHOST", "tcp-request connection set-src str(192.0.2.1)",
            "tcp-request session set-var(sess.a.b_1) src", "tcp-request content unset-var(txn.x)",
            "tcp-request content silent-drop", "tcp-request content sc-set-gpt0(2) 7",
            "tcp-request content set-dst-port int(5)"
        ).clean().proxies[0].rules
        let connection = try #require(SessionVariable("sess.a.b_1"))
        let session = try #require(SessionVariable("txn.x"))
        #expect(rules.connection.map(\.action)[0] == .expectHeader)
        #expect(
            rules.connection.map(\.action)[1] == .setAddress(.source, SampleExpression(.constant(.text("192.0.2.1")))))
        #expect(rules.session.map(\.action) == [.setVariable(connection, SampleExpression(.source))])
        #expect(
            rules.request.gates.map(\.action) == [
                .unsetVariable(session), .vanish,
                .tag(.tracked(slot: 2), SampleExpression(.constant(.integer(7)))),
                .setAddress(.destinationPort, SampleExpression(.constant(.integer(5)))),
            ])
        #expect(rules.changesDestination)
    }

    @Test(
        "a mistake in an action is told where it is, with what to write instead",
        arguments: [
            ("connection set-var(x) src", "9:28 'x' is no variable's name"),
            ("connection set-var(foo.x) src", "9:28 'foo.x' is no variable's name"),
            ("connection set-var(sess.) src", "9:28 'sess.' is no variable's name"),
            ("connection set-var(sess.a-b) src", "9:28 'sess.a-b' is no variable's name"),
            ("connection set-var sess.a src", "9:28 'set-var' needs a variable in parentheses"),
            ("connection set-var(sess.a,ifexists) src", "9:28 'set-var' takes a variable and nothing else here"),
            ("connection set-var(sess.a)", "9:43 'tcp-request connection set-var(sess.a)' needs a sample"),
            ("connection set-var(sess.a) req.len", "9:44 'req.len' can't be known here"),
            ("connection sc-inc-gpc0(3)", "9:28 'sc-inc-gpc0' needs the number of a place, from 0 to 2"),
            ("connection sc-inc-gpc1", "9:28 'sc-inc-gpc1' needs the number of a place, from 0 to 2"),
            ("content sc-set-gpt0(0)", "9:39 'tcp-request content sc-set-gpt0(0)' needs a number or a sample"),
            ("content sc-set-gpt0(0) 4294967296", "9:40 '4294967296' is no number of 32 bits"),
            ("content sc-set-gpt0(0) x", "9:40 there is no sample 'x' here"),
            ("connection set-src", "9:35 'tcp-request connection set-src' needs a sample"),
            ("connection set-src 1.2.3.4", "9:36 there is no sample '1.2.3.4' here"),
            ("session expect-proxy layer4", "9:25 'expect-proxy' comes too late here"),
            ("connection expect-proxy layer5", "9:41 'expect-proxy' takes 'layer4' alone"),
            ("connection expect-proxy", "9:40 'tcp-request connection expect-proxy' needs 'layer4'"),
            ("connection silent-drop foo", "9:40 unexpected 'foo'"),
            (
                "connection expect-netscaler-cip layer4",
                "9:28 'tcp-request connection expect-netscaler-cip' is not supported here"
            ),
            ("content reject if { var(txn.x) 5 }", "9:37 'var(txn.x)' may have any kind of value"),
            ("content reject if { var(x) -m int 5 }", "9:41 'x' is no variable's name"),
        ])
    func actionMistakes(line: String, expected: String) {
        let parsed = Sample.listen("tcp-request \(line)")
        let said = parsed.diagnostics.map { "\($0.location.line):\($0.location.column) \($0.message)" }
        #expect(said.count == 1 && said.allSatisfy { $0.hasPrefix(expected) }, "\(said)")
        #expect(parsed.diagnostics.allSatisfy { $0.help != nil })
    }

    @Test("rules about answers are the backend's")
    func answers() throws {
        let rules = try Sample.listen(
            "tcp-response inspect-delay 2s", "acl long res.len gt 5", "tcp-response content close if long",
            "tcp-response content accept if { res.payload(0,4) -m str AMQP } WAIT_END",
            "tcp-response content set-var(res.x) res.payload_lv(0,2)"
        ).clean().proxies[0].rules
        #expect(rules.answer.delay == .seconds(2))
        let variable = try #require(SessionVariable("res.x"))
        let sample = SampleExpression(
            .answer(.counted(CountedPayload(lengthOffset: 0, lengthSize: 2, start: 2))))
        #expect(rules.answer.gates.map(\.action) == [.close, .accept, .setVariable(variable, sample)])
        #expect(rules.answer.readsContent)
        #expect(rules.request == RuleSet.Inspection())
    }

    @Test(
        "a mistake in a rule about answers is told where it is, with what to write instead",
        arguments: [
            ("content reject if { req.len gt 3 }", "9:38 'req.len' can't be known here: what the client has sent"),
            ("content set-var(txn.x) req.len", "9:41 'req.len' can't be known here: what the client has sent"),
            ("content track-sc0 src", "9:26 'tcp-response content track-sc0' is not supported here"),
            ("content set-src src", "9:26 'tcp-response content set-src' is not supported here"),
            ("content set-mark 1", "9:26 'tcp-response content set-mark' is not supported here"),
            ("connection accept", "9:18 unknown rule 'tcp-response connection'"),
            ("inspect-delay x", "9:32 "), ("content", "9:25 'tcp-response content' needs an action"),
            ("content accept foo", "9:33 unexpected 'foo'"),
        ])
    func answerMistakes(line: String, expected: String) {
        let parsed = Sample.listen("tcp-response \(line)")
        let said = parsed.diagnostics.map { "\($0.location.line):\($0.location.column) \($0.message)" }
        #expect(said.count == 1 && said.allSatisfy { $0.hasPrefix(expected) }, "\(said)")
        #expect(parsed.diagnostics.allSatisfy { $0.help != nil })
    }

    @Test(
        "what can't be true is an error where it stands",
        arguments: [
            (
                "tcp-request content reject if { req.payload(0,4) -m int 3 }",
                "9:37 '-m int' compares a number, and 'req."
            ),
            ("tcp-request content reject if { req.payload(0,4) -m ip ::1 }", "9:37 '-m ip' compares an address, and"),
            (
                "tcp-request content reject if { always_true -m ip ::1 }",
                "9:37 '-m ip' compares an address, and 'always"
            ),
            (
                "tcp-request content reject if { req.payload(0,4),add(1) 3 }",
                "9:54 'add' takes a number, and what stands"
            ),
            ("tcp-request content reject if { src,bytes(0,2),ipmask(8) ::1 }", "9:52 'ipmask' takes an address, and"),
            (
                "stick on req.payload(0,4) table t",
                "9:14 entries of the table of 't' are found by an address, and 'req."
            ),
            ("tcp-request content track-sc0 req.payload(0,4) table t", "9:35 entries of the table of 't' are found by"),
            ("use-server s", "9:17 'use-server' needs a condition"),
            ("acl or src 10.0.0.1", "9:9 'or' can't be an acl's name"),
            ("acl a/b src 10.0.0.1", "9:10 '/' can't stand in an acl's name"),
        ])
    func impossible(line: String, expected: String) {
        let parsed = Sample.parse(
            Sample.defaults + "listen a\n    bind :1\n    server s 192.0.2.1:80\n    \(line)\n"
                + "backend t\n    stick-table type ip size 10\n")
        let said = parsed.diagnostics.filter { $0.severity == .error }.map {
            "\($0.location.line):\($0.location.column) \($0.message)"
        }
        #expect(said.count == 1 && said.allSatisfy { $0.hasPrefix(expected) }, "\(said)")
        #expect(parsed.diagnostics.allSatisfy { $0.help != nil })
    }

    @Test("what servers answer can't be known before there is one")
    func earlyAnswers() {
        for line in [
            "tcp-request content reject if { res.len gt 3 }", "tcp-request content set-var(txn.x) res.len",
            "use-server s if { res.payload(0,1) -m found }", "tcp-request connection reject if { res.len 0 }",
        ] {
            let messages = Sample.listen(line).messages(.error)
            #expect(
                messages.count == 1 && messages[0].hasSuffix("here: the server has answered nothing yet"),
                "\(line): \(messages)")
        }
        let named = Sample.listen("acl short res.len lt 3", "tcp-request content reject if short")
        #expect(named.messages(.error) == ["'short' can't be known here: the server has answered nothing yet"])
    }

    @Test("a variable whose scope doesn't exist yet is told to be of no use")
    func uselessVariables() throws {
        let parsed = Sample.listen(
            "tcp-request connection set-var(txn.x) src", "tcp-request content unset-var(res.x)",
            "tcp-response content set-var(req.x) src")
        #expect(parsed.configuration != nil)
        #expect(
            parsed.messages(.warning) == [
                "'txn.x' is never set here: nothing of its scope exists yet",
                "'res.x' is never set here: nothing of its scope exists yet",
                "'req.x' is never set here: nothing of its scope exists any more",
            ])
    }

    @Test("servers are chosen by rules that name them")
    func servers() throws {
        let rules = try Sample.listen("use-server one if { src 10.0.0.0/8 }", "force-persist if LOCALHOST")
            .clean().proxies[0].rules
        #expect(rules.servers.map(\.server) == [0])
        #expect(rules.forcedPersistence.count == 1)
        #expect(Sample.listen("use-server ona if TRUE").messages(.error) == ["there is no server 'ona' in 'rabbit'"])
        #expect(Sample.listen("force-persist").messages(.error) == ["'force-persist' needs a condition"])
        #expect(try Sample.listen("option persist").clean().proxies[0].persists)
    }
}
