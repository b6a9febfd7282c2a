import EventLoop
import Testing

@testable import Proxy

@Suite("session pool")
struct SessionPoolTests {
    private func begin(in pool: SessionPool) -> UnsafeMutablePointer<Session> {
        let session = pool.take()
        session.pointee.phase = .queued
        return session
    }

    /// A pool outlives its sessions.
    private func empty(_ pool: SessionPool) {
        var rest: [UnsafeMutablePointer<Session>] = []
        pool.forEach { rest.append($0) }
        for session in rest { pool.giveBack(session) }
    }

    @Test("a session is found by its slot and generation while it is in use, and not after")
    func find() {
        let pool = SessionPool()
        let session = begin(in: pool)
        let (index, generation) = (session.pointee.index, session.pointee.generation)
        #expect(pool.find(index, generation: generation) == session)
        #expect(pool.find(index, generation: generation + 1) == nil)
        pool.giveBack(session)
        #expect(pool.find(index, generation: generation) == nil)
        empty(pool)
    }

    @Test("the next user of a slot has another generation and none of the earlier one's state")
    func reuse() {
        let pool = SessionPool()
        let first = begin(in: pool)
        let (index, generation) = (first.pointee.index, first.pointee.generation)
        first.pointee.client = 17
        first.pointee.retries = 3
        first.pointee.upload.bytes = 99
        pool.giveBack(first)
        let second = begin(in: pool)
        #expect(second.pointee.index == index)
        #expect(second.pointee.generation == generation + 1)
        #expect(second.pointee.client == -1)
        #expect(second.pointee.retries == 0)
        #expect(second.pointee.upload.bytes == 0)
        #expect(pool.find(index, generation: generation) == nil)
        empty(pool)
    }

    @Test("generations are compared by the 24 bits that a token keeps")
    func wrap() {
        let pool = SessionPool()
        let session = begin(in: pool)
        session.pointee.generation = 0x0100_0005
        #expect(pool.find(session.pointee.index, generation: 5) == session)
        session.pointee.generation = .max
        let index = session.pointee.index
        pool.giveBack(session)
        let next = begin(in: pool)
        #expect(next.pointee.index == index)
        #expect(next.pointee.generation == 0)
        empty(pool)
    }

    @Test("slots stay where they are while the pool grows")
    func growth() {
        let pool = SessionPool()
        var sessions: [UnsafeMutablePointer<Session>] = []
        for _ in 0..<17 * SessionPool.chunkSize + 1 { sessions.append(begin(in: pool)) }
        #expect(pool.count == sessions.count)
        #expect(Set(sessions.map(\.pointee.index)).count == sessions.count)
        for session in sessions {
            #expect(pool.find(session.pointee.index, generation: session.pointee.generation) == session)
        }
        empty(pool)
    }

    @Test("a walk meets each session once, also when the body ends it")
    func forEach() {
        let pool = SessionPool()
        let sessions = (0..<SessionPool.chunkSize + 20).map { _ in begin(in: pool) }
        for session in sessions where session.pointee.index % 3 == 0 { pool.giveBack(session) }
        let expected = Set(sessions.map(\.pointee.index).filter { $0 % 3 != 0 })
        var met: [UInt32] = []
        pool.forEach { session in
            met.append(session.pointee.index)
            pool.giveBack(session)
        }
        #expect(met.count == expected.count)
        #expect(Set(met) == expected)
        #expect(pool.count == 0)
    }

    @Test("without memory there is no room for more sessions, and those that there are go on")
    func refused() {
        var left = 2
        let pool = SessionPool { size, alignment in
            left -= 1
            return left >= 0 ? Memory.allocate(byteCount: size, alignment: alignment) : nil
        }
        while pool.makeRoom() { _ = begin(in: pool) }
        #expect(pool.count == 2 * SessionPool.chunkSize)
        #expect(!pool.makeRoom())
        var some: UnsafeMutablePointer<Session>?
        pool.forEach { some = $0 }
        if let some { pool.giveBack(some) }
        #expect(pool.makeRoom())
        empty(pool)
    }
}

@Suite("buffer pool")
struct BufferPoolTests {
    /// A block of a pool that has memory.
    private func lend(_ count: Int, from pool: inout BufferPool) throws -> UnsafeMutableRawPointer {
        let block = pool.take(for: count)
        return try #require(block)
    }

    @Test("a block that is given back is lent again to a rest of the same size", arguments: BufferPool.sizes)
    func reuse(size: Int) throws {
        var pool = BufferPool()
        let block = try lend(size, from: &pool)
        block.storeBytes(of: 1, toByteOffset: size - 1, as: UInt8.self)
        pool.giveBack(block, for: size)
        let again = try lend(size - 1, from: &pool)
        #expect(again == block)
        pool.giveBack(again, for: size - 1)
        pool.empty()
    }

    @Test("without memory there is no block, and one that comes back is lent again")
    func refused() throws {
        var left = 1
        var pool = BufferPool { size, alignment in
            left -= 1
            return left >= 0 ? Memory.allocate(byteCount: size, alignment: alignment) : nil
        }
        let block = try lend(10, from: &pool)
        let refused = pool.take(for: 10)
        #expect(refused == nil)
        pool.giveBack(block, for: 10)
        let again = try lend(10, from: &pool)
        #expect(again == block)
        pool.giveBack(block, for: 10)
        pool.empty()
    }

    @Test("rests of different sizes get blocks of their own")
    func sizes() throws {
        var pool = BufferPool()
        let small = try lend(1, from: &pool)
        pool.giveBack(small, for: 1)
        let large = try lend(BufferPool.sizes[2], from: &pool)
        #expect(small != large)
        pool.giveBack(large, for: BufferPool.sizes[2])
        pool.empty()
    }

    @Test("the largest block holds the longest read")
    func longest() {
        #expect(BufferPool.sizes.last == Relay.scratchSize)
        #expect(BufferPool.sizes.first == Int(Direction.smallestRead))
    }

    @Test("many blocks can be out and come back")
    func many() throws {
        var pool = BufferPool()
        let blocks = try (0..<3 * BufferPool.keptFreeBlocks).map { _ in try lend(100, from: &pool) }
        #expect(Set(blocks).count == blocks.count)
        for block in blocks { pool.giveBack(block, for: 100) }
        let kept = Set(blocks.prefix(BufferPool.keptFreeBlocks))
        let again = try (0..<BufferPool.keptFreeBlocks).map { _ in try lend(100, from: &pool) }
        #expect(Set(again) == kept)
        for block in again { pool.giveBack(block, for: 100) }
        pool.empty()
    }
}
