import Model
import Seeds
import Testing

@testable import Health

@Suite("AMQPConversation")
struct AMQPConversationTests {
    static let guest = AMQPCheck.Login(user: "guest", password: "secret", virtualHost: "orders")

    // MARK: - What a broker says

    static let start = AMQPMethod.start.frame {
        var capabilities = AMQPWriter()
        capabilities.flag("connection.blocked")
        var properties = AMQPWriter()
        properties.table("capabilities", capabilities)
        properties.field("cluster_name", "rabbit@one")
        properties.field("product", "RabbitMQ")
        properties.field("version", "3.10.8")
        $0.number(UInt16(9))
        $0.long(properties.bytes)
        $0.long(Array("AMQPLAIN PLAIN".utf8))
        $0.long(Array("en_US".utf8))
    }
    static let tune = AMQPMethod.tune.frame {
        $0.number(UInt16(2047))
        $0.number(UInt32(131_072))
        $0.number(UInt16(60))
    }
    static let openOk = AMQPMethod.openOk.frame { $0.shortText("") }
    static let channelOpenOk = AMQPMethod.channelOpenOk.frame(on: 1) { $0.long([]) }
    static let channelCloseOk = AMQPMethod.channelCloseOk.frame(on: 1)
    static let closeOk = AMQPMethod.closeOk.frame()
    static let blocked = AMQPMethod.blocked.frame { $0.shortText("low on memory") }
    static let unblocked = AMQPMethod.unblocked.frame()
    static let heartbeat = AMQPFrame(type: 8, channel: 0, payload: []).bytes

    static func close(_ code: UInt16, _ text: String, by method: AMQPMethod = .close) -> [UInt8] {
        method.frame(on: method == .close ? 0 : 1) {
            $0.number(code)
            $0.shortText(text)
            $0.number(UInt32(0))
        }
    }

    static let passed = CheckResult(status: .layer7OK, code: 0, detail: "RabbitMQ 3.10.8 (rabbit@one)")
    static let blockedResult = CheckResult(status: .layer7Conditional, code: 0, detail: "blocked: low on memory")

    /// The methods in bytes that are sent; frames of content are passed over.
    static func methods(_ bytes: [UInt8]) throws -> [AMQPMethod] {
        var frames = AMQPFrameBuffer()
        frames.append(bytes)
        var methods: [AMQPMethod] = []
        while let frame = try frames.next() {
            guard frame.type == AMQPFrame.methodType else { continue }
            var reader = AMQPReader(frame.payload)
            methods.append(try #require(AMQPMethod(rawValue: try reader.number())))
        }
        return methods
    }

    /// Goes through the broker's answers and notes what is sent after each.
    static func sent(
        _ conversation: inout AMQPConversation, after answers: [[UInt8]]
    ) throws -> [[AMQPMethod]] {
        try answers.map { answer in
            switch conversation.receive(answer) {
            case .send(let bytes): try methods(bytes)
            case .wait: []
            case .finish(let result, _), .keep(let result):
                throw ScriptEnded(result: result)
            }
        }
    }

    struct ScriptEnded: Error, Hashable {
        let result: CheckResult
    }

    // MARK: - Passing

    @Test("it begins with the protocol header")
    func opening() {
        #expect(AMQPConversation(AMQPCheck()).opening == Array("AMQP\u{0}\u{0}\u{9}\u{1}".utf8))
    }

    @Test("without a login the broker's introduction is enough, and tells who it is")
    func introduction() {
        var conversation = AMQPConversation(AMQPCheck())
        #expect(conversation.receive(Self.start) == .finish(Self.passed, last: []))
    }

    @Test("with a login it opens the virtual host and closes properly")
    func login() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        let sent = try Self.sent(&conversation, after: [Self.start, Self.tune, Self.openOk])
        #expect(sent == [[.startOk], [.tuneOk, .open], [.close]])
        #expect(conversation.receive(Self.closeOk) == .finish(Self.passed, last: []))
    }

