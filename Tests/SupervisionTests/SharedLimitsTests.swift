import Configuration
import EventLoop
import Model
import Proxy
import Testing

@testable import Supervision

/// What several workers of one instance have together: after a reload that takes a new worker, limits hold for all of them,
/// and what is ordered reaches all of them.
@Suite(.timeLimit(.minutes(1))) struct SharedLimitsTests {
    @Test("a server gets no more sessions than its maxconn, and who waits gets the place that a finishing worker frees")
    func serverLimit() async throws {
        let setUp = try await ReloadSetUp(["a A maxconn 2"])
        var old = [try await setUp.session(), try await setUp.session()]
        try await setUp.replaceWorker(["a A maxconn 2"])
        let next = try await setUp.connect()
        try await setUp.expect([2, 1], "the server is full with the old worker's sessions")
        old.removeLast()
        try await setUp.check(next)
        try await setUp.expect([2, 0], "the place went to the one that waited")
        for client in old { try await setUp.check(client) }
        await setUp.end()
    }

    @Test("a finishing worker's waiting sessions get the places that others free")
    func waitingInFinishingWorker() async throws {
        let setUp = try await ReloadSetUp(["a A maxconn 1"])
        var first: Client? = try await setUp.session()
        try await setUp.replaceWorker(["a A maxconn 1"])
        let second = try await setUp.connect()
        try await setUp.expect([1, 1], "the second waits in the second worker")
        try await setUp.replaceWorker(["a A maxconn 1"])
        #expect(try await setUp.supervisor.workers(of: "one").count == 3)
        if let client = first { try await setUp.check(client) }
        first = nil
        try await setUp.check(second)
        try await setUp.expect([1, 0], "the first worker's place went to the second's session")
        await setUp.end()
    }

    @Test("a frontend's maxconn counts all workers' sessions, and so does the instance's")
    func frontendLimit() async throws {
        for line in ["maxconn 2", "description all"] {
            let setUp = try await ReloadSetUp(["a A"], lines: [line])
            if line != "maxconn 2" {
                let act = RuntimeAct.instance(.setConnectionLimit(2))
                #expect(try await setUp.supervisor.carryOut(act, on: "one", by: setUp.ada) == .done)
            }
            var old = [try await setUp.session(), try await setUp.session()]
            try await setUp.replaceWorker(["a A"], lines: [line])
            if line != "maxconn 2" {
                let act = RuntimeAct.instance(.setConnectionLimit(2))
                #expect(try await setUp.supervisor.carryOut(act, on: "one", by: setUp.ada) == .done)
            }
            let next = try await setUp.connect()
            // It is in the kernel's queue: nothing of it can be seen before a place is free.
            #expect(try await setUp.proxy().frontend?.currentSessions == 2)
            old.removeLast()
            try await setUp.check(next)
            #expect(try await setUp.proxy().frontend?.currentSessions == 2)
            for client in old { try await setUp.check(client) }
            await setUp.end()
        }
    }

    @Test("a server that has moved is not full with the sessions at its old place")
    func movedServer() async throws {
        let setUp = try await ReloadSetUp(["a A maxconn 1"])
        let old = try await setUp.session()
        try await setUp.replaceWorker(["a B maxconn 1"])
        let next = try await setUp.session()
        try await setUp.check(old)
        try await setUp.check(next)
        await setUp.end()
    }

    @Test("leastconn goes by the sessions that finishing workers have, too")
    func leastConnections() async throws {
        let lines = ["balance leastconn"]
        let setUp = try await ReloadSetUp(["a A"], lines: lines)
        let old = [try await setUp.session(), try await setUp.session()]
        try await setUp.replaceWorker(["a A", "b B"], lines: lines)
        let new = [try await setUp.session(), try await setUp.session()]
        try await setUp.expect([2, 2, 0], "b had none")
        for client in old + new { try await setUp.check(client) }
        await setUp.end()
    }

    @Test("who waits in a finishing worker is not sent to a server that has been taken out since")
    func standings() async throws {
        let setUp = try await ReloadSetUp(["a A maxconn 1", "b B maxconn 1"])
        var served = [try await setUp.session(), try await setUp.session()]
        let waiting = try await setUp.connect()
        try await setUp.expect([1, 1, 1], "it waits for either")
        try await setUp.replaceWorker(["a A maxconn 1", "b B maxconn 1"])
        _ = try await setUp.supervisor.set(.maint, server: "one/a", by: setUp.ada)
        served.removeFirst()
        try await setUp.expect([0, 1, 1], "a is free, and takes nobody")
        served = []
        try await setUp.check(waiting)
        try await setUp.expect([0, 1, 0], "b has it")
        await setUp.end()
    }

    @Test("sessions of finishing workers are listed under names of their own, and can be ended by them")
    func sessionNames() async throws {
        let setUp = try await ReloadSetUp(["a A"])
        let old = try await setUp.session()
        try await setUp.replaceWorker(["a A"])
        let new = try await setUp.session()
        let names = try await setUp.sessionNames()
        #expect(names.map(\.count) == [1, 1])
        #expect(Set(names.flatMap(\.self)).count == 2)
        let name = try #require(names.last?.first)
        #expect(try await setUp.supervisor.carryOut(.endSession(name), on: "one", by: setUp.ada) == .done)
        #expect(try await onThread { old.isEnded() })
        try await setUp.check(new)
        let again = try await setUp.supervisor.carryOut(.endSession(name), on: "one", by: setUp.ada)
        #expect(again == .refused(.noSuchSession))
        await setUp.end()
    }

    @Test("a rebalance closes sessions of finishing workers, too")
    func rebalance() async throws {
        let setUp = try await ReloadSetUp(["a A"])
        var old: [Client] = []
        for _ in 0..<4 { old.append(try await setUp.session()) }
        try await setUp.replaceWorker(["a A", "b B"])
        let act = RuntimeAct.proxy("relay", .rebalance(perMinute: 6_000))
        let result = try await setUp.supervisor.carryOut(act, on: "one", by: setUp.ada)
        #expect(result == .told("relay: closes 2 sessions, 6000 per minute: a 4 -> 2, b 0 -> 2\n"))
        try await setUp.expect([2, 0, 0], "two of the old worker's sessions are closed")
        await setUp.end()
    }
}
