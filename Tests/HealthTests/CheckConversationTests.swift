import Model
import Testing

@testable import Health

/// What is said, and what is made of what is heard; nothing here has a socket.
@Suite("CheckConversation")
struct CheckConversationTests {
    private static let party = CheckParty(proxy: "back", server: "one", seconds: 1)

    private static func plan(_ actions: CheckPlan.Action...) -> CheckPlan {
        CheckPlan(.steps, actions.enumerated().map { CheckPlan.Step(number: $0.offset + 1, action: $0.element) })
    }

    private static func string(_ text: String, _ change: (inout CheckExpectation) -> Void = { _ in })
        -> CheckPlan.Action
    {
        var expectation = CheckExpectation(.bytes(Array(text.utf8), isBinary: false))
        change(&expectation)
        return .expect(expectation)
    }

    private static let connection = CheckPlan.Action.connect(CheckPlan.Connection())

    /// A conversation whose connection has been made.
    private static func open(_ plan: CheckPlan, _ party: CheckParty = party) -> (
        CheckConversation, CheckConversation.Demand
    ) {
        var conversation = CheckConversation(plan, with: party)
        #expect(conversation.begin() == .connect(CheckPlan.Connection()))
        let demand = conversation.connected()
        return (conversation, demand)
    }

    private static func end(_ status: CheckStatus, _ detail: String, code: Int? = nil) -> CheckConversation.Demand {
        .end(CheckResult(status: status, code: code, detail: detail))
    }

    @Test("a connection alone is all that is learned where nothing is said")
    func onlyConnects() {
        let (_, demand) = Self.open(Self.plan(Self.connection))
        #expect(demand == Self.end(.layer4OK, "(tcp-check)"))
        #expect(CheckConversation(Self.plan(Self.connection), with: Self.party).onlyConnects)
        #expect(CheckConversation(Self.plan(Self.connection, Self.connection), with: Self.party).onlyConnects)
        #expect(!CheckConversation(Self.plan(Self.connection, .send("x")), with: Self.party).onlyConnects)
        #expect(CheckConversation(Self.plan(Self.connection, .send("x")), with: Self.party).hasFirstWord)
        #expect(!CheckConversation(Self.plan(Self.connection, Self.string("x")), with: Self.party).hasFirstWord)
        #expect(!CheckConversation(Self.plan(Self.connection, .send("")), with: Self.party).hasFirstWord)
    }

    @Test("what is sent and heard in turn ends well with the last step")
    func dialogue() {
        var (conversation, demand) = Self.open(
            Self.plan(Self.connection, .send("PING"), Self.string("PONG"), .send("QUIT"), Self.string("OK")))
        #expect(demand == .send(Array("PING".utf8)))
        #expect(conversation.sent() == .listen)
        #expect(conversation.heard("PO".utf8) == .listen)
        #expect(conversation.heard("NG".utf8) == .send(Array("QUIT".utf8)))
        #expect(conversation.sent() == .listen)
        // What answered an earlier question answers no other.
        #expect(conversation.heard("PONG".utf8) == .listen)
        demand = conversation.heard(" OK".utf8)
        #expect(demand == Self.end(.layer7OK, "(tcp-check)", code: 0))
    }

    @Test("failures before, on and after the connection are told apart")
    func layers() {
        var conversation = CheckConversation(Self.plan(Self.connection, Self.string("x")), with: Self.party)
        _ = conversation.begin()
        var early = conversation
        #expect(early.failed("Refused") == Self.end(.layer4Error, "Refused at step 1 of tcp-check (connect)"))
        early = conversation
        #expect(early.expired() == Self.end(.layer4Timeout, " at step 1 of tcp-check (connect)"))
        early = conversation
        #expect(early.failedHere("None left") == Self.end(.socketError, "None left at step 1 of tcp-check (connect)"))
        var secret = conversation
        #expect(secret.connected(isEncrypting: true) == .listen)
        var broken = secret
        #expect(broken.failed("No TLS") == Self.end(.layer6Error, "No TLS at step 1 of tcp-check (connect)"))
        broken = secret
        #expect(broken.expired() == Self.end(.layer6Timeout, " at step 1 of tcp-check (connect)"))
        #expect(secret.encrypted() == .listen)
        #expect(conversation.connected() == .listen)
        var late = conversation
        #expect(late.failed("Reset") == Self.end(.socketError, "Reset at step 2 of tcp-check (expect string 'x')"))
        late = conversation
        #expect(late.expired() == Self.end(.layer7Timeout, " at step 2 of tcp-check (expect string 'x')"))
        late = conversation
        #expect(late.heardEnd() == Self.end(.layer7InvalidResponse, "TCPCHK got an empty response at step 2"))
    }