    @Test("the login is the user's, in PLAIN, and the virtual host is the one that was asked for")
    func credentials() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        guard case .send(let startOk) = conversation.receive(Self.start),
            case .send(let open) = conversation.receive(Self.tune)
        else {
            Issue.record("nothing was sent")
            return
        }
        #expect(String(decoding: startOk, as: UTF8.self).contains("PLAIN\u{0}\u{0}\u{0}\u{D}\u{0}guest\u{0}secret"))
        #expect(String(decoding: open, as: UTF8.self).contains("\u{6}orders"))
    }

    @Test("with 'publish' it publishes, and passes once the message was taken")
    func publish() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        let sent = try Self.sent(
            &conversation, after: [Self.start, Self.tune, Self.openOk, Self.channelOpenOk, Self.channelCloseOk])
        #expect(sent == [[.startOk], [.tuneOk, .open], [.channelOpen], [.publish, .channelClose], [.close]])
        #expect(conversation.receive(Self.closeOk) == .finish(Self.passed, last: []))
    }

    @Test("bytes that come one by one say the same as all at once")
    func singleBytes() {
        var conversation = AMQPConversation(AMQPCheck())
        for byte in Self.start.dropLast() { #expect(conversation.receive([byte]) == .wait) }
        #expect(conversation.receive(Self.start.suffix(1)) == .finish(Self.passed, last: []))
    }

    @Test("answers that come together are taken in their order")
    func together() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        let all = Self.start + Self.tune + Self.openOk + Self.closeOk
        guard case .finish(let result, let last) = conversation.receive(all) else {
            Issue.record("the check goes on")
            return
        }
        #expect(result == Self.passed)
        #expect(try Self.methods(last) == [.startOk, .tuneOk, .open, .close])
    }

    // MARK: - Alarms

    @Test("a broker with an alarm keeps the connection, and passes on it once the alarm is over")
    func alarm() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune, Self.openOk, Self.channelOpenOk])
        #expect(conversation.receive(Self.blocked) == .keep(Self.blockedResult))
        #expect(conversation.isBlocked && conversation.isPaused)
        #expect(conversation.receive(Self.unblocked) == .wait)
        #expect(!conversation.isBlocked)
        #expect(conversation.expectation == "channel.close-ok")
        #expect(try Self.sent(&conversation, after: [Self.channelCloseOk]) == [[.close]])
        #expect(conversation.receive(Self.closeOk) == .finish(Self.passed, last: []))
    }

    @Test("an alarm that takes another reason stays one alarm")
    func alarmTwice() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune, Self.openOk, Self.channelOpenOk])
        #expect(conversation.receive(Self.blocked) == .keep(Self.blockedResult))
        let disk = AMQPMethod.blocked.frame { $0.shortText("low on disk") }
        #expect(
            conversation.receive(disk)
                == .keep(CheckResult(status: .layer7Conditional, code: 0, detail: "blocked: low on disk")))
        #expect(try Self.sent(&conversation, after: [Self.unblocked, Self.channelCloseOk]) == [[], [.close]])
    }

    /// A conversation with a broker that has an alarm.
    private static func blockedConversation() throws -> AMQPConversation {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune, Self.openOk, Self.channelOpenOk])
        #expect(conversation.receive(Self.blocked) == .keep(Self.blockedResult))
        return conversation
    }

    @Test("during an alarm each check takes a sign of life since the one before, or waits for it")
    func signsOfLife() throws {
        var conversation = try Self.blockedConversation()
        // Before the check that is due: it has its verdict at once.
        #expect(conversation.receive(Self.heartbeat) == .wait)
        #expect(conversation.isPaused)
        #expect(conversation.resumed() == Self.blockedResult)
        // After it: the verdict comes with it.
        #expect(conversation.resumed() == nil)
        #expect(!conversation.isPaused && conversation.isBlocked)
        #expect(conversation.receive(Self.heartbeat.prefix(5)) == .wait)
        #expect(!conversation.isPaused, "half of a frame is none")
        #expect(conversation.receive(Self.heartbeat.dropFirst(5)) == .keep(Self.blockedResult))
        #expect(conversation.isPaused)
        // Never: the broker is gone.
        #expect(conversation.resumed() == nil)
        #expect(conversation.timedOut() == CheckResult(status: .layer7Timeout, detail: "waiting for a heartbeat"))
        #expect(conversation.receive(Self.unblocked) == .wait)
        #expect(conversation.expectation == "channel.close-ok")
    }

    @Test("a broker that has no heartbeats is believed", arguments: [0, 3, 60] as [UInt16])
    func agreedHeartbeats(offered: UInt16) throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        let tune = AMQPMethod.tune.frame {
            $0.number(UInt16(2047))
            $0.number(UInt32(131_072))
            $0.number(offered)
        }
        _ = try Self.sent(&conversation, after: [Self.start])
        guard case .send(let bytes) = conversation.receive(tune) else {
            Issue.record("nothing was sent")
            return
        }
        var frames = AMQPFrameBuffer()
        frames.append(bytes)
        let agreed = try #require(try frames.next()).payload.suffix(2)
        #expect(agreed.elementsEqual([0, UInt8(min(offered, AMQPConversation.longestHeartbeat))]))
        _ = try Self.sent(&conversation, after: [Self.openOk, Self.channelOpenOk])
        #expect(conversation.receive(Self.blocked) == .keep(Self.blockedResult))
        #expect(conversation.resumed() == (offered == 0 ? Self.blockedResult : nil))
    }

    @Test("an alarm that comes with another answer keeps nothing back for good")
    func alarmBesideAnswer() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune, Self.openOk])
        #expect(conversation.receive(Self.channelOpenOk + Self.blocked) == .keep(Self.blockedResult))
        #expect(try Self.sent(&conversation, after: [Self.unblocked]) == [[.publish, .channelClose]])
        #expect(try Self.sent(&conversation, after: [Self.channelCloseOk]) == [[.close]])
        // An alarm that is over before anybody could have told of it is none.
        var other = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        let answers = [Self.start, Self.tune, Self.openOk, Self.channelOpenOk, Self.blocked + Self.unblocked]
        #expect(try Self.sent(&other, after: answers).last == [])
        #expect(other.expectation == "channel.close-ok")
    }

    @Test("bytes that are no text stand in a refusal as HAProxy has them in its log")
    func bytesOfWords() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        let refusal = AMQPMethod.close.frame {
            $0.number(UInt16(403))
            $0.number(UInt8(3))
            $0.number(UInt8(ascii: "n"))
            $0.number(UInt8(0xFF))
            $0.number(UInt8(ascii: "o"))
            $0.number(UInt32(0))
        }
        let result = CheckResult(status: .layer7Error, code: 403, detail: "n<FF>o")
        #expect(conversation.receive(refusal) == .finish(result, last: Self.closeOk))
    }

    // MARK: - Refusals

    @Test("a refused login fails with the broker's code and words, and is answered properly")
    func wrongPassword() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        _ = try Self.sent(&conversation, after: [Self.start])
        let result = CheckResult(status: .layer7Error, code: 403, detail: "ACCESS_REFUSED - Login was refused")
        #expect(
            conversation.receive(Self.close(403, "ACCESS_REFUSED - Login was refused"))
                == .finish(result, last: Self.closeOk))
    }

    @Test("a missing virtual host fails with the broker's code and words")
    func missingVirtualHost() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune])
        let result = CheckResult(status: .layer7Error, code: 530, detail: "NOT_ALLOWED - vhost orders not found")
        #expect(
            conversation.receive(Self.close(530, "NOT_ALLOWED - vhost orders not found"))
                == .finish(result, last: Self.closeOk))
    }

    @Test("a user who may not publish fails with the broker's words, and says goodbye")
    func forbidden() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune, Self.openOk, Self.channelOpenOk])
        guard case .finish(let result, let last) = conversation.receive(Self.close(403, "no write", by: .channelClose))
        else {
            Issue.record("the check goes on")
            return
        }
        #expect(result == CheckResult(status: .layer7Error, code: 403, detail: "no write"))
        #expect(try Self.methods(last) == [.channelCloseOk, .close])
    }

    @Test("a broker without PLAIN can't be logged in to")
    func noPlain() {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        let start = AMQPMethod.start.frame {
            $0.number(UInt16(9))
            $0.long([])
            $0.long(Array("EXTERNAL".utf8))
            $0.long([])
        }
        #expect(
            conversation.receive(start)
                == .finish(
                    CheckResult(status: .layer7InvalidResponse, detail: "no PLAIN login among EXTERNAL"), last: []))
    }

    // MARK: - Nonsense

    @Test(
        "what is no answer ends the check",
        arguments: [
            ("HTTP/1.1 400 Bad Request\r\n", "no AMQP"),
            ("AMQP\u{0}\u{1}\u{0}\u{0}", "the server speaks AMQP 1-0-0"),
            ("\u{1}\u{0}\u{0}\u{7F}\u{0}\u{0}\u{0}", "a frame of 2130706432 bytes"),
            ("\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}xx", "no AMQP"),
            ("\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", nil),
        ] as [(String, String?)])
    func nonsense(text: String, detail: String?) {
        var conversation = AMQPConversation(AMQPCheck())
        let move = conversation.receive(text.utf8)
        guard let detail else {
            #expect(move == .wait)
            return
        }
        #expect(move == .finish(CheckResult(status: .layer7InvalidResponse, detail: detail), last: []))
    }

    @Test("a method at the wrong time ends the check, with what was waited for")
    func wrongTime() {
        var conversation = AMQPConversation(AMQPCheck())
        #expect(
            conversation.receive(Self.tune)
                == .finish(
                    CheckResult(
                        status: .layer7InvalidResponse, detail: "connection.tune instead of connection.start"), last: []
                ))
        var other = AMQPConversation(AMQPCheck())
        let unknown = AMQPFrame(type: 1, channel: 0, payload: [0, 90, 0, 10]).bytes
        #expect(
            other.receive(unknown)
                == .finish(
                    CheckResult(status: .layer7InvalidResponse, detail: "method 90.10 instead of connection.start"),
                    last: []))
    }

    @Test("an end and a limit tell what was waited for")
    func waitingInVain() throws {
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest))
        #expect(
            conversation.ended()
                == CheckResult(
                    status: .layer7InvalidResponse, detail: "connection closed instead of connection.start"))
        _ = try Self.sent(&conversation, after: [Self.start, Self.tune])
        #expect(
            conversation.timedOut()
                == CheckResult(status: .layer7Timeout, detail: "waiting for connection.open-ok"))
    }

    @Test("a hostile server's bytes end in a result, or are waited for", arguments: 0..<200)
    func hostile(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let script = [Self.start, Self.tune, Self.openOk, Self.channelOpenOk, Self.blocked, Self.unblocked]
        var bytes = Array(script.joined())
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
        }
        var conversation = AMQPConversation(AMQPCheck(login: Self.guest, publishes: true))
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...64, using: &random))
            rest = rest.dropFirst(piece.count)
            if case .finish(let result, _) = conversation.receive(piece) {
                #expect(result.detail.utf8.count <= 255 * 3)
                return
            }
        }
        #expect(!conversation.expectation.isEmpty)
    }
}

