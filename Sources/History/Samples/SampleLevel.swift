/// How finely session counts are kept: as they were sampled, or added up by the minute, the hour or the day.
///
/// Each level's unit is a whole number of the next finer one's, and all begin at the epoch.
enum SampleLevel: Int, CaseIterable, Comparable, Sendable {
    /// The samples themselves.
    case sample
    /// One row a minute.
    case minute
    /// One row an hour.
    case hour
    /// One row a day of UTC.
    case day

    /// The table that holds the level.
    var table: String {
        switch self {
        case .sample: "samples"
        case .minute: "samples_by_minute"
        case .hour: "samples_by_hour"
        case .day: "samples_by_day"
        }
    }

    /// What a row stands for, in milliseconds.
    var unitMilliseconds: Int64 {
        switch self {
        case .sample: 1
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: 86_400_000
        }
    }

    /// The level from which this one is made.
    var finer: SampleLevel? { SampleLevel(rawValue: rawValue - 1) }
    /// The level that is made from this one.
    var coarser: SampleLevel? { SampleLevel(rawValue: rawValue + 1) }

    /// How many rows a server has at most in one unit of the next coarser level, for bounds; samples are taken every 10 s.
    var rowsInCoarserUnit: Int {
        switch self {
        case .sample: 6
        case .minute: 60
        case .hour: 24
        case .day: 1
        }
    }

    /// The beginning of the unit that a moment is in.
    func floor(_ moment: Int64) -> Int64 { moment.roundedDown(to: unitMilliseconds) }
    /// The first beginning of a unit that is not before a moment.
    func ceiling(_ moment: Int64) -> Int64 { -((-moment).roundedDown(to: unitMilliseconds)) }

    static func < (left: SampleLevel, right: SampleLevel) -> Bool { left.rawValue < right.rawValue }

    /// The level's columns, named and meant alike for all levels.
    ///
    /// A sample counts as one row of which the fewest and the mean are its own count.
    private var columns: (samples: String, covered: String, least: String, sessionTime: String) {
        switch self {
        case .sample: ("1", "interval_ms", "current", "current * interval_ms")
        case .minute, .hour, .day: ("samples", "covered_ms", "least", "session_ms")
        }
    }

    /// SQL that adds up the level's rows in buckets; its arguments are the bucket's length three times with the beginning and
    /// the end of the time between the second and the third.
    ///
    /// - Parameter servers: the numbers of the subjects, or a subquery for them.
    /// - Returns: a SELECT of `server_id, at, samples, covered_ms, current, least, most, session_ms, new, bytes_in, bytes_out,
    ///   queued, connect_errors, retries, redispatches, checks, check_us, slowest_check_us`; from `queued` on NULL where they
    ///   were not counted.
    func sum(ofServers servers: String) -> String {
        let columns = columns
        return """
            SELECT bucket.server_id, bucket.at, bucket.samples, bucket.covered_ms, last.current, bucket.least, \
            bucket.most, bucket.session_ms, bucket.new, bucket.bytes_in, bucket.bytes_out, bucket.queued, \
            bucket.connect_errors, bucket.retries, bucket.redispatches, bucket.checks, bucket.check_us, \
            bucket.slowest_check_us
            FROM (
                SELECT server_id, at / ? * ? AS at, max(at) AS last_at, sum(\(columns.samples)) AS samples,
                    sum(\(columns.covered)) AS covered_ms, min(\(columns.least)) AS least, max(most) AS most,
                    sum(\(columns.sessionTime)) AS session_ms, sum(new) AS new, sum(bytes_in) AS bytes_in,
                    sum(bytes_out) AS bytes_out, max(queued) AS queued, sum(connect_errors) AS connect_errors,
                    sum(retries) AS retries, sum(redispatches) AS redispatches, sum(checks) AS checks,
                    sum(check_us) AS check_us, max(slowest_check_us) AS slowest_check_us
                FROM \(table) WHERE server_id IN (\(servers)) AND at >= ? AND at < ? GROUP BY server_id, at / ?
            ) AS bucket
            JOIN \(table) AS last ON last.server_id = bucket.server_id AND last.at = bucket.last_at
            """
    }
}

extension Int64 {
    /// The largest multiple of a length that is not greater.
    func roundedDown(to length: Int64) -> Int64 {
        let rest = self % length
        return self - (rest < 0 ? rest + length : rest)
    }
}
