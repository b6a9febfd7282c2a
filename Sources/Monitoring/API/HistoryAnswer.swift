import History
import Model
import NIOPosix

/// Opens the history for one answer; what it returns is used on one thread at a time.
public typealias HistorySource = @Sendable () throws -> any HistoryReader

/// Which of the history's questions is asked.
///
/// An answer is an object with its rows, oldest first, under the question's name, and `next`: the cursor of the rows before
/// them, null when there are none. A row has the fields of the command's `--json`, made by the same `Row`.
enum HistoryAnswer: String, Sendable, CaseIterable {
    /// Health transitions.
    case history
    /// Session counts.
    case sessions
    /// How each server's time divides into states.
    case uptime
    /// What happened to instances and to the supervisor.
    case events
    /// Outages, those of one proxy that overlap as one.
    case incidents
    /// The hours in which checks failed without an outage.
    case softStates = "soft-states"

    /// The parameters that it takes.
    var parameters: [QuestionParameters.Name] {
        switch self {
        case .history: [.server, .instance, .since, .until, .limit, .cursor, .after]
        case .sessions: [.server, .instance, .since, .until, .limit, .every, .cursor]
        case .uptime, .incidents, .softStates: [.server, .instance, .since, .until, .limit, .cursor]
        case .events: [.instance, .since, .until, .limit, .cursor, .after]
        }
    }

    /// The name of the rows in the answer.
    var field: String { self == .softStates ? "soft_states" : rawValue }

    /// Answers, away from the event loops, since SQLite blocks.
    ///
    /// - Parameters:
    ///   - parameters: what is asked.
    ///   - source: opens the history.
    /// - Returns: the rows, `next`, and where rows can be followed `last`, for the next question's `after`.
    /// - Throws: `KnownServers.NotFound`, or why the history cannot be read.
    func answer(_ parameters: QuestionParameters, from source: @escaping HistorySource) async throws -> JSON {
        try await NIOThreadPool.singleton.runIfActive {
            let reader = try source()
            let page = try page(parameters, reader)
            if page.rows.isEmpty {
                let question = parameters.question
                try KnownServers(reader.servers(), withProxies: self == .sessions)
                    .check(server: question.server, instance: question.instance)
            }
            let next = page.next.map { PageCursor(present: parameters.present, place: $0).text }
            var fields = [JSON.Field(field, .array(page.rows.map(\.json)))]
            if let last = page.last { fields.append(JSON.Field("last", last)) }
            return .object(fields + [JSON.Field("next", .string(orNull: next))])
        }
    }

    /// The rows of one answer.
    private struct Page {
        var rows: [Row]
        /// Where the rows before them begin; `nil` when there are none.
        var next: HistoryPlace?
        /// The number of the newest row, or what was asked with; absent where rows have no number.
        var last: JSON?

        /// Takes rows of which one more was asked for than the page has, to know whether there is one.
        init<Value: RowConvertible>(newest values: [Value], of limit: Int, place: (Value) -> HistoryPlace) {
            let page = values.suffix(limit)
            rows = page.map(\.row)
            next = values.count > limit ? page.first.map(place) : nil
        }

        init<Value: RowConvertible>(recorded values: [Recorded<Value>], _ parameters: QuestionParameters)
        where Value: Timed {
            let page = values.suffix(parameters.limit)
            rows = page.map(\.record.row)
            // A follower goes the other way.
            let goesBack = parameters.question.after == nil && values.count > parameters.limit
            next = goesBack ? page.first.map { .row(at: $0.record.at, id: $0.id) } : nil
            last = .integer(orNull: page.last?.id ?? parameters.question.after)
        }
    }

    private func page(_ parameters: QuestionParameters, _ reader: any HistoryReader) throws -> Page {
        var question = parameters.question
        question.limit = parameters.limit + 1
        switch self {
        case .history: return Page(recorded: try reader.transitions(question), parameters)
        case .events: return Page(recorded: try reader.events(question), parameters)
        case .sessions:
            let buckets = try reader.sessions(question, bucketMilliseconds: parameters.every)
            return Page(newest: buckets, of: parameters.limit) { .subject(at: $0.at, $0.subject) }
        case .incidents:
            let incidents = try reader.incidents(question, now: parameters.present)
            return Page(newest: incidents, of: parameters.limit) { incident in
                let first = ServerIdentity(
                    instance: incident.instance, proxy: incident.proxy, server: incident.servers.first ?? "")
                return .subject(at: incident.at, first)
            }
        case .softStates:
            return Page(newest: try reader.softStates(question), of: parameters.limit) {
                .subject(at: $0.at, $0.server)
            }
        case .uptime:
            return try Self.uptime(parameters, reader)
        }
    }

    /// Servers have no time: their pages go on with the names after the last one.
    private static func uptime(_ parameters: QuestionParameters, _ reader: any HistoryReader) throws -> Page {
        var accounts = try reader.uptime(parameters.question, now: parameters.present)
        if case .subject(_, let last) = parameters.cursor?.place { accounts.removeAll { !last.isBefore($0.server) } }
        var page = Page(newest: Array(accounts.prefix(parameters.limit)), of: parameters.limit) { account in
            .subject(at: account.since, account.server)
        }
        if accounts.count > parameters.limit, let last = accounts.prefix(parameters.limit).last {
            page.next = .subject(at: parameters.present, last.server)
        }
        return page
    }
}

/// A record of a moment.
private protocol Timed {
    var at: Timestamp { get }
}

extension TransitionRecord: Timed {}
extension EventRecord: Timed {}
