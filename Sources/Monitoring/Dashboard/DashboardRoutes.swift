import Foundation
import History
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import NIOPosix
import Supervision

/// The dashboard's pages.
///
/// | request | answer |
/// |---|---|
/// | `GET /?period=24h` | the overview |
/// | `GET /server/INSTANCE/PROXY/SERVER` | a server's page |
/// | `GET /server/INSTANCE/PROXY/SERVER/history.csv` | its transitions, with the fields of `history --csv` |
/// | `GET /events?instance=NAME` | what happened |
/// | `GET /dashboard.css`, `GET /dashboard.js` | what the pages are made with |
struct DashboardRoutes: Sendable {
    /// The most rows of a CSV file.
    private static let mostRows = 100_000

    /// Where everything comes from.
    let source: DashboardSource
    /// The templates.
    let pages: DashboardPages
    /// The program's version.
    let version: String
    /// Who may change something; `nil` is nobody.
    var users: DashboardUsers?
    /// Writes times.
    var words = DashboardWords()
    /// The wall clock.
    var now: @Sendable () -> Timestamp = {
        Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Adds the pages to a router.
    ///
    /// - Parameter router: where to add them.
    func add(to router: Router<ControlContext>) {
        router.get("/") { request, _ in
            let period = try Self.period(request)
            let overview = try await source.overview(period, now: now())
            let visitor = try await visitor(request)
            return page(OverviewPage(overview: overview, period: period, words: words).context, visitor)
        }
        router.get("/server/:instance/:proxy/:server") { request, context in
            let (server, period) = (try Self.server(context), try Self.period(request))
            let filter = try Self.filter(request)
            guard let view = try await source.server(server, period, filter, now: now()) else {
                throw HTTPError(.notFound, message: "no instance has or had a server \(server)")
            }
            let visitor = try await visitor(request)
            return page(ServerPage(view: view, period: period, filter: filter, words: words).context, visitor)
        }
        router.get("/server/:instance/:proxy/:server/history.csv") { _, context in
            try await history(of: try Self.server(context))
        }
        router.get("/events") { request, _ in
            let instance = request.uri.queryParameters["instance"].map(String.init)
            let events = try await events(of: instance)
            let visitor = try await visitor(request)
            return page(EventsPage(instance: instance, events: events, words: words, now: now()).context, visitor)
        }
        router.get("/dashboard.css") { _, _ in Self.file(DashboardPages.styleSheet, "text/css") }
        router.get("/dashboard.js") { _, _ in Self.file(DashboardPages.script, "text/javascript") }
    }

    // MARK: What is asked for

    private static func period(_ request: Request) throws -> DashboardPeriod {
        guard let text = request.uri.queryParameters["period"] else { return .day }
        guard let period = DashboardPeriod(rawValue: String(text)) else {
            let known = DashboardPeriod.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.badRequest, message: "the period is one of \(known)")
        }
        return period
    }

    private static func filter(_ request: Request) throws -> DashboardSource.TransitionFilter {
        var filter = DashboardSource.TransitionFilter()
        let parameters = request.uri.queryParameters
        if let text = parameters["state"], !text.isEmpty {
            guard let state = ServerState(rawValue: String(text)) else {
                throw HTTPError(.badRequest, message: "there is no such state")
            }
            filter.state = state
        }
        if let text = parameters["before"] {
            guard let before = Int64(text) else { throw HTTPError(.badRequest, message: "before must be a number") }
            filter.before = Timestamp(millisecondsSinceEpoch: before)
        }
        if let text = parameters["at"] {
            guard let number = Int64(text) else { throw HTTPError(.badRequest, message: "at must be a number") }
            filter.number = number
        }
        return filter
    }

    private static func server(_ context: ControlContext) throws -> ServerIdentity {
        func name(_ part: String) throws -> String {
            guard let name = try context.parameters.require(part).removingPercentEncoding else {
                throw HTTPError(.badRequest, message: "the name in the path is not valid percent-encoding")
            }
            return name
        }
        return ServerIdentity(instance: try name("instance"), proxy: try name("proxy"), server: try name("server"))
    }

    private func events(of instance: String?) async throws -> [EventRecord] {
        var question = HistoryQuestion()
        (question.instance, question.limit) = (instance, EventsPage.mostRows)
        return try await NIOThreadPool.singleton.runIfActive { [question, history = source.history] in
            try history().events(question).map(\.record)
        }
    }

    private func history(of server: ServerIdentity) async throws -> Response {
        var question = HistoryQuestion()
        (question.server, question.limit) = (server.description, Self.mostRows)
        let text = try await NIOThreadPool.singleton.runIfActive { [question, history = source.history] in
            let rows = try history().transitions(question).map(\.record.row)
            return CSV.header(TransitionRecord.columns) + rows.map(CSV.line).joined()
        }
        var response = Self.file(text, "text/csv")
        response.headers[.contentDisposition] = "attachment; filename=\"history.csv\""
        return response
    }

    // MARK: Answers

    /// Who asks for a page, as far as the page goes by it.
    private struct Visitor: Sendable {
        /// The user, if it is one.
        var user: String?
        /// What the order that led here did.
        var outcome: String?
    }

    private func visitor(_ request: Request) async throws -> Visitor {
        Visitor(
            user: try await users?.user(request.headers[.authorization]),
            outcome: request.uri.queryParameters["done"].flatMap { DashboardOrder.outcome(String($0)) })
    }

    /// A page, with forms for those who may send them.
    private func page(_ context: [String: Any], _ visitor: Visitor) -> Response {
        var context = context
        context["outcome"] = visitor.outcome
        if let users, let user = visitor.user {
            context.merge(["mayAct": true, "user": user, "token": users.token]) { _, new in new }
        } else if users != nil {
            context["signIn"] = true
        }
        return Self.file(pages.html(context, version: version), "text/html")
    }

    /// An answer that a browser takes for what it is, and keeps to this address.
    static func file(_ text: String, _ type: String) -> Response {
        var headers: HTTPFields = [
            .contentType: "\(type); charset=utf-8", .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                + "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ]
        if let name = HTTPField.Name("referrer-policy") { headers[name] = "same-origin" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
