import Foundation
import History
import Model
import NIOPosix
import Supervision

/// Asks the supervisor and the history for what the dashboard shows; callable from every task.
struct DashboardSource: Sendable {
    /// The supervisor.
    let control: any InstanceControl
    /// Opens the history.
    let history: HistorySource

    /// The most events that an instance's ticks are drawn of.
    private static let mostEvents = 200
    /// The most marks of a page that can be reached with the keyboard, over all lanes.
    private static let mostMarks = 1500

    /// What the overview shows.
    struct Overview: Sendable {
        /// The axis.
        var span: DashboardSpan
        /// The instances: those that there are, then those that the history alone knows.
        var instances: [InstanceView] = []
        /// How many marks each lane may have.
        var marksOfLane = LaneDrawing.mostTold
        /// What is known of the marked transitions.
        var records: [Int64: TransitionRecord] = [:]
        /// Why the history could not be read; `nil` when it was.
        var trouble: String?
    }

    /// One instance.
    struct InstanceView: Sendable {
        /// Its name.
        var name: String
        /// What the supervisor says; `nil` when it doesn't know the instance.
        var status: InstanceStatus?
        /// What its worker says; `nil` while none runs.
        var snapshot: InstanceSnapshot?
        /// Its servers' lanes, in the configuration's order.
        var lanes: [LaneOutline] = []
        /// When backups carried the traffic.
        var bands: [BackupBand] = []
        /// What happened to it, oldest first.
        var events: [EventRecord] = []
        /// Sessions of its frontends, added up.
        var sessions: [SessionBucket] = []
    }

    /// What the history says of all servers over a period.
    private struct Past: Sendable {
        var outlines = LaneOutlines(lanes: [], bands: [])
        var events: [EventRecord] = []
        var sessions: [SessionBucket] = []
        var records: [Int64: TransitionRecord] = [:]
        var marksOfLane = LaneDrawing.mostTold
    }

    /// Asks for what the overview shows.
    ///
    /// - Parameters:
    ///   - period: how far to look back.
    ///   - now: from when.
    /// - Returns: all of it; without a history that can be read, what is known of the present.
    /// - Throws: when the threads for it have been stopped.
    func overview(_ period: DashboardPeriod, now: Timestamp) async throws -> Overview {
        var overview = Overview(span: DashboardSpan(period, now: now))
        var past = Past()
        let span = overview.span
        do {
            past = try await NIOThreadPool.singleton.runIfActive { [history] in
                try Self.past(try history(), period, span)
            }
        } catch let error as HistoryError {
            overview.trouble = "\(error)"
        }
        (overview.records, overview.marksOfLane) = (past.records, past.marksOfLane)
        let lanes = Dictionary(grouping: past.outlines.lanes, by: \.server.instance)
        let sessions = Dictionary(grouping: past.sessions, by: \.subject.instance)
        // Nobody is asked for by name, so that none can be unknown.
        for status in try await control.status(of: []) {
            var view = InstanceView(name: status.instance)
            view.status = status
            view.snapshot = try await control.snapshot(of: status.instance)
            overview.instances.append(view)
        }
        let known = Set(overview.instances.map(\.name))
        overview.instances += lanes.keys.filter { !known.contains($0) }.sorted(by: Self.isBefore)
            .map { InstanceView(name: $0) }
        for index in overview.instances.indices {
            let name = overview.instances[index].name
            overview.instances[index].lanes = Self.ordered(
                lanes[name] ?? [], as: overview.instances[index].snapshot, span)
            overview.instances[index].bands = past.outlines.bands.filter { $0.instance == name }
            overview.instances[index].events = past.events.filter { $0.instance == name }.suffix(Self.mostEvents)
            overview.instances[index].sessions = Self.sum(sessions[name] ?? [])
        }
        return overview
    }

    private static func past(
        _ reader: any HistoryReader, _ period: DashboardPeriod, _ span: DashboardSpan
    ) throws -> Past {
        var past = Past()
        var question = HistoryQuestion()
        (question.since, question.until) = (span.since, span.until)
        past.outlines = try reader.outlines(
            question, finestMilliseconds: period.finestMilliseconds, now: span.until)
        past.marksOfLane = min(LaneDrawing.mostTold, max(4, mostMarks / max(1, past.outlines.lanes.count)))
        let marked = past.outlines.lanes.flatMap { lane in
            LaneDrawing.marked(lane, most: past.marksOfLane).compactMap { lane.parts[$0].transition }
        }
        past.records = try reader.transitions(numbered: marked)
        past.events = try events(reader, question)
        // From the beginning of a bucket on, so that each is whole.
        question.since = Timestamp(
            millisecondsSinceEpoch: span.since.millisecondsSinceEpoch / period.bucketMilliseconds
                * period.bucketMilliseconds)
        question.server = SessionSample.frontendName
        past.sessions = try reader.sessions(question, bucketMilliseconds: period.bucketMilliseconds)
        return past
    }

    private static func events(_ reader: any HistoryReader, _ question: HistoryQuestion) throws -> [EventRecord] {
        var question = question
        question.limit = 20 * mostEvents
        return try reader.events(question).map(\.record)
    }

    /// Lanes in the order of the configuration, with an empty one for each server that has no history yet.
    static func ordered(
        _ lanes: [LaneOutline], as snapshot: InstanceSnapshot?, _ span: DashboardSpan
    ) -> [LaneOutline] {
        guard let snapshot else { return lanes }
        var rest = Dictionary(lanes.map { ($0.server, $0) }, uniquingKeysWith: { first, _ in first })
        var result: [LaneOutline] = []
        for proxy in snapshot.proxies {
            for server in proxy.servers {
                let identity = ServerIdentity(instance: snapshot.instance, proxy: proxy.name, server: server.name)
                let lane =
                    rest.removeValue(forKey: identity)
                    ?? LaneOutline(
                        server: identity, since: span.since, until: span.until, known: [], finestMilliseconds: 0)
                result.append(lane.adding(server))
            }
        }
        return result + lanes.filter { rest[$0.server] != nil }
    }

    /// Buckets of several frontends, added up.
    static func sum(_ buckets: [SessionBucket]) -> [SessionBucket] {
        var sums: [Timestamp: SessionBucket] = [:]
        for bucket in buckets {
            guard var sum = sums[bucket.at] else {
                sums[bucket.at] = bucket
                continue
            }
            sum.current += bucket.current
            sum.max += bucket.max
            sum.total += bucket.total
            sum.mean = sum.mean.flatMap { mean in bucket.mean.map { $0 + mean } }
            sum.bytesIn += bucket.bytesIn
            sum.bytesOut += bucket.bytesOut
            sum.lengthMilliseconds = max(sum.lengthMilliseconds, bucket.lengthMilliseconds)
            sums[bucket.at] = sum
        }
        return sums.values.sorted { $0.at < $1.at }
    }

    /// The order of names in which `node10` comes after `node9`.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.compare(right, options: .numeric) == .orderedAscending
    }
}
