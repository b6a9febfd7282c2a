import GRDB
import Model

/// Finds incidents: reads as much of the history as they take, and no more.
///
/// The newest are wanted most often, and an outage may have begun long before the period that is asked for or end long after
/// it. So a window of time is read; it grows until it holds enough incidents, each with its true beginning and end.
struct IncidentSearch {
    /// Transitions that are read at first for each incident that is wanted.
    private static let transitionsPerIncident = 4
    /// By how much more is read when that was not enough.
    private static let growth = 8
    /// How often the window is moved because something reaches over its edges; beyond it, what does so keeps the edge.
    private static let moves = 8

    let db: Database
    let reader: RowReader
    let subjects: Subjects
    let runs: [RunSpan]
    let blind: [ClosedRange<Timestamp>]
    let now: Timestamp

    /// The incidents of a period, oldest first.
    ///
    /// - Parameters:
    ///   - question: the period and the limit.
    ///   - asked: the servers that had a part; `nil` is any.
    /// - Returns: the newest incidents, as many as the limit allows.
    /// - Throws: `DatabaseError`, `HistoryError`.
    func incidents(_ question: HistoryQuestion, asked: [Int64]?) throws -> [Incident] {
        let servers = relatives(of: asked)
        let since = question.since ?? runs.map(\.start).min() ?? now
        let before = subjects.place(question.before)
        let wanted = before.map { Timestamp(millisecondsSinceEpoch: $0.at + 1) } ?? now
        let until = min(question.until ?? now, now, wanted)
        guard since <= until else { return [] }
        var count = question.limit.map { max(1, $0) * Self.transitionsPerIncident }
        while true {
            var from = since
            if let wanted = count {
                let query = StateChange.moment(ofTransition: wanted, before: until)
                let moment = try Int64.fetchOne(db, sql: query.sql, arguments: query.arguments)
                from = moment.map { max(since, Timestamp(millisecondsSinceEpoch: $0)) } ?? since
            }
            // Of what reaches over the edge of a window that is only a part of the period, the beginning is not wanted: it is
            // older than all that begins within, and if these are too few, the window grows.
            let isPart = from > since
            let window = try window(
                from: from, to: until, servers: servers, isAll: asked == nil, findsBeginnings: !isPart)
            let groups = window.groups.filter { !isPart || $0[0].from >= from }.filter { group in
                let isAsked = asked.map { asked in group.contains { asked.contains($0.server) } } ?? true
                return isAsked && group[0].from < until
            }.filter { group in
                let place = (at: group[0].from.millisecondsSinceEpoch, server: group[0].server)
                return before.map { place < $0 } ?? true
            }.filter { $0.contains { $0.to > since || $0.end == .open } }
            let isEnough = question.limit.map { groups.count >= $0 } ?? true
            guard isEnough || from <= since else {
                count = count.map { $0 * Self.growth }
                continue
            }
            let newest = question.limit.map { groups.suffix(max(0, $0)) } ?? groups[...]
            let members = Dictionary(grouping: subjects.byNumber.keys.sorted()) {
                subjects.byNumber[$0]?.identity.proxyKey ?? []
            }
            return try newest.map { try incident($0, in: window.changes, members: members) }
        }
    }

    /// The servers of the proxies that some servers belong to: an incident is a proxy's.
    private func relatives(of asked: [Int64]?) -> [Int64] {
        let all = subjects.byNumber.filter { !$0.value.isSide }
        guard let asked else { return all.keys.sorted() }
        let proxies = Set(asked.compactMap { all[$0]?.identity.proxyKey })
        return all.filter { proxies.contains($0.value.identity.proxyKey) }.keys.sorted()
    }

    // MARK: The window

