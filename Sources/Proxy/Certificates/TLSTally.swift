import EventLoop
import Model
import TLS

/// What is counted of the TLS of a worker's connections.
struct TLSTally {
    /// Ends that began.
    private var totalEnds = 0
    private var clientRate = RateCounter()
    private var clientKeyRate = RateCounter()
    private var serverKeyRate = RateCounter()
    private var cacheLookups = 0
    private var cacheMisses = 0

    /// Counts a client that begins its handshake.
    ///
    /// - Parameter now: when.
    mutating func beginClient(at now: MonotonicTime) {
        totalEnds += 1
        clientRate.count(at: now)
    }

    /// Counts a handshake with a server that begins, be it for a check.
    mutating func beginServer() { totalEnds += 1 }

    /// Counts how a client's handshake ended.
    ///
    /// - Parameters:
    ///   - stream: the client's stream.
    ///   - hasFailed: whether it came to nothing.
    ///   - now: when.
    mutating func endClient(_ stream: TLSStream, hasFailed: Bool, at now: MonotonicTime) {
        let (isLookup, isMiss) = stream.cacheUse
        if isLookup { cacheLookups += 1 }
        if isMiss { cacheMisses += 1 }
        if !hasFailed, !stream.isResumed { clientKeyRate.count(at: now) }
    }

    /// Counts a handshake with a server in which a new key was agreed on.
    ///
    /// - Parameter now: when.
    mutating func countServerKey(at now: MonotonicTime) { serverKeyRate.count(at: now) }

    /// Forgets the most of any second.
    mutating func clearMaxima() {
        clientRate.clearMax()
        clientKeyRate.clearMax()
        serverKeyRate.clearMax()
    }

    /// What a snapshot shows.
    ///
    /// - Parameters:
    ///   - now: the moment of the snapshot.
    ///   - currentEnds: the ends that there are.
    /// - Returns: the value.
    mutating func snapshot(at now: MonotonicTime, currentEnds: Int) -> TLSActivity {
        var activity = TLSActivity()
        activity.currentEnds = currentEnds
        activity.totalEnds = totalEnds
        activity.clientRate = clientRate.snapshot(at: now)
        activity.clientKeyRate = clientKeyRate.snapshot(at: now)
        activity.serverKeyRate = serverKeyRate.snapshot(at: now)
        activity.cacheLookups = cacheLookups
        activity.cacheMisses = cacheMisses
        return activity
    }
}

extension WorkerLoop {
    /// Counts a handshake with a server that is done, be it for a check.
    ///
    /// - Parameters:
    ///   - stream: the server's stream.
    ///   - server: the server.
    ///   - backend: its backend.
    func countHandshake(_ stream: TLSStream, with server: Server, in backend: Backend) {
        let isResumed = stream.isResumed
        server.tally.tls.count(isResumed: isResumed)
        backend.tally.tls.count(isResumed: isResumed)
        if !isResumed { tls.countServerKey(at: now) }
    }

    /// Counts a handshake with a server that failed, be it for a check.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - backend: its backend.
    func countFailedHandshake(with server: Server, in backend: Backend) {
        server.tally.tls.failed += 1
        backend.tally.tls.failed += 1
    }

    /// The ends with TLS that there are: sides of sessions, and checks.
    var currentTLSEnds: Int {
        var checking = 0
        for case let backend? in backends {
            for server in backend.servers where server.check?.stream != nil { checking += 1 }
        }
        return secure.count + checking
    }
}