    @Test("what was said before a connection broke counts")
    func brokenAfterAnswer() {
        var (conversation, _) = Self.open(Self.plan(Self.connection, Self.string("hello")))
        #expect(conversation.heard("hell".utf8) == .listen)
        #expect(
            conversation.failed("Reset")
                == Self.end(.layer7InvalidResponse, "TCPCHK did not match content 'hello' at step 2"))
    }

    @Test("expectations in a row are all held against everything that has come")
    func row() {
        var (conversation, _) = Self.open(
            Self.plan(
                Self.connection,
                Self.string("error") {
                    $0.isNegated = true; $0.leastBytes = 1
                }, Self.string("ok")))
        #expect(conversation.heard("well, ".utf8) == .listen)
        #expect(
            conversation.heard("error ok".utf8)
                == Self.end(.layer7InvalidResponse, "TCPCHK matched unwanted content 'error' at step 2"))
    }

    @Test("min-recv decides when nothing more is waited for")
    func leastBytes() {
        var (conversation, _) = Self.open(Self.plan(Self.connection, Self.string("zz") { $0.leastBytes = 4 }))
        #expect(conversation.heard("abc".utf8) == .listen)
        #expect(
            conversation.heard("d".utf8)
                == Self.end(.layer7InvalidResponse, "TCPCHK did not match content 'zz' at step 2"))
    }

    @Test("a server's words are kept up to a bound, and judged then")
    func bound() {
        var (conversation, _) = Self.open(Self.plan(Self.connection, Self.string("needle")))
        let noise = [UInt8](repeating: 0x20, count: CheckConversation.longestAnswer - 1)
        #expect(conversation.heard(noise) == .listen)
        #expect(
            conversation.heard("needle".utf8)
                == Self.end(.layer7InvalidResponse, "TCPCHK did not match content 'needle' at step 2"))
        #expect(conversation.answer.count == CheckConversation.longestAnswer)
    }

    @Test("variables hold what an earlier step said")
    func variables() {
        let answer = CheckText([.init(.answer(offset: 2, length: 0), [.cutLine, .upper])])
        var (conversation, _) = Self.open(
            Self.plan(
                Self.connection, Self.string("\n"), .set(variable: "check.x", answer),
                .send(CheckText([.init(.variable("check.x")), .init(.serverName), .init(.variable("check.y"))]))))
        #expect(conversation.heard("a hello\r\n".utf8) == .send(Array("HELLOone".utf8)))
        #expect(conversation.sent() == Self.end(.layer7OK, "(tcp-check)", code: 0))
    }

    @Test("HTTP: the status decides, and 404 keeps new sessions away where that is asked for")
    func http() {
        var plan = CheckPlan(
            .http,
            [
                .init(number: 0, action: Self.connection), .init(number: 1, action: .request(CheckRequest())),
                .init(number: 2, action: .expect(CheckExpectation(.status([200...399])))),
            ])
        func answer(_ text: String, isUp: Bool = true) -> CheckConversation.Demand {
            var (conversation, demand) = Self.open(plan, CheckParty(proxy: "b", server: "s", isUp: isUp))
            #expect(demand == .send(Array("OPTIONS / HTTP/1.0\r\n\r\n".utf8)))
            #expect(conversation.sent() == .listen)
            return conversation.heard(text.utf8)
        }
        #expect(answer("HTTP/1.1 200 OK\r\n\r\n") == Self.end(.layer7OK, "", code: 200))
        #expect(answer("HTTP/1.1 503 Busy\r\n\r\n") == Self.end(.layer7Error, "Busy", code: 503))
        #expect(answer("HTTP/1.1 200 OK\r\n") == .listen)
        #expect(answer("SSH-2.0-x\r\n") == Self.end(.layer7InvalidResponse, ""))
        #expect(answer("HTTP/1.1 404 Gone\r\n\r\n") == Self.end(.layer7Error, "Gone", code: 404))
        plan.stopsOnNotFound = true
        #expect(answer("HTTP/1.1 404 Gone\r\n\r\n") == Self.end(.layer7Conditional, "", code: 404))
        #expect(answer("HTTP/1.1 404 Gone\r\n\r\n", isUp: false) == Self.end(.layer7Error, "Gone", code: 404))
    }

    @Test("HTTP: a body is taken out of its chunks, piece by piece")
    func body() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
        for length in 0...text.utf8.count {
            let bytes = Array(text.utf8.prefix(length))
            guard case .answer(let answer) = HTTPAnswer.read(bytes, hasEnded: false) else {
                #expect(length < 47)
                #expect(HTTPAnswer.read(bytes, hasEnded: true) == .invalid)
                continue
            }
            #expect("hello world".utf8.starts(with: answer.body))
            #expect(answer.isComplete == (length >= text.utf8.count - 2))
        }
    }

    @Test(
        "HTTP: what is no answer is told at once, or when nothing more comes",
        arguments: [
            "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 \r\n\r\n", "HTTP/11 200 OK\r\n\r\n", "GARBAGE",
            "HTTP/1.1 200 a\rb\r\n\r\n", "HTTP/1.1 200 OK\r\n x: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        ])
    func invalid(text: String) {
        #expect(HTTPAnswer.read(Array(text.utf8), hasEnded: false) == .invalid)
    }

    @Test(
        "HTTP: what HAProxy takes for an answer is one",
        arguments: [
            ("HTTP/1.1 20 OK\r\n\r\n", 20), ("HTTP/1.1 0 x\r\ncontent-length: 0\r\n\r\n", 0),
            ("HTTP/1.1 2000 OK\r\n\r\n", 2000), ("HTTP/1.1  65736   OK\r\n\r\n", 200),
            ("HTTP/1.1 200\n\n", 200), ("HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\ncontent-length: 5\r\n\r\n", 200),
        ])
    func valid(text: String, status: Int) throws {
        guard case .answer(let answer) = HTTPAnswer.read(Array(text.utf8), hasEnded: false) else {
            Issue.record("\(text) is no answer")
            return
        }
        #expect(answer.status == status)
        #expect(text.contains(String(decoding: answer.statusDigits, as: UTF8.self)))
        #expect(answer.isComplete == text.contains("content-length: 0"), "only its headers say how long it is")
    }

    @Test("HTTP: a header goes on in the next line")
    func folded() {
        let text = "HTTP/1.1 200 OK\r\nx-a: one,\r\n\ttwo\r\n\r\n"
        guard case .answer(let answer) = HTTPAnswer.read(Array(text.utf8), hasEnded: false) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.headers == [.init(name: Array("x-a".utf8), value: Array("one, two".utf8))])
    }

    @Test("what is kept of a verdict's words ends at a zero, or after 127 bytes")
    func shortened() {
        #expect(CheckConversation.shortened("a\0b") == "a")
        #expect(CheckConversation.shortened(String(repeating: "x", count: 300)).utf8.count == 127)
        #expect(CheckConversation.shortened(String(repeating: "ü", count: 100)) == String(repeating: "ü", count: 63))
        #expect(CheckConversation.shortened("short") == "short")
        let marks = ByteText.readable([UInt8](repeating: 0xFF, count: 300))
        #expect(CheckConversation.shortened(marks) == String(repeating: "<FF>", count: 127))
        #expect(CheckConversation.shortened(String(repeating: "<f>", count: 100)).utf8.count == 127)
    }

    @Test("a reset ends half of an HTTP answer as an error of the connection")
    func resetHTTP() {
        var plan = Self.plan(Self.connection, .request(CheckRequest()), .expect(CheckExpectation(.status([200...200]))))
        plan.wording = .http
        var (conversation, _) = Self.open(plan)
        _ = conversation.sent()
        #expect(conversation.heard("HTTP/1.1 200 OK\r\nx: ".utf8) == .listen)
        #expect(conversation.failed("reset") == Self.end(.socketError, "reset"))
    }

    @Test("a request has the headers it was given, and those it needs")
    func request() {
        var request = CheckRequest(method: "POST", target: "/x", version: "HTTP/1.1")
        request.headers = [.init("Host", "h"), .init("Content-Length", "7")]
        request.body = "abc"
        request.tellsState = true
        let party = CheckParty(proxy: "b", server: "s", state: "UP")
        let conversation = CheckConversation(CheckPlan(.http, []), with: party)
        let expected =
            "POST /x HTTP/1.1\r\nhost: h\r\nx-haproxy-server-state: UP\r\ncontent-length: 3\r\n"
            + "connection: close\r\n\r\nabc"
        #expect(conversation.bytes(of: request) == Array(expected.utf8))
    }

    @Test("MySQL: the greeting and the answer to the login are two packets of one stream")
    func mysql() {
        let plan = CheckPlan(
            .answers,
            [
                .init(number: 1, action: Self.connection),
                .init(number: 2, action: .expect(CheckExpectation(.answer(.mysqlGreeting)))),
                .init(number: 3, action: .expect(CheckExpectation(.answer(.mysqlLogin)))),
            ])
        let greeting: [UInt8] = [7, 0, 0, 0, 0x0A] + Array("5.7.1".utf8) + [0]
        var (conversation, _) = Self.open(plan)
        #expect(conversation.heard(greeting) == .listen)
        var refused = conversation
        #expect(conversation.wordsForLog == nil)
        #expect(conversation.heard([3, 0, 0, 2, 0, 0, 0]) == Self.end(.layer7OK, "", code: 0))
        #expect(conversation.wordsForLog == "5.7.1", "only the log is told")
        #expect(
            refused.heard([5, 0, 0, 2, 0xFF, 0x15, 0x04, 0x6E, 0x6F]) == Self.end(.layer7Error, "no", code: 1045))
    }

    @Test("LDAP: the bind's result decides")
    func ldap() {
        let plan = CheckPlan(
            .answers,
            [
                .init(number: 1, action: Self.connection),
                .init(number: 2, action: .expect(CheckExpectation(.answer(.ldapBind)))),
            ])
        func answer(_ bytes: [UInt8]) -> CheckConversation.Demand {
            var (conversation, _) = Self.open(plan)
            return conversation.heard(bytes)
        }
        let start: [UInt8] = [0x30, 0x0C, 2, 1, 1, 0x61, 7, 0x0A, 1]
        #expect(answer(start + [0, 4, 0, 4, 0]) == Self.end(.layer7OK, "", code: 0))
        #expect(
            answer([0x30, 0xFF] + [UInt8](repeating: 0x80, count: 14))
                == Self.end(.layer7InvalidResponse, "Not LDAPv3 protocol"))
        #expect(answer(Array(start.prefix(8))) == .listen)
    }
}
