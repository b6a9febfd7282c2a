/// What follows a failed attempt to connect, where sessions may be dispatched anew (`retries`, `option redispatch`).
///
/// Attempts are counted from 1. With more than one active server, an algorithm that ties no client to its server
/// dispatches anew after every failure, whatever the interval. Otherwise an interval N of 1 or more does so after every Nth
/// failure; one of -N lets the retry do so that is the Nth before the end, -1 the last. All others go to the same server.
///
/// - Source: HAProxy 2.6 configuration manual, `retries` and `option redispatch`; what it does with intervals beyond the
///   number of retries, with 0 and with few servers follows observations of HAProxy 2.6.
public struct RedispatchRule: Sendable, Hashable {
    /// How long to wait before the same server is tried again, at most; `timeout connect` may shorten it.
    public static let pause = Duration.seconds(1)

    /// What to do next.
    public enum Step: Sendable, Hashable {
        /// Give up.
        case giveUp
        /// Try the same server again, after the pause.
        case retry
        /// Choose anew, avoiding this server, at once.
        case redispatch
        /// Choose anew, after the pause: there is hardly another server.
        case redispatchAfterPause
    }

    /// How far a rule, and not the algorithm, has bound a session to its server.
    public enum Tie: Sendable, Hashable {
        /// Not at all.
        case none
        /// It stays there until the retry that the interval names.
        case breakable
        /// It goes nowhere else (`force-persist`).
        case unbreakable
    }

    private let retries: Int
    private let interval: Int?
    private let choosesFreely: Bool

    /// Makes the rule of a proxy.
    ///
    /// - Parameters:
    ///   - retries: how many attempts may follow the first (`retries`).
    ///   - interval: the interval of `option redispatch`, -1 where the file gives none; `nil` without the option.
    ///   - algorithm: how servers are chosen.
    public init(retries: Int, interval: Int?, algorithm: Algorithm) {
        self.retries = retries
        self.interval = interval
        choosesFreely = !algorithm.tiesClients
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - failures: how many attempts of the session have failed, this one included.
    ///   - activeServers: active servers that take traffic.
    ///   - isServerUsable: whether the server that failed still takes new sessions.
    ///   - tie: whether a rule has bound the session to it.
    /// - Returns: what to do next.
    public func step(
        after failures: Int, activeServers: Int, isServerUsable: Bool, tie: Tie = .none
    ) -> Step {
        guard failures <= retries else { return .giveUp }
        guard let interval, tie != .unbreakable else { return .retry }
        let isFree = choosesFreely && activeServers > 1 && tie == .none
        guard isFree || (!isServerUsable && tie == .none) || isTurn(after: failures, interval) else { return .retry }
        return activeServers > 1 ? .redispatch : .redispatchAfterPause
    }

    private func isTurn(after failures: Int, _ interval: Int) -> Bool {
        // An interval that reaches one further back than the retries divides by nothing: HAProxy 2.6 ends there.
        let period = interval < 0 ? retries + 1 + interval : interval
        return period != 0 && failures % period == 0
    }
}
