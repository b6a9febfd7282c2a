import Foundation
import GRDB
import Model
import Synchronization
import Testing

@testable import History

/// A state directory of its own for each test; removed at the end.
final class StateDirectory: Sendable {
    let path: String
    var database: String { path + "/history.sqlite" }

    init() throws {
        path = NSTemporaryDirectory() + "history-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }

    /// A recorder that writes here, and the clock and the ear that belong to it.
    func recorder(limits: RecorderLimits = .quick, clock: TestClock = TestClock(), ear: TestEar = TestEar()) -> Recorder
    {
        Recorder(
            stateDirectory: path, version: "0.1.0", processID: 4711, limits: limits, now: { clock.now },
            report: { ear.hear($0) })
    }

    func reader() throws -> HistoryDatabase { try HistoryDatabase(stateDirectory: path) }

    /// A connection to look behind the curtain with.
    func inside() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true  // to hold a lock from one call to the next
        configuration.busyMode = .timeout(20)
        return try DatabaseQueue(path: database, configuration: configuration)
    }

    var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}

/// A wall clock that stands still until it is moved.
final class TestClock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp = .base) {
        time = Mutex(start)
    }

    var now: Timestamp {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    func advance(milliseconds: Int64) {
        time.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) }
    }
}

/// Remembers what the recorder reported.
final class TestEar: Sendable {
    private let lines = Mutex<[String]>([])
    func hear(_ line: String) { lines.withLock { $0.append(line) } }
    var heard: [String] { lines.withLock { $0 } }
}

extension DatabaseQueue {
    /// Runs statements outside of a transaction.
    func run(_ sql: String) throws { try inDatabase { try $0.execute(sql: sql) } }
}

extension RecorderLimits {
    /// Short waits; the bounds as they are.
    static var quick: RecorderLimits {
        var limits = RecorderLimits.standard
        limits.lockWait = .milliseconds(20)
        limits.firstPause = .milliseconds(5)
        limits.longestPause = .milliseconds(20)
        limits.heartbeat = .milliseconds(20)
        // These clocks are moved by hand, and what they leave out went by.
        limits.clockLead = .seconds(1_000_000_000)
        return limits
    }
}

extension Timestamp {
    /// 2026-01-01T00:00:00Z, a whole number of days and so of every usual bucket.
    static let base = Timestamp(millisecondsSinceEpoch: 1_767_225_600_000)

    static func + (left: Timestamp, milliseconds: Int64) -> Timestamp { left.advanced(byMilliseconds: milliseconds) }
}

extension ServerIdentity {
    static let primary = ServerIdentity(instance: "warren", proxy: "rabbitmq", server: "rabbit")
    static let backup = ServerIdentity(instance: "warren", proxy: "rabbitmq", server: "rabbit_backup")
    static let frontend = ServerIdentity(instance: "warren", proxy: "rabbitmq", server: "FRONTEND")
    static let other = ServerIdentity(instance: "cluster", proxy: "rabbitmq", server: "rabbit")
}

func transition(
    _ server: ServerIdentity = .primary, _ from: ServerState = .unknown, _ to: ServerState = .up, at: Timestamp = .base
) -> HistoryRecord {
    .transition(TransitionRecord(at: at, server: server, from: from, to: to))
}

func sample(
    _ subject: ServerIdentity = .primary, at: Timestamp, current: Int = 0, max: Int = 0, new: Int = 0,
    bytesIn: Int64 = 0,
    bytesOut: Int64 = 0
) -> SessionSample {
    SessionSample(
        at: at, subject: subject, intervalMilliseconds: 10_000, current: current, max: max, new: new, bytesIn: bytesIn,
        bytesOut: bytesOut)
}

/// Waits until something holds; fails the test when it doesn't in time.
func eventually(
    _ what: Comment, within patience: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
        if try holds() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}
