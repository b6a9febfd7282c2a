/// Servers in an order of their own, the first of them always at hand.
///
/// A tournament tree: each server plays from its own leaf, each inner node holds the winner of its two children, the root
/// the first of all. Entering and leaving replay the matches above one leaf, so they take time in proportion to the
/// logarithm of the number of servers; asking for the first takes none. Never allocates after `init`.
struct Tournament: Sendable {
    /// What a server is ordered by: the smaller rank first, and among equals the one that came first.
    struct Rank: Sendable, Comparable {
        var key: Int
        var arrival: Int

        static func < (one: Rank, other: Rank) -> Bool {
            one.key != other.key ? one.key < other.key : one.arrival < other.arrival
        }
    }

    private static let nobody: Int32 = -1

    private var leaves: Int
    /// The tree in one array: the root at 1, the children of n at 2n and 2n + 1, the servers' leaves last.
    private var winners: [Int32]
    private var ranks: [Rank]

    /// Makes an empty tournament.
    ///
    /// - Parameter servers: how many servers there are; they are known by their indices.
    init(servers: Int) {
        var leaves = 1
        while leaves < servers { leaves *= 2 }
        self.leaves = leaves
        winners = Array(repeating: Self.nobody, count: 2 * leaves)
        ranks = Array(repeating: Rank(key: 0, arrival: 0), count: servers)
    }

    /// Adds a server, which isn't in; allocates.
    mutating func addServer() {
        ranks.append(Rank(key: 0, arrival: 0))
        guard ranks.count > leaves else { return }
        let present = (0..<leaves).filter { winners[leaves + $0] >= 0 }
        leaves *= 2
        winners = Array(repeating: Self.nobody, count: 2 * leaves)
        for server in present { enter(server, ranks[server]) }
    }

    /// The first in the order.
    var first: Int? {
        let winner = winners[1]
        return winner >= 0 ? Int(winner) : nil
    }

    /// The rank with which a server entered last.
    ///
    /// - Parameter server: its index.
    /// - Returns: the rank; it means nothing before the first time.
    func rank(of server: Int) -> Rank { ranks[server] }

    /// Lets a server in, or gives it another rank.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - rank: its place in the order.
    mutating func enter(_ server: Int, _ rank: Rank) {
        ranks[server] = rank
        winners[leaves + server] = Int32(server)
        replay(above: leaves + server)
    }

    /// Takes a server out; nothing happens if it isn't in.
    ///
    /// - Parameter server: its index.
    mutating func leave(_ server: Int) {
        guard winners[leaves + server] >= 0 else { return }
        winners[leaves + server] = Self.nobody
        replay(above: leaves + server)
    }

    /// Plays the matches above a leaf again, up to the first that nobody can tell from before.
    private mutating func replay(above leaf: Int) {
        ranks.withUnsafeBufferPointer { ranks in
            winners.withUnsafeMutableBufferPointer { winners in
                let server = winners[leaf]
                var node = leaf / 2
                while node >= 1 {
                    let (one, other) = (winners[2 * node], winners[2 * node + 1])
                    let winner: Int32
                    if one < 0 {
                        winner = other
                    } else if other < 0 {
                        winner = one
                    } else {
                        winner = ranks[Int(other)] < ranks[Int(one)] ? other : one
                    }
                    // The same winner with the same rank: nothing changes further up.
                    if winner == winners[node], winner != server { return }
                    winners[node] = winner
                    node /= 2
                }
            }
        }
    }
}