/// The step of a check.
@Suite("AMQP in a check")
struct AMQPStepTests {
    private static let login = AMQPCheck.Login(user: "guest", password: "secret")
    private static let party = CheckParty(proxy: "brokers", server: "rabbit", isUp: true, state: "", seconds: 0)

    private func connected(_ check: AMQPCheck) -> (CheckConversation, CheckConversation.Demand) {
        let plan = CheckPlan(
            .answers,
            [.init(number: 1, action: .connect(CheckPlan.Connection())), .init(number: 2, action: .amqp(check))])
        var conversation = CheckConversation(plan, with: Self.party)
        #expect(conversation.begin() == .connect(CheckPlan.Connection()))
        #expect(!conversation.onlyConnects)
        let demand = conversation.connected()
        return (conversation, demand)
    }

    @Test("the header goes out first, and the introduction is the verdict")
    func passes() {
        var (conversation, demand) = connected(AMQPCheck())
        #expect(demand == .send(Array("AMQP\u{0}\u{0}\u{9}\u{1}".utf8)))
        #expect(conversation.sent() == .listen)
        #expect(conversation.heard(AMQPConversationTests.start) == .end(AMQPConversationTests.passed))
    }

    @Test("the last words are sent before the check ends with its verdict")
    func lastWords() {
        var (conversation, _) = connected(AMQPCheck(login: Self.login))
        _ = conversation.sent()
        _ = conversation.heard(AMQPConversationTests.start)
        let refusal = AMQPConversationTests.close(403, "no")
        #expect(conversation.heard(refusal) == .send(AMQPConversationTests.closeOk))
        #expect(conversation.sent() == .end(CheckResult(status: .layer7Error, code: 403, detail: "no")))
    }

