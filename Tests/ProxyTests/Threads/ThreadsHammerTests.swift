import Dispatch
import EventLoop
import Model
import Peers
import Synchronization
import Testing

@testable import Proxy

/// Four threads of one instance in this process, under everything that they share: made for the thread sanitizer.
@Suite("threads under a hammer", .serialized)
struct ThreadsHammerTests {
    private static let threads = 4
    private static let clients = 6
    private static let rounds = 30

    /// An instance, and the threads that its first one leads.
    private final class Team {
        let instance: InstanceUnderTest
        let fellows: [Worker]

        init(_ text: String) throws {
            var fellows: [Worker] = []
            instance = try InstanceUnderTest(text) { plan in
                let team = ThreadTeam(size: ThreadsHammerTests.threads, in: plan.group)
                plan.place = ThreadPlace(team: team, number: 1)
                for number in 2...ThreadsHammerTests.threads {
                    var own = plan
                    own.place = ThreadPlace(team: team, number: number)
                    own.pulse = LoopPulse()
                    own.listeners = []
                    do {
                        for listener in plan.listeners {
                            var copy = listener
                            copy.descriptor = try Socket.duplicate(listener.descriptor)
                            own.listeners.append(copy)
                        }
                        fellows.append(try Worker.start(own))
                    } catch {
                        Issue.record("a thread could not be had: \(error)")
                    }
                }
            }
            self.fellows = fellows
        }

        var all: [Worker] { [instance.worker] + fellows }

        func snapshots() async -> [InstanceSnapshot] {
            var snapshots: [InstanceSnapshot] = []
            for worker in all { if let snapshot = await worker.snapshot() { snapshots.append(snapshot) } }
            return snapshots
        }

        func stop() async {
            for worker in fellows { await worker.stop(grace: .zero, isFinal: true, actor: nil, reason: nil) }
            await instance.stop()
        }
    }

    /// Sends clients from several threads at once.
    ///
    /// - Returns: how many have had their answer.
    private func storm(at port: UInt16) async -> Int {
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                let served = Atomic<Int>(0)
                DispatchQueue.concurrentPerform(iterations: Self.clients) { _ in
                    for _ in 0..<Self.rounds where Self.isServed(at: port) { served.add(1, ordering: .relaxed) }
                }
                done.resume(returning: served.load(ordering: .relaxed))
            }
        }
    }

    private static func isServed(at port: UInt16) -> Bool {
        guard let client = try? Peer(port: port) else { return false }
        defer { client.close() }
        // Who is refused is reset, at whatever moment.
        guard (try? client.send("ping")) != nil, (try? client.receive(4)) == Array("ping".utf8) else { return false }
        client.finish()
        _ = client.readToEnd()
        return true
    }

    @Test("queues, limits, tables, variables, ports and orders: everybody is served, and the counters add up")
    func everything() async throws {
        let server = try FakeServer()
        let text = Example.listen(
            [server, server],
            options: ["maxconn 2 source 127.0.77.41:41000-41063", "maxconn 2"],
            lines: [
                "balance leastconn", "maxconn 20", "backlog 500", "retries 9", "timeout queue 30s",
                "stick-table type integer size 50 expire 1m store conn_cnt,conn_cur,conn_rate(10s),gpc0,bytes_in_cnt",
                "tcp-request connection track-sc0 dst_port", "tcp-request connection sc-inc-gpc0(0)",
                "tcp-request connection set-var(proc.last) src_port",
                "tcp-request connection reject if { var(proc.last) -m int 0 }",
                "tcp-request connection reject if { fe_sess_rate gt 100000 }", "rate-limit sessions 100000",
            ], global: ["maxconnrate 100000", "maxsessrate 100000"])
        let team = try Team(text)
        let isOver = Mutex(false)
        async let orders: Void = {
            let name = team.instance.identity("s1")
            while !isOver.withLock({ $0 }) {
                _ = await team.instance.worker.set(.drain, of: name, actor: "test", reason: nil)
                _ = await team.snapshots()
                _ = await team.instance.worker.ask(.tableEntries(of: 0, from: 0, []))
                _ = await team.instance.worker.set(.ready, of: name, actor: "test", reason: nil)
            }
        }()
        let served = await storm(at: team.instance.port)
        isOver.withLock { $0 = true }
        await orders
        #expect(served == Self.clients * Self.rounds)
        let haveEnded = try await eventually {
            await team.snapshots().allSatisfy { $0.currentConnections == 0 }
        }
        #expect(haveEnded)
        let snapshots = await team.snapshots()
        #expect(snapshots.count == Self.threads)
        #expect(snapshots.map(\.totalConnections).reduce(0, +) == served)
        let page = try #require(await team.instance.worker.ask(.tableEntries(of: 0, from: 0, [])) ?? nil)
        let entry = try #require(page.entries.first)
        #expect(page.entries.count == 1 && entry.uses == 0)
        #expect(entry[.connections] == Int64(served) && entry[.generalPurpose] == Int64(served))
        #expect(entry[.currentConnections] == 0 && entry[.bytesIn] == Int64(4 * served))
        await team.stop()
    }
}
