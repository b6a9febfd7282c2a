import Foundation
import Testing

extension Scenarios {
    /// What several threads could lose between them: a place, a waiter, a connection.
    @Suite("Threads in a storm")
    struct ThreadsStorm {
        @Test(
            "each limit of connections is kept to by all threads together",
            arguments: ["global", "proxy", "bind"])
        func connectionLimits(place: String) async throws {
            let busy = BusyServer()
            let server = try FakeServer(serve: busy.serve)
            let setUp = try await ThreadedInstance(
                4, servers: ["s1 \(server.address.address)"], maxconn: place == "proxy" ? 4 : 2_000,
                // The kernel's queue is as long as the proxy's limit else, and who finds it full tries again after seconds.
                bindOptions: place == "bind" ? " maxconn 4" : "", lines: ["backlog 1000"],
                global: place == "global" ? ["maxconn 4"] : [])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<80 {
                    group.addTask {
                        let client = try await setUp.connect()
                        try await client.write([1, 2, 3])
                        #expect(try await client.read(exactly: 3) == [1, 2, 3])
                    }
                }
                try await group.waitForAll()
            }
            #expect(busy.most <= 4)
            #expect(try await setUp.row("FRONTEND")["stot"] == "80")
            try await setUp.process.stop()
        }

        @Test("clients give up, queues time out and servers come and go: no place is lost, and none is given twice")
        func storm() async throws {
            let servers = try (0..<2).map { _ in try FakeServer(serve: BusyServer().serve) }
            let setUp = try await ThreadedInstance(
                4, servers: servers.enumerated().map { "s\($0) \($1.address.address) maxconn 3" },
                lines: ["timeout queue 40ms", "option redispatch"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        for round in 0..<25 {
                            let client = try await setUp.connect()
                            try await client.write([1, 2, 3])
                            // A third of them don't wait for the answer, and are gone while they wait or are served.
                            if (number + round) % 3 == 0 { continue }
                            // Who has waited for too long gets no answer.
                            _ = try await client.readToEndOr(3)
                        }
                    }
                }
                group.addTask {
                    for round in 0..<40 {
                        let name = "inst/s\(round / 2 % 2)"
                        let state = round % 2 == 0 ? "maint" : "ready"
                        let answer = try await setUp.ask("set server \(name) state \(state)")
                        guard answer == "\n" else { throw ScenarioError(answer) }
                    }
                }
                try await group.waitForAll()
            }
            for name in ["FRONTEND", "BACKEND", "s0", "s1"] {
                try await eventually("nobody is left at \(name)") {
                    let row = try await setUp.row(name)
                    return row["scur"] == "0" && (row["qcur"] == "0" || row["qcur"] == "")
                }
            }
            // Each server has all of its places: six get one at once, and nobody else does.
            var clients: [Socket] = []
            for _ in 0..<7 { clients.append(try await setUp.connect()) }
            try await eventually("six are served, and one waits or has waited for too long") {
                let counts = try await [setUp.row("s0")["scur"], setUp.row("s1")["scur"]]
                return counts == ["3", "3"]
            }
            #expect(try await setUp.most(at: "s0") <= 3)
            #expect(try await setUp.most(at: "s1") <= 3)
            clients = []
            try await eventually("all have ended") { try await setUp.row("FRONTEND")["scur"] == "0" }
            #expect(try await setUp.row("FRONTEND")["stot"] == "\(24 * 25 + 7)")
            try await setUp.process.stop()
        }
    }
}

extension Socket {
    /// Reads until so many bytes have come, or the end has, or a reset.
    fileprivate func readToEndOr(_ count: Int) async throws -> Int {
        var bytes = 0
        while bytes < count, case .bytes(let more) = try await read() { bytes += more.count }
        return bytes
    }
}
