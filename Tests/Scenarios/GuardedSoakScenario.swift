import Foundation
import Testing

extension Scenarios.Soak {
    private static let kills = isLong ? 20 : 3
    private static let upgrades = isLong ? 5 : 2
    /// In the long form kills are so far apart that no six are in a minute, after which the next supervisor would have to wait.
    private static let pause = Duration.seconds(isLong ? 13 : 0)
    /// Clocks of two processes are read one after the other.
    private static let tolerance = 0.05

    @Test("kill -9 under load: nothing is refused, nothing is reset that began later, and nothing is left behind")
    func kills() async throws {
        let setUp = try await GuardedSetUp()
        let first = try await setUp.supervisorID()
        let before = try setUp.guardianFigures()
        let openBefore = try TestProcess.openDescriptors(of: first)
        var (last, killed, memory): (Int32, [Int32], [Int]) = (first, [], [])
        var moments: [Double] = []
        let counts = try await setUp.soak.underLoad(again: true) {
            for round in 1...Self.kills {
                memory.append(try TestProcess.residentBytes(of: last))
                moments.append(GuardedSetUp.now)
                try #require(kill(last, SIGKILL) == 0)
                killed.append(last)
                last = try await setUp.supervisorID(after: last)
                #expect(try await setUp.echoes())
                // One that is killed before it has told of the last crash cannot tell of it.
                try await eventually(
                    "the crash of pid \(killed[round - 1]) is in the history", every: .milliseconds(100)
                ) {
                    try await setUp.events("CRASHED").count == round
                }
                if round < Self.kills { try await Task.sleep(for: Self.pause) }
            }
            memory.append(try TestProcess.residentBytes(of: last))
        }
        #expect(counts.refused == 0)
        #expect(counts.long == Self.longSessions)
        // What was reset had begun before the kill that ended it.
        let others = counts.endings.filter { ending in
            guard let moment = moments.last(where: { $0 <= ending[1] + Self.tolerance }) else { return true }
            return ending[0] > moment + Self.tolerance
        }
        #expect(others.isEmpty, "\(others.prefix(5)) of \(counts.endings.count), killed at \(moments)")

        let crashes = try await eventually("the history has all crashes", every: .milliseconds(200)) {
            let crashes = try await setUp.events("CRASHED")
            return crashes.count == Self.kills ? crashes : nil
        }
        for (process, crash) in zip(killed, crashes) {
            #expect(crash.detail?.contains("(pid \(process)) was killed by signal 9 ") == true)
        }
        let growth = (memory.last ?? 0) - (memory.first ?? 0)
        #expect(growth < Self.memoryKept, "supervisors took \(memory.map { $0 >> 20 }) MiB")
        let process = last
        try await eventually("the last one has as many descriptors as the first (\(openBefore))", within: .seconds(60))
        {
            try TestProcess.openDescriptors(of: process) <= openBefore + 8
        }
        try await eventually("the guardian has open what it had") { try setUp.guardianFigures() == before }
        let figures = "\(counts.served) served, \(counts.reset) reset, \(counts.cut) cut"
        print("\(Self.kills) kills: \(figures), supervisors took \(memory.map { $0 >> 20 }) MiB")
        try await setUp.soak.end()
    }

    @Test("upgrades under load: nothing is refused, reset or cut, and old supervisors end with their sessions")
    func upgrades() async throws {
        // Sessions that last end with the load, and not with the old supervisors' patience.
        let setUp = try await GuardedSetUp(["--drain", "3600"])
        let before = try setUp.guardianFigures()
        var supervisors = [try await setUp.supervisorID()]
        let memory = try TestProcess.residentBytes(of: supervisors[0])
        let openBefore = try TestProcess.openDescriptors(of: supervisors[0])
        let counts = try await setUp.soak.underLoad {
            for round in 1...Self.upgrades {
                try await setUp.soak.supervisor.run("upgrade", "--reason", "round \(round)").requireSuccess("upgrade")
                supervisors.append(try await setUp.supervisorID(after: supervisors.last))
                #expect(try await setUp.echoes())
                try await Task.sleep(for: Self.breath * 10)
            }
        }
        #expect(counts == .allWell(served: counts.served))
        let (olds, last) = (supervisors.dropLast(), try #require(supervisors.last))
        try await eventually("the old ones have ended", within: .seconds(60)) { olds.allSatisfy { kill($0, 0) != 0 } }
        try await eventually("the guardian has open what it had") { try setUp.guardianFigures() == before }
        let growth = try TestProcess.residentBytes(of: last) - memory
        #expect(growth < Self.memoryKept, "the last supervisor has \(growth >> 20) MiB more than the first")
        try await eventually("the last one has as many descriptors as the first (\(openBefore))", within: .seconds(60))
        {
            try TestProcess.openDescriptors(of: last) <= openBefore + 8
        }
        let events = try await eventually("the history has all upgrades", every: .milliseconds(200)) {
            let events = try await setUp.events("UPGRADED")
            return events.count == Self.upgrades ? events : nil
        }
        for (event, pair) in zip(events, zip(supervisors, supervisors.dropFirst())) {
            #expect(event.detail?.hasPrefix("from pid \(pair.0), ") == true)
            #expect(event.detail?.contains("to pid \(pair.1), ") == true)
        }
        #expect(try await setUp.events("CRASHED").isEmpty)
        #expect(try await setUp.events("SUPERVISOR_LOST").isEmpty)
        let wanted = counts.served + Self.longSessions
        try await eventually("\(wanted) sessions are in the history", every: .milliseconds(200)) {
            try await setUp.soak.supervisor.json(SessionsLine.self, "sessions", "FRONTEND").reduce(0) { $0 + $1.total }
                >= wanted
        }
        print(
            "\(Self.upgrades) upgrades: \(counts.served) served beside \(counts.long) that lasted, \(growth >> 20) MiB more"
        )
        try await setUp.soak.end()
    }

    /// The soak's instance under a guardian.
    private struct GuardedSetUp {
        let soak: SetUp

        init(_ arguments: [String] = []) async throws {
            soak = try await SetUp(isGuarded: true, arguments: arguments)
        }

        /// The clock that the load's program reads, in seconds.
        static var now: Double {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }

        /// What the guardian has open, and that it is small.
        func guardianFigures() throws -> Int {
            #expect(try soak.process.residentBytes() < 10_000_000)
            return try soak.process.openDescriptors()
        }

        /// The supervisor's number, once another one than the last serves.
        func supervisorID(after last: Int32? = nil) async throws -> Int32 {
            let supervisor = soak.supervisor
            return try await eventually("a supervisor's answer", within: .seconds(60), every: .milliseconds(50)) {
                let finished = try await supervisor.run("status", "--json")
                guard finished.status == .code(0) else { return nil }
                let line = try JSONDecoder().decode(StatusLine.self, from: Data(finished.output.utf8))
                return line.pid == last ? nil : line.pid
            }
        }

        func echoes() async throws -> Bool {
            guard let socket = try await Socket.connect(port: soak.port.port) else { return false }
            try await socket.write([7])
            return try await socket.read(exactly: 1) == [7]
        }

        func events(_ kind: String) async throws -> [EventLine] {
            try await soak.supervisor.json(EventLine.self, "events").filter { $0.instance == nil && $0.event == kind }
        }
    }
}
