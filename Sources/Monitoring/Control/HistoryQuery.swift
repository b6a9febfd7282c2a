import History
import Hummingbird
import Model
import NIOPosix

/// Opens the history for one answer; what it returns is used on one thread at a time.
public typealias HistorySource = @Sendable () throws -> any HistoryReader

/// A question to `GET /v1/history`: `server`, `instance`, `since`, `until`, `limit`, `after`.
struct HistoryQuery: Sendable {
    /// Rows of an answer that names no limit.
    static let standardLimit = 1000
    /// Most rows of one answer; a larger limit is refused, and the rest is asked for with `after`.
    static let maximumLimit = 10_000

    private let question: HistoryQuestion

    /// Reads the query.
    ///
    /// - Parameter parameters: of the request's URI.
    /// - Throws: `HTTPError` 400 that names what is wrong.
    init(_ parameters: Parameters) throws(HTTPError) {
        var question = HistoryQuestion()
        question.limit = Self.standardLimit
        for (name, value) in parameters {
            let text = String(value)
            switch name {
            case "server": question.server = text
            case "instance": question.instance = text
            case "since": question.since = try Self.moment(text, of: "since")
            case "until": question.until = try Self.moment(text, of: "until")
            case "limit":
                guard let limit = Int(text), (1...Self.maximumLimit).contains(limit) else {
                    throw HTTPError(.badRequest, message: "limit must be a number from 1 to \(Self.maximumLimit)")
                }
                question.limit = limit
            case "after":
                guard let after = Int64(text) else { throw HTTPError(.badRequest, message: "after must be a number") }
                question.after = after
            default:
                throw HTTPError(
                    .badRequest,
                    message: "unknown parameter '\(name)'; known are server, instance, since, until, limit and after")
            }
        }
        self.question = question
    }

    private static func moment(_ text: String, of name: String) throws(HTTPError) -> Timestamp {
        // In a query a bare `+` stands for a space, and nobody escapes the one in `+01:00`.
        guard let moment = RFC3339.parse(text.replacing(" ", with: "+")) ?? RFC3339.parse(text) else {
            throw HTTPError(.badRequest, message: "\(name) must be a time such as 2026-11-22T14:49:27Z")
        }
        return moment
    }

    /// Answers from the history, away from the event loops, since SQLite blocks.
    ///
    /// - Parameter source: opens the history.
    /// - Returns: `{"history": […], "last": …}`; `last` is for the next question's `after`.
    /// - Throws: `KnownServers.NotFound`, or why the history cannot be read.
    func answer(from source: @escaping HistorySource) async throws -> JSON {
        try await NIOThreadPool.singleton.runIfActive { [question] in
            let reader = try source()
            let rows = try reader.transitions(question)
            if rows.isEmpty {
                try KnownServers(reader.servers()).check(server: question.server, instance: question.instance)
            }
            return .object([
                JSON.Field("history", .array(rows.map(\.record.row.json))),
                JSON.Field("last", .integer(orNull: rows.last?.id ?? question.after)),
            ])
        }
    }
}
