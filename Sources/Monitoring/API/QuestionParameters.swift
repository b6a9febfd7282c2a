import History
import Hummingbird
import Model

/// The parameters of a question over HTTP, read and checked.
///
/// They are the options of the commands that ask the same: `server`, `instance`, `since`, `until`, `limit`, `every`; and
/// `cursor` or `after` to go on, to the past or with what is new.
struct QuestionParameters: Sendable {
    /// A parameter that some question takes.
    enum Name: String, Sendable, CaseIterable {
        case server, instance, since, until, limit, every, cursor, after
    }

    /// Rows of an answer that names no limit.
    static let standardLimit = 1000
    /// Most rows of one answer; a larger limit is refused, and the rest is asked for with `cursor` or `after`.
    static let maximumLimit = 10_000
    /// A bucket's length where none is named, as in `supervise sessions`.
    static let standardBucket: Int64 = 300_000

    /// What is asked; its limit is `limit`.
    private(set) var question = HistoryQuestion()
    /// The most rows of the answer.
    private(set) var limit = standardLimit
    /// A bucket's length, in milliseconds.
    private(set) var every = standardBucket
    /// What counts as the present.
    private(set) var present: Timestamp
    /// Whether rows before those of another answer are asked for.
    private(set) var cursor: PageCursor?

    /// Reads the query.
    ///
    /// - Parameters:
    ///   - parameters: of the request's URI.
    ///   - known: those that the question takes.
    ///   - now: the present, unless a cursor says another.
    /// - Throws: `HTTPError` 400 that names what is wrong.
    init(_ parameters: Parameters, known: [Name], now: Timestamp) throws(HTTPError) {
        present = now
        var moments: [Name: String] = [:]
        try Self.refuseUnknown(parameters, known: known)
        for (name, value) in parameters {
            guard let parameter = Name(rawValue: String(name)) else { continue }
            let text = String(value)
            switch parameter {
            case .server: question.server = text
            case .instance: question.instance = text
            case .since, .until: moments[parameter] = text
            case .limit: limit = try Self.limit(text)
            case .every:
                guard let length = LengthText.milliseconds(text) else {
                    throw Self.wrong("every must be a length of time such as 30s, 5m or 1h, not '\(text)'")
                }
                every = length
            case .cursor:
                guard let cursor = PageCursor(text) else {
                    throw Self.wrong("cursor must be the 'next' of an answer to the same question")
                }
                (self.cursor, present) = (cursor, cursor.present)
            case .after:
                guard let after = Int64(text) else { throw Self.wrong("after must be a number, not '\(text)'") }
                question.after = after
            }
        }
        question.limit = limit
        question.before = cursor?.place
        // Only now is it known what 'ago' goes by.
        question.since = try moments[.since].map { text throws(HTTPError) in try moment(text, of: .since) }
        question.until = try moments[.until].map { text throws(HTTPError) in try moment(text, of: .until) }
        if let since = question.since, let until = question.until, until <= since {
            throw Self.wrong("until must be after since")
        }
        if cursor != nil, question.after != nil {
            throw Self.wrong("cursor goes to the past and after to what is new: ask with one of them")
        }
    }

    /// Makes sure that a question takes all parameters of a request: one that is mistyped must not give another answer.
    ///
    /// - Parameters:
    ///   - parameters: of the request's URI.
    ///   - known: those that the question takes.
    /// - Throws: `HTTPError` 400 that names the first one that it doesn't.
    static func refuseUnknown(_ parameters: Parameters, known: [Name]) throws(HTTPError) {
        for (name, _) in parameters where !known.contains(where: { $0.rawValue == name }) {
            throw unknown(String(name), known: known)
        }
    }

    private static func limit(_ text: String) throws(HTTPError) -> Int {
        guard let limit = Int(text), (1...maximumLimit).contains(limit) else {
            throw wrong("limit must be a number from 1 to \(maximumLimit), not '\(text)'")
        }
        return limit
    }

    /// A moment: a length of time ago, a date or a date and time of UTC, or RFC 3339.
    private func moment(_ text: String, of name: Name) throws(HTTPError) -> Timestamp {
        if let length = LengthText.milliseconds(text) { return present.advanced(byMilliseconds: -length) }
        // In a query a bare `+` stands for a space, and nobody escapes the one in `+01:00`.
        if let moment = RFC3339.parse(text.replacing(" ", with: "+")) ?? RFC3339.parse(text) { return moment }
        if let day = CivilTime(date: text, time: "00:00") { return day.timestamp() }
        let parts = text.split(maxSplits: 1) { $0 == " " || $0 == "T" || $0 == "t" }
        if parts.count == 2, let civil = CivilTime(date: parts[0], time: parts[1]) { return civil.timestamp() }
        throw Self.wrong(
            "\(name.rawValue) must be a time such as 24h, 2026-11-22 or 2026-11-22T14:49:27Z, not '\(text)'")
    }

    private static func unknown(_ name: String, known: [Name]) -> HTTPError {
        let names = known.map(\.rawValue)
        let list = names.dropLast().joined(separator: ", ") + (names.count > 1 ? " and " : "") + (names.last ?? "none")
        let meant = Suggestion.closest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        return wrong("unknown parameter '\(name)'; known are \(list)\(meant)")
    }

    private static func wrong(_ message: String) -> HTTPError { HTTPError(.badRequest, message: message) }
}
