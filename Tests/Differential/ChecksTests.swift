import Foundation
import Peers
import Testing

/// What checks say and find.
@Suite("checks, beside HAProxy", .serialized)
struct ChecksTests {
    /// Waits for something to come, and sends an answer; one after the other, then waits for the end.
    private static func script(_ answers: String..., greeting: String = "", ends: Bool = false) -> FakeServer.Behaviour
    {
        script(bytes: answers.map { Array($0.utf8) }, greeting: Array(greeting.utf8), ends: ends)
    }

    private static func script(
        bytes answers: [[UInt8]], greeting: [UInt8] = [], ends: Bool = false
    ) -> FakeServer.Behaviour {
        .custom { peer in
            if !greeting.isEmpty { try peer.send(greeting) }
            for answer in answers {
                guard !peer.receive(atMost: 1, within: .seconds(9)).bytes.isEmpty else { return }
                // All of a question, which comes in one piece.
                _ = peer.receive(atMost: 4096, within: .milliseconds(30))
                if !answer.isEmpty { try peer.send(answer) }
            }
            if !ends { _ = peer.readToEnd(within: .seconds(9)) }
        }
    }

    @Test("a connection, and nothing else")
    func connections() async throws {
        var scene = try CheckScene(["hello": .greet("hello world\r\n"), "silent": .silent])
        scene.add([], "hello", "refuse")
        scene.add(["option tcp-check"], "hello", "refuse")
        scene.add(["option tcp-check", "tcp-check connect"], "hello", "refuse")
        scene.add(["option tcp-check", "tcp-check connect linger comment \"c 1\""], "hello", "refuse")
        scene.add(
            ["option tcp-check", "tcp-check connect", "tcp-check connect port PORT_OF_silent "], "hello", "refuse")
        scene.add(["option tcp-check", "tcp-check send x", "tcp-check expect string y"], "refuse")
        try await scene.compare()
    }

    @Test("the steps of tcp-check, and where they fail")
    func steps() async throws {
        var scene = try CheckScene([
            "hello": .greet("hello world\r\n"), "silent": .silent, "close": .close,
            "helloclose": .custom { try $0.send("hello world\r\n") },
            "echo": Self.script("ok one\r\n", "ok two\r\n"), "recvclose": Self.script("", ends: true),
        ])
        let option = "option tcp-check"
        scene.add([option, "tcp-check expect string hello"], "hello", "silent", "refuse")
        scene.add(
            [
                option, "tcp-check comment first", "tcp-check connect", "tcp-check send a\\r\\n",
                "tcp-check expect string one", "tcp-check send b comment own", "tcp-check expect string three",
            ], "echo", "recvclose", "hello")
        scene.add(
            [
                option, "tcp-check expect string hello", "tcp-check expect string world comment \"second\"",
                "tcp-check expect ! rstring w[o]rl",
            ], "hello", "helloclose")
        scene.add([option, "tcp-check expect min-recv 0 string zz"], "hello", "helloclose")
        scene.add(
            [
                option,
                "tcp-check expect min-recv 4 on-error \"bad %[res.payload(0,5)] x\" error-status L7STS "
                    + "status-code int(42) string zz",
            ], "hello", "helloclose", "silent")
        scene.add(
            [
                option,
                "tcp-check expect min-recv 4 on-success \"good %[res.payload(0,5)]\" ok-status L6OK "
                    + "status-code int(42) rstring l+o",
            ], "hello", "helloclose", "silent")
        scene.add(
            [
                option, "tcp-check expect binary 68656c6c6f", "tcp-check expect rbinary ^68656C6C6F20",
                "tcp-check expect ! rbinary 0D0A$",
            ], "hello")
        scene.add([option, "tcp-check expect ok-status L7OKC string hello"], "hello")
        scene.add([option, "tcp-check expect error-status L7OKC string xello"], "helloclose")
        scene.add([option, "tcp-check expect tout-status L4TOUT comment \"x y\" string abc"], "silent")
        scene.add([option, "tcp-check expect string a\\\"b"], "silent")
        scene.add([option, "tcp-check expect string-lf \"%[str(hx)]\""], "helloclose", "silent")
        scene.add([option, "tcp-check expect binary-lf \"%[str(hx),hex]\""], "helloclose", "silent")
        scene.add([option, "tcp-check expect rbinary 00ff"], "helloclose", "silent")
        scene.add(
            [
                option, "tcp-check connect", "tcp-check comment \"before send\"", "tcp-check send x",
                "tcp-check comment banner", "tcp-check expect string nothello",
            ], "silent", "helloclose", "hello")
        scene.add(
            [
                option, "tcp-check set-var(check.x) str(hello)", "tcp-check connect",
                "tcp-check send-lf \"%[var(check.x)] %[srv_name] %s\\r\\n\"",
                "tcp-check send-binary-lf \"%[str(a),hex]0d0a\"",
                "tcp-check expect string-lf \"%[var(check.x)]\"",
            ], "hello", "silent")
        try await scene.compare()
    }

