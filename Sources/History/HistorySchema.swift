import GRDB
import Migrations

/// Brings a database to the schema that this program knows, and recognises the ones that it must leave alone.
///
/// The version is SQLite's own `user_version`, a number in the file's header that changes in the same transaction as the
/// schema. Steps are strictly in order, so a number says all; a reader sees with one glance whether it may read; and no
/// table of a library's becomes part of a schema that another database may hold later.
///
/// - Source: https://www.sqlite.org/pragma.html#pragma_user_version
struct HistorySchema {
    /// `PRAGMA application_id` of every history; set by the first migration.
    static let applicationID: Int32 = 0x7370_7673

    /// The steps, oldest first.
    let migrations: [SchemaMigration]

    /// The schema of this program.
    static let current = HistorySchema(migrations: SchemaMigration.all)

    /// The version that a database has after all steps.
    var version: Int { migrations.count }

    /// Runs the steps that a database lacks, each in a transaction of its own.
    ///
    /// - Parameters:
    ///   - db: a connection that may write.
    ///   - path: the file, for errors.
    /// - Throws: `HistoryError` when the database is a newer program's or another program's; `DatabaseError`.
    func migrate(_ db: Database, path: String) throws {
        let reached = try check(db, path: path)
        for (step, migration) in migrations.enumerated().dropFirst(reached) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: migration.sql)
                try db.execute(sql: "PRAGMA user_version = \(step + 1)")
                return .commit
            }
        }
    }

    /// Whether a reader of this program understands the database.
    ///
    /// - Parameters:
    ///   - db: a connection.
    ///   - path: the file, for errors.
    /// - Throws: `HistoryError` when it doesn't; `DatabaseError`.
    func requireCurrent(_ db: Database, path: String) throws {
        let reached = try check(db, path: path)
        guard reached < version else { return }
        guard reached > 0 else {
            throw HistoryError(
                code: .missing, message: "there is no history in it yet: a supervisor has to run first", path: path,
                operation: "open")
        }
        throw HistoryError(
            code: .olderSchema,
            message: "has schema version \(reached), this program reads \(version): run its supervisor once",
            path: path, operation: "open")
    }

    /// How many steps a database has had.
    private func check(_ db: Database, path: String) throws -> Int {
        let reached = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let owner = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
        guard owner == Self.applicationID || (isEmpty && owner == 0 && reached == 0) else {
            throw HistoryError(
                code: .foreign, message: "is some other program's database, not a history of supervise", path: path,
                operation: "open")
        }
        guard reached <= version else {
            throw HistoryError(
                code: .newerSchema,
                message: "has schema version \(reached), this program knows \(version): a newer supervise wrote it",
                path: path, operation: "open")
        }
        return reached
    }
}
