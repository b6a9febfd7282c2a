import GRDB
import Model

/// Works out how servers' times divide into states, and reads no more than that takes.
///
/// Whole days come from `states_by_day`, as far as they have been added up; the ends of the period, and today, come from the
/// transitions.
struct AvailabilitySearch {
    let db: Database
    let subjects: Subjects
    let runs: [RunSpan]
    let blind: [ClosedRange<Timestamp>]
    let now: Timestamp

    /// One account a server, by identity.
    ///
    /// - Parameters:
    ///   - question: which servers and which period.
    ///   - asked: the numbers of the servers; `nil` is all.
    /// - Returns: the accounts.
    /// - Throws: `DatabaseError`.
    func accounts(_ question: HistoryQuestion, asked: [Int64]?) throws -> [Availability] {
        let done = try DayAccounts.mark(db)
        var accounts: [Int64: Availability] = [:]
        let selected = selected(question, asked: asked)
        let periods = Dictionary(grouping: selected) { question.since ?? $0.subject.firstSeen }
        for (since, servers) in periods {
            let until = question.until ?? now
            for (number, subject) in servers {
                accounts[number] = Availability(server: subject.identity, since: since, until: until)
            }
            let numbers = servers.map(\.number)
            try addSoftStates(numbers, from: since, to: until, to: &accounts)
            let isAll = asked == nil && periods.count == 1
            let firstDay = SampleLevel.day.ceiling(since.millisecondsSinceEpoch)
            let today = SampleLevel.day.floor(min(until.millisecondsSinceEpoch, done))
            guard firstDay < today else {
                try add(numbers, isAll, from: since, to: until, to: &accounts)
                continue
            }
            let (first, last) = (
                Timestamp(millisecondsSinceEpoch: firstDay), Timestamp(millisecondsSinceEpoch: today)
            )
            try add(numbers, isAll, from: since, to: first, to: &accounts)
            let query = DayAccounts.sum(ofServers: numbers, from: firstDay, to: today)
            let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
            while let row = try rows.next() {
                accounts[row[0]]?.upMilliseconds += row[1]
                accounts[row[0]]?.downMilliseconds += row[2]
                accounts[row[0]]?.maintMilliseconds += row[3]
            }
            try add(numbers, isAll, from: last, to: until, to: &accounts)
        }
        return selected.compactMap { number, _ in
            accounts[number]?.fillUnknown()
            return accounts[number]
        }
    }

    /// One lane a server, by identity.
    ///
    /// - Parameters:
    ///   - question: which servers and which period.
    ///   - asked: the numbers of the servers; `nil` is all.
    /// - Returns: the lanes.
    /// - Throws: `DatabaseError`.
    func lanes(_ question: HistoryQuestion, asked: [Int64]?) throws -> [StateLane] {
        let selected = selected(question, asked: asked)
        let until = question.until ?? now
        guard let first = selected.map({ question.since ?? $0.subject.firstSeen }).min(), first < until else {
            return []
        }
        let changes = try StateChanges(
            db, servers: selected.map(\.number), isAll: asked == nil, from: first, to: until, runs: runs,
            blind: blind)
        return selected.map { number, subject in
            let since = question.since ?? subject.firstSeen
            let known = changes.timeline(of: number).known.compactMap { stretch -> StateLane.Stretch? in
                let (from, to) = (max(stretch.from, since), min(stretch.to, until))
                return from < to ? StateLane.Stretch(from: from, to: to, state: stretch.state) : nil
            }
            return StateLane(server: subject.identity, since: since, until: until, known: known)
        }
    }

    /// The servers that a question is about, by identity.
    ///
    /// - Parameters:
    ///   - question: which servers and which period.
    ///   - asked: their numbers; `nil` is all.
    /// - Returns: those that the period concerns, with their numbers.
    func selected(
        _ question: HistoryQuestion, asked: [Int64]?
    ) -> [(number: Int64, subject: Subjects.Subject)] {
        (asked ?? Array(subjects.byNumber.keys)).compactMap { number in
            subjects.byNumber[number].map { (number: number, subject: $0) }
        }
        .filter { !$0.subject.isSide && (question.server != nil || !$0.subject.isGone(before: question.since)) }
        .sorted { $0.subject.identity.isBefore($1.subject.identity) }
    }

    private func addSoftStates(
        _ servers: [Int64], from: Timestamp, to: Timestamp, to accounts: inout [Int64: Availability]
    ) throws {
        let query = HistoryQuery.softSums(ofServers: servers, since: from, until: to)
        let rows = try Row.fetchCursor(db, sql: query.sql, arguments: query.arguments)
        while let row = try rows.next() {
            accounts[row[0]]?.softFailures = row[1]
            accounts[row[0]]?.softPasses = row[2]
        }
    }

    private func add(
        _ servers: [Int64], _ isAll: Bool, from: Timestamp, to: Timestamp, to accounts: inout [Int64: Availability]
    ) throws {
        guard from < to else { return }
        let changes = try StateChanges(
            db, servers: servers, isAll: isAll, from: from, to: to, runs: runs, blind: blind)
        for server in servers {
            for stretch in changes.timeline(of: server).known {
                accounts[server]?.add(stretch.state, from: max(stretch.from, from), to: min(stretch.to, to))
            }
        }
    }
}
