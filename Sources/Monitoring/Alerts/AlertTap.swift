import Alerting
import Model
import Synchronization

/// A history that also lets alerts hear of what happens; samples they don't hear.
///
/// Whoever offers a record waits for neither: alerts go out also while the database cannot be written.
public final class AlertTap: HistorySink {
    /// Records that may wait for the alerts; what exceeds it, they don't hear of.
    private static let capacity = 10_000

    /// What the alerts hear, until `close`.
    let records: AsyncStream<HistoryRecord>
    private let history: any HistorySink
    private let listener: AsyncStream<HistoryRecord>.Continuation
    // Owner: the atomic; any thread counts, the alerts read.
    private let lost = Atomic(0)

    /// Makes a history that passes all on to another one.
    ///
    /// - Parameter history: keeps the records.
    public init(_ history: any HistorySink) {
        self.history = history
        (records, listener) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    /// Hands over one record.
    ///
    /// - Parameter record: what happened.
    public func offer(_ record: HistoryRecord) {
        history.offer(record)
        if case .samples = record { return }
        if case .dropped = listener.yield(record) { lost.add(1, ordering: .relaxed) }
    }

    /// How the history does.
    public var load: HistoryLoad? { history.load }

    /// How many records the alerts did not hear of since this was asked last.
    func takeLost() -> Int { lost.exchange(0, ordering: .relaxed) }

    /// Lets the alerts end, when they have heard what was offered until now.
    public func close() { listener.finish() }
}
