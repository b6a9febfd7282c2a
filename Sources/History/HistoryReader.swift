import Model

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