    @Test("HTTP")
    func http() async throws {
        func answer(_ line: String, _ rest: String = "content-length: 0\r\n\r\n") -> FakeServer.Behaviour {
            Self.script("HTTP/1.1 \(line)\r\n\(rest)")
        }
        var scene = try CheckScene([
            "ok": answer("200 OK", "content-length: 10\r\n\r\nhello body"), "nf": answer("404 Not Found"),
            "er": answer("503 Busy now"), "redir": answer("302 Found"), "noreason": answer("200"),
            "garb": Self.script("garbage line\r\nmore\r\n\r\n"), "silent": .silent,
            "closes": Self.script("", ends: true),
            "cont": Self.script("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            "v10": Self.script("HTTP/1.0 200 Fine\r\nX-A: b, c\r\n\r\nthe body", ends: true),
            "chunk": answer(
                "200 OK",
                "transfer-encoding: chunked\r\nX-Foo: bar, baz\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n"),
            "part": Self.script("HTTP/1.1 200 OK\r\nX-A"),
            "partclose": Self.script("HTTP/1.1 200 OK\r\nX-A", ends: true),
            "badlength": Self.script("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", ends: true),
        ])
        let option = "option httpchk"
        scene.add(
            [option], "ok", "nf", "er", "garb", "silent", "closes", "refuse", "v10", "chunk", "part", "noreason",
            "redir",
            "cont", "partclose", "badlength")
        scene.add(["option httpchk HEAD /x HTTP/1.1", "http-check expect ! status 200,300-310"], "ok", "nf", "redir")
        scene.add([option, "http-check expect string hello"], "ok", "nf", "v10", "chunk", "silent")
        scene.add([option, "http-check expect ! rstring b.dy"], "ok", "nf", "v10")
        scene.add(["option httpchk /only", "http-check expect rstatus ^4"], "ok", "nf")
        scene.add([option, "http-check expect hdr name \"x-foo\" value bar"], "chunk", "ok", "silent")
        scene.add([option, "http-check expect fhdr name -m beg \"X-\" value -m sub \"ar, b\""], "chunk", "v10")
        scene.add(
            [option, "http-check comment cc", "http-check expect on-success \"good\" min-recv 3 string hello"], "ok",
            "nf")
        scene.add([option, "http-check disable-on-404", "http-check expect status 200"], "ok", "nf", "er")
        scene.add([option, "http-check expect on-error \"x\" string hello"], "nf", "er")
        scene.add(
            [
                option, "http-check connect",
                "http-check send meth PUT uri /z ver HTTP/1.1 hdr host h body 123 comment s",
                "http-check expect status 200 comment \"c one\"", "http-check connect port PORT_OF_nf ",
                "http-check send meth GET", "http-check expect on-error oops status-code int(7) status 200",
            ], "ok", "nf")
        try await scene.compare()
    }

    @Test("what checks of known protocols find")
    func knownProtocols() async throws {
        var scene = try CheckScene([
            "silent": .silent, "hello": .greet("hello world\r\n"),
            "helloclose": .custom { try $0.send("hello world\r\n") },
            "smtp": Self.script("250 ok fine\r\n", "221 bye\r\n", greeting: "220 mail ESMTP\r\n"),
            "smtpmany": Self.script("250-first\r\n250 second\r\n", "221 bye\r\n", greeting: "220 m\r\n"),
            "smtpquit": Self.script("250 ok fine\r\n", "500 no\r\n", greeting: "220 m\r\n"),
            "smtpleft": Self.script("250 ok fine\r\n", "", greeting: "220 m\r\n", ends: true),
            "smtpbusy": .greet("421 busy \r\n"), "smtpbanner": .greet("220-mail ESMTP\r\n220 x\r\n"),
            "smtprefuses": Self.script("502 no such\r\n", greeting: "220 m\r\n", ends: true),
            "redis": Self.script("+PONG\r\n"),
            "rediserror": Self.script("-NOAUTH Authentication required.\r\n", ends: true),
            "tls": Self.script(bytes: [[0x16, 3, 1, 0, 0x4A, 2, 0]]),
            "tlsalert": Self.script(bytes: [[0x15, 3, 1, 0, 2, 2, 0x28]]), "tlsnot": Self.script("HTTP/1.0 400 x\r\n"),
            "pgok": Self.script(bytes: [Array("R\0\0\0\u{8}\0\0\0\0".utf8)]),
            "pgerr": Self.script(bytes: [Array("E\0\0\0 SFATAL\0C28000\0Mno such\0\0".utf8)]),
            "pgodd": Self.script(bytes: [Array("X\0\0\0\u{8}\0\0\0\0".utf8)]),
            "ldaperr": Self.script(bytes: [[0x30, 0x0C, 2, 1, 1, 0x61, 7, 0x0A, 1, 0x31, 4, 0, 4, 0]]),
            "ldapodd": Self.script("xxxxxxxxxxxxxxxx"),
        ])
        scene.add(
            ["option smtpchk"], "smtp", "smtpmany", "smtpquit", "smtpleft", "smtpbusy", "smtpbanner", "smtprefuses",
            "silent",
            "hello", "helloclose", "refuse")
        scene.add(["option smtpchk EHLO my.host"], "smtp")
        scene.add(["option redis-check"], "redis", "rediserror", "silent", "hello", "refuse")
        scene.add(["option ssl-hello-chk"], "tls", "tlsalert", "tlsnot", "silent", "hello", "refuse")
        scene.add(["option pgsql-check user joe"], "pgok", "pgerr", "pgodd", "silent", "hello", "refuse")
        scene.add(["option mysql-check"], "silent", "hello", "helloclose", "refuse")
        scene.add(["option mysql-check user haproxy"], "silent", "refuse")
        scene.add(["option ldap-check"], "ldaperr", "ldapodd", "silent", "hello", "refuse")
        try await scene.compare()
    }
}
