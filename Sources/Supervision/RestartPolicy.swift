/// When an instance that failed is tried again.
///
/// Knows no clock: the caller says when something happened. The first failure is followed by a second's wait, each
/// further one by twice as long; five failures within a minute make the instance FATAL, and it is tried once a minute
/// from then on. An instance that has run for a minute starts over with a clean record.
///
/// - Source: supervisord's `startretries` and systemd's `StartLimitIntervalSec` for the idea; the numbers are ours.
public struct RestartPolicy: Sendable, Equatable {
    /// What follows a failure.
    public enum Verdict: Sendable, Equatable {
        /// Try again after this time.
        case backoff(after: Duration)
        /// Failed too often; try again after this time all the same.
        case fatal(after: Duration)
    }

    /// The wait after the first failure.
    public var firstDelay = Duration.seconds(1)
    /// The longest wait before an instance is FATAL; waits double up to it.
    public var longestDelay = Duration.seconds(30)
    /// So many failures within `window` make an instance FATAL.
    public var failuresUntilFatal = 5
    /// How far back failures count.
    public var window = Duration.seconds(60)
    /// The wait between two attempts of a FATAL instance.
    public var fatalDelay = Duration.seconds(60)
    /// An instance that has run so long has left its failures behind.
    public var settledAfter = Duration.seconds(60)

    /// The last failures, oldest first; never more than `failuresUntilFatal`.
    private var recentFailures: [ContinuousClock.Instant] = []
    /// Failures since the record was last clean; doubles the wait.
    private var failuresInARow = 0
    /// Whether it has failed too often and has not settled since.
    public private(set) var isFatal = false
    /// Since when the instance has been running; `nil` while it does not.
    private var runningSince: ContinuousClock.Instant?

    /// Starts with a clean record.
    public init() {}

    /// The instance runs.
    ///
    /// - Parameter now: since when.
    public mutating func succeeded(at now: ContinuousClock.Instant) {
        runningSince = now
    }

    /// The instance could not be started, or its worker ended by itself.
    ///
    /// - Parameter now: when.
    /// - Returns: what follows.
    public mutating func failed(at now: ContinuousClock.Instant) -> Verdict {
        if let runningSince, now - runningSince >= settledAfter { forget() }
        runningSince = nil
        failuresInARow += 1
        recentFailures = recentFailures.filter { now - $0 < window }.suffix(failuresUntilFatal - 1) + [now]
        if recentFailures.count >= failuresUntilFatal { isFatal = true }
        return isFatal ? .fatal(after: fatalDelay) : .backoff(after: nextDelay)
    }

    /// Starts over with a clean record, as when a person orders a start.
    public mutating func forget() {
        recentFailures = []
        failuresInARow = 0
        isFatal = false
        runningSince = nil
    }

    private var nextDelay: Duration {
        var delay = firstDelay
        for _ in 1..<failuresInARow where delay < longestDelay { delay *= 2 }
        return min(delay, longestDelay)
    }
}
