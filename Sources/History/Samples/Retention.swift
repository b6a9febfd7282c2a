/// How long each level of session counts is kept; days, transitions and events are kept for ever.
public struct Retention: Sendable, Hashable {
    /// How long samples are kept.
    public var samples: Duration
    /// How long the counts of a minute are kept.
    public var minutes: Duration
    /// How long the counts of an hour are kept.
    public var hours: Duration

    /// Makes a retention.
    ///
    /// - Parameters:
    ///   - samples: how long samples are kept.
    ///   - minutes: how long the counts of a minute are kept; not less than samples.
    ///   - hours: how long the counts of an hour are kept; not less than minutes.
    public init(samples: Duration, minutes: Duration, hours: Duration) {
        self.samples = max(.zero, samples)
        self.minutes = max(self.samples, minutes)
        self.hours = max(self.minutes, hours)
    }

    /// Samples for two days, minutes for two weeks, hours for 400 days.
    public static let standard = Retention(
        samples: .seconds(2 * 86_400), minutes: .seconds(14 * 86_400), hours: .seconds(400 * 86_400))

    /// Before which moment a level may be removed.
    ///
    /// Removed is what the next coarser level has, in whole hours of samples and whole days of the rest, so that no unit of a
    /// coarser level is ever left with a part of what it was made from.
    ///
    /// - Parameters:
    ///   - level: the level.
    ///   - now: the present.
    ///   - coverage: what each level covers.
    /// - Returns: the moment, never before one that was returned earlier; `nil` where all is kept.
    func limit(of level: SampleLevel, now: Int64, coverage: SampleCoverage) -> Int64? {
        guard let coarser = level.coarser else { return nil }
        let kept: Duration
        switch level {
        case .sample: kept = samples
        case .minute: kept = minutes
        case .hour: kept = hours
        case .day: return nil
        }
        let unit: SampleLevel = level == .sample ? .hour : .day
        let wanted = unit.floor(min(now - Int64(kept / .milliseconds(1)), coverage.rolledUntil[coarser.rawValue]))
        return max(wanted, coverage.keptFrom[level.rawValue])
    }
}
