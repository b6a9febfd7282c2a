/// What follows a failed attempt to connect.
///
/// - Source: HAProxy 2.6 configuration manual, `retries` and `option redispatch`, and recordings: with more than one
///   active server in round robin every retry goes to the next one at once; otherwise the same server is tried again after
///   a pause, and only the last retry is a new choice.
struct RetryPolicy: Equatable {
    /// How long to wait before the same server that refused is tried again, in milliseconds.
    static let pauseMilliseconds: Int64 = 1_000

    /// What to do next.
    enum Step: Equatable {
        /// Give up.
        case giveUp
        /// Try the same server again.
        case retry(afterMilliseconds: Int64)
        /// Choose anew, preferring another server.
        case redispatch(afterMilliseconds: Int64)
    }

    /// Whether `option redispatch` is set.
    let redispatches: Bool
    /// `timeout connect`, which shortens the pause.
    let connectLimit: Int64?

    /// Decides.
    ///
    /// - Parameters:
    ///   - retriesLeft: attempts that are still allowed.
    ///   - activeServers: active servers that take traffic.
    ///   - timedOut: whether the attempt had no answer, so that time has passed already.
    /// - Returns: what to do next.
    func step(retriesLeft: Int32, activeServers: Int, timedOut: Bool) -> Step {
        guard retriesLeft > 0 else { return .giveUp }
        if redispatches && activeServers > 1 { return .redispatch(afterMilliseconds: 0) }
        let pause = timedOut ? 0 : min(RetryPolicy.pauseMilliseconds, connectLimit ?? RetryPolicy.pauseMilliseconds)
        return redispatches && retriesLeft == 1
            ? .redispatch(afterMilliseconds: pause) : .retry(afterMilliseconds: pause)
    }
}
