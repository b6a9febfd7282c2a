import Foundation
import Model

/// The database's place on the disk: its name, its companions, and how a damaged one is set aside.
struct HistoryFile: Sendable, Hashable {
    /// The database's name in the state directory.
    static let name = "history.sqlite"
    /// What SQLite appends to the database's name for its write-ahead log and that log's shared index.
    static let companions = ["-wal", "-shm"]

    /// The state directory.
    let directory: String
    /// The database.
    var path: String { directory + "/" + Self.name }

    /// Names the file without looking for it.
    ///
    /// - Parameter stateDirectory: the state directory, absolute or relative to the working directory.
    init(stateDirectory: String) {
        directory = URL(fileURLWithPath: stateDirectory, isDirectory: true).standardizedFileURL.path
    }

    /// Makes the state directory if it isn't there.
    ///
    /// - Throws: `HistoryError`.
    func makeDirectory() throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw HistoryError(error, path: directory, operation: "make directory")
        }
    }

    /// Which file the path leads to now; `nil` when there is none.
    ///
    /// - Throws: `HistoryError` when the directory can't be looked into.
    func identity() throws -> Identity? {
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return Identity(
                device: (attributes[.systemNumber] as? NSNumber)?.uint64Value,
                number: (attributes[.systemFileNumber] as? NSNumber)?.uint64Value)
        } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
            return nil
        } catch {
            throw HistoryError(error, path: path, operation: "look up")
        }
    }

    /// Tells one file from another that was put in its place.
    struct Identity: Sendable, Hashable {
        let device: UInt64?
        let number: UInt64?
    }

    /// Whether the write-ahead log holds pages that are not in the database yet.
    var hasPendingLog: Bool {
        // A log that can't be looked at can't be opened either, and SQLite will say so in its own words.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return ((attributes?[.size] as? NSNumber)?.int64Value ?? 0) > 0
    }

    /// Renames the database and its companions to `history.sqlite.corrupt-<UTC time>`, so that a person can look at them.
    ///
    /// - Parameter now: the time for the name.
    /// - Returns: the new name.
    /// - Throws: `HistoryError` when the directory doesn't allow it.
    func setAside(at now: Timestamp) throws -> String {
        let files = FileManager.default
        let base = Self.name + ".corrupt-" + HistoryTime.compactText(now)
        var target = base
        var attempt = 1
        while files.fileExists(atPath: directory + "/" + target) {
            attempt += 1
            target = "\(base)-\(attempt)"
        }
        do {
            // The companions first: a database without its log is old but whole, a log without its database is worthless,
            // and a new database beside an old log would be damaged by it.
            for companion in Self.companions where files.fileExists(atPath: path + companion) {
                try files.moveItem(atPath: path + companion, toPath: directory + "/" + target + companion)
            }
            try files.moveItem(atPath: path, toPath: directory + "/" + target)
        } catch {
            throw HistoryError(error, path: path, operation: "set aside")
        }
        return target
    }
}
