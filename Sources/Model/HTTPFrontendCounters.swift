import Synchronization

/// What the statistics count for a proxy that serves HTTP itself, shared between its server and its instance's worker.
///
/// The HTTP server adds (from any of its threads), the worker reads when it makes a snapshot or a sample.
public final class HTTPFrontendCounters: Sendable {
    /// The counts at one moment.
    public struct Counts: Sendable {
        /// Connections now.
        public var currentSessions = 0
        /// Most connections at one moment since the start.
        public var maxSessions = 0
        /// Most connections at one moment since the last sample.
        public var maxSessionsSinceSample = 0
        /// Connections since the start.
        public var totalSessions = 0
        /// Bytes from clients.
        public var bytesIn: Int64 = 0
        /// Bytes to clients.
        public var bytesOut: Int64 = 0
        /// Requests since the start.
        public var totalRequests = 0
        /// Requests answered with statistics.
        public var interceptedRequests = 0
        /// Requests refused by a rule or for lack of a password.
        public var deniedRequests = 0
        /// Requests that were not understood.
        public var requestErrors = 0
        /// Answers by class.
        public var responses = HTTPResponseCounts()
        /// New connections a second.
        public var sessionRate = RateCounter()
        /// Requests a second.
        public var requestRate = RateCounter()
        /// When the last request ended; `nil` before the first.
        public var lastRequestAt: Timestamp?

        /// Requests that only a server could have answered, and there is none: what a backend side counts.
        public var unservedRequests: Int { max(0, totalRequests - interceptedRequests - requestErrors) }
    }

    // Owner: the mutex; written by the HTTP server's threads, read by the worker.
    private let counts = Mutex(Counts())

    /// Starts at zero.
    public init() {}

    /// Changes the counts.
    ///
    /// - Parameter change: what to do with them; must be short.
    public func update(_ change: (inout Counts) -> Void) {
        counts.withLock { change(&$0) }
    }

    /// Lets counting begin anew.
    ///
    /// - Parameter all: whether everything does, or only the maxima.
    public func clear(all: Bool) {
        counts.withLock { current in
            current.sessionRate.clearMax()
            current.requestRate.clearMax()
            guard all else {
                current.maxSessions = 0
                return
            }
            var cleared = Counts()
            cleared.currentSessions = current.currentSessions
            cleared.maxSessionsSinceSample = current.maxSessionsSinceSample
            cleared.sessionRate = current.sessionRate
            cleared.requestRate = current.requestRate
            current = cleared
        }
    }

    /// Reads the counts.
    ///
    /// - Parameter startsNewInterval: whether `maxSessionsSinceSample` begins anew.
    /// - Returns: the counts as they were.
    public func read(startsNewInterval: Bool = false) -> Counts {
        counts.withLock { current in
            let copy = current
            if startsNewInterval { current.maxSessionsSinceSample = current.currentSessions }
            return copy
        }
    }
}
