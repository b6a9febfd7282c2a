import Configuration
import HTTPTypes
import History
import Hummingbird
import HummingbirdCore
import Model
import NIOCore
import Supervision

/// Answers the requests of one statistics address.
///
/// - Source: statuses, headers and texts recorded from HAProxy 2.6.12.
struct StatisticsResponder: Sendable {
    /// What is there, and who may have it.
    let site: StatisticsSite
    /// The proxy's statistics.
    let configuration: StatsConfiguration
    /// The page.
    let page: StatisticsPage
    /// The process that runs the instance.
    let process: ProcessInformation
    /// The instance now, `nil` while nothing runs it.
    let snapshot: @Sendable () async -> InstanceSnapshot?
    /// What carries out forms.
    let carrier: FormCarrier
    /// The servers that change their state too often.
    let flapping: FlappingServers
    /// The same with what the supervisor knows of it.
    let vitals: @Sendable () async -> InstanceVitals

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - source: the client's IP address, if it has one.
    ///   - writer: takes the answer.
    /// - Throws: when the client can't be written to.
    func respond(to request: Request, from source: String?, _ writer: consuming ResponseWriter) async throws {
        var facts = RequestFacts(
            source: source, method: request.method.rawValue, url: StatisticsSite.url(of: request.head.path ?? ""))
        facts.headers = request.headers.map { ($0.name.canonicalName, $0.value) }
        if let authority = request.head.authority { facts.headers.append(("host", authority)) }
        facts.groups = try await site.userlists.groups(of: BasicCredentials(request.headers[.authorization]))
        let answer = site.answer(to: facts)
        let response =
            if case .change(let view) = answer {
                redirection(try await change(request, view, facts), view)
            } else {
                await response(to: answer, accept: request.headers[.accept])
            }
        try await writer.write(response: response.head, body: request.method == .head ? ResponseBody() : response.body)
    }

    private func response(to answer: StatisticsSite.Answer, accept: String?) async -> Response {
        switch answer {
        case .notServed: return Self.refusal(.serviceUnavailable, PlainAnswer.notServed)
        case .forbidden: return Self.refusal(.forbidden, PlainAnswer.forbidden)
        case .malformed: return Self.refusal(.badRequest, PlainAnswer.malformed)
        case .needsPassword(let realm):
            var response = Self.refusal(.unauthorized, PlainAnswer.needsPassword)
            response.headers[.wwwAuthenticate] = "Basic realm=\"\(Self.escaped(realm))\""
            return response
        case .metrics(let selection):
            let format = MetricFormat(accept: accept)
            var vitals = await vitals()
            vitals.flapping = await flapping.servers
            let text = MetricsReport.text(of: vitals, process, selection, as: format)
            return Self.answer(text, format.contentType)
        case .change(let view): return redirection(.unknown, view)
        case .view(let view):
            guard let snapshot = await snapshot() else {
                return Self.refusal(.serviceUnavailable, PlainAnswer.notServed)
            }
            return show(snapshot, view, flapping: view.format == .page ? await flapping.servers : nil)
        }
    }

    /// Carries out a form, if its sender may.
    private func change(
        _ request: Request, _ view: StatisticsView, _ facts: RequestFacts
    ) async throws -> FormOutcome {
        guard view.mayChange else { return .denied }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: ServerForm.longest)
        } catch is NIOTooManyBytesError {
            return .tooLong
        }
        guard let snapshot = await snapshot() else { return .unknown }
        let shown = snapshot.proxies.filter(view.selection(among: configuration.scopes).includes)
        switch ServerForm(String(buffer: body)).reading(among: shown) {
        case .outcome(let outcome): return outcome
        case .order(let order):
            let user = BasicCredentials(request.headers[.authorization])?.user
            let from = [user, facts.source].compactMap(\.self).joined(separator: " at ")
            return await carrier.carryOut(order, by: Operator(name: "statistics page (\(from))"))
        }
    }

    /// Sends a client that posted a form to the page that says what became of it.
    private func redirection(_ outcome: FormOutcome, _ view: StatisticsView) -> Response {
        let options = view.options(isStill: view.hasNoRefresh && configuration.refresh != nil)
        return Response(
            status: .seeOther,
            headers: [
                .cacheControl: "no-cache", .contentType: "text/plain",
                .location: "\(configuration.uri);st=\(outcome.rawValue)\(options)",
            ])
    }

    private func show(
        _ snapshot: InstanceSnapshot, _ view: StatisticsView, flapping: [ServerIdentity: Flapping]?
    ) -> Response {
        let selection = view.selection(among: configuration.scopes)
        let style = StatisticsStyle(showsLegends: configuration.showsLegends, countsServers: selection.countsServers)
        let rows = StatisticsRow.rows(of: snapshot, selection)
        var response =
            switch view.format {
            case .page:
                Self.answer(page.html(of: snapshot, view, flapping: flapping ?? [:]), "text/html; charset=utf-8")
            case .csv: Self.answer(StatisticsCSV.text(of: rows, style: style), "text/plain")
            case .typed:
                Self.answer(rows.map(TypedStatistics(style: style).lines).joined(), "text/plain")
            case .json: Self.answer(TypedStatistics(style: style).json(of: rows), "application/json")
            case .schema: Self.answer(StatisticsSchema.text, "application/json")
            }
        if let refresh = configuration.refresh, !view.hasNoRefresh, let name = HTTPField.Name("refresh") {
            response.headers[name] = String(refresh.components.seconds)
        }
        return response
    }

    private static func answer(_ text: String, _ contentType: String) -> Response {
        Response(
            status: .ok, headers: [.cacheControl: "no-cache", .contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
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
