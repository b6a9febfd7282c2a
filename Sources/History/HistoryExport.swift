import Foundation
import GRDB
import Model

/// The history for other programs: row after row, or as a database of its own.
extension HistoryDatabase {
    /// Goes through transitions, oldest first, all as they are at one moment.
    ///
    /// - Parameters:
    ///   - question: which; `limit` and `after` are ignored.
    ///   - body: takes each; what it throws ends the walk.
    /// - Throws: `HistoryError` when the history cannot be read, and what `body` throws.
    public func eachTransition(_ question: HistoryQuestion, _ body: (TransitionRecord) throws -> Void) throws {
        var question = question
        (question.limit, question.after) = (nil, nil)
        // Not the history's fault, and told apart from it.
        var failure: (any Error)?
        try connection.read("read transitions") { db in
            let subjects = try Subjects(db)
            let asked = subjects.matching(question)
            if let asked, asked.isEmpty { return }
            let query = HistoryQuery.transitions(question, servers: asked, oldestFirst: true)
            let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
            while failure == nil, let row = try rows.next() {
                let record = try RowReader(path: connection.file.path).transition(row, subjects)
                do { try body(record) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// Copies the history into a new database, as it is at one moment.
    ///
    /// - Parameters:
    ///   - path: the new file; what is there is lost.
    ///   - question: from when to when; the rest is ignored.
    /// - Throws: `HistoryError` when the history cannot be read or the new file not written.
    public func copy(to path: String, _ question: HistoryQuestion) throws {
        do {
            let target = try DatabaseQueue(path: path)
            try connection.backUp(to: target)
            let since = question.since?.millisecondsSinceEpoch ?? Int64.min
            let until = question.until?.millisecondsSinceEpoch ?? Int64.max
            try target.inDatabase { db in
                let tables =
                    SampleLevel.allCases.map(\.table) + ["transitions", "events", "soft_states", "states_by_day"]
                if question.since != nil || question.until != nil {
                    for table in tables {
                        try db.execute(
                            sql: "DELETE FROM \(table) WHERE at < ? OR at >= ?", arguments: [since, until])
                    }
                }
                // One file without companions, no larger than what is in it.
                _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
                try db.execute(sql: "VACUUM")
            }
            try target.close()
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError(error, path: path, operation: "export")
        }
    }
}
