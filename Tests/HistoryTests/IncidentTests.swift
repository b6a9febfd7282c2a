import Foundation
import Model
import Seeds
import Testing

@testable import History

@Suite("incidents")
struct IncidentTests {
    private func outage(_ server: Int64, _ from: Int64, _ to: Int64) -> Outage {
        Outage(server: server, from: .base + from, to: .base + to, end: .recovered, transition: nil)
    }

    @Test("are made of outages that overlap or touch")
    func joined() {
        let outages = [outage(2, 5, 9), outage(1, 0, 6), outage(1, 9, 10), outage(3, 11, 20), outage(1, 12, 13)]
        #expect(
            Outage.joined(outages) == [
                [outage(1, 0, 6), outage(2, 5, 9), outage(1, 9, 10)], [outage(3, 11, 20), outage(1, 12, 13)],
            ])
        #expect(Outage.joined([]).isEmpty)
    }

    private func store(_ state: StateDirectory, pid: Int32 = 1, at start: Int64 = 0) throws -> HistoryStore {
        try HistoryStore(
            file: HistoryFile(stateDirectory: state.path),
            run: .init(processID: pid, version: "1", startedAt: .base + start), lockWait: .seconds(1),
            now: .base + start)
    }

    private func change(
        _ server: ServerIdentity, _ from: ServerState, _ to: ServerState, at: Int64, active: Int, backup: Int = 0,
        _ edit: (inout TransitionRecord) -> Void = { _ in }
    ) -> HistoryRecord {
        var record = TransitionRecord(at: .base + at, server: server, from: from, to: to)
        (record.activeServers, record.backupServers) = (active, backup)
        edit(&record)
        return .transition(record)
    }

    @Test("say what happened, why, for how long, and what it did to traffic")
    func account() throws {
        let state = try StateDirectory()
        let store = try store(state)
        try store.write(
            notes: [],
            records: [
                change(.primary, .unknown, .up, at: 0, active: 1),
                change(.backup, .unknown, .up, at: 0, active: 1, backup: 1),
                change(.primary, .up, .down, at: 10_000, active: 0, backup: 1) {
                    ($0.status, $0.detail, $0.sessions, $0.sessionsCut) = (.layer4Error, "Connection refused", 4, 4)
                    $0.carriers = ["rabbit_backup"]
                },
                change(.backup, .up, .down, at: 15_000, active: 0) { $0.sessions = 2 },
                change(.primary, .down, .up, at: 20_000, active: 1),
                change(.backup, .down, .maint, at: 40_000, active: 1),
                change(.primary, .up, .down, at: 50_000, active: 0),
            ], gap: nil, now: .base + 60_000)
        let reader = try state.reader()
        let incidents = try reader.incidents(HistoryQuestion(), now: .base + 60_000)
        #expect(incidents.count == 2)
        let first = incidents[0]
        #expect((first.at, first.until) == (.base + 10_000, .base + 40_000))
        #expect(first.end == .maint)
        #expect(first.servers == ["rabbit", "rabbit_backup"])
        #expect((first.outages, first.durationMilliseconds) == (2, 30_000))
        #expect((first.longestMilliseconds, first.longestServer) == (25_000, "rabbit_backup"))
        #expect(first.wasOnBackup && first.carriers == ["rabbit_backup"] && first.hadNoServer)
        #expect((first.sessions, first.sessionsCut) == (6, 4))
        #expect(first.cause?.detail == "Connection refused")
        let second = incidents[1]
        #expect((second.end, second.until, second.durationMilliseconds) == (.open, nil, 10_000))
        // Once the supervisor has gone, nobody knows.
        let later = try reader.incidents(HistoryQuestion(), now: .base + 600_000)
        #expect(later.last?.end == .unknown)
        #expect(later.last?.until == .base + 60_000)
        var question = HistoryQuestion()
        question.server = "rabbit_backup"
        #expect(try reader.incidents(question, now: .base + 60_000).map(\.outages) == [2])
        question.server = "nobody"
        #expect(try reader.incidents(question, now: .base + 60_000).isEmpty)
        try store.close()
    }

    @Test(
        "are the same whatever part of the history is read for them, and add up to the time that was down",
        arguments: 1...10)
    func anyWindow(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let state = try StateDirectory()
        let servers = [ServerIdentity.primary, .backup, .other]
        var at: Int64 = 0
        for run in 0..<4 {
            let store = try store(state, pid: Int32(run + 1), at: at)
            var records: [HistoryRecord] = [
                .inventory(at: .base + at, instance: "warren", servers: [.primary, .backup])
            ]
            var states = Dictionary(uniqueKeysWithValues: servers.map { ($0, ServerState.unknown) })
            for _ in 0..<60 {
                at += Int64.random(in: 1...20_000, using: &random)
                let server = servers[Int.random(in: 0..<3, using: &random)]
                let states_ = [ServerState.up, .up, .up, .down, .down, .maint, .drain, .degraded]
                let next = states_[Int.random(in: 0..<states_.count, using: &random)]
                guard let before = states[server], before != next else { continue }
                states[server] = next
                records.append(change(server, before, next, at: at, active: 1))
            }
            try store.write(notes: [], records: records[...], gap: nil, now: .base + at)
            if Bool.random(using: &random) { try store.endRun(at: .base + at) }
            try store.close()
            at += Int64.random(in: 1...100_000, using: &random)
        }
        let now = Timestamp.base + at + 1_000_000
        let reader = try state.reader()
        let all = try reader.incidents(HistoryQuestion(), now: now)
        #expect(all.count > 20)
        for server in servers {
            var question = HistoryQuestion()
            question.server = server.description
            let down = try reader.uptime(question, now: now).first?.downMilliseconds ?? 0
            let alone = all.filter {
                $0.proxy == server.proxy && $0.instance == server.instance && $0.servers == [server.server]
                    && $0.outages == 1
            }
            #expect(alone.reduce(0) { $0 + $1.durationMilliseconds } <= down)
            if server == .other {
                // The only server of its proxy.
                let its = all.filter { $0.instance == "cluster" }
                #expect(its.reduce(0) { $0 + $1.durationMilliseconds } == down)
            }
        }
        for _ in 0..<40 {
            var question = HistoryQuestion()
            question.since = .base + Int64.random(in: 0..<at, using: &random)
            question.until = (question.since ?? now) + Int64.random(in: 1...400_000, using: &random)
            let expected = all.filter { incident in
                guard let since = question.since, let until = question.until, let end = incident.until else {
                    return false
                }
                return incident.at < until && end > since
            }
            #expect(try reader.incidents(question, now: now) == expected)
            question.limit = Int.random(in: 1...5, using: &random)
            #expect(try reader.incidents(question, now: now) == Array(expected.suffix(question.limit ?? 0)))
        }
        var newest = HistoryQuestion()
        newest.limit = 3
        #expect(try reader.incidents(newest, now: now) == Array(all.suffix(3)))
    }
}
