/// A ring of numbers on which every server has points, as many as its share; each number belongs to the closest point.
///
/// The points of a server depend on nothing but its number in the proxy (`id`), so a server that comes or goes moves only
/// what is its own. Finding a point takes time in proportion to the logarithm of the number of points; a change of a share
/// takes time in proportion to their number, and may allocate.
///
/// - Source: HAProxy 2.6 configuration manual, `hash-type consistent`; where the points lie follows recordings of HAProxy
///   2.6 (Tests/Recordings).
struct HashRing: Sendable {
    private struct Point: Sendable {
        var position: UInt32
        var server: Int32
    }

    private var ids: [Int]
    private var shares: [Int]
    /// By position; no two points have the same.
    private var points: [Point] = []

    /// Makes a ring.
    ///
    /// - Parameters:
    ///   - shares: each server's share by its index.
    ///   - ids: each server's number in the proxy.
    init(shares: [Int], ids: [Int]) {
        self.ids = ids
        self.shares = shares
        for (server, share) in shares.enumerated() { points += points(of: server, 0..<share) }
        points.sort { $0.position < $1.position }
    }

    /// Adds a server without points.
    ///
    /// - Parameter id: its number in the proxy.
    mutating func addServer(id: Int) {
        ids.append(id)
        shares.append(0)
    }

    /// How many points there are, which is the sum of the shares.
    var count: Int { points.count }

    /// The share of a server.
    ///
    /// - Parameter server: its index.
    /// - Returns: its share.
    func share(of server: Int) -> Int { shares[server] }

    /// The server of a point.
    subscript(point: Int) -> Int { Int(points[point].server) }

    /// Where a point lies.
    ///
    /// - Parameter point: the point.
    /// - Returns: its position.
    func position(of point: Int) -> UInt32 { points[point].position }

    /// The next point on the ring.
    ///
    /// - Parameter position: where to begin; `nil` for the ring's beginning.
    /// - Returns: the first point beyond, or `nil` on an empty ring.
    func firstPoint(after position: UInt32?) -> Int? {
        guard !points.isEmpty else { return nil }
        guard let position, position < .max else { return 0 }
        return firstPoint(from: position + 1) ?? 0
    }

    /// Changes the share of a server.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - share: the new share; 0 takes it out.
    mutating func setShare(_ server: Int, _ share: Int) {
        let old = shares[server]
        guard share != old else { return }
        shares[server] = share
        if share < old {
            let gone = Set(points(of: server, share..<old).map(\.position))
            points.removeAll { $0.server == Int32(server) && gone.contains($0.position) }
        } else {
            merge(points(of: server, old..<share).sorted { $0.position < $1.position })
        }
    }

    /// The point that is closest to a position; the one before it where two are equally close.
    ///
    /// - Parameter position: the position.
    /// - Returns: the point, or `nil` on an empty ring.
    func closestPoint(to position: UInt32) -> Int? {
        guard !points.isEmpty else { return nil }
        let following = firstPoint(from: position) ?? 0
        let preceding = following == 0 ? points.count - 1 : following - 1
        // Distances run around the ring, hence the overflow.
        let distanceBack = position &- points[preceding].position
        let distanceForth = points[following].position &- position
        return distanceBack <= distanceForth ? preceding : following
    }

    private func firstPoint(from position: UInt32) -> Int? {
        var (low, high) = (0, points.count)
        while low < high {
            let middle = (low + high) / 2
            if points[middle].position < position {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < points.count ? low : nil
    }

    private func points(of server: Int, _ numbers: Range<Int>) -> [Point] {
        numbers.map { number in
            let seed = UInt32(truncatingIfNeeded: ids[server] * Share.maximum + number)
            return Point(position: ClientKey.avalanche(seed), server: Int32(server))
        }
    }

    private mutating func merge(_ added: [Point]) {
        var merged: [Point] = []
        merged.reserveCapacity(points.count + added.count)
        var next = 0
        for point in points {
            while next < added.count, added[next].position < point.position {
                merged.append(added[next])
                next += 1
            }
            merged.append(point)
        }
        merged += added[next...]
        points = merged
    }
}
