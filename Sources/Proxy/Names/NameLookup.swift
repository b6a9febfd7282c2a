import EventLoop

/// One name's way through its name servers: who is asked what, when again, and what comes of it.
///
/// A round asks all servers at once. The first good answer ends it; when all have failed, the other kind of address is
/// asked for at once, and the whole is repeated until the attempts are used up. Then the name rests until the next round.
/// A value without sockets and clock: the caller says what happened and when, and does what is returned.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.3.1; times and order recorded from HAProxy 2.6.12.
struct NameLookup {
    /// What is to be done.
    enum Action: Equatable {
        /// Send this question to every server, under a new identifier.
        case ask(NameQuestion.Kind)
        /// Call `timerFired` then, and no longer when it was to be called before.
        case wake(MonotonicTime)
        /// The name is known.
        case found(NameAnswer.Content, server: Int)
        /// All attempts have failed; the last failure counts.
        case failed(NameAnswer.Failure)
    }

    private enum State {
        case resting
        /// Questions of this kind are under way; these servers have failed.
        case asking(Int, failed: Set<Int>, last: NameAnswer.Failure?)
        /// Everything has failed once more; the next attempt follows.
        case pausing
    }

    private let kinds: [NameQuestion.Kind]
    private let servers: Int
    private let attempts: Int
    private let retryMilliseconds: Int64
    private let restMilliseconds: Int64
    private var state = State.resting
    private var attemptsLeft = 0
    private var askedAt = MonotonicTime(nanoseconds: 0)

    /// Makes a look-up that has not begun.
    ///
    /// - Parameters:
    ///   - kinds: what to ask for, the preferred first.
    ///   - servers: how many are asked.
    ///   - attempts: how often a round asks before it fails, at least once.
    ///   - retry: how long an attempt lasts.
    ///   - rest: how long the name rests between two rounds.
    init(kinds: [NameQuestion.Kind], servers: Int, attempts: Int, retry: Duration, rest: Duration) {
        self.kinds = kinds
        self.servers = servers
        self.attempts = max(attempts, 1)
        // Without a pause, the loop would do nothing but ask.
        retryMilliseconds = max(retry.wholeMilliseconds, 1)
        restMilliseconds = max(rest.wholeMilliseconds, 1)
    }

    /// Begins a round, unless one is under way.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: what to do.
    mutating func begin(at now: MonotonicTime) -> [Action] {
        guard case .resting = state else { return [] }
        attemptsLeft = attempts
        return ask(0, at: now)
    }

    /// The time that was set is over.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: what to do.
    mutating func timerFired(at now: MonotonicTime) -> [Action] {
        switch state {
        case .resting: begin(at: now)
        case .pausing: ask(0, at: now)
        case .asking(_, _, let last): attemptFailed(last ?? .timeout, at: now)
        }
    }

    /// A server has answered the question that is under way.
    ///
    /// - Parameters:
    ///   - content: its answer.
    ///   - server: which one.
    ///   - now: what time it is.
    /// - Returns: what to do.
    mutating func take(_ content: NameAnswer.Content, from server: Int, at now: MonotonicTime) -> [Action] {
        guard case .asking(let kind, var failed, _) = state else { return [] }
        guard case .failed(let failure) = content else {
            state = .resting
            return [.found(content, server: server), .wake(now.advanced(byMilliseconds: restMilliseconds))]
        }
        failed.insert(server)
        guard failed.count >= servers else {
            state = .asking(kind, failed: failed, last: failure)
            return []
        }
        if kind + 1 < kinds.count { return ask(kind + 1, at: now) }
        return attemptFailed(failure, at: now)
    }

    private mutating func ask(_ kind: Int, at now: MonotonicTime) -> [Action] {
        if kind == 0 { askedAt = now }
        state = .asking(kind, failed: [], last: nil)
        return [.ask(kinds[kind]), .wake(now.advanced(byMilliseconds: retryMilliseconds))]
    }

    private mutating func attemptFailed(_ failure: NameAnswer.Failure, at now: MonotonicTime) -> [Action] {
        attemptsLeft -= 1
        guard attemptsLeft > 0 else {
            state = .resting
            return [.failed(failure), .wake(now.advanced(byMilliseconds: restMilliseconds))]
        }
        let next = askedAt.advanced(byMilliseconds: retryMilliseconds)
        guard next > now else { return ask(0, at: now) }
        state = .pausing
        return [.wake(next)]
    }
}
