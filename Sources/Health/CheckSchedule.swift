/// When a server is checked, and how long a check may take.
///
/// Knows no clock: it says how long to wait, the caller waits.
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `inter`, `fastinter`, `downinter`, `timeout check`,
///   `spread-checks`, `max-spread-checks`; recordings for the first checks, and for intervals that count from a check's
///   end.
public struct CheckSchedule: Sendable, Hashable {
    /// Intervals shorter than this don't count when the common pace of the first checks is set.
    ///
    /// One server with a very short interval would otherwise make all others begin at once.
    public static let leastCommonInterval = Duration.seconds(1)

    /// Checks that are due within this time of each other begin together.
    ///
    /// Most of what a check costs is the worker's waking up for it; a thousand servers that are checked every second wake it
    /// a hundred times.
    public static let longestStep = Duration.milliseconds(10)

    /// The time between two checks (`inter`).
    public let interval: Duration
    /// The same while the server is on its way between UP and DOWN (`fastinter`).
    public let fastInterval: Duration
    /// The same while the server is DOWN (`downinter`).
    public let downInterval: Duration
    /// How long the connection may take, counted from the check's start.
    public let connectLimit: Duration
    /// How long an answer may take, counted from the connection, where `timeout check` is set; else `nil`.
    ///
    /// Without `timeout check` the whole check has `connectLimit`.
    public let answerLimit: Duration?
    /// By how much an interval may vary, in percent (`spread-checks`).
    public let spreadPercent: Int

    /// Makes a schedule.
    ///
    /// - Parameters:
    ///   - interval: `inter`.
    ///   - fastInterval: `fastinter`, `interval` when `nil`.
    ///   - downInterval: `downinter`, `interval` when `nil`.
    ///   - connectTimeout: the proxy's `timeout connect`.
    ///   - checkTimeout: the proxy's `timeout check`.
    ///   - spreadPercent: `spread-checks`, 0 to 50.
    public init(
        interval: Duration, fastInterval: Duration? = nil, downInterval: Duration? = nil,
        connectTimeout: Duration? = nil, checkTimeout: Duration? = nil, spreadPercent: Int = 0
    ) {
        self.interval = interval
        self.fastInterval = fastInterval ?? interval
        self.downInterval = downInterval ?? interval
        self.spreadPercent = spreadPercent
        answerLimit = checkTimeout
        if checkTimeout != nil, let connectTimeout {
            connectLimit = min(connectTimeout, interval)
        } else {
            connectLimit = interval
        }
    }

    /// Checks begin at whole multiples of this: a hundredth of the shortest interval, `longestStep` at the most.
    public var step: Duration { min(min(interval, fastInterval, downInterval) / 100, CheckSchedule.longestStep) }

    /// The interval of a server in a phase, before it is spread.
    ///
    /// - Parameter phase: where the server is.
    /// - Returns: `interval`, `fastInterval` or `downInterval`.
    public func interval(in phase: HealthCounter.Phase) -> Duration {
        switch phase {
        case .up: interval
        case .goingDown, .goingUp: fastInterval
        case .down: downInterval
        }
    }

    /// How long to wait for the first check of a server.
    ///
    /// The instance's checks begin one after the other within the shortest interval, so that they never come all at once.
    /// A server that was not checked yet is on its way between UP and DOWN, unless its first failure and its last are the
    /// same (`fall 1`), and a server in maintenance is DOWN.
    ///
    /// - Parameters:
    ///   - position: the place of the server among all checked servers of the instance, from 0.
    ///   - count: how many checked servers the instance has, those in maintenance included.
    ///   - phase: where the server is.
    ///   - shortestInterval: what `commonInterval` returned for the instance.
    ///   - longestSpread: the most time that the first checks may take (`max-spread-checks`); no limit when `nil`.
    /// - Returns: the time from the start.
    public func firstDelay(
        position: Int, of count: Int, in phase: HealthCounter.Phase, shortestInterval: Duration,
        longestSpread: Duration? = nil
    ) -> Duration {
        let spread = max(shortestInterval, interval(in: phase))
        return min(spread, longestSpread ?? spread) * position / max(count, 1)
    }

    /// The shortest interval of an instance that counts for the pace of the first checks.
    ///
    /// - Parameter intervals: what `interval(in:)` returned for each checked server.
    /// - Returns: the shortest of those that are not below `leastCommonInterval`, zero when there is none.
    public static func commonInterval(of intervals: [Duration]) -> Duration {
        intervals.filter { $0 >= leastCommonInterval }.min() ?? .zero
    }

    /// How long to wait for the next check after one has ended.
    ///
    /// - Parameters:
    ///   - phase: where the server is after that check.
    ///   - random: a number from -1 to 1 that decides about the spread.
    /// - Returns: the time from the end of the last check.
    public func nextDelay(in phase: HealthCounter.Phase, random: Double = 0) -> Duration {
        let plain = interval(in: phase)
        guard spreadPercent > 0 else { return plain }
        return plain + plain * (Double(spreadPercent) / 100 * random)
    }
}
