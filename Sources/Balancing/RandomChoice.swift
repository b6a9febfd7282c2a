/// HAProxy's `balance random`: the least loaded of some servers that are drawn by lot gets the next session.
///
/// The lots are places on the ring of `hash-type consistent`, so that a server is drawn in proportion to its weight. When
/// the best of those drawn is full, the session waits for any server. A pick takes as many look-ups on the ring as there are
/// draws.
///
/// - Source: HAProxy 2.6 configuration manual, `balance random`.
struct RandomChoice: BalancingAlgorithm {
    private var hash: ConsistentHash
    private var shares: [Int]
    private let draws: Int
    private var lots: SplitMix64

    /// Makes the algorithm.
    ///
    /// - Parameters:
    ///   - shares: each server's share by its index.
    ///   - ids: each server's number in the proxy.
    ///   - draws: how many servers are drawn for a session, at least one.
    ///   - balanceFactor: the most that a server may have, in percent of its fair part; `nil` for no bound.
    ///   - seed: what the lots begin with; the same seed draws the same lots.
    init(shares: [Int], ids: [Int], draws: Int, balanceFactor: Int?, seed: UInt64) {
        hash = ConsistentHash(shares: shares, ids: ids, isAvalanched: false, balanceFactor: balanceFactor)
        self.shares = shares
        self.draws = draws
        lots = SplitMix64(state: seed)
    }

    mutating func addServer(id: Int) {
        shares.append(0)
        hash.addServer(id: id)
    }

    mutating func setShare(_ server: Int, _ share: Int) {
        shares[server] = share
        hash.setShare(server, share)
    }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        var best: Int?
        for _ in 0..<draws {
            let lot = UInt32(truncatingIfNeeded: lots.next() >> 32)
            guard let drawn = hash.server(at: lot, for: session, load: load) else { return nil }
            guard let rival = best, rival != drawn else {
                best = drawn
                continue
            }
            // Sessions in proportion to the share, without dividing.
            if load(drawn).sessions * shares[rival] <= load(rival).sessions * shares[drawn] { best = drawn }
        }
        guard let best, load(best).hasFreeSlot else { return nil }
        return best
    }
}

/// A small generator of numbers that look random; not for secrets.
///
/// - Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
