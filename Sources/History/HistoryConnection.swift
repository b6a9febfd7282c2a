import Foundation
import GRDB

/// Opens the history for reading, answers one question, and closes it again.
///
/// A connection lives as long as one question: so a database that the recorder sets aside, that a person replaces, or that
/// only comes into being later is found the next time. That costs a fraction of a millisecond a question.
///
/// SQLite reads a database with a write-ahead log through a shared index (`-shm`), which some process must be able to make:
/// 1. A supervisor runs: the index is there, and whoever may read the files reads along with the writer.
/// 2. None runs, and the reader may write the directory: SQLite makes the index.
/// 3. None runs, the reader may not write the directory, but log and index were left behind: SQLite reads the index that
///    it builds in memory.
/// 4. None runs, and there is nothing but the database in a directory that may not be written: all is in the one file, and
///    it is read as `immutable`, without locks. When a supervisor comes up meanwhile, a log appears, and the question is
///    asked again in the usual way.
///
/// - Source: https://www.sqlite.org/wal.html#read_only_databases
struct HistoryConnection: Sendable {
    /// How long a reader waits for a lock; with a write-ahead log only recovery after a crash holds one against it.
    private static let lockWaitSeconds = 5.0
    /// How often a question is asked anew because a supervisor came up in the middle of it.
    private static let attempts = 3

    let file: HistoryFile
    /// Sees the SQL of every statement, so that a test can look at how SQLite carries it out.
    var trace: StatementTrace?

    /// Asks one question, in one transaction: all of the answer is of one moment.
    ///
    /// - Parameters:
    ///   - operation: what is being done, for errors.
    ///   - question: reads the answer.
    /// - Returns: the answer.
    /// - Throws: `HistoryError`.
    func read<Answer>(_ operation: String, _ question: (Database) throws -> Answer) throws(HistoryError) -> Answer {
        do {
            guard try file.identity() != nil else {
                throw HistoryError(
                    code: .missing, message: "there is no history yet: no supervisor has run with this state directory",
                    path: file.path, operation: operation)
            }
            return try readInAnyWay(question)
        } catch {
            throw explained(HistoryError(error, path: file.path, operation: operation))
        }
    }

    /// Copies the whole database, as it is at one moment.
    ///
    /// - Parameter target: what it replaces.
    /// - Throws: `HistoryError`.
    func backUp(to target: DatabaseQueue) throws(HistoryError) {
        do {
            // Asked first, so that every case of a database that is hard to open is told in the same words.
            try read("copy") { _ in }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(Self.lockWaitSeconds)
            let source: DatabaseQueue
            do {
                source = try DatabaseQueue(path: file.path, configuration: configuration)
                try source.backup(to: target)
            } catch let error as DatabaseError
                where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) && !file.hasPendingLog
            {
                try DatabaseQueue(path: immutablePath, configuration: configuration).backup(to: target)
            }
        } catch {
            throw explained(HistoryError(error, path: file.path, operation: "copy"))
        }
    }

    /// Adds what SQLite's words leave out: a log without an index can be read only by those who may make the index.
    private func explained(_ error: HistoryError) -> HistoryError {
        guard [.cannotOpen, .readOnly].contains(error.code), file.hasPendingLog else { return error }
        let message = error.message + "; its log (-wal) can be read only by a user who may write the directory"
        return HistoryError(code: error.code, message: message, path: error.path, operation: error.operation)
    }

    private func readInAnyWay<Answer>(_ question: (Database) throws -> Answer) throws -> Answer {
        var attempt = 1
        while true {
            do {
                return try read(path: file.path, question)
            } catch let error as DatabaseError
                where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) && !file.hasPendingLog
            {
                let answer = try read(path: immutablePath, question)
                guard file.hasPendingLog, attempt < Self.attempts else { return answer }
                attempt += 1
            }
        }
    }

    private func read<Answer>(path: String, _ question: (Database) throws -> Answer) throws -> Answer {
        var configuration = Configuration()
        configuration.label = "history reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(Self.lockWaitSeconds)
        configuration.trace(with: trace)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        return try queue.read { db in
            try HistorySchema.current.requireCurrent(db, path: file.path)
            return try question(db)
        }
    }

    /// The database as a URI that promises SQLite that nobody writes it.
    ///
    /// - Source: https://www.sqlite.org/uri.html#uriimmutable
    private var immutablePath: String {
        let plain = CharacterSet(charactersIn: "?#%").inverted
        return "file:" + (file.path.addingPercentEncoding(withAllowedCharacters: plain) ?? file.path) + "?immutable=1"
    }
}

/// Sees the SQL of each statement that a connection carries out.
typealias StatementTrace = @Sendable (String) -> Void

extension Configuration {
    /// Has statements seen.
    ///
    /// - Parameter trace: what sees them; with `nil` nothing is done.
    mutating func trace(with trace: StatementTrace?) {
        guard let trace else { return }
        prepareDatabase { db in
            db.trace { event in
                if case .statement(let statement) = event { trace(statement.sql) }
            }
        }
    }
}
