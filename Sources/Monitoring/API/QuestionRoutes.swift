import EventLoop
import History
import Hummingbird
import Model
import Supervision

/// The questions of the control API, which change nothing; Documentation/api.md describes them.
///
/// | request | answer |
/// |---|---|
/// | `GET /v1/instances` | the fields of `status --json`, the reason of a BACKOFF or FATAL, proxies without server, what finishes |
/// | `GET /v1/history`, `/v1/sessions`, `/v1/uptime`, `/v1/events`, `/v1/incidents` | those of the command's `--json` |
/// | `GET /v1/soft-states` | how often checks failed, by the hour, without an outage |
/// | `GET /v1/stand-ins` | the stand-in brokers |
/// | `GET /v1/openapi.json` | this, as a program reads it (OpenAPI 3.1) |
public struct QuestionRoutes: Sendable {
    private let control: any InstanceControl
    private let history: HistorySource
    private let now: @Sendable () -> Timestamp

    /// Prepares the routes.
    ///
    /// - Parameters:
    ///   - control: the supervisor.
    ///   - history: opens the history.
    ///   - now: the wall clock.
    public init(
        control: any InstanceControl, history: @escaping HistorySource,
        now: @escaping @Sendable () -> Timestamp = WallClock.now
    ) {
        self.control = control
        self.history = history
        self.now = now
    }

    /// Adds the routes; their errors are JSON, whatever else the router does.
    ///
    /// - Parameter router: any router of Hummingbird's.
    public func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        let questions = router.group("/v1").add(middleware: ErrorAnswers<Context>())
        questions.get("/instances") { request, _ in
            Response.json(try await instances(request.uri.queryParameters))
        }
        for question in HistoryAnswer.allCases {
            questions.get("/\(question.rawValue)") { request, _ in
                let parameters = try QuestionParameters(
                    request.uri.queryParameters, known: question.parameters, now: now())
                return Response.json(try await question.answer(parameters, from: history))
            }
        }
        questions.get("/stand-ins") { _, _ in
            let standIns = await control.standIns().map(\.row.json)
            return Response.json(.object([JSON.Field("stand_ins", .array(standIns))]))
        }
        questions.get("/openapi.json") { _, _ in Response.json(text: Self.description) }
    }

    private func instances(_ parameters: Parameters) async throws -> JSON {
        try QuestionParameters.refuseUnknown(parameters, known: [.instance])
        let names = parameters.filter { $0.key == "instance" }.map { String($0.value) }
        let statuses = try await control.status(of: names)
        let instances = statuses.map { status in
            let more = [
                JSON.Field("reason", .string(orNull: status.reason)),
                JSON.Field("without_server", .array(status.proxiesWithoutServer.map(JSON.string))),
                JSON.Field("next_try", .string(orNull: status.nextTry.map(RFC3339.string))),
                JSON.Field("finishing_workers", .integer(Int64(status.finishingWorkers))),
                JSON.Field("finishing_sessions", .integer(Int64(status.finishingSessions))),
                JSON.Field("long_turns", .integer(Int64(status.longTurns))),
                JSON.Field("warnings", .array(status.warnings.map(JSON.string))),
            ]
            return JSON.object(status.row.fields + more)
        }
        return .object([JSON.Field("instances", .array(instances))])
    }

    /// The OpenAPI document.
    static let description = String(decoding: PackageResources.openapi_json, as: UTF8.self)
}
