/// Which level of session counts answers for which part of a period.
///
/// 1. Where a level has been removed, the finest that is left answers, and a bucket is at least as long as its unit.
/// 2. Else the coarsest level answers of which whole units make a bucket; the ends of the period that are no whole units, and
///    what has not been rolled up yet, come from finer levels. So the sums are those of the samples.
struct SamplePlan {
    /// A time that one level answers for.
    struct Segment: Hashable {
        /// The level.
        let level: SampleLevel
        /// Its beginning.
        let from: Int64
        /// Its end, which is not part of it.
        let to: Int64
        /// How long a bucket is in it.
        let bucketMilliseconds: Int64
    }

    /// The end of a period that has none: no moment comes near it, and it can be rounded without overflow.
    static let endOfTime = Int64.max / 4

    /// The segments, oldest first, without a gap or an overlap.
    let segments: [Segment]

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - since: the period's beginning; `nil` is the history's.
    ///   - until: its end, which is not part of it; `nil` is the present.
    ///   - bucketMilliseconds: the length of a bucket that is asked for.
    ///   - coverage: what each level covers.
    init(since: Int64?, until: Int64?, bucketMilliseconds: Int64, coverage: SampleCoverage) {
        let since = max(0, since ?? 0)
        let until = until ?? Self.endOfTime
        var segments: [Segment] = []
        var zoneEnd = Self.endOfTime
        for finest in SampleLevel.allCases {
            let zoneStart = finest == .day ? 0 : coverage.keptFrom[finest.rawValue]
            let from = finest.floor(max(since, zoneStart))
            let to = min(until, zoneEnd)
            zoneEnd = min(zoneEnd, zoneStart)
            guard from < to else { continue }
            let bucket = -((-bucketMilliseconds).roundedDown(to: finest.unitMilliseconds))
            let coarsest = SampleLevel.allCases.last { bucket % $0.unitMilliseconds == 0 } ?? finest
            segments =
                Self.cover(from, to, with: max(coarsest, finest), finest: finest, coverage).map {
                    Segment(level: $0.level, from: $0.from, to: $0.to, bucketMilliseconds: bucket)
                } + segments
        }
        self.segments = segments
    }

    /// The segments with the buckets that begin no later than a moment, with their lengths as they are.
    ///
    /// - Parameter last: the beginning of the last bucket that is wanted; `nil` is any.
    /// - Returns: the segments, oldest first.
    func segments(before last: Int64?) -> [Segment] {
        guard let last else { return segments }
        return segments.compactMap { segment in
            let to = min(segment.to, last + segment.bucketMilliseconds)
            guard segment.from < to else { return nil }
            return Segment(
                level: segment.level, from: segment.from, to: to, bucketMilliseconds: segment.bucketMilliseconds)
        }
    }

    private static func cover(
        _ from: Int64, _ to: Int64, with level: SampleLevel, finest: SampleLevel, _ coverage: SampleCoverage
    ) -> [(level: SampleLevel, from: Int64, to: Int64)] {
        guard from < to else { return [] }
        guard level > finest, let finer = level.finer else { return [(level, from, to)] }
        let start = level.ceiling(from)
        let end = level.floor(min(to, coverage.rolledUntil[level.rawValue]))
        guard start < end else { return cover(from, to, with: finer, finest: finest, coverage) }
        return cover(from, start, with: finer, finest: finest, coverage) + [(level, start, end)]
            + cover(end, to, with: finer, finest: finest, coverage)
    }
}
