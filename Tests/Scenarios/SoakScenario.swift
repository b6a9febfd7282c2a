import Foundation
import Testing

extension Scenarios {
    /// Reloads, restarts, crashes and upgrades under a steady load, in a short form; `SUPERVISE_SOAK=1` plays the long one.
    @Suite("Soak")
    struct Soak {
        static let isLong = ProcessInfo.processInfo.environment["SUPERVISE_SOAK"] != nil
        private static let rounds = isLong ? 100 : 20
        /// New connections a second, and sessions that last.
        private static let rate = isLong ? 2_000 : 200
        static let longSessions = isLong ? 2_000 : 50
        /// In the long form the load has this time at each round, so that many sessions begin under each worker.
        static let breath = Duration.milliseconds(isLong ? 300 : 0)
        /// What may be kept of a run: the history's caches, what the allocator holds.
        static let memoryKept = 24 << 20

        struct Counts: Decodable, Equatable {
            let served: Int
            let refused: Int
            let reset: Int
            let long: Int
            let cut: Int
            /// When each of those that failed began and ended, in seconds of the monotonic clock.
            let endings: [[Double]]

            /// Nothing went wrong.
            static func allWell(served: Int) -> Counts {
                Counts(served: served, refused: 0, reset: 0, long: Soak.longSessions, cut: 0, endings: [])
            }
        }

        @Test("reloads under load: no connection is refused or reset, and sessions of servers that stay go on")
        func reloads() async throws {
            let setUp = try await SetUp()
            let counts = try await setUp.loaded { round in
                try setUp.configure(round: round)
                try await setUp.supervisor.run("reload", "soak", "--reason", "round \(round)")
                    .requireSuccess("reload \(round)")
            }
            #expect(counts == .allWell(served: counts.served))
            let events = try await setUp.events("RELOADED")
            #expect(events.map(\.reason) == (1...Self.rounds).map { "round \($0)" })
            try await setUp.end()
        }

        @Test("restarts under load: no connection is refused or reset, and old sessions get their grace")
        func restarts() async throws {
            let setUp = try await SetUp()
            let counts = try await setUp.loaded { round in
                try await setUp.supervisor.run("restart", "soak", "--grace", "1h", "--reason", "\(round)")
                    .requireSuccess("restart \(round)")
            }
            #expect(counts == .allWell(served: counts.served))
            let events = try await setUp.events("RESTARTED")
            #expect(events.map(\.reason) == (1...Self.rounds).map { "\($0)" })
            try await setUp.end()
        }

        /// One instance before two echo servers, and what it has open and takes while nobody uses it.
        final class SetUp {
            let port: HeldPort
            let other: HeldPort
            let supervisor: Supervisor
            let process: TestProcess
            private let echoes: [HeldPort]
            private let servers: TestProcess
            private let openBefore: Int

            init(isGuarded: Bool = false, arguments: [String] = []) async throws {
                (port, other) = (try HeldPort(), try HeldPort())
                echoes = try (1...2).map { try HeldPort(host: "127.0.0.4\($0)") }
                supervisor = try Supervisor(in: try TemporaryDirectory(), isGuarded: isGuarded)
                servers = try Python.start("echoes", echoes.map(\.address))
                let servers = servers
                try await eventually("the echo servers listen") { servers.output.contains("listening") }
                try Self.text(round: 0, echoes: echoes, port, other)
                    .write(toFile: "\(supervisor.instances)/soak.cfg", atomically: true, encoding: .utf8)
                process = try await supervisor.up(arguments, listeningOn: [port])
                openBefore = try process.openDescriptors()
            }

            func configure(round: Int) throws {
                try supervisor.configure("soak", Self.text(round: round, echoes: echoes, port, other))
            }

            /// What a round's file says: every fourth differs in what takes a new worker, the others in what doesn't.
            private static func text(round: Int, echoes: [HeldPort], _ port: HeldPort, _ other: HeldPort) -> String {
                var servers = ["kept \(echoes[0].address) check inter 200ms weight \(1 + round % 7)"]
                if round % 3 == 1 { servers.insert("comes \(echoes[1].address) check inter 300ms", at: round % 2) }
                var instance = PlainInstance(name: "soak", bind: port, servers: servers, maxconn: 6_000)
                instance.lines = ["timeout client \(60 + round)s"]
                if round % 4 == 3 { instance.lines.append("bind \(other.address)") }
                return instance.text
            }

            /// Plays all rounds under load.
            func loaded(_ act: (_ round: Int) async throws -> Void) async throws -> Counts {
                try await underLoad {
                    var memory = 0
                    for round in 1...Soak.rounds {
                        try await act(round)
                        try await Task.sleep(for: Soak.breath)
                        if round == Soak.rounds / 2 { memory = try process.residentBytes() }
                    }
                    let growth = try process.residentBytes() - memory
                    #expect(growth < Soak.memoryKept, "the second half of the rounds took \(growth >> 20) MiB")
                }
            }

            /// Does something under load.
            ///
            /// - Parameters:
            ///   - again: whether another session that lasts is begun for each that is cut.
            ///   - act: what.
            /// - Returns: what became of the sessions.
            /// - Throws: what `act` throws, and when there is no load.
            func underLoad(again: Bool = false, _ act: () async throws -> Void) async throws -> Counts {
                let load = try Python.start(
                    "steady",
                    [port.address, String(Soak.rate), String(Soak.longSessions)] + (again ? ["again"] : []))
                try await eventually("the load is steady; \(load.errorOutput)", within: .seconds(60)) {
                    load.output.contains("steady")
                }
                let begun = ContinuousClock.now
                try await act()
                let seconds = (ContinuousClock.now - begun) / .seconds(1)
                load.signal(SIGTERM)
                _ = try await load.waitUntilExit(within: .seconds(60))
                let line = load.output.split(separator: "\n").last ?? ""
                let counts = try JSONDecoder().decode(Counts.self, from: Data(line.utf8))
                #expect(counts.served > Soak.rounds)
                // Served counts those of the time before, too, in which the sessions that last begin.
                print("\(counts.served) served, beside \(counts.long) that lasted; \(Int(seconds)) s")
                return counts
            }

            func events(_ kind: String) async throws -> [EventLine] {
                try await eventually("the history has all rounds", every: .milliseconds(200)) {
                    let events = try await supervisor.json(EventLine.self, "events", "soak").filter { $0.event == kind }
                    return events.count == Soak.rounds ? events : nil
                }
            }

            /// Nothing is left of the rounds once the sessions are over.
            func end() async throws {
                // Checks come and go, and one address may be listened on besides.
                let process = process
                let most = openBefore + 8
                try await eventually("descriptors are as before (\(openBefore))", within: .seconds(60)) {
                    try process.openDescriptors() <= most
                }
                try await eventually("all sessions are over", every: .milliseconds(200)) {
                    try await supervisor.json(StatusLine.self, "status", "soak").map(\.sessions) == [0]
                }
                try await process.stop()
                try await servers.stop()
            }
        }
    }
}
