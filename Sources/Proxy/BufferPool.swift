import EventLoop
import Model

/// The unsent rests of slow sessions: blocks of three sizes that are used again.
///
/// Bounded by the sessions themselves: a direction with a rest is not read, so it owns one block at the most. Of the free
/// blocks a few are kept for the next rest; the others go back to the system.
struct BufferPool {
    /// Where blocks come from.
    private let allocate: (Int, Int) -> UnsafeMutableRawPointer?

    /// Makes an empty pool.
    ///
    /// - Parameter allocate: gives memory of a size and alignment, for `Memory.free`; `nil` where there is none.
    init(allocate: @escaping (Int, Int) -> UnsafeMutableRawPointer? = Memory.allocate) { self.allocate = allocate }

    /// The block sizes, in bytes.
    static let sizes = [16 * 1024, 64 * 1024, 256 * 1024]
    /// How many free blocks of each size are kept.
    static let keptFreeBlocks = 32

    /// How many blocks of each size are lent.
    private var lent = sizes.map { _ in 0 }
    /// How often there was no memory for a block of each size.
    private var failures = sizes.map { _ in 0 }
    private var free: [[UnsafeMutableRawPointer]] = [[], [], []]

    /// Lends a block.
    ///
    /// - Parameter count: how many bytes it must hold, at most the largest size.
    /// - Returns: a block that holds them, to be given back with the same `count`; `nil` when there is no memory for it.
    mutating func take(for count: Int) -> UnsafeMutableRawPointer? {
        let size = BufferPool.sizeIndex(for: count)
        guard let block = free[size].popLast() ?? allocate(BufferPool.sizes[size], 64) else {
            failures[size] += 1
            return nil
        }
        lent[size] += 1
        return block
    }

    /// What a snapshot shows: a pool for each size.
    var snapshots: [PoolSnapshot] {
        BufferPool.sizes.indices.map { size in
            var pool = PoolSnapshot(name: "buffer\(BufferPool.sizes[size] / 1024)k", size: BufferPool.sizes[size])
            pool.used = lent[size]
            pool.allocated = lent[size] + free[size].count
            pool.failures = failures[size]
            return pool
        }
    }

    /// Takes a block back.
    ///
    /// - Parameters:
    ///   - block: what `take` lent.
    ///   - count: what `take` was asked for.
    mutating func giveBack(_ block: UnsafeMutableRawPointer, for count: Int) {
        let size = BufferPool.sizeIndex(for: count)
        lent[size] -= 1
        if free[size].count < BufferPool.keptFreeBlocks {
            free[size].append(block)
        } else {
            Memory.free(block)
        }
    }

    /// Gives all free blocks back to the system.
    mutating func empty() {
        for size in free.indices {
            for block in free[size] { Memory.free(block) }
            free[size] = []
        }
    }

    private static func sizeIndex(for count: Int) -> Int {
        guard let size = sizes.firstIndex(where: { count <= $0 }) else {
            preconditionFailure("a rest is never longer than one read")
        }
        return size
    }
}
