import GRDB
import Model

/// Reads what lanes are drawn from, and no more than can be seen of it.
///
/// A day in which a server changed its state more often than a lane can show comes from `states_by_day`, as one mixed part;
/// what lies between such days comes from the transitions. So years of a server that flaps cost no more than those of a calm
/// one.
struct OutlineSearch {
    private static let dayMilliseconds = SampleLevel.day.unitMilliseconds
    /// Where a server was going up or down, a part of what can be told apart is to be seen beside its state.
    private static let turningFraction: Int64 = 4

    let search: AvailabilitySearch
    /// What is shorter need not be told apart.
    let finestMilliseconds: Int64

    private var db: Database { search.db }

    /// A time that is read change by change.
    private struct Span: Hashable {
        let from: Timestamp
        let to: Timestamp
    }

    /// The outlines of a period.
    ///
    /// - Parameters:
    ///   - question: which servers and which period.
    ///   - asked: the numbers of the servers; `nil` is all.
    /// - Returns: one lane a server, by identity, and when backups carried the traffic.
    /// - Throws: `DatabaseError`.
    func outlines(_ question: HistoryQuestion, asked: [Int64]?) throws -> LaneOutlines {
        let selected = search.selected(question, asked: asked)
        let until = question.until ?? search.now
        guard let since = question.since ?? selected.map(\.subject.firstSeen).min(), since < until else {
            return LaneOutlines(lanes: [], bands: [])
        }
        let crowded = try crowdedDays(of: selected.map(\.number), Span(from: since, to: until))
        var spans: [Span: [Int64]] = [:]
        for (number, _) in selected {
            for span in Self.between(crowded[number] ?? [], Span(from: since, to: until)) {
                spans[span, default: []].append(number)
            }
        }
        var known = crowded
        var turnings: [Int64: [LaneOutline.Turning]] = [:]
        var backups = BackupSearch(subjects: search.subjects, runs: search.runs)
        for (span, numbers) in spans {
            let changes = try StateChanges(
                db, servers: numbers, isAll: asked == nil && numbers.count == selected.count, from: span.from,
                to: span.to, runs: search.runs, blind: search.blind)
            for number in numbers {
                let own = changes.byServer[number] ?? []
                known[number, default: []] += parts(of: changes.timeline(of: number), own, in: span)
                turnings[number, default: []] += self.turnings(own, in: span)
                backups.add(own, of: number, before: span.to)
            }
        }
        let lanes = selected.map { number, subject in
            var lane = LaneOutline(
                server: subject.identity, since: since, until: until, known: known[number] ?? [],
                finestMilliseconds: finestMilliseconds)
            lane.turnings = (turnings[number] ?? []).sorted { $0.from < $1.from }
            return lane
        }
        return LaneOutlines(lanes: lanes, bands: backups.bands(from: since, to: until, blind: crowded))
    }

    // MARK: Crowded days

    private func crowdedDays(of servers: [Int64], _ period: Span) throws -> [Int64: [LaneOutline.Part]] {
        let first = SampleLevel.day.ceiling(period.from.millisecondsSinceEpoch)
        let last = SampleLevel.day.floor(min(period.to.millisecondsSinceEpoch, try DayAccounts.mark(db)))
        guard first < last, !servers.isEmpty else { return [:] }
        let query = DayAccounts.crowded(
            servers, from: first, to: last, above: max(1, Self.dayMilliseconds / max(1, finestMilliseconds) / 2))
        let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
        var days: [Int64: [LaneOutline.Part]] = [:]
        while let row = try rows.next() {
            guard let subject = search.subjects.byNumber[row[0]] else { continue }
            let from = Timestamp(millisecondsSinceEpoch: row[1])
            let to = from.advanced(byMilliseconds: Self.dayMilliseconds)
            var account = Availability(server: subject.identity, since: from, until: to)
            (account.upMilliseconds, account.downMilliseconds, account.maintMilliseconds) = (row[2], row[3], row[4])
            account.fillUnknown()
            let part = LaneOutline.Part(from: from, to: to, content: .mixed(account, changes: row[5]))
            days[row[0], default: []].append(part)
        }
        return days
    }

    private static func between(_ days: [LaneOutline.Part], _ period: Span) -> [Span] {
        var spans: [Span] = []
        var position = period.from
        for day in days {
            if position < day.from { spans.append(Span(from: position, to: day.from)) }
            position = day.to
        }
        if position < period.to { spans.append(Span(from: position, to: period.to)) }
        return spans
    }

    // MARK: Change by change

    private func parts(
        of timeline: AvailabilityTimeline, _ changes: [StateChange], in span: Span
    ) -> [LaneOutline.Part] {
        var next = 0
        return timeline.known.compactMap { stretch in
            let (from, to) = (max(stretch.from, span.from), min(stretch.to, span.to))
            guard from < to else { return nil }
            while next + 1 < changes.count, changes[next + 1].at <= stretch.from { next += 1 }
            let isBegun = next < changes.count && changes[next].at == stretch.from
            return LaneOutline.Part(
                from: from, to: to, content: .state(stretch.state),
                transition: isBegun && changes[next].state == stretch.state ? changes[next].id : nil)
        }
    }

    /// When the server was going up or down, as far as that was long enough to be seen.
    private func turnings(_ changes: [StateChange], in span: Span) -> [LaneOutline.Turning] {
        let least = finestMilliseconds / Self.turningFraction
        return changes.compactMap { change in
            guard let length = change.turningMilliseconds, length > least, change.at > span.from, change.at <= span.to,
                change.state != .unknown
            else { return nil }
            let from = max(span.from, change.at.advanced(byMilliseconds: -length))
            guard !search.blind.contains(where: { $0.overlaps(from...change.at) }) else { return nil }
            return LaneOutline.Turning(from: from, to: change.at, isRising: change.state != .down)
        }
    }
}

extension HistoryDatabase {
    /// What lanes are drawn from.
    ///
    /// - Parameters:
    ///   - question: which servers and which period, as for `lanes`; without `since`, from the first record on.
    ///   - finestMilliseconds: what is shorter need not be told apart.
    ///   - now: what an open period ends at.
    /// - Returns: one outline a server, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func outlines(
        _ question: HistoryQuestion, finestMilliseconds: Int64, now: Timestamp
    ) throws -> LaneOutlines {
        try connection.read("read states") { db in
            let subjects = try Subjects(db)
            let search = AvailabilitySearch(
                db: db, subjects: subjects, runs: try RunSpan.fetchAll(db, now: now),
                blind: try RunSpan.blindTimes(db), now: now)
            return try OutlineSearch(search: search, finestMilliseconds: finestMilliseconds)
                .outlines(question, asked: subjects.matching(question))
        }
    }

    /// Transitions by their numbers.
    ///
    /// - Parameter numbers: as `Recorded` and `LaneOutline.Part` have them.
    /// - Returns: those that are there.
    /// - Throws: `HistoryError` when the history cannot be read.
    public func transitions(numbered numbers: [Int64]) throws -> [Int64: TransitionRecord] {
        guard !numbers.isEmpty else { return [:] }
        return try connection.read("read transitions") { db in
            let subjects = try Subjects(db)
            let query = HistoryQuery.transitions(numbered: numbers)
            let rows = try Row.fetchAll(db, sql: query.sql, arguments: query.arguments)
            return try rows.reduce(into: [:]) { records, row in
                records[row["id"]] = try RowReader(path: connection.file.path).transition(row, subjects)
            }
        }
    }
}
