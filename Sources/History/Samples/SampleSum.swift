import GRDB
import Model

/// What the session counts of one subject add up to over one bucket, or over a part of it.
struct SampleSum: Sendable, Hashable {
    let server: Int64
    /// The bucket's beginning.
    let at: Int64
    /// The bucket's length.
    let bucketMilliseconds: Int64
    var coveredMilliseconds: Int64
    var current: Int
    var least: Int
    var most: Int
    var sessionMilliseconds: Int64
    var new: Int
    var bytesIn: Int64
    var bytesOut: Int64
    // Not known of times in which an earlier program counted.
    var queued: Int?
    var connectErrors: Int?
    var retries: Int?
    var redispatches: Int?
    var checkTimes: CheckTimes?

    /// Reads a row of `SampleLevel.sum`.
    init(_ row: Row, bucket: Int64) {
        server = row["server_id"]
        at = row["at"]
        bucketMilliseconds = bucket
        coveredMilliseconds = row["covered_ms"]
        current = row["current"]
        least = row["least"]
        most = row["most"]
        sessionMilliseconds = row["session_ms"]
        new = row["new"]
        bytesIn = row["bytes_in"]
        bytesOut = row["bytes_out"]
        queued = row["queued"]
        connectErrors = row["connect_errors"]
        retries = row["retries"]
        redispatches = row["redispatches"]
        checkTimes = (row["checks"] as Int?).map { count in
            CheckTimes(
                count: count, microseconds: row["check_us"] ?? 0, slowestMicroseconds: row["slowest_check_us"] ?? 0)
        }
    }

    /// Sessions on average over the time that is spoken for.
    var mean: Double {
        coveredMilliseconds > 0 ? Double(sessionMilliseconds) / Double(coveredMilliseconds) : Double(current)
    }

    /// Adds what came earlier in the same bucket.
    mutating func add(earlier: SampleSum) {
        coveredMilliseconds += earlier.coveredMilliseconds
        least = min(least, earlier.least)
        most = max(most, earlier.most)
        sessionMilliseconds += earlier.sessionMilliseconds
        new += earlier.new
        bytesIn += earlier.bytesIn
        bytesOut += earlier.bytesOut
        queued = Self.join(queued, earlier.queued, max)
        connectErrors = Self.join(connectErrors, earlier.connectErrors, +)
        retries = Self.join(retries, earlier.retries, +)
        redispatches = Self.join(redispatches, earlier.redispatches, +)
        if let times = earlier.checkTimes {
            if checkTimes == nil { checkTimes = times } else { checkTimes?.add(times) }
        }
    }

    /// Joins what is known of two parts.
    private static func join(_ left: Int?, _ right: Int?, _ operation: (Int, Int) -> Int) -> Int? {
        guard let left, let right else { return left ?? right }
        return operation(left, right)
    }
}

/// Collects sums from the newest to the oldest and joins those that are parts of one bucket.
struct SampleSums {
    private struct Key: Hashable {
        let at: Int64
        let server: Int64
    }

    private let limit: Int?
    private let before: (at: Int64, server: Int64)?
    private var sums: [SampleSum] = []
    private var places: [Key: Int] = [:]

    /// Begins without sums.
    ///
    /// - Parameters:
    ///   - limit: how many buckets are wanted; `nil` is all.
    ///   - before: the bucket before which they are wanted; `nil` is the end of time.
    init(limit: Int?, before: (at: Int64, server: Int64)? = nil) {
        self.limit = limit
        self.before = before
    }

    /// Takes in a sum that is not newer than those before it.
    mutating func add(_ sum: SampleSum) {
        let key = Key(at: sum.at, server: sum.server)
        if let place = places[key] {
            sums[place].add(earlier: sum)
        } else {
            places[key] = sums.count
            sums.append(sum)
        }
    }

    /// The newest buckets, oldest first.
    var newest: [SampleSum] {
        let wanted = before.map { before in sums.filter { ($0.at, $0.server) < before } } ?? sums
        let sorted = wanted.sorted { ($0.at, $0.server) < ($1.at, $1.server) }
        return limit.map { Array(sorted.suffix(max(0, $0))) } ?? sorted
    }
}
