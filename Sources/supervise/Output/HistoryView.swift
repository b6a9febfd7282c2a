import ArgumentParser
import History
import Model
import Monitoring
import Supervision

/// Asks the history and prints what it answers; the part that `history`, `sessions`, `uptime` and `events` share.
struct HistoryView: Sendable {
    /// How often a follower looks for new rows.
    private static let followInterval = Duration.milliseconds(500)
    /// Rows with which a follower begins who names no beginning.
    private static let followedRows = 10

    /// How moments are read and shown.
    let times: TimeFormat
    /// Standard output.
    let output: Output
    /// The present, when the command began.
    let now: Timestamp
    private let reader: any HistoryReader

    /// Opens the history of a state directory.
    ///
    /// - Parameter state: where it is.
    /// - Throws: `CommandFailure` when there is none, or it cannot be read.
    init(_ state: StateOption) throws {
        times = TimeFormat()
        output = Output.current()
        now = .now
        let directory = try state.directory()
        reader = try Self.reporting { try HistoryDatabase(stateDirectory: directory.path) }
    }

    /// Asks for more than the rows.
    ///
    /// - Parameter ask: asks the history.
    /// - Returns: the answer.
    /// - Throws: `CommandFailure` when the history cannot be read.
    func read<Value>(_ ask: (any HistoryReader) throws -> Value) throws -> Value {
        try Self.reporting { try ask(reader) }
    }

    /// Asks once.
    ///
    /// - Parameters:
    ///   - question: what to ask, for the names in it.
    ///   - kind: what the rows are, for the message when there are none.
    ///   - ask: asks the history.
    /// - Returns: the rows.
    /// - Throws: `CommandFailure` when a name is not in the history, or the history cannot be read.
    func rows<Value>(
        _ question: HistoryQuestion, kind: String, _ ask: (any HistoryReader) throws -> [Value]
    ) throws -> [Value] {
        let rows = try Self.reporting { try ask(reader) }
        guard rows.isEmpty else { return rows }
        let servers = try Self.reporting { try reader.servers() }
        do {
            try KnownServers(servers, withProxies: true).check(server: question.server, instance: question.instance)
        } catch {
            throw CommandFailure(error)
        }
        Output.message("no \(kind) in the history for this question")
        return rows
    }

    /// Prints rows, and with `follow` those that come later until the process is ended.
    ///
    /// - Parameters:
    ///   - question: what to ask.
    ///   - kind: what the rows are, for the message when there are none.
    ///   - follow: whether to go on.
    ///   - printer: prints them.
    ///   - ask: asks the history.
    /// - Returns: the rows.
    /// - Throws: `CommandFailure`, or `Output.Failure`.
    @discardableResult
    func print<Value: RowConvertible & Hashable>(
        _ question: HistoryQuestion, kind: String, follow: Bool, with printer: RowPrinter<Value>,
        _ ask: (any HistoryReader, HistoryQuestion) throws -> [Recorded<Value>]
    ) async throws -> [Value] {
        var question = question
        var printer = printer
        if follow, question.since == nil, question.limit == nil { question.limit = Self.followedRows }
        var rows = try rows(question, kind: kind) { try ask($0, question) }
        let first = rows.map(\.record)
        try printer.print(first)
        question.limit = nil
        while follow {
            question.after = rows.last?.id ?? question.after ?? 0
            rows = try await nextRows(question, ask)
            try printer.print(rows.map(\.record))
        }
        return first
    }

    /// Asks again after a while, and as often as it takes while the history cannot be read and this may pass.
    private func nextRows<Value>(
        _ question: HistoryQuestion, _ ask: (any HistoryReader, HistoryQuestion) throws -> [Recorded<Value>]
    ) async throws -> [Recorded<Value>] {
        var isTold = false
        while true {
            try await Task.sleep(for: Self.followInterval)
            do {
                return try ask(reader, question)
            } catch let error as HistoryError where error.mayPass {
                if !isTold { Output.message("waiting: the history cannot be read: \(error)") }
                isTold = true
            } catch {
                try Self.reporting { throw error }
            }
        }
    }

    /// The database itself, for what no other kind of history offers.
    ///
    /// - Parameter state: where it is.
    /// - Returns: the database.
    /// - Throws: `CommandFailure` when it cannot be read.
    func database(_ state: StateOption) throws -> HistoryDatabase {
        let directory = try state.directory()
        return try Self.reporting { try HistoryDatabase(stateDirectory: directory.path) }
    }

    /// Does something with the history, and says why it cannot be read if so.
    ///
    /// - Parameter body: what to do.
    /// - Returns: what that returns.
    /// - Throws: `CommandFailure` instead of `HistoryError`.
    static func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as HistoryError {
            switch error.code {
            case .missing:
                throw CommandFailure(
                    .failed,
                    """
                    there is no history yet: \(error.path)
                      help: 'supervise up' begins one; --state names another folder
                    """)
            case .locked, .full, .readOnly, .cannotOpen, .inputOutput, .corrupt, .newerSchema, .olderSchema, .foreign,
                .unexpected:
                throw CommandFailure(.failed, "the history cannot be read: \(error)")
            }
        }
    }
}
