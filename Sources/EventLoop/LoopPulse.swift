import CLinux
import Synchronization

/// What an event loop shows of its turns while it turns: when the present one began, and what it is busy with.
///
/// The loop's thread writes, with plain stores that nobody waits for; any other thread reads. A reader may see a moment between
/// two stores, which costs it a wrong word about a turn that is over, and nothing that lasts.
public final class LoopPulse: Sendable {
    /// A loop that is in the middle of a turn.
    public struct Turn: Sendable, Hashable {
        /// When the turn began.
        public var began: MonotonicTime
        /// What the loop is busy with, as its owner numbers it.
        public var work: UInt8
        /// The thread's number, for `StackTrace`.
        public var thread: Int32
    }

    // The turn's beginning in nanoseconds; 0 while the loop waits. Owner: the loop's thread.
    private let began = Atomic<Int64>(0)
    // Owner: the loop's thread.
    private let work = Atomic<UInt8>(0)
    // Owner: the loop's thread, which writes it once.
    private let thread = Atomic<Int32>(0)

    /// Makes the pulse of a loop that has not begun.
    public init() {}

    /// The loop begins; to be called once, by its thread.
    public func attach() { thread.store(supervise_thread_number(), ordering: .relaxed) }

    /// A turn begins.
    ///
    /// - Parameter now: when.
    public func wake(at now: MonotonicTime) { began.store(now.nanoseconds, ordering: .relaxed) }

    /// The turn does something else from now on.
    ///
    /// - Parameter work: what, as the owner numbers it.
    public func turn(to work: UInt8) { self.work.store(work, ordering: .relaxed) }

    /// The turn is over; the loop waits.
    public func rest() { began.store(0, ordering: .relaxed) }

    /// The turn that is under way, for every thread; `nil` while the loop waits.
    public var present: Turn? {
        let nanoseconds = began.load(ordering: .relaxed)
        guard nanoseconds != 0 else { return nil }
        return Turn(
            began: MonotonicTime(nanoseconds: nanoseconds), work: work.load(ordering: .relaxed),
            thread: thread.load(ordering: .relaxed))
    }
}
