import EventLoop
import Model

/// What is counted alike for a server and for a backend.
struct Tally {
    private(set) var currentSessions = 0
    /// The same with what other workers have here; `nil` where nobody else can have any.
    private var shared: SharedCount?
    /// Whether what is told of sessions here is about those of all workers, since they work as one (`nbthread`).
    private var countsAll = false
    var maxSessions = 0
    var totalSessions = 0
    var queueMax = 0
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var connectionErrors = 0
    var responseErrors = 0
    var deniedResponses = 0
    var retries = 0
    var redispatches = 0
    var clientAborts = 0
    var serverAborts = 0
    var timesChosen = 0
    var connectAttempts = 0
    var tls = TLSCounts()
    var sessionRate = RateCounter()
    /// The rate of all threads' sessions; `nil` where there is one thread, and where no rule asks for it.
    var sharedRate: SharedRateCounter?
    var queueTime = SlidingAverage()
    var connectTime = SlidingAverage()
    var totalTime = SlidingAverage()
    var lastSession: MonotonicTime?
    var sample = SampleTally()

    /// Counts a session that begins here.
    ///
    /// - Parameter now: when.
    mutating func begin(at now: MonotonicTime) {
        totalSessions += 1
        sessionRate.count(at: now)
        sharedRate?.count(at: now)
        lastSession = now
        sample.new += 1
    }

    /// How many sessions have begun in the last second, those of other threads among them.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: their number.
    mutating func presentSessionRate(at now: MonotonicTime) -> Int {
        sharedRate?.value(at: now) ?? sessionRate.snapshot(at: now).current
    }

    /// Counts a session among those that are here now.
    ///
    /// - Parameter isTaken: whether its place among those of all workers is taken already.
    mutating func enter(isTaken: Bool = false) {
        currentSessions += 1
        if !isTaken { shared?.add(1) }
        let present = toldSessions
        maxSessions = max(maxSessions, present)
        sample.max = max(sample.max, present)
    }

    /// No longer counts a session among those that are here now.
    ///
    /// - Parameter isGivenBack: whether somebody else gives back its place among those of all workers.
    mutating func leave(isGivenBack: Bool = false) {
        currentSessions -= 1
        if !isGivenBack { shared?.subtract(1) }
    }

    /// Tells from now on of the sessions of all workers.
    mutating func countAll() { countsAll = true }

    /// The sessions here now, as logs, events and maxima have them.
    var toldSessions: Int { countsAll ? allSessions : currentSessions }

    /// Sessions that are here now, those of the instance's other workers among them: what limits and balancing go by.
    var allSessions: Int { shared?.value ?? currentSessions }

    /// Counts what is here at another place together with what others have there.
    ///
    /// - Parameter count: the place's count.
    mutating func share(_ count: SharedCount) {
        guard count !== shared else { return }
        shared?.subtract(currentSessions)
        count.add(currentSessions)
        shared = count
    }

    /// Counts a side that was silent for too long as one that ended early.
    ///
    /// - Parameter side: which one.
    mutating func countAbort(by side: Silence) {
        switch side {
        case .none: break
        case .client: clientAborts += 1
        case .server: serverAborts += 1
        }
    }

    /// Takes in the times of a session that ended after its connection was made.
    ///
    /// - Parameters:
    ///   - queue: milliseconds in the queue.
    ///   - connect: milliseconds to connect.
    ///   - total: milliseconds in all.
    mutating func addTimes(queue: Int, connect: Int, total: Int) {
        queueTime.add(queue, count: timesChosen)
        connectTime.add(connect, count: timesChosen)
        totalTime.add(total, count: timesChosen)
    }

    /// Lets counting begin anew; what is here now stays, and so does what the history has yet to get.
    ///
    /// - Parameter all: whether everything is counted anew, or only the maxima.
    mutating func clear(all: Bool) {
        sessionRate.clearMax()
        guard all else {
            (maxSessions, queueMax) = (0, 0)
            queueTime.clearMax()
            connectTime.clearMax()
            totalTime.clearMax()
            return
        }
        var cleared = Tally()
        cleared.currentSessions = currentSessions
        cleared.shared = shared
        cleared.countsAll = countsAll
        cleared.sessionRate = sessionRate
        cleared.sample = sample
        self = cleared
    }

    /// What a snapshot shows.
    ///
    /// - Parameters:
    ///   - now: the moment of the snapshot.
    ///   - queue: sessions waiting now.
    /// - Returns: the counters; the times of the last change and of being down are the caller's.
    mutating func snapshot(at now: MonotonicTime, queue: Int) -> BackendCounters {
        var counters = BackendCounters()
        counters.queueCurrent = queue
        counters.queueMax = queueMax
        counters.currentSessions = currentSessions
        counters.maxSessions = maxSessions
        counters.totalSessions = totalSessions
        counters.bytesIn = bytesIn
        counters.bytesOut = bytesOut
        counters.connectionErrors = connectionErrors
        counters.responseErrors = responseErrors
        counters.deniedResponses = deniedResponses
        counters.retries = retries
        counters.redispatches = redispatches
        counters.clientAborts = clientAborts
        counters.serverAborts = serverAborts
        counters.timesChosen = timesChosen
        counters.connectAttempts = connectAttempts
        counters.tls = tls
        counters.sessionRate = sessionRate.snapshot(at: now)
        counters.timing.queueAverage = queueTime.average(over: timesChosen)
        counters.timing.connectAverage = connectTime.average(over: timesChosen)
        counters.timing.totalAverage = totalTime.average(over: timesChosen)
        counters.timing.queueMax = queueTime.max
        counters.timing.connectMax = connectTime.max
        counters.timing.totalMax = totalTime.max
        counters.secondsSinceLastSession = lastSession.map { Int(now.milliseconds(since: $0) / 1_000) }
        return counters
    }
}

/// What has been counted since the last sample of the history.
struct SampleTally {
    var new = 0
    var max = 0
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var connectErrors = 0
    var retries = 0
    var redispatches = 0
    var softFailures = 0
    var softPasses = 0
    var checkTimes: CheckTimes?

    /// A check has ended after so many microseconds.
    mutating func note(checkTime microseconds: Int64) {
        guard checkTimes != nil else { return checkTimes = CheckTimes(microseconds: microseconds) }
        checkTimes?.add(microseconds: microseconds)
    }
}
