import GRDB
import Model

/// The SQL behind the history's questions, one statement each, with its arguments.
///
/// Servers are found first, in their small table; the statements on the large tables go by their numbers, so that each is a
/// search in an index, never a walk through the table.
struct HistoryQuery {
    let sql: String
    let arguments: StatementArguments

    /// Transitions, newest first.
    ///
    /// - Parameters:
    ///   - question: the times and the limit that are asked for.
    ///   - servers: of which servers; `nil` is all.
    ///   - oldestFirst: whether the oldest comes first instead.
    /// - Returns: the statement.
    static func transitions(
        _ question: HistoryQuestion, servers: [Int64]?, oldestFirst: Bool = false
    ) -> HistoryQuery {
        var conditions = Conditions(question)
        if let servers { conditions.add("server_id IN (\(list(servers)))") }
        return HistoryQuery(
            sql: "SELECT * FROM transitions\(conditions.sql)"
                + (oldestFirst ? " ORDER BY at, id" : order(question)), arguments: conditions.arguments)
    }

    /// Transitions by their numbers.
    ///
    /// - Parameter numbers: which.
    /// - Returns: the statement.
    static func transitions(numbered numbers: [Int64]) -> HistoryQuery {
        HistoryQuery(sql: "SELECT * FROM transitions WHERE id IN (\(list(numbers)))", arguments: [])
    }

    /// Events, newest first.
    ///
    /// - Parameters:
    ///   - question: the times and the limit that are asked for.
    ///   - instance: of which instance; `nil` is all and the supervisor's own.
    /// - Returns: the statement.
    static func events(_ question: HistoryQuestion, instance: Int64?) -> HistoryQuery {
        var conditions = Conditions(question)
        if let instance { conditions.add("instance_id = ?", [instance]) }
        return HistoryQuery(
            sql: "SELECT * FROM events\(conditions.sql)\(order(question))", arguments: conditions.arguments)
    }

    /// Session counts of one segment of a period in buckets, newest first.
    ///
    /// - Parameters:
    ///   - segment: the level and the time.
    ///   - servers: of which subjects.
    ///   - limit: the most rows.
    /// - Returns: the statement.
    static func sessions(_ segment: SamplePlan.Segment, servers: [Int64], limit: Int?) -> HistoryQuery {
        let bucket = segment.bucketMilliseconds
        let sum = segment.level.sum(ofServers: list(servers))
        let bound = limit.map { " LIMIT \(max(0, $0))" } ?? ""
        return HistoryQuery(
            sql: "\(sum)\nORDER BY bucket.at DESC, bucket.server_id DESC\(bound)",
            arguments: [bucket, bucket, segment.from, segment.to, bucket])
    }

    /// Hours with soft states, newest first.
    ///
    /// - Parameters:
    ///   - since: nothing of hours that end before it.
    ///   - until: nothing of hours that begin at or after it.
    ///   - before: nothing at or after this place, an hour and a server's number.
    ///   - servers: of which servers.
    ///   - limit: the most rows.
    /// - Returns: the statement.
    static func softStates(
        since: Timestamp?, until: Timestamp?, before: (at: Int64, server: Int64)?, servers: [Int64], limit: Int?
    ) -> HistoryQuery {
        var conditions = Conditions()
        conditions.add("server_id IN (\(list(servers)))")
        if let since { conditions.add("at > ?", [since.millisecondsSinceEpoch - SampleLevel.hour.unitMilliseconds]) }
        if let until { conditions.add("at < ?", [until.millisecondsSinceEpoch]) }
        if let before {
            conditions.add("at <= ? AND (at < ? OR server_id < ?)", [before.at, before.at, before.server])
        }
        let bound = limit.map { " LIMIT \(max(0, $0))" } ?? ""
        return HistoryQuery(
            sql: "SELECT * FROM soft_states\(conditions.sql) ORDER BY at DESC, server_id DESC\(bound)",
            arguments: conditions.arguments)
    }

    /// The sums of soft states of servers over a period, in whole hours.
    ///
    /// - Parameters:
    ///   - servers: of which servers.
    ///   - since: the period's beginning.
    ///   - until: its end.
    /// - Returns: the statement, for `server_id, failed, passed`.
    static func softSums(ofServers servers: [Int64], since: Timestamp, until: Timestamp) -> HistoryQuery {
        HistoryQuery(
            sql: """
                SELECT server_id, sum(failed), sum(passed) FROM soft_states WHERE server_id IN (\(list(servers))) \
                AND at > ? AND at < ? GROUP BY server_id
                """,
            arguments: [
                since.millisecondsSinceEpoch - SampleLevel.hour.unitMilliseconds, until.millisecondsSinceEpoch,
            ])
    }

    private static func list(_ numbers: [Int64]) -> String {
        numbers.map(String.init).joined(separator: ", ")
    }

    /// By time; but what a follower asks for comes in the order of recording, so that its last row is the newest number.
    private static func order(_ question: HistoryQuestion) -> String {
        (question.after == nil ? " ORDER BY at DESC, id DESC" : " ORDER BY id DESC") + limit(question)
    }

    private static func limit(_ question: HistoryQuestion) -> String {
        question.limit.map { " LIMIT \(max(0, $0))" } ?? ""
    }
}

/// The WHERE of a statement as it grows.
private struct Conditions {
    private var terms: [String] = []
    private(set) var arguments = StatementArguments()

    init() {}

    init(_ question: HistoryQuestion) {
        if let since = question.since { add("at >= ?", [since.millisecondsSinceEpoch]) }
        if let until = question.until { add("at < ?", [until.millisecondsSinceEpoch]) }
        if let after = question.after { add("id > ?", [after]) }
        if case .row(let at, let id) = question.before {
            let at = at.millisecondsSinceEpoch
            add("at <= ? AND (at < ? OR id < ?)", [at, at, id])
        }
    }

    mutating func add(_ term: String, _ arguments: StatementArguments = []) {
        terms.append(term)
        self.arguments += arguments
    }

    var sql: String { terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ") }
}
