import AsyncHTTPClient
import EventLoop
import Foundation
import History
import Logging
import Model
import NIOHTTP1
import Synchronization
import Testing

@testable import Monitoring

/// A real history in a folder of its own, served on a dashboard's address by the real server.
struct ServedHistory: Sendable {
    /// A full hour, about a day ago.
    static let begin = Timestamp(
        millisecondsSinceEpoch: (WallClock.now().millisecondsSinceEpoch - 86_400_000) / 3_600_000 * 3_600_000)
    static let rabbit = ServerIdentity(instance: "warren", proxy: "rabbitmq", server: "rabbit")
    static let spare = ServerIdentity(instance: "warren", proxy: "rabbitmq", server: "spare")
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let base: String
    let recorder: Recorder

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - isRecorded: whether there is a history at all.
    ///   - body: the test.
    /// - Throws: what `body` throws.
    static func serving(
        isRecorded: Bool = true, _ body: @escaping @Sendable (ServedHistory) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        // The run began then, and is alive still.
        let hasBegun = Mutex(false)
        let recorder = Recorder(
            stateDirectory: path, version: "0", processID: 1,
            now: {
                hasBegun.withLock { hasBegun in
                    defer { hasBegun = true }
                    return hasBegun ? WallClock.now() : begin
                }
            }, report: { _ in })
        if isRecorded { recorder.start() }
        let address = try #require(DashboardAddress("127.0.0.1:0"))
        let server = ControlServer.dashboard(
            address, control: FakeSupervisor(), history: { try HistoryDatabase(stateDirectory: path) }, logger: logger)
        let (listening, announce) = AsyncStream.makeStream(of: Int?.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await server.run { announce.yield($0) }
            }
            for await port in listening.prefix(1) {
                try await body(ServedHistory(base: "http://127.0.0.1:\(try #require(port))", recorder: recorder))
            }
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                // Cancelling is how this test ends the server.
            }
        }
        if isRecorded { await recorder.stop() }
    }

    /// An outage every ten minutes, with all that goes with it.
    func fill(outages: Int) async {
        let servers = [Self.rabbit, Self.spare]
        recorder.offer(.inventory(at: Self.begin, instance: "warren", servers: servers))
        for server in servers { change(server, .unknown, .up, at: 0) }
        for outage in 0..<outages {
            let at = Int64(outage) * 600_000 + 60_000
            change(Self.rabbit, .up, .down, at: at)
            change(Self.rabbit, .down, .up, at: at + 120_000)
            var sample = SessionSample(
                at: Self.begin.advanced(byMilliseconds: at), subject: Self.rabbit, intervalMilliseconds: 10_000,
                current: 2, max: 3, new: 1, bytesIn: 10, bytesOut: 20)
            (sample.softFailures, sample.softPasses, sample.queued, sample.retries) = (2, 1, 4, 5)
            recorder.offer(.samples([sample]))
            recorder.offer(
                .event(
                    EventRecord(
                        at: Self.begin.advanced(byMilliseconds: at), instance: "warren", kind: .reloaded,
                        actor: "ada", reason: "new disk")))
        }
        await recorder.flush()
    }

    /// Adds one change, with a cause and its effect on traffic.
    func change(_ server: ServerIdentity, _ from: ServerState, _ to: ServerState, at milliseconds: Int64) {
        var record = TransitionRecord(
            at: Self.begin.advanced(byMilliseconds: milliseconds), server: server, from: from, to: to)
        if to == .down {
            (record.status, record.detail, record.checkMilliseconds) = (.layer4Error, "Connection refused", 1)
            (record.sessions, record.sessionsCut, record.carriers, record.backupServers) = (4, 3, ["spare"], 1)
        } else {
            record.activeServers = 1
        }
        recorder.offer(.transition(record))
    }

    /// A moment so many milliseconds after the beginning, as text.
    static func moment(_ milliseconds: Int64) -> String { RFC3339.string(begin.advanced(byMilliseconds: milliseconds)) }

    /// Asks, and reads the answer.
    func ask(_ target: String) async throws -> (status: UInt, body: AnyJSON) {
        let request = HTTPClientRequest(url: base + target)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 24))
        return (response.status.code, try AnyJSON.read(text))
    }
}
