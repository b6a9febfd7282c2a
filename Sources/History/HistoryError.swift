import Foundation
import GRDB

/// Why the history could not be read or written.
///
/// Names the file, what was being done with it and SQLite's or the system's own words.
public struct HistoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble it is, by what can be done about it.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// There is no history in this state directory: no supervisor has run with it yet.
        case missing
        /// Another program holds a lock on the database.
        case locked
        /// The disk, or the database's own limit, is full.
        case full
        /// The database, or its directory, may not be written.
        case readOnly
        /// The file or its directory can't be opened.
        case cannotOpen
        /// Reading or writing the disk failed.
        case inputOutput
        /// The file is damaged, or no SQLite database at all.
        case corrupt
        /// A newer version of the program wrote it.
        case newerSchema
        /// An older version of the program wrote it, and no newer supervisor has brought it up to date yet.
        case olderSchema
        /// It is some other program's database.
        case foreign
        /// Anything else: a defect of this program, or of its use of SQLite.
        case unexpected
    }

    /// What kind of trouble it is.
    public let code: Code
    /// What went wrong, in words.
    public let message: String
    /// The database file.
    public let path: String
    /// What was being done, such as `open` or the SQL statement.
    public let operation: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: what kind of trouble it is.
    ///   - message: what went wrong, in words.
    ///   - path: the database file.
    ///   - operation: what was being done.
    public init(code: Code, message: String, path: String, operation: String) {
        self.code = code
        self.message = message
        self.path = path
        self.operation = operation
    }

    /// Whether the next answer may be one, as long as a supervisor runs: it waits for a lock or for room, and puts a new
    /// database in the place of a damaged one.
    public var mayPass: Bool {
        switch code {
        case .missing, .locked, .full, .readOnly, .cannotOpen, .inputOutput, .corrupt, .olderSchema: true
        case .newerSchema, .foreign, .unexpected: false
        }
    }

    /// One line for a person: the file, what was being done, and why it failed.
    public var description: String { "\(path): \(operation): \(message)" }
}

extension HistoryError {
    /// Sorts whatever SQLite or the file system threw; the one place that knows result codes.
    ///
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - path: the database file.
    ///   - operation: what was being done; SQLite's own statement is preferred when there is one.
    /// - Source: https://www.sqlite.org/rescode.html
    init(_ error: any Error, path: String, operation: String) {
        switch error {
        case let error as HistoryError:
            self = error
        case let error as DatabaseError:
            self.init(
                code: Code(error.resultCode), message: error.message ?? String(describing: error.resultCode),
                path: path,
                operation: error.sql.map(Self.firstLine) ?? operation)
        case let error as CocoaError:
            let message =
                (error.underlying as? POSIXError)?.localizedDescription ?? error.localizedDescription
            self.init(code: .inputOutput, message: message, path: path, operation: operation)
        default:
            self.init(code: .unexpected, message: String(describing: error), path: path, operation: operation)
        }
    }

    /// A statement's first line is enough to recognise it in a log.
    private static func firstLine(_ sql: String) -> String {
        String(sql.prefix { !$0.isNewline })
    }
}

extension HistoryError.Code {
    /// Sorts a result code of SQLite.
    init(_ code: ResultCode) {
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .locked
        case .SQLITE_FULL: self = .full
        case .SQLITE_READONLY: self = .readOnly
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: self = .cannotOpen
        case .SQLITE_IOERR, .SQLITE_NOMEM: self = .inputOutput
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt
        default: self = .unexpected
        }
    }

    /// Whether waiting, or a person, can cure it; if not, trying the same again is in vain.
    var canPass: Bool {
        switch self {
        case .missing, .locked, .full, .readOnly, .cannotOpen, .inputOutput, .corrupt, .newerSchema, .olderSchema,
            .foreign:
            true
        case .unexpected: false
        }
    }
}
