import GRDB
import Model

/// One change of a server's state, as far as accounts of time need it.
struct StateChange: Sendable {
    /// The transition's number.
    let id: Int64
    /// The run that recorded it.
    let run: Int64
    /// The server's number.
    let server: Int64
    /// When it happened.
    let at: Timestamp
    /// The state since; one that only a newer program knows is, for an account of time, not known.
    let state: ServerState
    /// Active servers that take traffic afterwards.
    let activeServers: Int
    /// Backup servers that are usable afterwards.
    let backupServers: Int
    /// For how long checks had said so before it happened, in milliseconds; `nil` where one was enough.
    let turningMilliseconds: Int64?

    init(_ row: Row) {
        id = row[0]
        run = row[1]
        server = row[2]
        at = Timestamp(millisecondsSinceEpoch: row[3])
        state = ServerState(rawValue: row[4]) ?? .unknown
        activeServers = row[5]
        backupServers = row[6]
        turningMilliseconds = row[7]
    }

    private static let columns = "id, run_id, server_id, at, to_state, active_servers, backup_servers, turning_ms"

    /// The changes of a time, in the order of recording.
    ///
    /// - Parameters:
    ///   - from: its beginning.
    ///   - to: its end, which is not part of it.
    ///   - servers: of which servers; `nil` is all.
    /// - Returns: the statement.
    static func inTime(from: Timestamp, to: Timestamp, servers: [Int64]?) -> HistoryQuery {
        let condition = servers.map { " AND server_id IN (\($0.map(String.init).joined(separator: ", ")))" } ?? ""
        return HistoryQuery(
            sql: "SELECT \(columns) FROM transitions WHERE at >= ? AND at < ?\(condition) ORDER BY id",
            arguments: [from.millisecondsSinceEpoch, to.millisecondsSinceEpoch])
    }

    /// What a server's state was before a moment of a run.
    static func last(of server: Int64, run: Int64, before moment: Timestamp) -> HistoryQuery {
        HistoryQuery(
            sql: """
                SELECT \(columns) FROM transitions WHERE server_id = ? AND at < ? AND run_id = ? \
                ORDER BY at DESC, id DESC LIMIT 1
                """, arguments: [server, moment.millisecondsSinceEpoch, run])
    }

    /// What a server's state became at or after a moment.
    static func next(of server: Int64, after moment: Timestamp) -> HistoryQuery {
        HistoryQuery(
            sql: "SELECT \(columns) FROM transitions WHERE server_id = ? AND at >= ? ORDER BY at, id LIMIT 1",
            arguments: [server, moment.millisecondsSinceEpoch])
    }

    /// The moment of the so-many-th transition before another moment.
    static func moment(ofTransition count: Int, before moment: Timestamp) -> HistoryQuery {
        HistoryQuery(
            sql: "SELECT at FROM transitions WHERE at < ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            arguments: [moment.millisecondsSinceEpoch, count])
    }
}

/// What servers went through in a period, and in which state each of them entered it.
struct StateChanges {
    /// The changes of each server in the order of recording; the first may be from before the period.
    private(set) var byServer: [Int64: [StateChange]] = [:]
    private let runs: [RunSpan]
    private let blind: [ClosedRange<Timestamp>]

    /// Reads what happened.
    ///
    /// - Parameters:
    ///   - db: the database.
    ///   - servers: of which servers.
    ///   - isAll: whether these are all that there are.
    ///   - from: the period's beginning.
    ///   - to: its end.
    ///   - runs: all runs.
    ///   - blind: when transitions were dropped.
    /// - Throws: `DatabaseError`.
    init(
        _ db: Database, servers: [Int64], isAll: Bool, from: Timestamp, to: Timestamp, runs: [RunSpan],
        blind: [ClosedRange<Timestamp>]
    ) throws {
        self.runs = runs.filter { $0.end > from && $0.start < to }
        self.blind = blind
        guard isAll || !servers.isEmpty else { return }
        for run in self.runs where run.start < from {
            for server in servers {
                let query = StateChange.last(of: server, run: run.id, before: from)
                let statement = try db.cachedStatement(sql: query.sql)
                guard let row = try Row.fetchOne(statement, arguments: query.arguments) else { continue }
                byServer[server, default: []].append(StateChange(row))
            }
        }
        let query = StateChange.inTime(from: from, to: to, servers: isAll ? nil : servers)
        let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
        while let row = try rows.next() {
            let change = StateChange(row)
            byServer[change.server, default: []].append(change)
        }
    }

    /// What is known of a server in the period.
    func timeline(of server: Int64) -> AvailabilityTimeline {
        let changes = Dictionary(grouping: byServer[server] ?? [], by: \.run)
        return AvailabilityTimeline(
            runs: runs.map { run in
                AvailabilityTimeline.Run(
                    start: run.start, end: run.end,
                    changes: (changes[run.id] ?? []).sorted { $0.id < $1.id }.map { ($0.at, $0.state) })
            }, blind: blind)
    }
}
