/// Memory of one kind that a worker keeps for its sessions and uses again.
public struct PoolSnapshot: Sendable, Hashable {
    /// What it is for.
    public var name: String
    /// Bytes of one piece.
    public var size: Int
    /// Pieces that it has of the system.
    public var allocated = 0
    /// Pieces that are in use now.
    public var used = 0
    /// How often there was no memory for another one.
    public var failures = 0

    /// Makes an empty pool.
    ///
    /// - Parameters:
    ///   - name: what it is for.
    ///   - size: bytes of one piece.
    public init(name: String, size: Int) {
        self.name = name
        self.size = size
    }

    /// Bytes that it has of the system.
    public var allocatedBytes: Int { allocated * size }
    /// Bytes that are in use now.
    public var usedBytes: Int { used * size }
}

extension Array<PoolSnapshot> {
    /// Adds another worker's, pool by pool.
    ///
    /// - Parameter others: that worker's.
    public mutating func add(_ others: [PoolSnapshot]) {
        for other in others {
            guard let index = firstIndex(where: { $0.name == other.name }) else {
                append(other)
                continue
            }
            self[index].allocated += other.allocated
            self[index].used += other.used
            self[index].failures += other.failures
        }
    }
}
