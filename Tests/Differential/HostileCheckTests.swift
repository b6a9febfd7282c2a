import Foundation
import Peers
import Testing

/// Checks of servers that answer half, too much, or what is no answer.
@Suite("checks of servers that do wrong, beside HAProxy", .serialized)
struct HostileCheckTests {
    private enum End: Sendable {
        case never, close, reset
    }

    /// Waits for a question, sends an answer, and then ends the connection in some way.
    private static func says(_ answer: [UInt8], then end: End = .never) -> FakeServer.Behaviour {
        .custom { peer in
            guard !peer.receive(atMost: 4096, within: .seconds(9)).bytes.isEmpty else { return }
            if !answer.isEmpty { try peer.send(answer) }
            switch end {
            case .never: _ = peer.readToEnd(within: .seconds(9))
            case .close: break
            case .reset:
                // What was sent has been read by then; else it would be lost with the connection.
                _ = peer.receive(atMost: 1, within: .milliseconds(100))
                peer.reset()
            }
        }
    }

    private static func says(_ answer: String, then end: End = .never) -> FakeServer.Behaviour {
        says(Array(answer.utf8), then: end)
    }

    @Test("HTTP answers that end too early, or by a reset")
    func halfHTTP() async throws {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n"
        var scene = try CheckScene([
            "head-reset": Self.says("HTTP/1.1 200 OK\r\ncont", then: .reset),
            "head-close": Self.says("HTTP/1.1 200 OK\r\ncont", then: .close),
            "body-reset": Self.says(head + "hel", then: .reset), "body-close": Self.says(head + "hel", then: .close),
            "none-reset": Self.says(head, then: .reset), "none-close": Self.says(head, then: .close),
            "whole-reset": Self.says(head + String(repeating: "hello", count: 10), then: .reset),
            "open-reset": Self.says("HTTP/1.1 200 OK\r\n\r\nhel", then: .reset),
            "chunk-reset": Self.says("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", then: .reset),
        ])
        let servers = [
            "head-reset", "head-close", "body-reset", "body-close", "none-reset", "none-close", "whole-reset",
            "open-reset", "chunk-reset",
        ]
        for expectation in ["status 200", "string hello", "! string hello", "rstring l+o comment greeting"] {
            for server in servers {
                scene.add(["option httpchk", "http-check expect \(expectation)"], server)
            }
        }
        try await scene.compare()
    }

    @Test("HTTP answers whose lines are odd")
    func oddHTTP() async throws {
        func answer(_ line: String, _ headers: String..., body: String = "hello") -> FakeServer.Behaviour {
            Self.says("\(line)\r\n" + headers.map { "\($0)\r\n" }.joined() + "\r\n\(body)")
        }
        let (length, chunked) = ("content-length: 5", "transfer-encoding: chunked")
        let chunk = "5\r\nhello\r\n0\r\n\r\n"
        let line = "HTTP/1.1 200 OK"
        let servers: [String: FakeServer.Behaviour] = [
            "two-digits": answer("HTTP/1.1 20 x", length), "four-digits": answer("HTTP/1.1 2000 x", length),
            "five-digits": answer("HTTP/1.1 65736 x", length), "nines": answer("HTTP/1.1 99999 x", length),
            "zero": answer("HTTP/1.1 0 x", length),
            "letter": answer("HTTP/1.1 2x0 x", length), "no-code": answer("HTTP/1.1 ", length),
            "blanks": answer("HTTP/1.1  200 OK", length), "reason": answer("HTTP/1.1 503  two  blanks ", length),
            "nul": answer("HTTP/1.1 503 a\0b", length), "return": answer("HTTP/1.1 200 a\rb", length),
            "folded": answer(line, "x-a: one", " two", length), "same": answer(line, length, length),
            "other": answer(line, length, "content-length: 6"), "list": answer(line, "content-length: 5, 5"),
            "list-other": answer(line, "content-length: 5, 6"), "plus": answer(line, "content-length: +5"),
            "huge": answer(line, "content-length: 99999999999999999999"),
            "both": answer(line, "content-length: 99", chunked, body: chunk),
            "twice": answer(line, chunked, chunked, body: chunk),
            "gzip": answer(line, "transfer-encoding: gzip, chunked", body: chunk),
            "bad-chunk": answer(line, chunked, body: "zz\r\n"),
            "extension": answer(line, chunked, body: "5;a=b" + chunk.dropFirst()),
            "long-reason": answer("HTTP/1.1 500 " + String(repeating: "long ", count: 60), length),
        ]
        var scene = try CheckScene(servers)
        for name in servers.keys.sorted() {
            scene.add(["option httpchk"], name)
            scene.add(["option httpchk", "http-check expect string hello"], name)
            scene.add(["option httpchk", "http-check expect rstatus ^20"], name)
            scene.add(
                [
                    "option httpchk",
                    "http-check expect on-error \"not %[res.payload(0,4)]\" fhdr name x-a value -m sub two",
                ], name)
        }
        for text in ["two", "three"] {
            let names = "hdr name-lf -m beg x%[str(-a)] value-lf -m sub %[str(\(text))]"
            scene.add(["option httpchk", "http-check expect \(names)"], "folded", "same")
        }
        try await scene.compare()
    }

    @Test("answers of known protocols that are cut, long, or none")
    func knownProtocols() async throws {
        func bind(_ bytes: UInt8...) -> [UInt8] { bytes + [2, 1, 1, 0x61, 7, 0x0A, 1, 0, 4, 0, 4, 0] }
        let whole = bind(0x30, 0x0C)
        var mysql: [UInt8] = [0x0A] + Array("5.7.1-log\0".utf8) + [UInt8](repeating: 1, count: 60)
        mysql = [UInt8(mysql.count), 0, 0, 0] + mysql
        let greeting = mysql
        var scene = try CheckScene([
            "whole": Self.says(whole), "half-closes": Self.says(Array(whole.prefix(7)), then: .close),
            "half-resets": Self.says(Array(whole.prefix(7)), then: .reset), "half": Self.says(Array(whole.prefix(7))),
            "one-length": Self.says(bind(0x30, 0x81, 0x0C)), "two-lengths": Self.says(bind(0x30, 0x82, 0, 0x0C)),
            "four-lengths": Self.says(bind(0x30, 0x84, 0, 0, 0, 0x0C)),
            "longer": Self.says(bind(0x30, 0x82, 1, 0x0C), then: .close), "more": Self.says(whole + whole),
            "refused": Self.says([0x30, 0x0C, 2, 1, 1, 0x61, 7, 0x0A, 1, 0x31, 4, 0, 4, 0]),
            "long": Self.says(String(repeating: "long ", count: 60)), "no": Self.says("-NOAUTH why\r\n", then: .close),
            "closes": .close,
            "mysql": .custom { peer in
                try peer.send(greeting)
                _ = peer.readToEnd(within: .seconds(9))
            },
        ])
        scene.add(
            ["option ldap-check"], "whole", "half", "half-closes", "half-resets", "one-length", "two-lengths",
            "four-lengths", "longer", "more", "refused", "long", "closes")
        scene.add(["option redis-check"], "long", "no", "closes", "half-resets", "half-closes")
        scene.add(["option mysql-check"], "mysql")
        scene.add(["option ssl-hello-chk"], "closes")
        scene.add(["option pgsql-check user joe"], "closes", "long", "half-closes")
        scene.add(["option tcp-check", "tcp-check send x", "tcp-check expect string y"], "closes", "half-resets")
        scene.add(["option tcp-check", "tcp-check send x"], "closes")
        try await scene.compare()
    }
}
