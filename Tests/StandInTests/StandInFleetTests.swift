import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import StandIn

@Suite("Stand-in fleet")
struct StandInFleetTests {
    @Test("the same address gives the same stand-in, another address under the same name gets a suffix")
    func names() async throws {
        let fleet = StandInFleet()
        let first = try await fleet.place(name: "rabbit", replaces: "172.17.0.3:5672")
        let again = try await fleet.place(name: "rabbit_a", replaces: "172.17.0.3:5672")
        let other = try await fleet.place(name: "rabbit", replaces: "172.17.0.6:5672")
        #expect(again == first)
        #expect([first.name, other.name] == ["rabbit", "rabbit-2"])
        #expect(first.port != other.port)
        #expect(first.host == "127.0.0.1")
        #expect(await fleet.list().map(\.standIn) == [first, other])
        #expect(await fleet.list().allSatisfy(\.isRunning))
        await fleet.shutDown()
        #expect(await fleet.list().isEmpty)
        #expect(await !answers(first.port))
    }

    @Test("an unknown name is refused with the closest one")
    func unknown() async {
        let fleet = StandInFleet()
        await #expect(throws: Never.self) { try await fleet.place(name: "rabbit_1", replaces: "172.17.0.4:5672") }
        await #expect(throws: StandInError.unknown("rabit_1", suggestion: "rabbit_1")) {
            try await fleet.stop("rabit_1")
        }
        await #expect(throws: StandInError.unknown("hare", suggestion: nil)) { try await fleet.start("hare") }
        await fleet.shutDown()
    }

    @Test("a stopped stand-in refuses connections, keeps its port from others, and answers there again")
    func stopAndStart() async throws {
        let fleet = StandInFleet()
        let standIn = try await fleet.place(name: "rabbit", replaces: "172.17.0.3:5672")
        for _ in 0..<3 {
            #expect(await answers(standIn.port))
            try await fleet.stop("rabbit")
            try await fleet.stop("rabbit")
            #expect(await fleet.list().first?.isRunning == false)
            #expect(await !answers(standIn.port))
            // As another program would bind: with SO_REUSEADDR, and without SO_REUSEPORT.
            await #expect(throws: IOError.self) {
                let thief = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: "127.0.0.1", port: standIn.port).get()
                try await thief.close()
            }
            async let one: Void = fleet.start("rabbit")
            async let two: Void = fleet.start("rabbit")
            _ = try await (one, two)
        }
        #expect(await answers(standIn.port))
        await fleet.shutDown()
    }

    @Test(
        "a real client library does all it wants", .enabled(if: PikaClient.isAvailable),
        arguments: ["basics", "refusals", "consume", "heartbeat"])
    func realClient(step: String) async throws {
        let fleet = StandInFleet()
        let standIn = try await fleet.place(name: "rabbit", replaces: "172.17.0.3:5672")
        let client = try PikaClient(step, ports: [standIn.port])
        #expect(await client.failure() == nil)
        #expect(await connections(of: fleet, become: 0))
        await fleet.shutDown()
    }

    @Test(
        "a stop tells clients with code 320, and another stand-in has what was confirmed",
        .enabled(if: PikaClient.isAvailable))
    func cutOff() async throws {
        let fleet = StandInFleet()
        let first = try await fleet.place(name: "rabbit", replaces: "172.17.0.3:5672")
        let second = try await fleet.place(name: "rabbit_1", replaces: "172.17.0.4:5672")
        let client = try PikaClient("cut", ports: [first.port, second.port])
        try await client.waitUntilReady()
        #expect(await fleet.list().map(\.connections) == [1, 0])
        try await fleet.stop("rabbit")
        #expect(await client.failure() == nil)
        await fleet.shutDown()
    }

    private func answers(_ port: Int) async -> Bool {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.close()
            return true
        } catch let error as NIOConnectionError {
            let refused = error.connectionErrors.allSatisfy { ($0.error as? IOError)?.errnoCode == ECONNREFUSED }
            #expect(refused, "\(error)")
            return false
        } catch {
            Issue.record(error)
            return false
        }
    }

    private func connections(of fleet: StandInFleet, become count: Int) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if await fleet.list().map(\.connections).reduce(0, +) == count { return true }
            try? await Task.sleep(for: .milliseconds(10))  // Cancelled: the loop ends by its deadline.
        }
        return false
    }
}
