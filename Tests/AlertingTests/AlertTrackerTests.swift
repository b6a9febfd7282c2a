import Foundation
import Model
import Testing

@testable import Alerting

/// What there is to tell, decided from what the history is told.
@Suite("what alerts tell")
struct AlertTrackerTests {
    private static let begin = Timestamp(millisecondsSinceEpoch: 1_767_225_600_000)

    private func change(
        _ server: String, _ from: ServerState, _ to: ServerState, at seconds: Int64 = 0, proxy: String = "rabbitmq",
        sessions: Int = 0
    ) -> HistoryRecord {
        var record = TransitionRecord(
            at: Self.begin.advanced(byMilliseconds: seconds * 1000),
            server: ServerIdentity(instance: "warren", proxy: proxy, server: server), from: from, to: to)
        record.sessions = sessions
        if to == .down { (record.status, record.detail) = (.layer4Error, "Connection refused") }
        return .transition(record)
    }

    private func event(_ kind: EventKind, at seconds: Int64 = 0) -> HistoryRecord {
        .event(
            EventRecord(
                at: Self.begin.advanced(byMilliseconds: seconds * 1000), instance: "warren", kind: kind, detail: "why"))
    }

    /// The occasions of all messages, in order.
    private func told(_ records: [HistoryRecord], by tracker: inout AlertTracker) -> [AlertMessage] {
        records.flatMap { tracker.take($0) }
    }

    private func told(_ records: [HistoryRecord]) -> [AlertMessage] {
        var tracker = AlertTracker()
        return told(records, by: &tracker)
    }

    @Test("servers of one proxy that are down at one time are one incident, told when it opens and when it closes")
    func incident() throws {
        let messages = told([
            change("a", .unknown, .up), change("b", .unknown, .up),
            change("a", .up, .down, at: 10, sessions: 4), change("b", .up, .down, at: 20, sessions: 3),
            change("a", .down, .up, at: 30), change("a", .up, .down, at: 35), change("b", .down, .up, at: 40),
            change("a", .down, .up, at: 70),
        ]).filter { $0.occasion != .transition }
        #expect(messages.map(\.occasion) == [.incidentOpened, .incidentClosed])
        let (opened, closed) = (messages[0], messages[1])
        #expect(opened.servers == ["a"] && opened.sessions == 4 && opened.detail == "Connection refused")
        #expect(closed.incident == opened.incident && closed.incident != nil)
        #expect(closed.servers == ["a", "b"] && closed.outages == 3 && closed.sessions == 7)
        #expect(closed.durationMilliseconds == 60_000 && closed.end == "RECOVERED")
    }

    @Test("proxies have their own incidents")
    func twoProxies() {
        let messages = told([
            change("a", .up, .down), change("a", .up, .down, proxy: "web"), change("a", .down, .up),
        ]).filter { $0.occasion != .transition }
        #expect(messages.map(\.occasion) == [.incidentOpened, .incidentOpened, .incidentClosed])
        #expect(messages.map(\.proxy) == ["rabbitmq", "web", "rabbitmq"])
    }

    @Test("an outage that lasts over a restart is told once, and its end once")
    func restart() throws {
        var tracker = AlertTracker()
        let before = told(
            [change("a", .unknown, .up), change("a", .up, .down, at: 10), change("a", .down, .unknown, at: 20)],
            by: &tracker)
        var later = try JSONDecoder().decode(AlertTracker.self, from: JSONEncoder().encode(tracker))
        let after = told([change("a", .unknown, .down, at: 30)], by: &later)
        let end = told([change("a", .down, .up, at: 40)], by: &later)
        #expect(before.map(\.occasion) == [.incidentOpened, .transition])
        #expect(after.map(\.occasion) == [.transition])
        #expect(end.map(\.occasion) == [.incidentClosed, .transition])
        #expect(end[0].incident == before[0].incident && end[0].outages == 1)
        #expect(end[0].durationMilliseconds == 30_000)
    }

    @Test("a server that is up again after a restart ends the incident of before")
    func recoveredMeanwhile() throws {
        var tracker = AlertTracker()
        _ = told([change("a", .up, .down)], by: &tracker)
        var later = try JSONDecoder().decode(AlertTracker.self, from: JSONEncoder().encode(tracker))
        #expect(told([change("a", .unknown, .up, at: 60)], by: &later).map(\.occasion) == [.incidentClosed])
    }

    @Test("maintenance is quiet, and ends an incident as such")
    func maintenance() {
        #expect(told([change("a", .unknown, .up), change("a", .up, .maint), change("a", .maint, .up)]) == [])
        let messages = told([change("a", .up, .down), change("a", .down, .maint, at: 5)])
        #expect(messages.map(\.occasion) == [.incidentOpened, .transition, .incidentClosed])
        #expect(messages.last?.end == "MAINT")
    }

    @Test("an instance whose servers are all in maintenance is quiet about its failed starts")
    func instanceInMaintenance() {
        let quiet = told([change("a", .unknown, .maint), change("b", .unknown, .maint), event(.backoff)])
        #expect(quiet == [])
        let loud = told([change("a", .unknown, .maint), change("b", .unknown, .up), event(.backoff)])
        #expect(loud.map(\.occasion) == [.backoff])
    }

    @Test("a row of failed starts is told once, its giving up once, and again after a success")
    func failedStarts() {
        let messages = told([
            event(.backoff), event(.backoff), event(.fatal), event(.backoff), event(.fatal), event(.started),
            event(.backoff),
        ])
        #expect(messages.map(\.occasion) == [.backoff, .fatal, .backoff])
        #expect(messages.allSatisfy { $0.detail == "why" && $0.instance == "warren" })
    }

