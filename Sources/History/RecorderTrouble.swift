import Model

/// What the recorder says and how long it waits while the database can't be written: a value, without clock or disk.
///
/// Each kind of trouble is told once, and once that it is over; between two attempts the wait doubles up to a bound.
struct RecorderTrouble {
    private let limits: RecorderLimits
    private var since: Timestamp?
    private var last: HistoryError?
    private var told: Set<HistoryError.Code> = []
    private var attempts = 0

    init(limits: RecorderLimits) {
        self.limits = limits
    }

    /// Takes in a failed attempt.
    ///
    /// - Parameters:
    ///   - error: why it failed.
    ///   - now: when.
    /// - Returns: what is to be told, if anything new, and how long to wait.
    mutating func failed(_ error: HistoryError, at now: Timestamp) -> (report: String?, pause: Duration) {
        since = since ?? now
        last = error
        let isNews = told.insert(error.code).inserted
        let doublings = min(attempts, 30)
        attempts += 1
        let pause = min(limits.longestPause, limits.firstPause * (1 << doublings))
        return (isNews ? "history is not being written, and will be tried again: \(error)" : nil, pause)
    }

    /// What a success at this moment would end.
    ///
    /// - Parameter now: the moment.
    /// - Returns: if there was trouble, what is to be told and what the history itself shall say about it.
    func recovery(at now: Timestamp) -> (report: String, event: EventRecord)? {
        guard let since, let last else { return nil }
        let length = max(0, now.millisecondsSinceEpoch - since.millisecondsSinceEpoch)
        let event = EventRecord(
            at: now, instance: nil, kind: .historyTrouble,
            detail: "could not be written for \(length) ms: \(last.operation): \(last.message)")
        return ("history is written again after \(length) ms", event)
    }
}