    private func window(
        from: Timestamp, to: Timestamp, servers: [Int64], isAll: Bool, findsBeginnings: Bool
    ) throws -> (groups: [[Outage]], changes: StateChanges) {
        var (from, to) = (from, to)
        var move = 1
        while true {
            let changes = try StateChanges(
                db, servers: servers, isAll: isAll, from: from, to: to, runs: runs, blind: blind)
            let outages = servers.flatMap { server in
                Outage.all(
                    of: server, in: changes.timeline(of: server), changes: changes.byServer[server] ?? [], now: now)
            }
            let begin = findsBeginnings ? outages.map(\.from).min().map { min($0, from) } ?? from : from
            var end = to
            for outage in outages where to < now && outage.to > to {
                // The window ends in the middle of it, and the timeline goes on to the run's end: what came next?
                let query = StateChange.next(of: outage.server, after: to)
                let row = try Row.fetchOne(db, sql: query.sql, arguments: query.arguments)
                // One millisecond on, so that it is part of the window.
                end = max(end, row.map { min(outage.to, StateChange($0).at).advanced(byMilliseconds: 1) } ?? outage.to)
            }
            if begin < from || end > to, move < Self.moves {
                (from, to, move) = (begin, end, move + 1)
                continue
            }
            let proxies = Dictionary(grouping: outages) { subjects.byNumber[$0.server]?.identity.proxyKey ?? [] }
            let groups = proxies.values.flatMap(Outage.joined).sorted {
                ($0[0].from, $0[0].server) < ($1[0].from, $1[0].server)
            }
            return (groups, changes)
        }
    }

    // MARK: One incident

    private func incident(
        _ outages: [Outage], in changes: StateChanges, members: [[String]: [Int64]]
    ) throws -> Incident {
        guard let first = outages.first, let identity = subjects.byNumber[first.server]?.identity else {
            preconditionFailure("an incident has at least one outage of a known server")
        }
        var incident = Incident(proxy: identity, at: first.from)
        var last = first
        for outage in outages {
            let name = subjects.byNumber[outage.server]?.identity.server ?? ""
            if !incident.servers.contains(name) { incident.servers.append(name) }
            let length = outage.to.millisecondsSinceEpoch - outage.from.millisecondsSinceEpoch
            if length > incident.longestMilliseconds || incident.longestServer.isEmpty {
                (incident.longestMilliseconds, incident.longestServer) = (length, name)
            }
            if outage.end == .open || (outage.to >= last.to && last.end != .open) { last = outage }
        }
        incident.outages = outages.count
        incident.end = last.end
        incident.until = last.end == .open ? nil : last.to
        incident.durationMilliseconds = last.to.millisecondsSinceEpoch - first.from.millisecondsSinceEpoch
        try addFalls(outages, to: &incident)
        let servers = members[identity.proxyKey] ?? []
        try addTraffic(from: first.from, to: last.to, servers.compactMap { changes.byServer[$0] }, to: &incident)
        return incident
    }

    private func addFalls(_ outages: [Outage], to incident: inout Incident) throws {
        for (index, outage) in outages.enumerated() {
            guard let number = outage.transition, let record = try transition(number) else { continue }
            if index == 0 { incident.cause = record }
            incident.sessions += record.sessions
            if let cut = record.sessionsCut { incident.sessionsCut = (incident.sessionsCut ?? 0) + cut }
        }
    }

    private func addTraffic(
        from: Timestamp, to: Timestamp, _ changes: [[StateChange]], to incident: inout Incident
    ) throws {
        for changes in changes {
            for change in changes
            where change.at >= from && change.at < to && change.state != .unknown && change.activeServers == 0 {
                guard change.backupServers > 0 else {
                    incident.hadNoServer = true
                    continue
                }
                incident.wasOnBackup = true
                for name in try transition(change.id)?.carriers ?? [] where !incident.carriers.contains(name) {
                    incident.carriers.append(name)
                }
            }
        }
    }

    private func transition(_ number: Int64) throws -> TransitionRecord? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM transitions WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [number]).map { try reader.transition($0, subjects) }
    }
}

extension ServerIdentity {
    /// What the servers of one proxy have in common.
    fileprivate var proxyKey: [String] { [instance, proxy] }
}
