/// Names one planned timer.
public struct TimerHandle: Sendable, Hashable {
    @usableFromInline let slot: Int32

    /// Names no timer.
    public static let none = TimerHandle(slot: -1)

    /// Whether it names a timer.
    @inlinable public var isPlanned: Bool { slot >= 0 }
}

/// What is to happen when: a binary heap of deadlines, each with a token for its owner.
///
/// Planning and cancelling cost O(log n). Owners that get news often (sessions) do not move their timer at every piece of
/// news; they look at it when it fires and plan again. A value without clock: the owner says what time it is.
public struct TimerQueue {
    @usableFromInline
    struct Entry {
        /// When it fires, or the next free slot while it is free.
        var deadline: Int64
        /// What the owner gets back.
        var token: EventToken
        /// Where it stands in the heap.
        var position: Int32
    }

    private var entries: ContiguousArray<Entry> = []
    private var heap: ContiguousArray<Int32> = []
    private var firstFree: Int32 = -1

    /// No timers.
    public init() {}

    /// How many timers are planned.
    public var count: Int { heap.count }

    /// When the next one fires.
    public var nextDeadline: MonotonicTime? {
        heap.first.map { MonotonicTime(nanoseconds: entries[Int($0)].deadline) }
    }

    /// Plans a timer.
    ///
    /// - Parameters:
    ///   - deadline: when it fires.
    ///   - token: what it gives back then.
    /// - Returns: its name, good until it fires or is cancelled.
    public mutating func plan(at deadline: MonotonicTime, token: EventToken) -> TimerHandle {
        let position = Int32(heap.count)
        let entry = Entry(deadline: deadline.nanoseconds, token: token, position: position)
        let slot: Int32
        if firstFree >= 0 {
            slot = firstFree
            firstFree = Int32(truncatingIfNeeded: entries[Int(slot)].deadline)
            entries[Int(slot)] = entry
        } else {
            slot = Int32(entries.count)
            entries.append(entry)
        }
        heap.append(slot)
        rise(from: Int(position))
        return TimerHandle(slot: slot)
    }

    /// Takes a timer back.
    ///
    /// - Parameter handle: names the timer; becomes `.none`. Nothing happens when it is that already.
    public mutating func cancel(_ handle: inout TimerHandle) {
        guard handle.isPlanned else { return }
        remove(at: Int(entries[Int(handle.slot)].position))
        handle = .none
    }

    /// Takes out the earliest timer that is due.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: its token; its handle is void from now on. `nil` when none is due.
    public mutating func popDue(_ now: MonotonicTime) -> EventToken? {
        guard let slot = heap.first, entries[Int(slot)].deadline <= now.nanoseconds else { return nil }
        let token = entries[Int(slot)].token
        remove(at: 0)
        return token
    }

    private mutating func remove(at position: Int) {
        let slot = heap[position]
        let last = heap.removeLast()
        if last != slot {
            heap[position] = last
            entries[Int(last)].position = Int32(position)
            rise(from: position)
            sink(from: Int(entries[Int(last)].position))
        }
        entries[Int(slot)].deadline = Int64(firstFree)
        entries[Int(slot)].position = -1
        firstFree = slot
    }

    private mutating func rise(from start: Int) {
        var position = start
        let slot = heap[position]
        let deadline = entries[Int(slot)].deadline
        while position > 0 {
            let parent = (position - 1) / 2
            let parentSlot = heap[parent]
            guard deadline < entries[Int(parentSlot)].deadline else { break }
            heap[position] = parentSlot
            entries[Int(parentSlot)].position = Int32(position)
            position = parent
        }
        heap[position] = slot
        entries[Int(slot)].position = Int32(position)
    }

    private mutating func sink(from start: Int) {
        var position = start
        let slot = heap[position]
        let deadline = entries[Int(slot)].deadline
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, entries[Int(heap[child + 1])].deadline < entries[Int(heap[child])].deadline {
                child += 1
            }
            let childSlot = heap[child]
            guard entries[Int(childSlot)].deadline < deadline else { break }
            heap[position] = childSlot
            entries[Int(childSlot)].position = Int32(position)
            position = child
        }
        heap[position] = slot
        entries[Int(slot)].position = Int32(position)
    }
}
