import History
import Model
import Testing

@testable import Monitoring

@Suite("control values")
struct ControlValueTests {
    @Test("JSON escapes what would end its text and keeps the order of its fields")
    func escaping() {
        let value = JSON.object([
            JSON.Field("b", .string("a\"\\\n\r\t\u{1}\u{7F}é/")),
            JSON.Field("a", .array([.null, .integer(-1), .boolean(false), .number(0.5), .number(.infinity)])),
        ])
        #expect(value.text == #"{"b":"a\"\\\n\r\t\u0001\u007fé/","a":[null,-1,false,0.5,null]}"#)
    }

    @Test(
        "a moment and its text are the same",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_164_799_999, "2024-02-28T23:59:59.999Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ])
    func moments(milliseconds: Int64, text: String) {
        let moment = Timestamp(millisecondsSinceEpoch: milliseconds)
        #expect(RFC3339.string(moment) == text)
        #expect(RFC3339.parse(text) == moment)
    }

    @Test("every day of 400 years is read as it was written")
    func calendar() {
        for day in 0..<146_097 {
            let moment = Timestamp(millisecondsSinceEpoch: Int64(day) * 86_400_000)
            guard RFC3339.parse(RFC3339.string(moment)) == moment else {
                Issue.record("day \(day) is read as another one")
                return
            }
        }
        #expect(RFC3339.string(Timestamp(millisecondsSinceEpoch: 146_096 * 86_400_000)) == "2369-12-31T00:00:00.000Z")
    }

    @Test(
        "an offset, a fraction and a space are understood",
        arguments: [
            ("2026-11-22T15:49:27+01:00", 1_795_358_967_000), ("2026-11-22 15:49:27.5 +01:00", 1_795_358_967_500),
            ("2026-11-22t14:49:27.1239z", 1_795_358_967_123), ("2026-11-22T14:49-00:00", 1_795_358_940_000),
        ])
    func offsets(text: String, milliseconds: Int64) {
        #expect(RFC3339.parse(text)?.millisecondsSinceEpoch == milliseconds)
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "T", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z",
            "2026-11-22T00:00:00", "2026-11-22T00:00:00+1:00", "2026-11-22T00:00:00.Z", "+026-11-22T00:00:00Z",
            "2026-11-22T00:00:00Z ", "2026-11-22T00:00:00+25:00",
        ])
    func noMoment(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("a row of each kind has a value for each of its columns")
    func rows() {
        let moment = Timestamp(millisecondsSinceEpoch: 0)
        let server = FakeHistory.backup
        #expect(names(FakeHistory.transition) == TransitionRecord.columns)
        #expect(names(Incident(proxy: server, at: moment)) == Incident.columns)
        #expect(names(EventRecord(at: moment, instance: nil, kind: .gap)) == EventRecord.columns)
        #expect(names(Availability(server: server, since: moment, until: moment)) == Availability.columns)
        #expect(
            names(SessionBucket(at: moment, subject: server, current: 1, max: 2, total: 3, bytesIn: 4, bytesOut: 5))
                == SessionBucket.columns)
    }

    private func names(_ value: some RowConvertible) -> [String] { value.row.fields.map(\.name) }

    @Test(
        "a server is known by one, two or three of its names",
        arguments: ["rabbit_backup", "rabbitmq_cluster/rabbit_backup", "warren/rabbitmq_cluster/rabbit_backup"])
    func knownServer(name: String) throws {
        try KnownServers([FakeHistory.backup]).check(server: name, instance: "warren")
    }

    @Test(
        "a name that is nearly right is suggested in as many parts as were written",
        arguments: [
            ("rabit_backup", "rabbit_backup"), ("rabbitmq_clster/rabbit_backup", "rabbitmq_cluster/rabbit_backup"),
            ("something", nil), ("a/b/c/d", nil), ("", nil),
        ] as [(String, String?)])
    func suggestion(name: String, expected: String?) {
        let error = #expect(throws: KnownServers.NotFound.self) {
            try KnownServers([FakeHistory.backup]).check(server: name, instance: nil)
        }
        #expect(error?.suggestion == expected)
    }

    @Test("frontends and backends have names among session counts alone")
    func proxySides() throws {
        try KnownServers([FakeHistory.backup], withProxies: true).check(server: "FRONTEND", instance: nil)
        #expect(throws: KnownServers.NotFound.self) {
            try KnownServers([FakeHistory.backup]).check(server: "FRONTEND", instance: nil)
        }
    }
}
