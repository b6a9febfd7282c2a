import Dispatch
import Foundation
import Model

/// Writes the history: what any thread offers, one thread of its own puts into SQLite, in batches.
///
/// A supervisor outlives its history. Nothing here throws at it, stops it or makes it wait: while the database is locked,
/// full, read-only or can't be opened, the recorder says so once, tries again and again, and keeps a bounded number of
/// records for later; what exceeds the bound is dropped, counted, and shown in the history as a gap. A damaged database is
/// set aside under another name and a new one begun.
///
/// All calls are allowed from every thread.
public final class Recorder: HistorySink {
    private let file: HistoryFile
    private let version: String
    private let processID: Int32
    private let limits: RecorderLimits
    private let retention: SharedRetention
    private let predecessor: Int32?
    private let queue: RecordQueue
    private let now: @Sendable () -> Timestamp
    private let report: @Sendable (String) -> Void

    /// Makes a recorder, which does nothing yet but take records in.
    ///
    /// - Parameters:
    ///   - stateDirectory: where `history.sqlite` is or will be; made if it isn't there.
    ///   - version: the program's version, for the history.
    ///   - processID: the supervisor's process, for the history.
    ///   - retention: how long session counts are kept.
    ///   - predecessor: the process that serves until this one does, and records its last sessions beside it.
    ///   - now: the wall clock.
    ///   - report: takes one line about the recorder's own state, for the supervisor's log; called on the recorder's thread.
    public convenience init(
        stateDirectory: String, version: String, processID: Int32, retention: Retention = .standard,
        successorOf predecessor: Int32? = nil, now: @escaping @Sendable () -> Timestamp,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.init(
            stateDirectory: stateDirectory, version: version, processID: processID, limits: .standard,
            retention: retention, successorOf: predecessor, now: now, report: report)
    }

    init(
        stateDirectory: String, version: String, processID: Int32, limits: RecorderLimits,
        retention: Retention = .standard, successorOf predecessor: Int32? = nil,
        now: @escaping @Sendable () -> Timestamp, report: @escaping @Sendable (String) -> Void
    ) {
        self.predecessor = predecessor
        self.file = HistoryFile(stateDirectory: stateDirectory)
        self.version = version
        self.processID = processID
        self.limits = limits
        self.retention = SharedRetention(retention)
        self.queue = RecordQueue(limits: limits)
        self.now = now
        self.report = report
    }

    /// Begins a run: from now on records are written.
    ///
    /// Works once; later calls do nothing.
    public func start() {
        guard queue.open() else { return }
        let run = HistoryStore.Run(
            processID: processID, version: version, startedAt: now(), predecessor: predecessor)
        let isNamed = DispatchSemaphore(value: 0)
        let thread = Thread { [file, limits, retention, queue, now, report] in
            isNamed.wait()
            var loop = RecorderLoop(
                file: file, run: run, limits: limits, retention: retention, queue: queue, now: now, report: report)
            loop.runUntilClosed()
        }
        thread.start()
        // On Linux only a thread that runs takes a name, by which a person finds it in 'top -H'.
        thread.name = "history"
        isNamed.signal()
    }

    /// Keeps session counts for another time from now on; what has been removed does not come back.
    ///
    /// - Parameter retention: how long each level is kept.
    public func keep(_ retention: Retention) { self.retention.value = retention }

    /// Hands over one record; returns at once, whatever the disk does.
    ///
    /// - Parameter record: what happened; dropped and counted when too much waits already, or after `stop`.
    public func offer(_ record: HistoryRecord) {
        queue.offer(record)
    }

    /// Returns when everything offered so far is committed or known to be lost.
    ///
    /// While the database can't be written this lasts until it can, or until `stop`. Returns at once before `start`.
    public func flush() async {
        await queue.flushed()
    }

    /// A successor has begun a run of its own: what is written from now on belongs to this one's, which has ended.
    public func handOver() { queue.handOver() }

    /// Writes what waits and the run's end, closes the database, and returns then.
    ///
    /// Takes a few seconds at most: what can't be written by then is lost, and `report` is told how much that is.
    public func stop() async {
        await queue.close()
    }

    /// How the recorder does.
    public var status: RecorderStatus { queue.status }

    /// The same, for those who only know that there is a history.
    public var load: HistoryLoad? {
        let status = status
        return HistoryLoad(
            queued: status.queued, dropped: status.dropped, written: status.written, isFailing: status.trouble != nil)
    }
}
