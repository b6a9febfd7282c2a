import AccessLog
import Configuration
import EventLoop
import Model
import Testing

@testable import Proxy

@Suite("Conditions")
struct ConditionVerdictTests {
    private let expressions = ExpressionTable()

    /// The `use_backend` condition of a file, as it is left for an address whose port isn't known.
    private func condition(_ text: String, acls: [String] = []) throws -> RuleCondition {
        let lines = acls.map { "    acl \($0)\n" }.joined()
        let parsed = ConfigurationReader.parse(
            "defaults\n    timeout client 1s\n    timeout connect 1s\n    timeout server 1s\nfrontend f\n    bind fd@9\n"
                + lines + "    use_backend b \(text)\n    default_backend b\nbackend b\n    server s 192.0.2.1:1\n",
            file: "test.cfg", instance: "test", environment: ["HOME": "/root"])
        let configuration = try #require(
            parsed.configuration, "\(parsed.diagnostics.map { $0.rendered(color: false) })")
        return try #require(configuration.proxies[0].binds[0].backendRules.first).condition
    }

    private func address(_ text: String) -> SampleReading {
        guard case .ip(let endpoint)? = SocketAddress(ip: text, port: 4_000) else { return .value(.none) }
        return .value(.address(endpoint))
    }

    private func verdict(
        _ text: String, acls: [String] = [], isFinal: Bool = true, port: Int64 = 5_671, sent: String? = nil,
        isComplete: Bool = false, source: String = "192.0.2.7"
    ) throws -> ConditionVerdict {
        let content = Array((sent ?? "").utf8)
        return try content.withUnsafeBytes { bytes in
            ConditionVerdict(of: try condition(text, acls: acls), isFinal: isFinal, expressions) { fetch in
                switch fetch {
                case .source: address(source)
                case .destinationPort: .value(.integer(port))
                case .constant(.boolean(let isTrue)): .value(.boolean(isTrue))
                case .constant(.text(let text)): .value(.text(text))
                case .content(let sample): SentContent(bytes: bytes, isComplete: isComplete).reading(of: sample)
                default: .value(.none)
                }
            }
        }
    }

    @Test(
        "terms, alternatives and their opposites",
        arguments: [
            ("if TRUE", true), ("if FALSE", false), ("unless TRUE", false), ("if !TRUE", false), ("if !FALSE", true),
            ("if ! FALSE", true), ("if !!TRUE", true), ("if TRUE FALSE", false), ("if FALSE or TRUE", true),
            ("if TRUE FALSE || TRUE", true), ("if FALSE || TRUE FALSE", false), ("unless FALSE FALSE", true),
            ("if !{ src 192.0.2.7 }", false), ("if { src 192.0.2.7 } !LOCALHOST", true), ("if LOCALHOST", false),
        ])
    func logic(text: String, expected: Bool) throws {
        #expect(try verdict(text) == (expected ? .holds : .fails))
    }

    @Test(
        "addresses are in networks of both kinds",
        arguments: [
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.0/24", true), ("192.0.3.7", "192.0.2.0/24", false),
            ("192.0.2.7", "192.0.2.0/255.255.255.0", true), ("192.0.2.7", "0.0.0.0/0", true),
            ("192.0.2.7", "10.0.0.0/8 192.0.0.0/16", true), ("192.0.2.7", "::/0", true),
            ("2001:db8::5", "2001:db8::/32", true), ("2001:db9::5", "2001:db8::/32", false),
            ("2001:db8::5", "2001:db8::5", true), ("2001:db8::5", "2001:db8::4/126", true),
            ("::ffff:192.0.2.7", "192.0.2.0/24", true), ("192.0.2.7", "::ffff:192.0.2.0/120", true),
            ("2001:db8::5", "0.0.0.0/0", false),
        ])
    func networks(source: String, patterns: String, expected: Bool) throws {
        #expect(try verdict("if { src \(patterns) }", source: source) == (expected ? .holds : .fails))
    }

    @Test(
        "numbers, ranges and operators",
        arguments: [
            ("5671", true), ("5672", false), ("5672 5671", true), ("5600:5700", true), ("5672:9000", false),
            (":5671", true), ("5671:", true), ("gt 5670", true), ("gt 5671", false), ("ge 5671", true),
            ("lt 5671", false), ("le 5671", true), ("eq 5671", true), ("lt 5 gt 5000", true), ("gt 1 2 lt 3", true),
            ("gt 9223372036854775807", false), ("-m found", true), ("-m str 5671", true), ("-m beg 56", true),
            ("-m reg ^5[0-9]+1$", true), ("-m len 8", true),
        ])
    func numbers(patterns: String, expected: Bool) throws {
        #expect(try verdict("if { dst_port \(patterns) }") == (expected ? .holds : .fails))
    }

    @Test(
        "texts as a whole and in parts",
        arguments: [
            ("-m str amqp.example.org", true), ("-m str AMQP.example.org", false), ("-i AMQP.example.org", true),
            ("-m beg amqp", true), ("-m beg example", false), ("-m end .org", true), ("-m end .com", false),
            ("-m sub exam", true), ("-m sub x.x", false), ("-m dom example", true), ("-m dom exam", false),
            ("-m dom .example.org.", true), ("-m dir example", false), ("-m reg ^a.*g$", true), ("-m reg ^b", false),
            ("-m reg -i ^AMQP", true), ("-m len 16", true), ("-m len lt 16", false), ("-m found", true),
            ("-m bin 616d71702e6578616d706c652e6f7267", true), ("one two amqp.example.org", true),
        ])
    func texts(patterns: String, expected: Bool) throws {
        #expect(try verdict("if { str(amqp.example.org) \(patterns) }") == (expected ? .holds : .fails))
    }

    @Test("lines of one name are one list, of which one line has to hold")
    func lists() throws {
        let acls = ["near src 10.0.0.0/8", "near src 192.0.2.0/24", "low dst_port 1:1023"]
        #expect(try verdict("if near", acls: acls) == .holds)
        #expect(try verdict("if near", acls: acls, source: "198.51.100.1") == .fails)
        #expect(try verdict("if near low", acls: acls) == .fails)
        #expect(try verdict("if near !low", acls: acls) == .holds)
    }

    @Test("what is sent may change a verdict until no more is waited for")
    func pending() throws {
        #expect(try verdict("if { req.len gt 3 }", isFinal: false, sent: "ab") == .undecided)
        #expect(try verdict("if { req.len gt 3 }", isFinal: true, sent: "ab") == .fails)
        #expect(try verdict("if { req.len gt 3 }", isFinal: false, sent: "abcd") == .holds)
        #expect(try verdict("unless { req.len gt 3 }", isFinal: false, sent: "ab") == .undecided)
        #expect(try verdict("unless { req.len gt 3 }", isFinal: false, sent: "abcd") == .fails)
        #expect(try verdict("unless { req.len gt 3 }", isFinal: true, sent: "ab") == .holds)
        #expect(try verdict("if WAIT_END", isFinal: false, sent: "ab") == .undecided)
        #expect(try verdict("if WAIT_END", sent: "ab", isComplete: true) == .holds)
        #expect(try verdict("if REQ_CONTENT", isFinal: false) == .undecided)
        // A part that fails for good decides, whatever may come.
        #expect(try verdict("if { dst_port 1 } { req.len gt 3 }", isFinal: false, sent: "ab") == .fails)
        #expect(try verdict("if { req.len gt 3 } || { dst_port 5671 }", isFinal: false, sent: "ab") == .holds)
    }

    @Test(
        "parts of what is sent",
        arguments: [
            ("req.payload(0,4) -m str AMQP", "AMQP\u{0}", ConditionVerdict.holds),
            ("req.payload(0,4) -m str AMQP", "HTTP/", .fails), ("req.payload(0,4) -m str AMQP", "AM", .undecided),
            ("req.payload(0,4) -m bin 414d5150", "AMQPx", .holds), ("req.payload(2,2) -m str QP", "AMQP", .holds),
            ("req.payload(0,0) -m sub QP", "AMQP", .holds), ("req.payload(0,0) -m sub zz", "AMQP", .undecided),
            ("req.payload_lv(0,1) -m str MQ", "\u{2}MQP", .holds),
            ("req.payload_lv(0,1,+1) -m str MQ", "\u{2}aMQ", .holds),
            ("req.payload_lv(0,1,3) -m str MQ", "\u{2}aaMQ", .holds),
            ("req.payload_lv(0,1) -m str MQ", "\u{9}MQP", .undecided),
            ("req.ssl_hello_type 1", "AMQP", .fails), ("req.ssl_hello_type 1", "\u{16}\u{3}", .undecided),
        ])
    func content(test: String, sent: String, expected: ConditionVerdict) throws {
        #expect(try verdict("if { \(test) }", isFinal: false, sent: sent) == expected)
    }

    @Test("a client's hello is looked into")
    func hello() throws {
        let sent = String(decoding: TLSHelloTests.hello(for: "amqp.example.org"), as: UTF8.self)
        for (test, expected) in [
            ("req_ssl_sni amqp.example.org", ConditionVerdict.holds), ("req.ssl_sni other", .fails),
            ("req.ssl_sni -m dom example", .holds), ("req_ssl_hello_type 1", .holds), ("req.ssl_ver 3.3", .holds),
            ("req_ssl_ver 3.0:3.2", .fails), ("req.ssl_ver gt 3.2", .holds),
        ] {
            let found = try verdict("if { \(test) }", isFinal: false, sent: sent)
            #expect(found == expected, "\(test)")
        }
    }
}
