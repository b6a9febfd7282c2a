import Foundation
import Testing

extension Scenarios {
    @Suite("Ends of the supervisor")
    struct Ends {
        private static let kills = 3

        @Test("kill -9 during writes loses no committed row, and the next run says that the last one was lost")
        func killed() async throws {
            let setUp = try SetUp(checks: "check inter 20ms rise 1 fall 1", servers: 6)
            let flapping = Task { try await setUp.flap() }
            var committed: [HistoryLine] = []
            for round in 1...Self.kills {
                let process = try await setUp.supervisor.up(listeningOn: [setUp.port])
                let wanted = committed.count + 100
                let before = try await eventually("\(wanted) transitions", every: .milliseconds(100)) {
                    let lines = try await setUp.history()
                    return lines.count >= wanted ? lines : nil
                }
                process.signal(SIGKILL)
                #expect(try await process.waitUntilExit() == .signal(SIGKILL))
                committed = try await setUp.history()
                #expect(Array(committed.prefix(before.count)) == before)
                #expect(try await setUp.supervisor.run("status").status == .code(4))
                let lost = try await setUp.supervisor.json(EventLine.self, "events")
                    .filter { $0.event == "SUPERVISOR_LOST" }
                #expect(lost.count == round - 1)
            }
            flapping.cancel()

            let last = try await setUp.supervisor.up(listeningOn: [setUp.port])
            try await eventually("the lost runs are in the history", every: .milliseconds(100)) {
                let events = try await setUp.supervisor.json(EventLine.self, "events")
                return events.filter { $0.event == "SUPERVISOR_LOST" }.count == Self.kills
            }
            #expect(Array(try await setUp.history().prefix(committed.count)) == committed)
            try await last.stop()
        }

        @Test("a second supervisor on the same state directory is refused with the first one's process id")
        func second() async throws {
            let setUp = try SetUp()
            let first = try await setUp.supervisor.up(listeningOn: [setUp.port])
            let second = try setUp.supervisor.start()
            #expect(try await second.waitUntilExit() == .code(1))
            #expect(second.errorOutput.contains(String(first.processID)))
            #expect(first.isRunning)
            try await first.stop()
        }

        @Test("SIGTERM lets sessions finish and then ends with 0")
        func drains() async throws {
            let setUp = try SetUp()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.port])
            let session = try await setUp.session()
            process.signal(SIGTERM)
            try await eventually("new connections are refused", within: .seconds(10)) {
                try await Socket.connect(port: setUp.port.port) == nil
            }
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            #expect(process.isRunning)
            session.finishWriting()
            _ = try await session.readToEnd()
            #expect(try await process.waitUntilExit(within: .seconds(10)) == .code(0))
            let events = try await setUp.supervisor.json(EventLine.self, "events")
            #expect(events.last?.event == "SUPERVISOR_STOPPED")
        }

        @Test("a second SIGTERM ends at once, whatever is open")
        func endsAtOnce() async throws {
            let setUp = try SetUp()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.port])
            let session = try await setUp.session()
            process.signal(SIGTERM)
            try await eventually("new connections are refused", within: .seconds(10)) {
                try await Socket.connect(port: setUp.port.port) == nil
            }
            #expect(process.isRunning)
            process.signal(SIGTERM)
            try await process.waitUntilExit(within: .seconds(10))
            #expect(try await session.readToEnd().bytes.isEmpty)
        }

        /// One instance before echo servers, of which the last ones can come and go.
        private final class SetUp: Sendable {
            let port: HeldPort
            let supervisor: Supervisor
            private let steady: FakeServer
            private let flapping: [HeldPort]

            init(checks: String = "", servers: Int = 0) throws {
                port = try HeldPort()
                steady = try FakeServer(serve: FakeServer.echo)
                flapping = try (0..<servers).map { _ in try HeldPort() }
                supervisor = try Supervisor(in: try TemporaryDirectory())
                let servers =
                    ["steady \(steady.address.address)"]
                    + flapping.enumerated().map { "flapping\($0.offset) \($0.element.address) \(checks)" }
                try supervisor.configure("main", PlainInstance(name: "main", bind: port, servers: servers).text)
            }

            /// All transitions that are committed.
            func history() async throws -> [HistoryLine] {
                try await supervisor.json(HistoryLine.self, "history", "--limit", "100000")
            }

            /// A session that has had an echo.
            func session() async throws -> Socket {
                let session = try #require(try await Socket.connect(port: port.port))
                try await session.write([7])
                #expect(try await session.read(exactly: 1) == [7])
                return session
            }

            /// Lets servers come and go until it is cancelled.
            func flap() async throws {
                while !Task.isCancelled {
                    var listeners: [Socket] = []
                    for port in flapping {
                        let listener = try Socket()
                        try listener.setOption(SO_REUSEADDR, 1)
                        try listener.bind(host: port.host, port: port.port)
                        try listener.listen()
                        listeners.append(listener)
                    }
                    try await Task.sleep(for: .milliseconds(60))
                    listeners.removeAll()
                    try await Task.sleep(for: .milliseconds(60))
                }
            }
        }
    }
}
