import Model
import Synchronization

/// A history that a test can look into.
public final class RecordingHistory: HistorySink {
    // Owner: the mutex; the worker adds, the test reads.
    private let records = Mutex<[HistoryRecord]>([])

    /// Makes an empty history.
    public init() {}

    /// Keeps a record.
    ///
    /// - Parameter record: what happened.
    public func offer(_ record: HistoryRecord) { records.withLock { $0.append(record) } }

    /// Everything so far.
    public var all: [HistoryRecord] { records.withLock { $0 } }

    /// The servers' transitions so far.
    public var transitions: [TransitionRecord] {
        all.compactMap { record in
            if case .transition(let transition) = record { transition } else { nil }
        }
    }

    /// The transitions of one server as `UNKNOWN>UP`.
    ///
    /// - Parameter server: its name.
    /// - Returns: them in order.
    public func path(of server: String) -> [String] {
        transitions.filter { $0.server.server == server }.map { "\($0.from.rawValue)>\($0.to.rawValue)" }
    }

    /// What happened to the instance so far.
    public var events: [EventRecord] {
        all.compactMap { record in
            if case .event(let event) = record { event } else { nil }
        }
    }

    /// All samples so far.
    public var samples: [SessionSample] {
        all.flatMap { record in
            if case .samples(let samples) = record { samples } else { [SessionSample]() }
        }
    }

    /// The sum of the samples of one subject.
    ///
    /// - Parameter subject: a server's name, `FRONTEND` or `BACKEND`.
    /// - Returns: sessions and bytes that the samples add up to.
    public func sum(of subject: String) -> (new: Int, bytesIn: Int64, bytesOut: Int64) {
        samples.filter { $0.subject.server == subject }.reduce(into: (0, 0, 0)) { sum, sample in
            sum.0 += sample.new
            sum.1 += sample.bytesIn
            sum.2 += sample.bytesOut
        }
    }
}
