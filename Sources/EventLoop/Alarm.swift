import CLinux
import Glibc

/// Ends a poller's wait at a deadline.
///
/// A time limit of `epoll_wait` is a kernel timer that is set and taken back at every wait, and one that is near makes the
/// processor's own timer be set anew each time. This one is set when the next deadline comes nearer, and otherwise only after
/// it has rung: once for many waits. A deadline that has moved away meanwhile costs one wait that ends for nothing.
///
/// One thread uses it.
///
/// - Source: timerfd_create(2).
public final class Alarm {
    /// What a poller watches, edge-triggered; never read.
    public let descriptor: Int32
    private var ringsAt: MonotonicTime?

    /// Makes an alarm that does not ring.
    ///
    /// - Throws: `SystemError` when the kernel has no descriptor left.
    public init() throws(SystemError) {
        descriptor = supervise_alarm_descriptor()
        guard descriptor >= 0 else { throw SystemError("timerfd_create", "event loop") }
    }

    deinit { close(descriptor) }

    /// Lets it ring at a deadline at the latest.
    ///
    /// - Parameters:
    ///   - deadline: when, also when that has passed; `nil` for never, though it may still ring for an earlier one.
    ///   - now: what time it is.
    public func ring(at deadline: MonotonicTime?, now: MonotonicTime) {
        if let set = ringsAt, set <= now { ringsAt = nil }
        guard let deadline else { return }
        if let set = ringsAt, set <= deadline { return }
        let code = supervise_set_alarm(descriptor, max(deadline.nanoseconds, 1))
        precondition(code == 0, "the loop's own alarm can be set: \(SystemError.text(of: errno))")
        ringsAt = deadline
    }
}
