import CLinux
import Glibc

/// What a registered descriptor is to its owner, packed into the 64 bits that the kernel keeps for it.
///
/// The generation makes an event of an earlier owner of the same slot recognizable.
public struct EventToken: Sendable, Hashable {
    /// The kernel's 64 bits: kind (8), generation (24), index (32).
    @usableFromInline let rawValue: UInt64

    /// Packs a token.
    ///
    /// - Parameters:
    ///   - kind: what the owner makes of it.
    ///   - generation: its lower 24 bits are kept.
    ///   - index: the owner's slot.
    @inlinable
    public init(kind: UInt8, generation: UInt32, index: UInt32) {
        rawValue = UInt64(kind) << 56 | UInt64(generation & 0xFF_FFFF) << 32 | UInt64(index)
    }

    @inlinable
    init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What the owner made of it.
    @inlinable public var kind: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }
    /// The lower 24 bits of the generation.
    @inlinable public var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & 0xFF_FFFF }
    /// The owner's slot.
    @inlinable public var index: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}

/// What has become possible on a descriptor.
public struct Readiness: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Makes a set from the kernel's bits.
    ///
    /// - Parameter rawValue: the bits of `epoll_wait`.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, an end of stream or a connection can be taken.
    @inlinable public static var readable: Readiness { Readiness(rawValue: SUPERVISE_EPOLLIN) }
    /// Bytes can be given, or a connection attempt has ended.
    @inlinable public static var writable: Readiness { Readiness(rawValue: SUPERVISE_EPOLLOUT) }
    /// The peer will send no more.
    @inlinable public static var peerClosed: Readiness { Readiness(rawValue: SUPERVISE_EPOLLRDHUP) }
    /// Both directions have ended.
    @inlinable public static var hangup: Readiness { Readiness(rawValue: SUPERVISE_EPOLLHUP) }
    /// An error waits to be fetched.
    @inlinable public static var error: Readiness { Readiness(rawValue: SUPERVISE_EPOLLERR) }
}

/// One event of a turn.
public struct ReadyEvent: Sendable {
    /// Whose it is.
    public let token: EventToken
    /// What has become possible.
    public let readiness: Readiness

    @inlinable
    init(token: EventToken, readiness: Readiness) {
        self.token = token
        self.readiness = readiness
    }
}

/// An epoll instance.
///
/// The contract: a descriptor is added once, edge-triggered, for both directions; after an event its owner goes on until
/// the kernel says `EAGAIN` or a read was shorter than asked for. Closing a descriptor removes it. One thread uses it.
///
/// - Source: epoll(7).
public final class Poller {
    /// How many events one turn takes in at the most; the others come with the next turn.
    public static let eventsPerTurn = 256

    @usableFromInline let descriptor: Int32
    @usableFromInline let events: UnsafeMutablePointer<epoll_event>

    /// Makes a poller.
    ///
    /// - Throws: `SystemError` when the kernel has none left.
    public init() throws(SystemError) {
        descriptor = supervise_epoll_create()
        guard descriptor >= 0 else { throw SystemError("epoll_create1", "event loop") }
        events = .allocate(capacity: Poller.eventsPerTurn)
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    /// Registers a descriptor for both directions, edge-triggered.
    ///
    /// - Parameters:
    ///   - target: the descriptor, non-blocking.
    ///   - token: what its events carry.
    /// - Returns: 0, or the error number (`ENOMEM`, `ENOSPC`).
    public func add(_ target: Int32, token: EventToken) -> Int32 {
        let interest = SUPERVISE_EPOLLIN | SUPERVISE_EPOLLOUT | SUPERVISE_EPOLLRDHUP | SUPERVISE_EPOLLET
        return supervise_epoll_control(descriptor, EPOLL_CTL_ADD, target, interest, token.rawValue) == 0 ? 0 : errno
    }

    /// Registers a descriptor for reading only, level-triggered: for listeners and wake-ups.
    ///
    /// - Parameters:
    ///   - target: the descriptor, non-blocking.
    ///   - token: what its events carry.
    ///   - isExclusive: whether several pollers wait for the same, and one of them is enough to be woken.
    /// - Throws: `SystemError` when the kernel refuses.
    /// - Source: epoll_ctl(2), `EPOLLEXCLUSIVE`.
    public func addLevelTriggered(
        _ target: Int32, token: EventToken, isExclusive: Bool = false
    ) throws(SystemError) {
        let interest = isExclusive ? SUPERVISE_EPOLLIN | SUPERVISE_EPOLLEXCLUSIVE : SUPERVISE_EPOLLIN
        guard supervise_epoll_control(descriptor, EPOLL_CTL_ADD, target, interest, token.rawValue) == 0 else {
            throw SystemError("epoll_ctl", "descriptor \(target)")
        }
    }

    /// Takes a descriptor out without closing it: a listener that pauses.
    ///
    /// - Parameter target: a registered descriptor.
    public func remove(_ target: Int32) {
        // Fails only for a descriptor that is not registered, which is what was wanted.
        _ = supervise_epoll_control(descriptor, EPOLL_CTL_DEL, target, 0, 0)
    }

    /// Waits for events.
    ///
    /// - Parameter timeoutMilliseconds: the longest wait; 0 only looks, -1 waits for ever.
    /// - Returns: how many events there are, to be read by `event(_:)`; 0 after a time-out or a signal.
    public func wait(timeoutMilliseconds: Int32) -> Int {
        let count = supervise_epoll_wait(descriptor, events, Int32(Poller.eventsPerTurn), timeoutMilliseconds)
        if count < 0 {
            precondition(errno == EINTR, "epoll_wait on the loop's own poller: \(SystemError.text(of: errno))")
            return 0
        }
        return Int(count)
    }

    /// An event of this turn.
    ///
    /// - Parameter index: below what `wait` returned.
    /// - Returns: the event.
    @inlinable
    public func event(_ index: Int) -> ReadyEvent {
        ReadyEvent(
            token: EventToken(rawValue: supervise_epoll_token(events + index)),
            readiness: Readiness(rawValue: supervise_epoll_events(events + index)))
    }
}
