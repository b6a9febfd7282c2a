/// The sessions of one proxy that wait because servers are full.
///
/// A session waits either for one server or for any server of the backend. A server that has a free slot takes the one
/// that came first of its own queue and, where it takes the backend's traffic, of the backend's. Knows sessions only by
/// the number that the caller gave them; every operation takes constant time.
///
/// - Source: HAProxy 2.6 configuration manual, server keywords `maxconn` and `maxqueue`, `timeout queue`.
public struct WaitQueue: Sendable {
    /// For what a session waits.
    public enum Line: Sendable, Hashable {
        /// For any server of the backend.
        case backend
        /// For the server with this index.
        case server(Int)
    }

    /// The right to leave the queue again; worthless once the session has left it.
    public struct Ticket: Sendable, Hashable {
        fileprivate var slot: Int32
        fileprivate var generation: UInt32
    }

    /// A session that has left the queue.
    public struct Waiter: Sendable, Hashable {
        /// The number that the caller gave it.
        public var session: UInt64
        /// For what it had waited.
        public var line: Line
        /// How many of that line were served while it waited, itself included (the log's `srv_queue`, `backend_queue`).
        ///
        /// HAProxy's first waiting session shows 1 there, and one that never waited 0.
        public var servedBefore: Int
    }

    private struct Slot: Sendable {
        var session: UInt64 = 0
        var line = 0
        var previous: Int32 = -1
        var next: Int32 = -1
        var generation: UInt32 = 0
        var arrival: UInt64 = 0
        var servedAtArrival = 0
        var isWaiting = false
    }

    private struct Ends: Sendable {
        var first: Int32 = -1
        var last: Int32 = -1
        var count = 0
        var served = 0
        var limit: Int
    }

    private var slots: [Slot] = []
    private var firstUnused: Int32 = -1
    private var arrivals: UInt64 = 0
    /// The backend's line first, then one a server.
    private var lines: [Ends]
    private let capacity: Int

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - maxqueue: for each server the most sessions that may wait for it, `nil` for no limit of its own.
    ///   - capacity: the most sessions that may wait in all; the proxy's `maxconn` is enough.
    public init(maxqueue: [Int?], capacity: Int) {
        self.capacity = capacity
        lines = [Ends(limit: capacity)] + maxqueue.map { Ends(limit: $0 ?? capacity) }
    }

    /// Adds a server's line, or gives a server's place, for which nobody waits, to another one.
    ///
    /// - Parameters:
    ///   - place: the place; behind the others when `nil`.
    ///   - maxqueue: the most sessions that may wait for it.
    public mutating func addLine(at place: Int?, maxqueue: Int?) {
        let line = Ends(limit: maxqueue ?? capacity)
        if let place { lines[place + 1] = line } else { lines.append(line) }
    }

    /// How many sessions wait in all.
    public private(set) var count = 0

    /// How many sessions wait in one line.
    ///
    /// - Parameter line: which line.
    /// - Returns: their number.
    public func count(in line: Line) -> Int { lines[index(of: line)].count }

    /// Lets a session wait.
    ///
    /// - Parameters:
    ///   - session: the caller's number for it.
    ///   - line: for what it waits.
    /// - Returns: its ticket, or `nil` when the line is full: the session can't be served then.
    public mutating func enqueue(_ session: UInt64, in line: Line) -> Ticket? {
        let line = index(of: line)
        guard count < capacity, lines[line].count < lines[line].limit else { return nil }
        let slot = unusedSlot()
        let previous = lines[line].last
        slots[Int(slot)].session = session
        slots[Int(slot)].line = line
        slots[Int(slot)].previous = previous
        slots[Int(slot)].next = -1
        slots[Int(slot)].arrival = arrivals
        slots[Int(slot)].servedAtArrival = lines[line].served
        slots[Int(slot)].isWaiting = true
        arrivals += 1
        if previous >= 0 {
            slots[Int(previous)].next = slot
        } else {
            lines[line].first = slot
        }
        lines[line].last = slot
        lines[line].count += 1
        count += 1
        return Ticket(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// Takes out a session that gave up.
    ///
    /// - Parameter ticket: what `enqueue` returned.
    /// - Returns: the session, or `nil` when it had left already.
    @discardableResult
    public mutating func remove(_ ticket: Ticket) -> Waiter? {
        let slot = slots[Int(ticket.slot)]
        guard slot.isWaiting, slot.generation == ticket.generation else { return nil }
        return take(ticket.slot)
    }

    /// Takes out the session that a server with a free slot is to serve next.
    ///
    /// - Parameters:
    ///   - server: the server's index.
    ///   - takesTraffic: whether it takes the backend's traffic (`ServerGroups.takesTraffic`); else only those who wait
    ///     for this very server.
    /// - Returns: the one that came first, or `nil` when nobody waits.
    public mutating func next(for server: Int, takesTraffic: Bool) -> Waiter? {
        let own = lines[index(of: .server(server))].first
        let shared = takesTraffic ? lines[0].first : -1
        switch (own >= 0, shared >= 0) {
        case (false, false): return nil
        case (true, false): return serve(own)
        case (false, true): return serve(shared)
        case (true, true): return serve(slots[Int(own)].arrival < slots[Int(shared)].arrival ? own : shared)
        }
    }

    /// Takes out the first session of one line, to be dispatched anew (its server went down) or to be ended.
    ///
    /// - Parameter line: which line.
    /// - Returns: the session, or `nil` when nobody waits there.
    public mutating func removeFirst(of line: Line) -> Waiter? {
        let slot = lines[index(of: line)].first
        return slot >= 0 ? take(slot) : nil
    }

    /// Takes everybody out, as when the servers become others.
    ///
    /// - Returns: who waited, in the order of arrival.
    public mutating func removeAll() -> [Waiter] {
        let waiting = slots.indices.filter { slots[$0].isWaiting }.sorted { slots[$0].arrival < slots[$1].arrival }
        return waiting.map { take(Int32($0)) }
    }

    private func index(of line: Line) -> Int {
        switch line {
        case .backend: 0
        case .server(let server): server + 1
        }
    }

    private mutating func serve(_ slot: Int32) -> Waiter {
        lines[slots[Int(slot)].line].served += 1
        return take(slot)
    }

    private mutating func take(_ slot: Int32) -> Waiter {
        let taken = slots[Int(slot)]
        if taken.previous >= 0 {
            slots[Int(taken.previous)].next = taken.next
        } else {
            lines[taken.line].first = taken.next
        }
        if taken.next >= 0 {
            slots[Int(taken.next)].previous = taken.previous
        } else {
            lines[taken.line].last = taken.previous
        }
        lines[taken.line].count -= 1
        count -= 1
        slots[Int(slot)].isWaiting = false
        slots[Int(slot)].generation &+= 1
        slots[Int(slot)].next = firstUnused
        firstUnused = slot
        return Waiter(
            session: taken.session, line: taken.line == 0 ? .backend : .server(taken.line - 1),
            servedBefore: lines[taken.line].served - taken.servedAtArrival)
    }

    private mutating func unusedSlot() -> Int32 {
        if firstUnused >= 0 {
            let slot = firstUnused
            firstUnused = slots[Int(slot)].next
            return slot
        }
        slots.append(Slot())
        return Int32(slots.count - 1)
    }
}
