import GRDB
import Model

/// The servers, frontends and backends that a history knows, by their numbers in it.
struct Subjects {
    /// One server, or one side of a proxy.
    struct Subject {
        let identity: ServerIdentity
        let firstSeen: Timestamp
        let removed: Timestamp?

        /// Whether it is a proxy's FRONTEND or BACKEND rather than a server.
        var isSide: Bool { [SessionSample.frontendName, SessionSample.backendName].contains(identity.server) }

        /// Whether no configuration has had it since a moment.
        func isGone(before moment: Timestamp?) -> Bool {
            guard let moment, let removed else { return false }
            return removed <= moment
        }
    }

    let byNumber: [Int64: Subject]

    init(_ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT servers.id, instances.name AS instance, proxy, servers.name, servers.first_seen_at, removed_at
                FROM servers JOIN instances ON instances.id = servers.instance_id
                """)
        byNumber = Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let identity = ServerIdentity(instance: row["instance"], proxy: row["proxy"], server: row["name"])
                let subject = Subject(
                    identity: identity, firstSeen: Timestamp(millisecondsSinceEpoch: row["first_seen_at"]),
                    removed: (row["removed_at"] as Int64?).map { Timestamp(millisecondsSinceEpoch: $0) })
                return (row["id"] as Int64, subject)
            })
    }

    /// The numbers of those that a question is about; `nil` when it is about all.
    func matching(_ question: HistoryQuestion) -> [Int64]? {
        guard question.server != nil || question.instance != nil else { return nil }
        let name = question.server.map { ServerName($0) }
        return byNumber.filter { _, subject in
            (name?.matches(subject.identity) ?? true)
                && (question.instance == nil || question.instance == subject.identity.instance)
        }.keys.sorted()
    }

    /// A place by moment and number, as the tables are ordered; a subject that is gone is before all others.
    func place(_ place: HistoryPlace?) -> (at: Int64, server: Int64)? {
        switch place {
        case .subject(let at, let identity):
            (at.millisecondsSinceEpoch, byNumber.first { $0.value.identity == identity }?.key ?? 0)
        case .row, nil: nil
        }
    }
}

extension ServerIdentity {
    /// The order of lists: by instance, proxy, server.
    ///
    /// - Parameter other: another one.
    /// - Returns: whether this one comes first.
    public func isBefore(_ other: ServerIdentity) -> Bool {
        (instance, proxy, server) < (other.instance, other.proxy, other.server)
    }
}
