import EventLoop
import Model
import Testing

@testable import AccessLog

@Suite("samples in log lines")
struct SampleEvaluatorTests {
    private static let record: TemplateLogRecord = {
        let session = SessionLogRecord(
            client: LogPeer(host: "127.0.0.1", port: 53372), acceptedAt: Timestamp(millisecondsSinceEpoch: 0),
            frontend: "front", backend: "back")
        let details = SessionLogDetails(
            processID: 1, loggedAt: Timestamp(millisecondsSinceEpoch: 1_795_370_310_484), hostName: "vm")
        return TemplateLogRecord(template: LogTemplate([]), session: session, details: details)
    }()

    private func text(_ fetch: SampleExpression.Fetch, _ converters: SampleExpression.Converter...) -> String? {
        SampleEvaluator(record: Self.record).text(of: SampleExpression(fetch, converters: converters))
    }

    private func number(_ number: Int64, _ converter: SampleExpression.Converter) -> String? {
        text(.constant(.integer(number)), converter)
    }

    private func word(_ word: String, _ converter: SampleExpression.Converter) -> String? {
        text(.constant(.text(word)), converter)
    }

    @Test("values as HAProxy writes them")
    func values() {
        #expect(text(.source) == "127.0.0.1")
        #expect(text(.sourcePort) == "53372")
        #expect(text(.isSourceLocal) == "1")
        #expect(text(.destination) == nil)
        #expect(text(.serverName) == nil)
        #expect(text(.frontendName) == "front")
        #expect(text(.constant(.boolean(false))) == "0")
        #expect(text(.constant(.none)) == nil)
        #expect(text(.date(offsetSeconds: 0, unitsPerSecond: 1)) == "1795370310")
        #expect(text(.date(offsetSeconds: 3_600, unitsPerSecond: 1_000)) == "1795373910484")
        #expect(text(.date(offsetSeconds: 0, unitsPerSecond: 1_000_000)) == "1795370310484000")
        #expect(text(.random(bound: 1)) == "0")
    }

    @Test("a random identifier has version 4")
    func uuid() throws {
        let identifier = try #require(self.text(.uuid))
        #expect(
            try /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/.wholeMatch(
                in: identifier) != nil)
    }

    @Test("arithmetic, also where it has no answer")
    func arithmetic() {
        #expect(number(5, .arithmetic(.sub, 7)) == "-2")
        #expect(number(5, .arithmetic(.mul, 3)) == "15")
        #expect(number(5, .arithmetic(.div, 0)) == "9223372036854775807")
        #expect(number(-7, .arithmetic(.div, 2)) == "-3")
        #expect(number(-7, .arithmetic(.mod, 3)) == "-1")
        #expect(number(7, .arithmetic(.mod, 0)) == "0")
        #expect(number(6, .arithmetic(.xor, 3)) == "5")
        #expect(number(.max, .arithmetic(.add, 1)) == "9223372036854775807")
        #expect(number(.min, .arithmetic(.div, -1)) == "9223372036854775807")
        #expect(number(6, .logic(.neg)) == "-6")
        #expect(number(6, .logic(.cpl)) == "-7")
        #expect(number(6, .logic(.not)) == "0")
        #expect(number(6, .logic(.bool)) == "1")
        #expect(number(6, .logic(.even)) == "1")
        #expect(number(6, .logic(.odd)) == "0")
    }

    @Test("values of one type become those of another")
    func casts() {
        #expect(word("12a", .arithmetic(.add, 1)) == "13")
        #expect(word("x", .arithmetic(.add, 1)) == "1")
        #expect(text(.source, .arithmetic(.add, 1)) == "2130706434")
        #expect(text(.source, .length) == "9")
        #expect(text(.source, .hex) == "7F000001")
        #expect(number(300, .hex) == "000000000000012C")
        #expect(number(5, .base64) == "AAAAAAAAAAU=")
        #expect(text(.constant(.boolean(true)), .arithmetic(.add, 1)) == "2")
        #expect(text(.constant(.none), .lower) == nil)
    }

    @Test("texts")
    func texts() {
        #expect(word("aBc", .upper) == "ABC")
        #expect(word("aBc", .lower) == "abc")
        #expect(word("abcd", .base64) == "YWJjZA==")
        #expect(word("abcdef", .bytes(offset: 2, length: nil)) == "cdef")
        #expect(word("abcdef", .bytes(offset: 2, length: 3)) == "cde")
        #expect(word("abc", .bytes(offset: 9, length: nil)) == nil)
        #expect(word("a/b//d", .field(2, delimiters: "/")) == "b")
        #expect(word("a/b//d", .field(-1, delimiters: "/")) == "d")
        #expect(word("a/b//d", .field(9, delimiters: "/")) == nil)
        #expect(word("a/b//d", .word(3, delimiters: "/")) == "d")
        #expect(word("/a/b//d", .word(-2, delimiters: "/")) == "b")
    }

    @Test("addresses lose the bits that a mask leaves out")
    func masks() {
        #expect(text(.source, .mask(ipv4: 24, ipv6: nil)) == "127.0.0.0")
        #expect(text(.source, .mask(ipv4: 0, ipv6: 64)) == "0.0.0.0")
        #expect(word("10.1.2.3", .mask(ipv4: 16, ipv6: nil)) == "10.1.0.0")
        #expect(word("2001:db8:1:2:3::4", .mask(ipv4: 16, ipv6: 48)) == "2001:db8:1::")
        #expect(word("2001:db8:1:2:3::4", .mask(ipv4: 16, ipv6: 128)) == "2001:db8:1:2:3::4")
        #expect(word("2001:db8::1", .mask(ipv4: 16, ipv6: nil)) == nil)
    }

    @Test("dates in UTC")
    func times() {
        let second: Int64 = 1_795_369_953
        let date = number(second, .time(format: "%Y-%m-%d %H:%M", offsetSeconds: 0, isLocal: false))
        #expect(date == "2026-11-22 17:52")
        #expect(number(second, .time(format: "%H:%M", offsetSeconds: 3_600, isLocal: false)) == "18:52")
    }
}
