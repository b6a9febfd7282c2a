import EventLoop
import Model

/// The worker's sessions in slots that never move, found by index and used again.
///
/// Grows in chunks; a slot that was used once stays allocated, so memory is that of the most sessions there ever were.
/// A session is looked up at every event, so the way to it has neither reference counts nor checks of exclusive access:
/// the pool is a class, and its table plain memory.
final class SessionPool {
    /// Slots that are allocated at a time.
    static let chunkSize = 256

    /// The chunks; `chunkCount` of the `tableSize` places are filled.
    private var chunks = UnsafeMutablePointer<UnsafeMutablePointer<Session>>.allocate(capacity: 16)
    /// Where chunks come from.
    private let allocate: (Int, Int) -> UnsafeMutableRawPointer?
    private var tableSize = 16
    private var chunkCount = 0
    private var freeSlots: ContiguousArray<UInt32> = []

    /// How often there was no memory for more of them.
    private var failures = 0

    /// How many sessions there are.
    private(set) var count = 0
    /// The same with those of the instance's other workers; `nil` where there can be none.
    var shared: SharedCount?
    /// How many sessions all workers of the instance have.
    var allCount: Int { shared?.value ?? count }

    /// Takes a place for one more session, if there is one left.
    ///
    /// - Parameter limit: the most that all workers together may have; `nil` for any number.
    /// - Returns: false when there is none; nothing is taken then.
    func takePlace(below limit: Int?) -> Bool {
        guard let shared else { preconditionFailure("workers share their counts") }
        return shared.take(below: limit ?? Int.max)
    }

    /// Gives back a place that no session came for.
    func giveBackPlace() { shared?.subtract(1) }

    /// How many sessions there are, as logs have them: those of all threads, where several work as one.
    var toldCount: Int { countsAll ? allCount : count }
    /// Whether that is about those of all workers.
    var countsAll = false

    /// Makes an empty pool.
    ///
    /// - Parameter allocate: gives memory of a size and alignment, for `Memory.free`; `nil` where there is none.
    init(allocate: @escaping (Int, Int) -> UnsafeMutableRawPointer? = Memory.allocate) { self.allocate = allocate }

    /// Sees to it that there is a slot for one more session.
    ///
    /// - Returns: false when there is no memory for it.
    func makeRoom() -> Bool { !freeSlots.isEmpty || grow() }

    /// Takes a slot; the caller has seen to it that there is one (`makeRoom`).
    ///
    /// - Parameter isTaken: whether its place among those of all workers is taken already.
    /// - Returns: a session with defaults, of a generation of its own.
    func take(isTaken: Bool = false) -> UnsafeMutablePointer<Session> {
        precondition(makeRoom(), "a session is taken in where there is room for it")
        let index = freeSlots.removeLast()
        let session = pointer(index)
        let generation = session.pointee.generation &+ 1
        session.pointee = Session()
        session.pointee.generation = generation
        session.pointee.index = index
        count += 1
        if !isTaken { shared?.add(1) }
        return session
    }

    /// Gives a slot back.
    ///
    /// - Parameter session: a session in use.
    func giveBack(_ session: UnsafeMutablePointer<Session>) {
        precondition(session.pointee.phase != .free, "a session ends once")
        session.pointee.phase = .free
        freeSlots.append(session.pointee.index)
        count -= 1
        shared?.subtract(1)
    }

    /// The session that an event or timer is about.
    ///
    /// - Parameters:
    ///   - index: its slot.
    ///   - generation: its generation's lower 24 bits.
    /// - Returns: `nil` when that session has ended meanwhile.
    @inline(__always)
    func find(_ index: UInt32, generation: UInt32) -> UnsafeMutablePointer<Session>? {
        let session = pointer(index)
        guard session.pointee.phase != .free, session.pointee.generation & 0xFF_FFFF == generation else { return nil }
        return session
    }

    /// Finds a session by the name that persons know it by.
    ///
    /// - Parameter identifier: the name.
    /// - Returns: `nil` when it has ended or never was.
    func find(_ identifier: SessionIdentifier) -> UnsafeMutablePointer<Session>? {
        guard Int(identifier.slot) < slotCount else { return nil }
        let session = pointer(identifier.slot)
        return session.pointee.phase != .free && session.pointee.identifier == identifier ? session : nil
    }

    /// Calls a body for each session in use; the body may end it.
    ///
    /// - Parameter body: gets each session.
    func forEach(_ body: (UnsafeMutablePointer<Session>) -> Void) {
        for index in 0..<chunkCount {
            let chunk = chunks[index]
            for slot in 0..<SessionPool.chunkSize where chunk[slot].phase != .free { body(chunk + slot) }
        }
    }

    /// What a snapshot shows.
    var snapshot: PoolSnapshot {
        var pool = PoolSnapshot(name: "session", size: MemoryLayout<Session>.stride)
        (pool.allocated, pool.used, pool.failures) = (slotCount, count, failures)
        return pool
    }

    /// How many slots there are, in use or not.
    var slotCount: Int { chunkCount * SessionPool.chunkSize }

    /// Calls a body for each session in use among some slots.
    ///
    /// - Parameters:
    ///   - slots: which slots; all of them exist.
    ///   - body: gets each session.
    func forEach(in slots: Range<Int>, _ body: (UnsafeMutablePointer<Session>) -> Void) {
        for slot in slots {
            let session = pointer(UInt32(slot))
            if session.pointee.phase != .free { body(session) }
        }
    }

    deinit {
        precondition(count == 0, "the pool outlives its sessions")
        for index in 0..<chunkCount {
            chunks[index].deinitialize(count: SessionPool.chunkSize)
            Memory.free(chunks[index])
        }
        chunks.deallocate()
    }

    @inline(__always)
    private func pointer(_ index: UInt32) -> UnsafeMutablePointer<Session> {
        chunks[Int(index) / SessionPool.chunkSize] + Int(index) % SessionPool.chunkSize
    }

    private func grow() -> Bool {
        let size = SessionPool.chunkSize * MemoryLayout<Session>.stride
        guard let memory = allocate(size, MemoryLayout<Session>.alignment) else {
            failures += 1
            return false
        }
        let chunk = memory.bindMemory(to: Session.self, capacity: SessionPool.chunkSize)
        chunk.initialize(repeating: Session(), count: SessionPool.chunkSize)
        let first = UInt32(chunkCount * SessionPool.chunkSize)
        if chunkCount == tableSize { growTable() }
        chunks[chunkCount] = chunk
        chunkCount += 1
        freeSlots.reserveCapacity(chunkCount * SessionPool.chunkSize)
        for offset in (0..<UInt32(SessionPool.chunkSize)).reversed() { freeSlots.append(first + offset) }
        return true
    }

    private func growTable() {
        let larger = UnsafeMutablePointer<UnsafeMutablePointer<Session>>.allocate(capacity: 2 * tableSize)
        larger.update(from: chunks, count: chunkCount)
        chunks.deallocate()
        chunks = larger
        tableSize *= 2
    }
}