    @Test("a server that flaps is told once, until it was calm")
    func flapping() {
        var tracker = AlertTracker()
        var records: [HistoryRecord] = []
        for round in 0..<20 {
            records.append(change("a", .up, .down, at: Int64(round) * 60))
            records.append(change("a", .down, .up, at: Int64(round) * 60 + 30))
        }
        let occasions = told(records, by: &tracker).map(\.occasion)
        #expect(occasions.count { $0 == .flapping } == 1)
        let later = told([change("a", .up, .down, at: 100_000)], by: &tracker)
        #expect(!later.map(\.occasion).contains(.flapping))
        #expect(later.filter { $0.occasion == .flappingEnded }.map(\.end) == ["CALM"])
        let again = told(
            (0..<20).flatMap { round in
                [
                    change("a", .down, .up, at: 200_000 + Int64(round) * 60),
                    change("a", .up, .down, at: 200_030 + Int64(round) * 60),
                ]
            }, by: &tracker)
        #expect(again.count { $0.occasion == .flapping } == 1)
    }

    /// Has a server change its state every half minute for ten minutes.
    private func flap(_ server: String, by tracker: inout AlertTracker) -> [AlertMessage] {
        told(
            (0..<20).map { round in
                round.isMultiple(of: 2)
                    ? change(server, .up, .down, at: Int64(round) * 30)
                    : change(server, .down, .up, at: Int64(round) * 30)
            }, by: &tracker)
    }

    @Test("the end of flapping is told once it is calm for long enough, also by a later supervisor")
    func flappingEnds() throws {
        var tracker = AlertTracker()
        let began = try #require(flap("a", by: &tracker).first { $0.occasion == .flapping })
        #expect(tracker.lookAround(at: Self.begin.advanced(byMilliseconds: 600_000)) == [])
        var later = try JSONDecoder().decode(AlertTracker.self, from: JSONEncoder().encode(tracker))
        #expect(later.lookAround(at: Self.begin.advanced(byMilliseconds: 610_000)) == [], "it flaps still")
        let ended = later.lookAround(at: Self.begin.advanced(byMilliseconds: 1_200_000))
        #expect(ended.map(\.occasion) == [.flappingEnded] && ended.map(\.servers) == [["a"]])
        #expect(ended[0].incident == began.incident && began.incident != nil)
        #expect(ended[0].end == "CALM")
        #expect(
            ended[0].durationMilliseconds
                == 1_200_000 - (began.at.millisecondsSinceEpoch - Self.begin.millisecondsSinceEpoch))
        #expect(later.lookAround(at: Self.begin.advanced(byMilliseconds: 2_000_000)) == [])
    }

    @Test("maintenance ends flapping, and so does that a server is configured no longer")
    func flappingEndsOtherwise() {
        var tracker = AlertTracker()
        _ = flap("a", by: &tracker)
        _ = flap("b", by: &tracker)
        let maint = told([change("a", .up, .maint, at: 620)], by: &tracker)
        #expect(maint.map(\.occasion) == [.flappingEnded] && maint.map(\.end) == ["MAINT"])
        let gone = tracker.take(.inventory(at: Self.begin, instance: "warren", servers: []))
        #expect(gone.map(\.occasion) == [.flappingEnded] && gone.map(\.end) == ["UNKNOWN"])
    }

    @Test("an instance in maintenance is quiet when its worker ends, and after a restart of the supervisor")
    func maintenanceOutlastsTheWorker() throws {
        var tracker = AlertTracker()
        let quiet = told(
            [
                change("a", .up, .maint), change("b", .up, .maint), change("a", .maint, .unknown),
                change("b", .maint, .unknown), event(.backoff),
            ], by: &tracker)
        #expect(quiet == [])
        var later = try JSONDecoder().decode(AlertTracker.self, from: JSONEncoder().encode(tracker))
        #expect(told([event(.backoff), event(.fatal)], by: &later) == [])
        #expect(told([change("a", .unknown, .up), event(.fatal)], by: &later).map(\.occasion) == [.fatal])
    }

    @Test("a server that is configured no longer ends the incident that it alone was in")
    func removed() {
        var tracker = AlertTracker()
        _ = told([change("a", .up, .down), change("b", .up, .down, proxy: "web")], by: &tracker)
        let rest = ServerIdentity(instance: "warren", proxy: "web", server: "b")
        let messages = tracker.take(.inventory(at: Self.begin, instance: "warren", servers: [rest]))
        #expect(messages.map(\.occasion) == [.incidentClosed])
        #expect(messages.first?.proxy == "rabbitmq" && messages.first?.end == "UNKNOWN")
    }

    @Test("nothing is told of the first state, of the end, and of samples")
    func nothingToTell() {
        #expect(told([change("a", .unknown, .up), change("a", .up, .unknown), .samples([]), event(.reloaded)]) == [])
    }

    @Test("who is told of incidents hears of no transition that is part of one")
    func grouping() {
        var alert = AlertSettings(
            name: "ops", occasions: [.transition, .incidentOpened],
            receiver: .webhook(url: "http://127.0.0.1/", secret: nil))
        let messages = told([
            change("a", .unknown, .up), change("a", .up, .drain), change("a", .drain, .down), change("a", .down, .up),
        ])
        #expect(messages.filter(alert.tells).map(\.occasion) == [.transition, .incidentOpened])
        alert.occasions = [.transition]
        #expect(messages.filter(alert.tells).map(\.to) == [.drain, .down, .up])
        alert.instances = ["another"]
        #expect(messages.filter(alert.tells) == [])
    }
}
