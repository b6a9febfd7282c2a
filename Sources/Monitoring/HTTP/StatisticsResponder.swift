import Configuration
import Hummingbird
import HummingbirdCore
import HTTPTypes
import Model

/// Answers the requests of one statistics address.
///
/// - Source: statuses, headers and texts recorded from HAProxy 2.6.12.
struct StatisticsResponder: Sendable {
    /// The proxy's statistics.
    let configuration: StatsConfiguration
    /// The page.
    let page: StatisticsPage
    /// The process that runs the instance.
    let process: ProcessInformation
    /// The instance now, `nil` while nothing runs it.
    let snapshot: @Sendable () async -> InstanceSnapshot?
    /// The same with what the supervisor knows of it.
    let vitals: @Sendable () async -> InstanceVitals

    /// Whether the statistics answer a request, be it with a refusal.
    var answers: @Sendable (_ method: String, _ target: String) -> Bool {
        { [configuration] method, target in
            StatisticsRequest(method: method, target: target, authorization: nil, configuration: configuration)
                != .notServed
        }
    }

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: the request; its body is not read.
    ///   - writer: takes the answer.
    /// - Throws: when the client can't be written to.
    func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
        let wanted = StatisticsRequest(
            method: request.method.rawValue, target: request.head.path ?? "",
            authorization: request.headers[.authorization], configuration: configuration)
        let response = await response(to: wanted, accept: request.headers[.accept])
        try await writer.write(response: response.head, body: request.method == .head ? ResponseBody() : response.body)
    }

    private func response(to request: StatisticsRequest, accept: String?) async -> Response {
        switch request {
        case .malformed: return Self.refusal(.badRequest, PlainAnswer.malformed)
        case .metrics(let selection):
            let format = MetricFormat(accept: accept)
            let text = MetricsReport.text(of: await vitals(), process, selection, as: format)
            return Response(
                status: .ok, headers: [.cacheControl: "no-cache", .contentType: format.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        case .notServed: return Self.refusal(.serviceUnavailable, PlainAnswer.notServed)
        case .needsPassword:
            var response = Self.refusal(.unauthorized, PlainAnswer.needsPassword)
            response.headers[.wwwAuthenticate] = "Basic realm=\"\(Self.escaped(configuration.realm))\""
            return response
        case .change:
            return Response(
                status: .seeOther,
                headers: [
                    .cacheControl: "no-cache", .contentType: "text/plain",
                    .location: "\(configuration.uri);st=DENY",
                ])
        case .view(let view):
            guard let snapshot = await snapshot() else {
                return Self.refusal(.serviceUnavailable, PlainAnswer.notServed)
            }
            return show(snapshot, view)
        }
    }

    private func show(_ snapshot: InstanceSnapshot, _ view: StatisticsView) -> Response {
        let text: String
        if view.isCSV {
            let style = StatisticsStyle(
                showsLegends: configuration.showsLegends, countsServers: view.selection.countsServers)
            text = StatisticsCSV.text(of: StatisticsRow.rows(of: snapshot, view.selection), style: style)
        } else {
            text = page.html(of: snapshot, view)
        }
        var headers: HTTPFields = [
            .cacheControl: "no-cache", .contentType: view.isCSV ? "text/plain" : "text/html; charset=utf-8",
        ]
        if let refresh = configuration.refresh, !view.hasNoRefresh, let name = HTTPField.Name("refresh") {
            headers[name] = String(refresh.components.seconds)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func refusal(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.cacheControl: "no-cache", .contentType: "text/html"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func escaped(_ realm: String) -> String {
        String(realm.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
    }
}
