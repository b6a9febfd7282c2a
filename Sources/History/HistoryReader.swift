import Model

/// Which part of the history is asked for.
public struct HistoryQuestion: Sendable, Hashable {
    /// `SERVER`, `PROXY/SERVER` or `INSTANCE/PROXY/SERVER`; `nil` is every server.
    public var server: String?
    /// Only this instance; `nil` is every instance.
    public var instance: String?
    /// Nothing before this moment.
    public var since: Timestamp?
    /// Nothing at or after this moment.
    public var until: Timestamp?
    /// At most so many rows, the newest.
    public var limit: Int?
    /// Only rows recorded after this one (`--follow`).
    public var after: Int64?
    /// Only rows before this place, to go on to the past from where an answer began.
    public var before: HistoryPlace?

    /// Asks for everything.
    public init() {}
}

/// A row's place in the order of an answer; it stays the same while rows are added.
public enum HistoryPlace: Sendable, Hashable {
    /// Of a transition or an event: its moment and its number.
    case row(at: Timestamp, id: Int64)
    /// Of session counts: the bucket's beginning and its subject. Of an incident: its beginning and the server that fell first.
    case subject(at: Timestamp, ServerIdentity)
}

/// A row of the history with the number under which it was recorded, so that a follower can ask for what came after.
public struct Recorded<Record: Sendable & Hashable>: Sendable, Hashable {
    /// Grows with each recorded row of its kind.
    public var id: Int64
    /// The row.
    public var record: Record

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - record: its content.
    public init(id: Int64, record: Record) {
        self.id = id
        self.record = record
    }
}

/// Session counts of one server, frontend or backend over one bucket of time.
public struct SessionBucket: Sendable, Hashable {
    /// The bucket's beginning.
    public var at: Timestamp
    /// The bucket's length; longer than asked for where finer counts have been removed.
    public var lengthMilliseconds: Int64 = 0
    /// What was counted; `server` is a server's name, `FRONTEND` or `BACKEND`.
    public var subject: ServerIdentity
    /// Sessions at the last sample of the bucket.
    public var current: Int
    /// The fewest sessions that a sample counted; `nil` where that is not known.
    public var min: Int?
    /// Sessions on average over time; `nil` where that is not known.
    public var mean: Double?
    /// Most sessions at one moment.
    public var max: Int
    /// Sessions that began.
    public var total: Int
    /// Bytes from clients.
    public var bytesIn: Int64
    /// Bytes to clients.
    public var bytesOut: Int64
    /// The most sessions that a sample found waiting; `nil`, as the three that follow, where that was not counted yet.
    public var queued: Int?
    /// Connections to servers that could not be made.
    public var connectErrors: Int?
    /// Repeated attempts to connect.
    public var retries: Int?
    /// Sessions that went to another server than the one chosen first.
    public var redispatches: Int?
    /// How long checks took; `nil` where none ended, or that was not counted yet.
    public var checkTimes: CheckTimes?

    /// Makes a bucket.
    ///
    /// - Parameters:
    ///   - at: its beginning.
    ///   - subject: what was counted.
    ///   - current: sessions at its last sample.
    ///   - max: most sessions at one moment.
    ///   - total: sessions that began.
    ///   - bytesIn: bytes from clients.
    ///   - bytesOut: bytes to clients.
    public init(
        at: Timestamp, subject: ServerIdentity, current: Int, max: Int, total: Int, bytesIn: Int64, bytesOut: Int64
    ) {
        self.at = at
        self.subject = subject
        self.current = current
        self.max = max
        self.total = total
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }
}

/// How a server's time over a period divides into states, in milliseconds; the four add up to the period.
public struct Availability: Sendable, Hashable {
    /// Which server.
    public var server: ServerIdentity
    /// The period's beginning.
    public var since: Timestamp
    /// The period's end.
    public var until: Timestamp
    /// UP, DRAIN, NOLB and DEGRADED.
    public var upMilliseconds: Int64 = 0
    /// DOWN.
    public var downMilliseconds: Int64 = 0
    /// MAINT.
    public var maintMilliseconds: Int64 = 0
    /// No supervisor ran, the instance was stopped, or no check had ended yet.
    public var unknownMilliseconds: Int64 = 0
    /// Checks that failed without an outage, since `fall` was not reached; of whole hours of UTC.
    public var softFailures = 0
    /// Checks that passed without ending an outage, since `rise` was not reached; of whole hours of UTC.
    public var softPasses = 0

    /// Makes an account without time.
    ///
    /// - Parameters:
    ///   - server: which server.
    ///   - since: the period's beginning.
    ///   - until: the period's end.
    public init(server: ServerIdentity, since: Timestamp, until: Timestamp) {
        self.server = server
        self.since = since
        self.until = until
    }

    /// The share of the known time without maintenance that was up, 0 to 1; `nil` when there was none.
    public var availability: Double? {
        let known = upMilliseconds + downMilliseconds
        return known > 0 ? Double(upMilliseconds) / Double(known) : nil
    }
}

