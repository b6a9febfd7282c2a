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
    /// - Returns: the statement.
    static func transitions(_ question: HistoryQuestion, servers: [Int64]?) -> HistoryQuery {
        var conditions = Conditions(question)
        if let servers { conditions.add("server_id IN (\(list(servers)))") }
        return HistoryQuery(
            sql: "SELECT * FROM transitions\(conditions.sql)\(order(question))", arguments: conditions.arguments)
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

    /// Session counts in buckets, newest first.
    ///
    /// - Parameters:
    ///   - question: the times and the limit that are asked for.
    ///   - servers: of which subjects.
    ///   - bucketMilliseconds: the buckets' length.
    /// - Returns: the statement.
    static func sessions(_ question: HistoryQuestion, servers: [Int64], bucketMilliseconds: Int64) -> HistoryQuery {
        var question = question
        question.after = nil  // Buckets have no numbers to follow.
        var conditions = Conditions(question)
        conditions.add("server_id IN (\(list(servers)))")
        let sql = """
            SELECT bucket.server_id, bucket.at, last.current, bucket.most, bucket.new, bucket.bytes_in, bucket.bytes_out
            FROM (
                SELECT server_id, at / ? * ? AS at, max(at) AS last_at, max(most) AS most, sum(new) AS new,
                    sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out
                FROM samples\(conditions.sql) GROUP BY server_id, at / ?
            ) AS bucket
            JOIN samples AS last ON last.server_id = bucket.server_id AND last.at = bucket.last_at
            ORDER BY bucket.at DESC, bucket.server_id DESC\(limit(question))
            """
        let length: StatementArguments = [bucketMilliseconds]
        return HistoryQuery(sql: sql, arguments: length + length + conditions.arguments + length)
    }

    /// Which states one server entered in a run and all later ones, in the order of recording.
    static func changes(of server: Int64, fromRun run: Int64) -> HistoryQuery {
        HistoryQuery(
            sql: "SELECT run_id, at, to_state FROM transitions WHERE server_id = ? AND run_id >= ? ORDER BY id",
            arguments: [server, run])
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

    init(_ question: HistoryQuestion) {
        if let since = question.since { add("at >= ?", [since.millisecondsSinceEpoch]) }
        if let until = question.until { add("at < ?", [until.millisecondsSinceEpoch]) }
        if let after = question.after { add("id > ?", [after]) }
    }

    mutating func add(_ term: String, _ arguments: StatementArguments = []) {
        terms.append(term)
        self.arguments += arguments
    }

    var sql: String { terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ") }
}