    @Test("an alarm is a verdict that keeps the connection; each later check has the same until it is over")
    func alarm() {
        var (conversation, _) = connected(AMQPCheck(login: Self.login, publishes: true))
        for answer in [
            AMQPConversationTests.start, AMQPConversationTests.tune, AMQPConversationTests.openOk,
            AMQPConversationTests.channelOpenOk,
        ] {
            guard case .send = conversation.heard(answer) else {
                Issue.record("nothing is sent")
                return
            }
            #expect(conversation.sent() == .listen)
        }
        #expect(conversation.heard(AMQPConversationTests.blocked) == .pause(AMQPConversationTests.blockedResult))
        #expect(conversation.isPaused)
        #expect(conversation.heard(AMQPConversationTests.heartbeat) == .listen)
        #expect(conversation.isPaused)
        #expect(conversation.resumed() == .pause(AMQPConversationTests.blockedResult))
        #expect(conversation.resumed() == .listen)
        #expect(!conversation.isPaused)
        #expect(conversation.heard(AMQPConversationTests.heartbeat) == .pause(AMQPConversationTests.blockedResult))
        #expect(conversation.isPaused)
        #expect(conversation.heard(AMQPConversationTests.unblocked) == .listen)
        #expect(!conversation.isPaused)
    }

    @Test("an end, a failure and a limit are verdicts")
    func failures() {
        var (conversation, _) = connected(AMQPCheck())
        #expect(
            conversation.heardEnd()
                == .end(
                    CheckResult(
                        status: .layer7InvalidResponse, detail: "connection closed instead of connection.start")))
        (conversation, _) = connected(AMQPCheck())
        #expect(
            conversation.expired()
                == .end(CheckResult(status: .layer7Timeout, detail: "waiting for connection.start")))
        (conversation, _) = connected(AMQPCheck())
        #expect(
            conversation.failed("Connection reset by peer")
                == .end(CheckResult(status: .socketError, detail: "Connection reset by peer")))
    }
}
