import Model
import Testing

@testable import Configuration

@Suite("log-format and its siblings")
struct LogFormatKeywordTests {
    private func parts(_ format: String, environment: [String: String] = [:]) throws -> [LogTemplate.Part] {
        let parsed = Sample.listen("log stdout local0", "log-format \(format)", environment: environment)
        guard case .custom(let template) = try parsed.clean().proxies[0].logFormat else {
            Issue.record("no format of its own")
            return []
        }
        return template.parts
    }

    @Test("texts, blanks, percent signs, variables")
    func plain() throws {
        #expect(
            try parts(#""  a  100%% %ci:%cp x""#) == [
                .blank, .text("a"), .blank, .text("100%"), .blank, .variable(.clientAddress, []), .text(":"),
                .variable(.clientPort, []), .blank, .text("x"),
            ])
        #expect(
            try parts(#"%B\ %si_x"#) == [
                .variable(.bytesToClient, []), .blank, .variable(.serverAddress, []), .text("_x"),
            ])
    }

    @Test("flags hold for one variable, or with %o from there on, and can be taken back")
    func flags() throws {
        #expect(
            try parts("%{+Q,+X}s%{+Q}o%f%{-Q,+E}b%{+X,-X}pid%{+E}o%s") == [
                .variable(.server, [.quoted, .hexadecimal]), .variable(.frontend, .quoted),
                .variable(.backend, .escaped), .variable(.processID, .quoted), .variable(.server, [.quoted, .escaped]),
            ])
    }

    @Test("samples with converters")
    func samples() throws {
        #expect(
            try parts(#""%[src,ipmask(24,64)] %{+Q}[str('a ]b,c'),upper]%[env(X)]%[env(Y)]""#, environment: ["X": "x"])
                == [
                    .sample(SampleExpression(.source, converters: [.mask(ipv4: 24, ipv6: 64)]), []), .blank,
                    .sample(SampleExpression(.constant(.text("a ]b,c")), converters: [.upper]), .quoted),
                    .sample(SampleExpression(.constant(.text("x"))), []),
                    .sample(SampleExpression(.constant(.none)), []),
                ])
        #expect(
            try parts("%[date(0,ms)]%[int(-3),add(2),bool]%[str(),length]") == [
                .sample(SampleExpression(.date(offsetSeconds: 0, unitsPerSecond: 1_000)), []),
                .sample(
                    SampleExpression(.constant(.integer(-3)), converters: [.arithmetic(.add, 2), .logic(.bool)]), []),
                .sample(SampleExpression(.constant(.text("")), converters: [.length]), []),
            ])
    }

    @Test(
        "mistakes are errors at their place within the format",
        arguments: [
            ("log-format", "error 10:15 'log-format' needs a format in quotes"),
            ("log-format \"\"", "error 10:16 'log-format' needs a format"),
            ("log-format a b", "error 10:18 unexpected 'b' after 'a'"),
            ("log-format a%", "error 10:17 the format ends within a variable"),
            ("log-format %ci%zz", "error 10:19 there is no variable '%zz'"),
            (#"log-format "a \"b\" %zz""#, "error 10:25 there is no variable '%zz'"),
            (#"log-format é\ %zz"#, "error 10:19 there is no variable '%zz'"),
            (#"log-format a\ %cip\ b"#, "error 10:19 there is no variable '%cip'"),
            ("log-format %{+Q", "error 10:17 this brace is never closed"),
            ("log-format %{+Q}", "error 10:16 flags without a variable"),
            ("log-format \"% s\"", "error 10:17 no variable's name follows the '%'"),
            ("log-format %[]", "error 10:18 no sample's name stands here"),
            ("log-format %[src", "error 10:21 a sample is never closed"),
            ("log-format %[foo]", "error 10:18 there is no sample 'foo' here"),
            ("log-format %[path]", "error 10:18 sample 'path' reads what is sent, which is not looked at here"),
            ("log-format %[src,foo]", "error 10:22 there is no converter 'foo' here"),
            ("log-format %[src(1)]", "error 10:18 'src' has 1 value in parentheses"),
            ("log-format %[int(x)]", "error 10:22 'x' is no number that 'int' takes"),
            ("log-format %[str(a]", "error 10:21 this parenthesis is never closed"),
            ("log-format %[src,ipmask(33)]", "error 10:29 '33' is no number that 'ipmask' takes"),
            ("log-format %[src,field(0,.)]", "error 10:22 'field' counts from 1"),
            ("log-format %[nbsrv(nope)]", "error 10:24 there is no backend 'nope'"),
            ("log-format %[be_conn(nope)]", "error 10:26 there is no backend 'nope'"),
            ("log-format %[srv_conn(nope)]", "error 10:27 there is no server 'nope' in 'rabbit'"),
            (
                "log-format %[src_conn_rate]",
                "error 10:18 'src_conn_rate' asks for the stick table of 'rabbit', which has none"
            ),
            ("log-format %[nbsrv,field(1,.),foo]", "error 10:35 there is no converter 'foo' here"),
            ("log-format %[fc_rtt]", "error 10:18 'fc_rtt' is for rules here, and not for formats"),
            ("log-format %[req.len]", "error 10:18 sample 'req.len' reads what is sent, which is not looked at here"),
            ("log-format-sd %[nbsrv(nope)]", "error 10:27 there is no backend 'nope'"),
            ("log-format %ci%HM", "error 10:19 '%HM' is about HTTP, and proxy 'rabbit' is in mode tcp"),
            ("error-log-format %zz", "error 10:22 there is no variable '%zz'"),
            ("log-format-sd %zz", "error 10:19 there is no variable '%zz'"),
            ("unique-id-format %zz", "error 10:22 there is no variable '%zz'"),
            ("log-tag \"\"", "error 10:13 'log-tag' needs a tag"),
            ("log-tag a b", "error 10:15 unexpected 'b' after 'a'"),
        ])
    func mistakes(line: String, expected: String) {
        #expect(Sample.listen("log stdout local0", line).lines == [expected])
    }

    @Test("a format may name what stands further down, also in defaults, and means each proxy's own without a name")
    func laterNames() throws {
        let text = """
            defaults
                timeout connect 1s
                timeout client 1s
                timeout server 1s
                log-format "%[nbsrv] %[srv_conn(b/two)] %[be_conn]"
            listen a
                bind 127.0.0.1:1
                server one 192.0.2.1:1
            listen b
                bind 127.0.0.1:2
                server one 192.0.2.1:1
                server two 192.0.2.1:2
            frontend c
                bind 127.0.0.1:3
                option tcplog
                default_backend a
            """
        let proxies = try Sample.parse(text).valid().proxies
        let server = SampleExpression.Fetch.live(.server(.sessions, proxy: 1, server: 1))
        for index in 0..<2 {
            guard case .custom(let template) = proxies[index].logFormat else {
                Issue.record("\(proxies[index].name) has no format of its own")
                continue
            }
            #expect(template.stateSamples == [.live(.proxy(.usableServers, index)), server])
            #expect(template.parts.contains(.sample(SampleExpression(.backendConnections), [])))
        }
        #expect(proxies[2].logFormat == .tcp)
    }

    @Test("every mistake of a format is told at once")
    func severalMistakes() {
        #expect(
            Sample.listen("log stdout local0", "log-format \"%xx %ci %yy %[zz] %{+Q\"").lines == [
                "error 10:17 there is no variable '%xx'", "error 10:25 there is no variable '%yy'",
                "error 10:31 there is no sample 'zz' here", "error 10:36 this brace is never closed",
            ])
    }

    @Test("what has no effect in a format is told, and nothing else is wrong")
    func warnings() {
        #expect(
            Sample.listen("log stdout local0", "log-format %{+Z}s%(ip)b%{Q}f").lines == [
                "warning 10:19 'Z' here has no effect", "warning 10:23 a type in parentheses has no effect",
                "warning 10:30 'Q' here has no effect",
            ])
        #expect(
            Sample.listen("log stdout local0", "log-format %{+Q+X}s%{+QX,-E}b").lines == [
                "warning 10:19 'Q' here has no effect", "warning 10:27 'QX' here has no effect",
            ])
    }

    @Test(
        "between two commas the last sign and the letter after it count",
        arguments: [
            ("+Q,+X", [.quoted, .hexadecimal]), ("+Q+X", .hexadecimal), ("+X+Q", .quoted), ("+QX", []),
            ("+Q-Q", []), ("+Q,-Q", []), ("-Q+X", .hexadecimal), ("++Q", .quoted), ("+-Q", []), ("-+Q", .quoted),
            ("+Q,", .quoted), (",+Q", .quoted), ("+Q,X", .quoted), ("", []), ("+", []),
            ("+Q+X,+E", [.hexadecimal, .escaped]),
        ] as [(String, LogTemplate.Flags)])
    func flags(text: String, expected: LogTemplate.Flags) throws {
        let parsed = Sample.listen("log stdout local0", "log-format %{\(text)}s")
        #expect(try parsed.valid().proxies[0].logFormat == .custom(LogTemplate([.variable(.server, expected)])))
    }

    @Test("a format of one's own takes the place of an option's, which is told within a section")
    func override() throws {
        let parsed = Sample.listen("log stdout local0", "option tcplog", "log-format %ci", "option tcplog")
        #expect(
            parsed.lines == [
                "warning 11:5 'log-format' takes the place of the log format in line 10",
                "warning 12:12 'option tcplog' takes the place of the log format in line 11",
            ])
        #expect(try parsed.valid().proxies[0].logFormat == .tcp)
        let inherited = Sample.parse(
            Sample.defaults + "    log stdout local0\n    log-format %HM\n" + Sample.proxy + "    option tcplog\n")
        #expect(try inherited.clean().proxies[0].logFormat == .tcp)
    }

    @Test("requests are unknown where they are not read")
    func unread() throws {
        let parsed = Sample.listen("log stdout local0", "mode http", "log-format %HM")
        #expect(
            parsed.messages(.warning) == [
                "'%HM' is always unknown: requests to proxy 'rabbit' are not read"
            ])
    }

    @Test("tag, ids and options come through, and 'no' takes the options back")
    func others() throws {
        let logging = try Sample.listen(
            "log stdout local0", "option tcplog", "log-tag broker", "unique-id-format %rt", "error-log-format %ts",
            "log-format-sd [a@1]", "option logasap", "option dontlog-normal", "option log-separate-errors"
        ).clean().proxies[0].logging
        #expect(logging.tag == "broker")
        #expect(logging.uniqueID?.parts == [.variable(.sessionCounter, [])])
        #expect(logging.errorFormat?.parts == [.variable(.termination, [])])
        #expect(logging.structuredData?.parts == [.text("[a@1]")])
        #expect(logging.isEarly && logging.omitsNormal && logging.separatesErrors)
        let none = try Sample.listen(
            "option logasap", "option dontlog-normal", "option log-separate-errors", "no option logasap",
            "no option dontlog-normal", "no option log-separate-errors"
        ).clean().proxies[0].logging
        #expect(none == LoggingConfiguration())
    }
}