/// How often a server's checks said something else than its state in one hour, without changing it.
public struct SoftStates: Sendable, Hashable {
    /// The hour's beginning; hours are those of UTC.
    public var at: Timestamp
    /// Which server.
    public var server: ServerIdentity
    /// Checks that failed and left the server up, since `fall` was not reached.
    public var failed: Int
    /// Checks that passed and left it down, since `rise` was not reached.
    public var passed: Int

    /// Makes an account of an hour.
    ///
    /// - Parameters:
    ///   - at: the hour's beginning.
    ///   - server: which server.
    ///   - failed: checks that failed and left it up.
    ///   - passed: checks that passed and left it down.
    public init(at: Timestamp, server: ServerIdentity, failed: Int, passed: Int) {
        self.at = at
        self.server = server
        self.failed = failed
        self.passed = passed
    }
}

/// What the history answers; any thread may ask, also while a supervisor writes.
public protocol HistoryReader: Sendable {
    /// Health transitions, oldest first.
    ///
    /// - Parameter question: which.
    /// - Returns: the rows, each with its number.
    /// - Throws: `HistoryError` when the history cannot be read.
    func transitions(_ question: HistoryQuestion) throws -> [Recorded<TransitionRecord>]

    /// Events, oldest first; `question.server` is ignored.
    ///
    /// - Parameter question: which.
    /// - Returns: the rows, each with its number.
    /// - Throws: `HistoryError` when the history cannot be read.
    func events(_ question: HistoryQuestion) throws -> [Recorded<EventRecord>]

    /// Session counts in buckets aligned to the epoch, oldest first; `FRONTEND` and `BACKEND` match as server names.
    ///
    /// What is older than the retention of samples comes from coarser counts, in buckets that are not shorter than their unit.
    ///
    /// - Parameters:
    ///   - question: which.
    ///   - bucketMilliseconds: the buckets' length.
    /// - Returns: the buckets that have samples.
    /// - Throws: `HistoryError` when the history cannot be read.
    func sessions(_ question: HistoryQuestion, bucketMilliseconds: Int64) throws -> [SessionBucket]

    /// How each server's time divides into states.
    ///
    /// - Parameters:
    ///   - question: which servers; without `since`, from each server's first record.
    ///   - now: what an open period ends at.
    /// - Returns: one account a server, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    func uptime(_ question: HistoryQuestion, now: Timestamp) throws -> [Availability]

    /// What states each server went through.
    ///
    /// - Parameters:
    ///   - question: which servers, as for `uptime`.
    ///   - now: what an open period ends at.
    /// - Returns: one lane a server, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    func lanes(_ question: HistoryQuestion, now: Timestamp) throws -> [StateLane]

    /// What lanes are drawn from.
    ///
    /// - Parameters:
    ///   - question: which servers and which period, as for `lanes`; without `since`, from the first record on.
    ///   - finestMilliseconds: what is shorter need not be told apart.
    ///   - now: what an open period ends at.
    /// - Returns: one outline a server, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    func outlines(_ question: HistoryQuestion, finestMilliseconds: Int64, now: Timestamp) throws -> LaneOutlines

    /// Transitions by their numbers.
    ///
    /// - Parameter numbers: as `Recorded` and `LaneOutline.Part` have them.
    /// - Returns: those that are there.
    /// - Throws: `HistoryError` when the history cannot be read.
    func transitions(numbered numbers: [Int64]) throws -> [Int64: TransitionRecord]

    /// The servers that change their state too often.
    ///
    /// - Parameter now: the present.
    /// - Returns: those that flap, with how much.
    /// - Throws: `HistoryError` when the history cannot be read.
    func flapping(now: Timestamp) throws -> [ServerIdentity: Flapping]

    /// Outages, those of one proxy that overlap as one, oldest first.
    ///
    /// - Parameters:
    ///   - question: which; one that overlaps the period counts, with its true beginning and end. With `server`, those that
    ///     the server had a part in. `after` is ignored.
    ///   - now: until when what still lasts has lasted.
    /// - Returns: the incidents, by their beginning.
    /// - Throws: `HistoryError` when the history cannot be read.
    func incidents(_ question: HistoryQuestion, now: Timestamp) throws -> [Incident]

    /// The servers that the history knows.
    ///
    /// - Returns: all of them, by identity.
    /// - Throws: `HistoryError` when the history cannot be read.
    func servers() throws -> [ServerIdentity]

    /// The hours in which checks said something else than a server's state without changing it, oldest first.
    ///
    /// - Parameter question: which; an hour that overlaps the period counts. `after` is ignored.
    /// - Returns: one row a server and hour, within an hour by the servers' numbers.
    /// - Throws: `HistoryError` when the history cannot be read.
    func softStates(_ question: HistoryQuestion) throws -> [SoftStates]
}

extension HistoryReader {
    /// Of a history that does not count them, nothing is to be said.
    public func softStates(_ question: HistoryQuestion) throws -> [SoftStates] { [] }
}
