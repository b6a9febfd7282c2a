import Foundation
import History
import Model
import Supervision

@testable import Monitoring

/// A known history as the dashboard gets it.
enum DashboardFixtures {
    /// 2026-11-23 14:00:00 UTC.
    static let now = Timestamp(millisecondsSinceEpoch: 1_795_442_400_000)
    static let words = DashboardWords(zone: .gmt)
    static let span = DashboardSpan(.day, now: now)
    static let rabbit = ServerIdentity(instance: "warren", proxy: "rabbitmq_warren", server: "rabbit")
    static let backup = ServerIdentity(instance: "warren", proxy: "rabbitmq_warren", server: "rabbit_backup")

    /// Names that would be markup, if they were let.
    static let hostileNames = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>", "{{{title}}}<b>",
        "</title><script>alert(1)</script>", "a&b<c>/../d", "</svg><script src=\"//evil.example\">",
    ]

    static var overview: DashboardSource.Overview { overview(named: "warren") }

    static func overview(named name: String) -> DashboardSource.Overview {
        var overview = DashboardSource.Overview(span: span)
        var status = InstanceStatus(instance: name, state: .running)
        (status.uptimeMilliseconds, status.listen) = (61_000, ["127.0.0.1:5680"])
        (status.serversUp, status.servers, status.isOnBackup, status.sessions) = (1, 2, true, 3)
        var snapshot = SnapshotFixtures.warrenOnBackup
        if name != "warren" {
            status.reason = name
            snapshot.instance = name
            snapshot.proxies[0].name = name
            snapshot.proxies[0].servers[0].name = name
            snapshot.proxies[0].servers[0].address = name
        }
        var view = DashboardSource.InstanceView(name: name)
        (view.status, view.snapshot) = (status, snapshot)
        view.lanes = DashboardSource.ordered(lanes(named: name), as: snapshot, span)
        view.bands = [
            BackupBand(instance: name, proxy: snapshot.proxies[0].name, from: at(-120), to: at(-60))
        ]
        view.events = [
            EventRecord(
                at: at(-600), instance: name, kind: .maint, actor: name == "warren" ? "uid 1000 (ada)" : name,
                reason: name == "warren" ? "new disks" : name, detail: "rabbitmq_warren/rabbit"),
            EventRecord(at: at(-300), instance: name, kind: .restarted, actor: "uid 0 (root)"),
        ]
        view.sessions = buckets
        overview.instances = [view, DashboardSource.InstanceView(name: "gone")]
        overview.records = [7: record(named: name)]
        return overview
    }

    static var server: DashboardSource.ServerView { server(named: "warren") }

    static func server(named name: String) -> DashboardSource.ServerView {
        let overview = overview(named: name)
        let instance = overview.instances[0]
        let identity = instance.lanes[0].server
        var view = DashboardSource.ServerView(server: identity, span: span)
        view.snapshot = instance.snapshot?.server(identity)
        view.lane = instance.lanes[0]
        (view.bands, view.events, view.sessions) = (instance.bands, instance.events, instance.sessions)
        view.records = overview.records
        view.uptimes = [DashboardPeriod.day, .week].map { ($0, instance.lanes[0].account) }
        var incident = Incident(proxy: identity, at: at(-120))
        (incident.until, incident.end, incident.servers) = (at(-60), .recovered, [identity.server])
        (incident.durationMilliseconds, incident.wasOnBackup, incident.sessionsCut) = (3_600_000, true, 4)
        incident.carriers = ["rabbit_backup"]
        incident.cause = record(named: name)
        view.incidents = [incident]
        view.transitions = [Recorded(id: 7, record: record(named: name))]
        view.hasOlder = true
        return view
    }

    private static func record(named name: String) -> TransitionRecord {
        var record = TransitionRecord(at: at(-120), server: rabbit, from: .up, to: .down)
        (record.status, record.detail) = (.layer4Error, name == "warren" ? "Connection refused" : name)
        (record.checkMilliseconds, record.lastedMilliseconds, record.turningMilliseconds) = (1, 192_000, 720_000)
        (record.sessions, record.sessionsCut, record.carriers) = (4, 4, ["rabbit_backup"])
        return record
    }

    private static func lanes(named name: String) -> [LaneOutline] {
        var (primary, spare) = (rabbit, backup)
        if name != "warren" {
            primary = ServerIdentity(instance: name, proxy: name, server: name)
            spare = ServerIdentity(instance: name, proxy: name, server: "rabbit_backup")
        }
        var lane = LaneOutline(
            server: primary, since: span.since, until: span.until,
            known: [
                part(-1440, -600, .up), part(-600, -570, .maint), part(-570, -120, .up), part(-120, -60, .down, 7),
                part(-60, 0, .up),
            ], finestMilliseconds: DashboardPeriod.day.finestMilliseconds)
        lane.turnings = [.init(from: at(-132), to: at(-120), isRising: false)]
        return [
            lane,
            LaneOutline(
                server: spare, since: span.since, until: span.until,
                known: [part(-1200, 0, .up)], finestMilliseconds: DashboardPeriod.day.finestMilliseconds),
        ]
    }

    private static func part(_ from: Int64, _ to: Int64, _ state: ServerState, _ number: Int64? = nil)
        -> LaneOutline.Part
    {
        LaneOutline.Part(from: at(from), to: at(to), content: .state(state), transition: number)
    }

    private static var buckets: [SessionBucket] {
        (0..<6).map { index in
            var bucket = SessionBucket(
                at: at(-120 + 20 * Int64(index)), subject: rabbit, current: index, max: index + 1, total: 10 * index,
                bytesIn: Int64(index) * 1000, bytesOut: Int64(index) * 20_000)
            bucket.lengthMilliseconds = 1_200_000
            bucket.mean = Double(index)
            if index > 0 {
                bucket.checkTimes = CheckTimes(
                    count: 240, microseconds: 240 * Int64(index) * 900, slowestMicroseconds: Int64(index) * 2500)
            }
            return bucket
        }
    }

    private static func at(_ minutes: Int64) -> Timestamp { now.advanced(byMilliseconds: minutes * 60_000) }
}
