import Configuration
import EventLoop
import Model

/// The accepting side of a proxy as its worker knows it.
///
/// Only the worker's thread touches it.
final class Frontend {
    let configuration: ProxyConfiguration
    /// By the address's index in `ProxyConfiguration.binds`: the index of the backend that gets its sessions.
    let backends: [Int]
    var listeners: [Listener] = []
    var currentSessions = 0
    var maxSessions = 0
    var totalSessions = 0
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var sessionRate = RateCounter()
    var sample = SampleTally()
    /// The client's time limits, counted while both directions are open and while only the client's is.
    let clientLimit: Int64?
    let clientFinLimit: Int64?

    /// Makes a frontend without listeners.
    ///
    /// - Parameters:
    ///   - configuration: its section.
    ///   - backends: for each of its addresses, the index of the backend that gets the sessions.
    init(configuration: ProxyConfiguration, backends: [Int]) {
        self.configuration = configuration
        self.backends = backends
        clientLimit = configuration.timeouts.client.map(\.wholeMilliseconds)
        clientFinLimit = (configuration.timeouts.clientFin ?? configuration.timeouts.client).map(\.wholeMilliseconds)
    }

    /// Whether its `maxconn` is reached.
    var isFull: Bool { currentSessions >= configuration.maxconn }

    /// Counts a session that begins.
    ///
    /// - Parameter now: when.
    func begin(at now: MonotonicTime) {
        currentSessions += 1
        maxSessions = max(maxSessions, currentSessions)
        sample.max = max(sample.max, currentSessions)
        totalSessions += 1
        sample.new += 1
        sessionRate.count(at: now)
    }

    /// What a snapshot shows.
    ///
    /// - Parameter now: the moment of the snapshot.
    /// - Returns: the value.
    func snapshot(at now: MonotonicTime) -> FrontendSnapshot {
        var snapshot = FrontendSnapshot()
        snapshot.status = listeners.isEmpty ? "STOP" : "OPEN"
        snapshot.currentSessions = currentSessions
        snapshot.maxSessions = maxSessions
        snapshot.sessionLimit = configuration.maxconn
        snapshot.totalSessions = totalSessions
        snapshot.totalConnections = totalSessions
        snapshot.bytesIn = bytesIn
        snapshot.bytesOut = bytesOut
        snapshot.sessionRate = sessionRate.snapshot(at: now)
        snapshot.connectionRate = snapshot.sessionRate
        snapshot.addresses = configuration.binds.map(\.address.description)
        return snapshot
    }
}

/// A listening socket as its worker knows it.
struct Listener {
    /// The address's index in `ProxyConfiguration.binds`.
    let bind: Int
    /// The listening descriptor.
    let descriptor: Int32
    /// Whether it is registered, that is: whether connections are accepted and not left in the kernel's queue.
    var isAccepting: Bool
}

extension Duration {
    /// Whole milliseconds, rounded up, so that a limit never fires early.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
