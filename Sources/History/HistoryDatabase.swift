import Foundation
import GRDB
import Model

/// Reads the history, whether or not a supervisor writes it at the same time; never changes it.
///
/// All calls are allowed from every thread; they read the disk, so not from an event loop.
public final class HistoryDatabase: HistoryReader {
    /// A run that has given no sign of life for so long is over.
    static let lifeSignMilliseconds = Int64(RecorderLimits.standard.heartbeat / .milliseconds(1)) * 3

    let connection: HistoryConnection

    /// Finds the history of a state directory and makes sure that it can be read.
    ///
    /// - Parameter stateDirectory: the state directory.
    /// - Throws: `HistoryError`: `missing` when no supervisor has run with it yet.
    public init(stateDirectory: String) throws(HistoryError) {
        connection = HistoryConnection(file: HistoryFile(stateDirectory: stateDirectory))
        try connection.read("open") { _ in }
    }

    /// Reads through a connection of one's own.
    ///
    /// - Parameter connection: opens the database for each question.
    init(connection: HistoryConnection) { self.connection = connection }

    /// Health transitions, oldest first; with `after`, in the order of recording.
    ///
    /// - Parameter question: which.
    /// - Returns: the rows, each with its number.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func transitions(_ question: HistoryQuestion) throws -> [Recorded<TransitionRecord>] {
        try connection.read("read transitions") { db in
            let subjects = try Subjects(db)
            let asked = subjects.matching(question)
            if let asked, asked.isEmpty { return [] }
            let query = HistoryQuery.transitions(question, servers: asked)
            return try Row.fetchAll(db, sql: query.sql, arguments: query.arguments).reversed().map { row in
                Recorded(id: row["id"], record: try RowReader(path: connection.file.path).transition(row, subjects))
            }
        }
    }

    /// Events, oldest first; with `after`, in the order of recording.
    ///
    /// `question.server` is ignored.
    ///
    /// - Parameter question: which.
    /// - Returns: the rows, each with its number.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func events(_ question: HistoryQuestion) throws -> [Recorded<EventRecord>] {
        try connection.read("read events") { db in
            let rows = try Row.fetchAll(db, sql: "SELECT id, name FROM instances")
            let names = Dictionary(uniqueKeysWithValues: rows.map { ($0["id"] as Int64, $0["name"] as String) })
            let asked = names.first { $0.value == question.instance }?.key
            guard question.instance == nil || asked != nil else { return [] }
            let query = HistoryQuery.events(question, instance: asked)
            return try Row.fetchAll(db, sql: query.sql, arguments: query.arguments).reversed().map { row in
                Recorded(id: row["id"], record: try RowReader(path: connection.file.path).event(row, names))
            }
        }
    }

    /// Session counts in buckets aligned to the epoch, oldest first; `FRONTEND` and `BACKEND` match as server names.
    ///
    /// What is older than the retention of samples comes from coarser counts, in buckets that are not shorter than their unit.
    /// Within a bucket the subjects come in the order in which they were first seen, which is that of the configuration.
    ///
    /// - Parameters:
    ///   - question: which; `limit` counts rows, `after` is ignored.
    ///   - bucketMilliseconds: the buckets' length; less than 1 counts as 1.
    /// - Returns: the buckets that have samples.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func sessions(_ question: HistoryQuestion, bucketMilliseconds: Int64) throws -> [SessionBucket] {
        try connection.read("read session counts") { db in
            let subjects = try Subjects(db)
            let asked = subjects.matching(question) ?? Array(subjects.byNumber.keys)
            if asked.isEmpty { return [] }
            let plan = SamplePlan(
                since: question.since?.millisecondsSinceEpoch, until: question.until?.millisecondsSinceEpoch,
                bucketMilliseconds: max(1, bucketMilliseconds), coverage: try .fetch(db))
            let before = subjects.place(question.before)
            var sums = SampleSums(limit: question.limit, before: before)
            // Of the bucket that an earlier answer began in, each subject's row may be one that it had already.
            let limit = question.limit.map { $0 + (before == nil ? 0 : asked.count) }
            for segment in plan.segments(before: before?.at).reversed() {
                let query = HistoryQuery.sessions(segment, servers: asked, limit: limit)
                let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
                while let row = try rows.next() { sums.add(SampleSum(row, bucket: segment.bucketMilliseconds)) }
            }
            return try sums.newest.map { try RowReader(path: connection.file.path).bucket($0, subjects) }
        }
    }

    /// How each server's time divides into states.
    ///
    /// - Parameters:
    ///   - question: which servers; without `since`, from each server's first record; `limit` and `after` are ignored. A server
    ///     that was removed from the configuration before the period is left out unless `server` names it.
    ///   - now: what an open period ends at.
    /// - Returns: one account a server, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func uptime(_ question: HistoryQuestion, now: Timestamp) throws -> [Availability] {
        try connection.read("read uptimes") { db in
            let subjects = try Subjects(db)
            return try availability(subjects, db, now: now).accounts(question, asked: subjects.matching(question))
        }
    }

    /// The hours in which checks said something else than a server's state without changing it, oldest first.
    ///
    /// - Parameter question: which; an hour that overlaps the period counts. `after` is ignored.
    /// - Returns: one row a server and hour, within an hour by the servers' numbers.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func softStates(_ question: HistoryQuestion) throws -> [SoftStates] {
        try connection.read("read soft states") { db in
            let subjects = try Subjects(db)
            let asked = subjects.matching(question) ?? subjects.byNumber.keys.sorted()
            if asked.isEmpty { return [] }
            let query = HistoryQuery.softStates(
                since: question.since, until: question.until, before: subjects.place(question.before), servers: asked,
                limit: question.limit)
            return try Row.fetchAll(db, sql: query.sql, arguments: query.arguments).reversed().map { row in
                try RowReader(path: connection.file.path).softStates(row, subjects)
            }
        }
    }

    /// What states each server went through.
    ///
    /// - Parameters:
    ///   - question: which servers, as for `uptime`.
    ///   - now: what an open period ends at.
    /// - Returns: one lane a server, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func lanes(_ question: HistoryQuestion, now: Timestamp) throws -> [StateLane] {
        try connection.read("read states") { db in
            let subjects = try Subjects(db)
            return try availability(subjects, db, now: now).lanes(question, asked: subjects.matching(question))
        }
    }

    /// The servers that change their state too often.
    ///
    /// - Parameter now: the present.
    /// - Returns: those that flap, with how much.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func flapping(now: Timestamp) throws -> [ServerIdentity: Flapping] {
        try connection.read("look for flapping servers") { db in
            let query = StateChange.inTime(
                from: now.advanced(byMilliseconds: -Flapping.lookBackMilliseconds),
                to: now.advanced(byMilliseconds: 1), servers: nil)
            let changes = try Row.fetchAll(db, sql: query.sql, arguments: query.arguments).map { StateChange($0) }
            let subjects = try Subjects(db)
            var flapping: [ServerIdentity: Flapping] = [:]
            for (number, changes) in Dictionary(grouping: changes, by: \.server) {
                let judged = Flapping(changes: changes.map(\.at), now: now)
                guard judged.isFlapping, let subject = subjects.byNumber[number] else { continue }
                flapping[subject.identity] = judged
            }
            return flapping
        }
    }

    private func availability(_ subjects: Subjects, _ db: Database, now: Timestamp) throws -> AvailabilitySearch {
        AvailabilitySearch(
            db: db, subjects: subjects, runs: try RunSpan.fetchAll(db, now: now), blind: try RunSpan.blindTimes(db),
            now: now)
    }

    /// Outages, those of one proxy that overlap as one, oldest first.
    ///
    /// - Parameters:
    ///   - question: which; one that overlaps the period counts, with its true beginning and end. With `server`, those that
    ///     the server had a part in. `after` is ignored.
    ///   - now: until when what still lasts has lasted.
    /// - Returns: the incidents, by their beginning.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func incidents(_ question: HistoryQuestion, now: Timestamp) throws -> [Incident] {
        try connection.read("read incidents") { db in
            let subjects = try Subjects(db)
            let asked = subjects.matching(question)
            if let asked, asked.isEmpty { return [] }
            let search = IncidentSearch(
                db: db, reader: RowReader(path: connection.file.path), subjects: subjects,
                runs: try RunSpan.fetchAll(db, now: now), blind: try RunSpan.blindTimes(db), now: now)
            return try search.incidents(question, asked: asked)
        }
    }

    /// The servers that the history knows.
    ///
    /// - Returns: all of them, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func servers() throws -> [ServerIdentity] {
        try connection.read("read servers") { db in
            try Subjects(db).byNumber.values.filter { !$0.isSide }.map(\.identity).sorted { $0.isBefore($1) }
        }
    }

    /// What a person may have meant by a server's name that nothing matches.
    ///
    /// - Parameter name: `SERVER`, `PROXY/SERVER` or `INSTANCE/PROXY/SERVER`.
    /// - Returns: the nearest known name; `nil` when the name is known, or none is near.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func suggestion(for name: String) throws -> String? {
        ServerName(name).suggestion(among: try servers())
    }
}
