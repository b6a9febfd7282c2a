import Balancing
import EventLoop

/// How far a server's slow start has come (server keyword `slowstart`).
///
/// Begins when the server comes up or leaves maintenance, and not at the start of the instance. A change while it lasts,
/// such as a drain that ends, begins it again. Knows no timer: the worker notes changes, and looks once a second.
///
/// - Source: HAProxy 2.6 configuration manual, server keyword `slowstart`; what begins it follows observations of 2.6.
struct Warmup {
    private let rule: SlowStart?
    private var isOut: Bool
    private var since: MonotonicTime?
    /// Whole seconds since it began, as of the last look.
    private var seconds = 0
    /// When the worker looks again.
    var timer = TimerHandle.none

    /// Makes the warm-up of a server at the start of its instance, where nothing has to warm up.
    ///
    /// - Parameters:
    ///   - duration: how long it takes (`slowstart`); `nil` for servers that run at full speed at once.
    ///   - isOut: whether the server is down or in maintenance.
    init(duration: Duration?, isOut: Bool) {
        rule = duration.map { SlowStart($0) }
        self.isOut = isOut
    }

    /// Whether the server has not reached its full speed.
    var isOn: Bool { since != nil }

    /// How far its weight has come, in sixteenths.
    var steps: Int { isOn ? rule?.steps(afterSeconds: seconds) ?? SlowStart.steps : SlowStart.steps }

    /// Notes a change of the server's state.
    ///
    /// - Parameters:
    ///   - isOut: whether it is down or in maintenance now.
    ///   - now: what time it is.
    mutating func note(isOut: Bool, at now: MonotonicTime) {
        let begins = !isOut && (self.isOut || isOn) && rule != nil
        self.isOut = isOut
        since = begins ? now : nil
        seconds = 0
    }

    /// Looks how far it is.
    ///
    /// - Parameter now: what time it is.
    mutating func look(at now: MonotonicTime) {
        guard let since, let rule else { return }
        seconds = Int(now.milliseconds(since: since) / 1_000)
        if rule.isOver(afterSeconds: seconds) { self.since = nil }
    }

    /// How many sessions the server takes.
    ///
    /// - Parameter limit: its limit at full speed.
    /// - Returns: its limit now.
    func limit(_ limit: Int) -> Int { isOn ? rule?.limit(limit, afterSeconds: seconds) ?? limit : limit }
}
