import Foundation
import History
import Hummingbird
import Model
import Testing

@testable import Monitoring

/// What the API answers, from a real history over a real socket.
@Suite("questions over HTTP", .timeLimit(.minutes(1)))
struct QuestionRoutesTests {
    /// 2026-01-01T00:00:00Z.
    private static let newYear = Timestamp(millisecondsSinceEpoch: 1_767_225_600_000)
    private static let questions = HistoryAnswer.allCases.map { "/v1/\($0.rawValue)" }

    @Test("every answer is as the OpenAPI document says, which describes every question")
    func openAPI() async throws {
        try await ServedHistory.serving { served in
            await served.fill(outages: 3)
            let document = try await served.ask("/v1/openapi.json").body
            let check = SchemaCheck(document: document)
            #expect(document["openapi"] == .string("3.1.0"))
            let paths = try #require(document["paths"]?.fields)
            #expect(
                Set(paths.keys)
                    == Set(Self.questions + ["/v1/instances", "/v1/stand-ins", "/v1/stream", "/v1/openapi.json"]))
            // The stream has no end.
            for (path, item) in paths where path != "/v1/stream" {
                let answer = try await served.ask(path)
                #expect(answer.status == 200, "\(path)")
                let schema = try #require(Self.schema(of: item, "200", check), "\(path)")
                #expect(check.faults(answer.body, schema) == [], "\(path)")
                let rows = answer.body.fields.values.map(\.elements.count).max() ?? 0
                #expect(path == "/v1/openapi.json" || rows > 0, "\(path) has rows to check")
                guard path != "/v1/stand-ins", path != "/v1/openapi.json" else { continue }
                let refusal = try await served.ask(path + "?colour=red")
                #expect(refusal.status == 400)
                #expect(check.faults(refusal.body, try #require(Self.schema(of: item, "400", check))) == [])
            }
        }
    }

    private static func schema(of item: AnyJSON, _ status: String, _ check: SchemaCheck) -> AnyJSON? {
        guard let response = item["get"]?["responses"]?[status] else { return nil }
        let meant = response["$ref"].flatMap { check.resolve($0) } ?? response
        return meant["content"]?["application/json"]?["schema"]
    }

    @Test("the document names the parameters that each question takes", arguments: HistoryAnswer.allCases)
    func parameters(question: HistoryAnswer) throws {
        let check = SchemaCheck(document: try AnyJSON.read(QuestionRoutes.description))
        let listed = try #require(check.document["paths"]?["/v1/\(question.rawValue)"]?["get"]?["parameters"]).elements
        let names = listed.map { $0["$ref"].flatMap { check.resolve($0) }?["name"]?.text }
        #expect(names == question.parameters.map(\.rawValue))
    }

    @Test("the document's columns are those of the commands")
    func columns() throws {
        let schemas = try #require(try AnyJSON.read(QuestionRoutes.description)["components"]?["schemas"])
        let columns: [String: [String]] = [
            "Transition": TransitionRecord.columns, "SessionCount": SessionBucket.columns,
            "Availability": Availability.columns, "Event": EventRecord.columns, "Incident": Incident.columns,
            "SoftState": SoftStates.columns,
        ]
        for (name, columns) in columns {
            #expect(schemas[name]?["required"]?.elements.compactMap(\.text) == columns, "\(name)")
        }
    }

    @Test("pages join to the whole, while rows are added", arguments: HistoryAnswer.allCases)
    func pages(question: HistoryAnswer) async throws {
        try await ServedHistory.serving { served in
            await served.fill(outages: 12)
            let extra = question == .sessions ? "&every=1m" : ""
            let until = "until=\(ServedHistory.moment(20 * 3_600_000))"
            let whole = try await served.ask("/v1/\(question.rawValue)?\(until)\(extra)").body
            let expected = try #require(whole[question.field]).elements
            #expect(expected.count >= 2 && whole["next"] == .null)

            var pages: [[AnyJSON]] = []
            var cursor = ""
            repeat {
                let limit = question == .uptime ? 1 : 5
                let target = "/v1/\(question.rawValue)?limit=\(limit)&\(until)\(extra)\(cursor)"
                let page = try await served.ask(target)
                try #require(page.status == 200)
                pages.append(try #require(page.body[question.field]).elements)
                #expect((1...limit).contains(pages[pages.count - 1].count))
                cursor = page.body["next"]?.text.map { "&cursor=\($0)" } ?? ""
                // Newer than all, and of the period: no page may move.
                let at = 50_000_000 + Int64(pages.count) * 60_000
                served.change(ServedHistory.rabbit, .up, .down, at: at)
                served.change(ServedHistory.rabbit, .down, .up, at: at + 1)
                served.recorder.offer(
                    .event(
                        EventRecord(
                            at: ServedHistory.begin.advanced(byMilliseconds: at), instance: "warren", kind: .changed)))
                await served.recorder.flush()
            } while !cursor.isEmpty
            let joined = question == .uptime ? pages.flatMap { $0 } : pages.reversed().flatMap { $0 }
            #expect(joined.count == expected.count)
            // What is added in the period changes an account of it, and no other row.
            if question != .uptime { #expect(joined == expected) }
            #expect(pages.count > 1 || question == .softStates)
        }
    }

    @Test("what is new comes after the last number, and leaves no cursor")
    func following() async throws {
        try await ServedHistory.serving { served in
            await served.fill(outages: 2)
            let first = try await served.ask("/v1/history").body
            guard case .integer(let last) = first["last"] else {
                Issue.record("the answer has no number")
                return
            }
            served.change(ServedHistory.spare, .up, .down, at: 7_200_000)
            await served.recorder.flush()
            let more = try await served.ask("/v1/history?after=\(last)").body
            #expect(more["history"]?.elements.count == 1)
            #expect(more["history"]?.elements.first?["server"] == .string("spare"))
            #expect(more["next"] == .null)
            let none = try await served.ask("/v1/history?after=\(last + 1)").body
            #expect(none["history"] == .array([]) && none["last"] == .integer(last + 1))
        }
    }

    @Test("an unknown server is not found anywhere, with the name that was meant")
    func unknownServer() async throws {
        try await ServedHistory.serving { served in
            await served.fill(outages: 1)
            for path in Self.questions where path != "/v1/events" {
                let answer = try await served.ask(path + "?server=rabit")
                #expect(answer.status == 404, "\(path)")
                #expect(answer.body["suggestion"] == .string("rabbit"), "\(path)")
            }
            let events = try await served.ask("/v1/events?instance=waren")
            #expect(events.status == 404 && events.body["suggestion"] == .string("warren"))
            let sides = try await served.ask("/v1/sessions?server=FRONTEND")
            #expect(sides.status == 200)
        }
    }

    @Test("a history that is not there is a 503 that says so", arguments: questions)
    func missingHistory(path: String) async throws {
        try await ServedHistory.serving(isRecorded: false) { served in
            let answer = try await served.ask(path)
            #expect(answer.status == 503)
            #expect(answer.body["error"]?.text?.hasPrefix("the history cannot be read: ") == true)
        }
    }

    @Test(
        "a parameter that makes no sense is told, with what to write",
        arguments: [
            (
                "since=yesterday",
                "since must be a time such as 24h, 2026-11-22 or 2026-11-22T14:49:27Z, not 'yesterday'"
            ),
            ("since=2026-02-02&until=2026-02-01", "until must be after since"),
            ("limit=0", "limit must be a number from 1 to 10000, not '0'"),
            ("cursor=abc", "cursor must be the 'next' of an answer to the same question"),
            ("limt=3", "did you mean 'limit'?"), ("every=5m", "unknown parameter 'every'"),
        ])
    func badParameters(query: String, message: String) throws {
        let parameters = Parameters(
            query.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                return (key: parts[0], value: parts[1])
            })
        let error = #expect(throws: HTTPError.self) {
            try QuestionParameters(
                parameters, known: HistoryAnswer.uptime.parameters, now: Self.newYear)
        }
        #expect(error?.status == .badRequest)
        #expect(error?.body?.contains(message) == true, "\(error?.body ?? "")")
    }

    @Test(
        "a moment is a length of time ago, a date of UTC, or RFC 3339",
        arguments: [
            ("24h", -86_400_000), ("1h30m", -5_400_000), ("2026-01-02", 86_400_000), ("2026-01-01T00:01", 60_000),
            ("2026-01-01 00:00:01", 1000), ("2026-01-01T01:00:00+01:00", 0), ("2026-01-01T01:00:00 01:00", 0),
        ] as [(String, Int64)])
    func moments(text: String, milliseconds: Int64) throws {
        let parameters = Parameters([(key: "since", value: text[...])])
        let read = try QuestionParameters(
            parameters, known: HistoryAnswer.history.parameters, now: Self.newYear)
        #expect(read.question.since == Self.newYear.advanced(byMilliseconds: milliseconds))
    }

    @Test("a cursor comes back as it was, whatever the names")
    func cursors() throws {
        let server = ServerIdentity(instance: "a b", proxy: "ü/=&+", server: "x")
        for place in [
            HistoryPlace.row(at: Self.newYear, id: 7), .subject(at: Self.newYear, server),
        ] {
            let cursor = PageCursor(present: Self.newYear, place: place)
            #expect(PageCursor(cursor.text) == cursor)
            #expect(cursor.text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
        }
        let row = PageCursor(present: Self.newYear, place: .row(at: Self.newYear, id: 1)).text
        for text in ["", "AAAA", "%%", String(row.dropLast(8)), "not a cursor"] {
            #expect(PageCursor(text) == nil, "\(text)")
        }
    }
}
