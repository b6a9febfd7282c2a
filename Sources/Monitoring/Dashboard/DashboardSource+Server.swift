import Foundation
import History
import Model
import NIOPosix
import Supervision

extension DashboardSource {
    /// Which of a server's transitions its page lists.
    struct TransitionFilter: Sendable, Hashable {
        /// The most that are listed.
        static let mostRows = 100
        /// The most that are looked at for those of one state.
        static let mostRead = 2000

        /// Only transitions to this state; `nil` is all.
        var state: ServerState?
        /// Only what was before this moment; `nil` is the present.
        var before: Timestamp?
        /// The transition that a mark led here from: those until it are listed.
        var number: Int64?

        /// Lists the newest of all states.
        init() {}
    }

    /// What the page of a server shows.
    struct ServerView: Sendable {
        /// The server.
        var server: ServerIdentity
        /// The axis.
        var span: DashboardSpan
        /// What its worker says; `nil` where none runs, or it doesn't have the server.
        var snapshot: ServerSnapshot?
        /// Its lane.
        var lane: LaneOutline?
        /// When backups carried its proxy's traffic.
        var bands: [BackupBand] = []
        /// What happened to its instance.
        var events: [EventRecord] = []
        /// Its session counts.
        var sessions: [SessionBucket] = []
        /// What is known of the transitions that its lane marks.
        var records: [Int64: TransitionRecord] = [:]
        /// How its time divides, over each of the periods from a day on.
        var uptimes: [(period: DashboardPeriod, account: Availability)] = []
        /// Its outages.
        var incidents: [Incident] = []
        /// Its transitions, newest first.
        var transitions: [Recorded<TransitionRecord>] = []
        /// Whether there are older ones.
        var hasOlder = false
        /// How it flaps; `nil` when it doesn't.
        var flapping: Flapping?
    }

    /// The most incidents that are listed.
    private static let mostIncidents = 20

    /// Asks for what a server's page shows.
    ///
    /// - Parameters:
    ///   - server: which server.
    ///   - period: how far to look back.
    ///   - filter: which transitions to list.
    ///   - now: from when.
    /// - Returns: all of it; `nil` when neither an instance nor the history has the server.
    /// - Throws: `HistoryError` when the history cannot be read.
    func server(
        _ server: ServerIdentity, _ period: DashboardPeriod, _ filter: TransitionFilter, now: Timestamp
    ) async throws -> ServerView? {
        var view = try await NIOThreadPool.singleton.runIfActive { [history] in
            try Self.past(of: server, in: try history(), period, filter, now)
        }
        // An instance that the supervisor doesn't know may still have a history.
        let snapshot = try? await control.snapshot(of: server.instance)
        view.snapshot = snapshot?.server(server)
        if view.lane == nil, let snapshot, view.snapshot != nil {
            view.lane = Self.ordered([], as: snapshot, view.span).first { $0.server == server }
        } else if let now = view.snapshot {
            view.lane = view.lane?.adding(now)
        }
        return view.lane == nil ? nil : view
    }

    private static func past(
        of server: ServerIdentity, in reader: any HistoryReader, _ period: DashboardPeriod,
        _ filter: TransitionFilter, _ now: Timestamp
    ) throws -> ServerView {
        var view = ServerView(server: server, span: DashboardSpan(period, now: now))
        var question = HistoryQuestion()
        (question.since, question.until) = (view.span.since, view.span.until)
        question.instance = server.instance
        // Of the whole proxy, whose transitions say when a backup had the traffic.
        let outlines = try reader.outlines(question, finestMilliseconds: period.finestMilliseconds, now: now)
        view.lane = outlines.lanes.first { $0.server == server }
        view.bands = outlines.bands.filter { $0.instance == server.instance && $0.proxy == server.proxy }
        view.events = Array(try reader.events(question).map(\.record).suffix(200))
        question.server = server.description
        if let lane = view.lane {
            let marked = LaneDrawing.marked(lane, most: LaneDrawing.mostTold)
            view.records = try reader.transitions(numbered: marked.compactMap { lane.parts[$0].transition })
        }
        question.limit = mostIncidents
        view.incidents = try reader.incidents(question, now: now).reversed()
        question.limit = nil
        for period in DashboardPeriod.allCases where period != .hour {
            question.since = now.advanced(byMilliseconds: -period.milliseconds)
            guard let account = try reader.uptime(question, now: now).first else { continue }
            view.uptimes.append((period, account))
        }
        question.since = Timestamp(
            millisecondsSinceEpoch: view.span.since.millisecondsSinceEpoch / period.bucketMilliseconds
                * period.bucketMilliseconds)
        view.sessions = try reader.sessions(question, bucketMilliseconds: period.bucketMilliseconds)
        view.flapping = try reader.flapping(now: now)[server]
        try list(filter, of: server, in: reader, &view)
        return view
    }

    private static func list(
        _ filter: TransitionFilter, of server: ServerIdentity, in reader: any HistoryReader, _ view: inout ServerView
    ) throws {
        var question = HistoryQuestion()
        question.server = server.description
        question.until = filter.before
        if let number = filter.number, let record = try reader.transitions(numbered: [number])[number] {
            question.until = record.at.advanced(byMilliseconds: 1)
        }
        question.limit = filter.state == nil ? TransitionFilter.mostRows + 1 : TransitionFilter.mostRead
        let rows = try reader.transitions(question).filter { filter.state == nil || $0.record.to == filter.state }
        view.hasOlder = rows.count > TransitionFilter.mostRows
        view.transitions = rows.suffix(TransitionFilter.mostRows).reversed()
    }
}
