/// Which rule chooses the next server of a proxy (`balance`, `hash-type`, `hash-balance-factor`).
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
public enum Algorithm: Sendable, Hashable {
    /// How a hash becomes a server.
    public enum Hashing: Sendable, Hashable {
        /// A row of a table of all servers in use.
        case mapBased
        /// The closest point on a ring; no server gets more than `balanceFactor` percent of its fair part (`nil`: any).
        case consistent(balanceFactor: Int?)
    }

    /// Smooth weighted round robin (`roundrobin`).
    case roundRobin
    /// Round robin by a fixed table (`static-rr`).
    case staticRoundRobin
    /// The fewest sessions for the weight (`leastconn`).
    case leastConnections
    /// The smallest number with a free slot (`first`).
    case firstAvailable
    /// By the client's address (`source`), which is mixed first where `hash-type` says `avalanche`.
    case source(Hashing, isAvalanched: Bool)
    /// The least loaded of some that are drawn by lot (`random`); the same seed draws the same lots.
    case random(draws: Int, balanceFactor: Int?, seed: UInt64)

    /// Whether weights may be changed to anything while running; else only to 0 and back to the file's weight.
    ///
    /// - Source: HAProxy 2.6 management guide, `set weight`.
    public var isDynamic: Bool {
        switch self {
        case .staticRoundRobin, .source(.mapBased, isAvalanched: _): false
        case .roundRobin, .leastConnections, .firstAvailable, .source(.consistent, isAvalanched: _), .random: true
        }
    }

    /// Whether a new session waits as soon as others wait for any server, without a look at the servers.
    var waitsBehindOthers: Bool {
        switch self {
        case .roundRobin, .staticRoundRobin, .firstAvailable: true
        case .leastConnections, .source, .random: false
        }
    }

    /// Whether one table serves active servers and backups, so that a change from one to the other fills it anew.
    var usesOneTable: Bool { !isDynamic }

    /// Whether the client's address ties it to a server.
    var tiesClients: Bool {
        if case .source = self { return true }
        return false
    }

    /// Makes the value that chooses.
    ///
    /// - Parameters:
    ///   - shares: the share of each server that takes part.
    ///   - fileShares: the shares as the file gives them.
    ///   - ids: the servers' numbers in the proxy.
    /// - Returns: the value.
    func make(shares: [Int], fileShares: [Int], ids: [Int]) -> any BalancingAlgorithm {
        switch self {
        case .roundRobin:
            RoundRobin(shares: shares)
        case .staticRoundRobin:
            StaticRoundRobin(map: ServerMap(shares: shares, fileShares: fileShares))
        case .leastConnections:
            LeastConnections(shares: shares)
        case .firstAvailable:
            FirstAvailable(shares: shares, ids: ids)
        case .source(.mapBased, let isAvalanched):
            SourceHash(map: ServerMap(shares: shares, fileShares: fileShares), isAvalanched: isAvalanched)
        case .source(.consistent(let balanceFactor), let isAvalanched):
            ConsistentHash(shares: shares, ids: ids, isAvalanched: isAvalanched, balanceFactor: balanceFactor)
        case .random(let draws, let balanceFactor, let seed):
            RandomChoice(shares: shares, ids: ids, draws: draws, balanceFactor: balanceFactor, seed: seed)
        }
    }
}
