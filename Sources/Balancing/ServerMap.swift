/// A table in which every server stands as often as its weight, as far apart as can be.
///
/// Row after row, every server earns its weight, the first of those that have earned the most full rows gets the row and
/// pays the sum of the weights for it. Weights are taken in units of what divides all of the file's weights, so that the
/// table is short. Looking a row up takes constant time; a change of the servers makes the table anew before the next look,
/// in time in proportion to rows times servers, and then allocates.
///
/// - Source: HAProxy 2.6 configuration manual, `hash-type map-based` and `balance static-rr`; the exact order follows
///   recordings of HAProxy 2.6 (Tests/Recordings).
struct ServerMap: Sendable {
    /// The first backup, while it alone is to take traffic.
    ///
    /// HAProxy still fills the table with all backups then, and cuts it to as many rows as the first one's weight in units:
    /// of backups with different weights, another one may get the traffic.
    var onlyBackup: Int? {
        didSet { if onlyBackup != oldValue { isOutdated = true } }
    }

    private var shares: [Int]
    private let unit: Int
    private var rows: [Int32] = []
    private var isOutdated = true

    /// Makes the map of servers.
    ///
    /// - Parameters:
    ///   - shares: each server's share by its index.
    ///   - fileShares: the shares that the file gives, whether or not they are in use.
    init(shares: [Int], fileShares: [Int]) {
        self.shares = shares
        unit = max(fileShares.reduce(0, Self.greatestCommonDivisor), 1)
    }

    /// How many rows there are.
    var count: Int {
        mutating get {
            if isOutdated { fill() }
            return rows.count
        }
    }

    /// The server of a row.
    subscript(row: Int) -> Int { Int(rows[row]) }

    /// Changes the share of a server.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - share: the new share; 0 takes it out.
    mutating func setShare(_ server: Int, _ share: Int) {
        guard shares[server] != share else { return }
        shares[server] = share
        isOutdated = true
    }

    private mutating func fill() {
        isOutdated = false
        let takers = shares.indices.filter { shares[$0] > 0 }
        let weights = takers.map { (shares[$0] + unit - 1) / unit }
        let total = onlyBackup.map { (shares[$0] + unit - 1) / unit } ?? weights.reduce(0, +)
        rows.removeAll(keepingCapacity: true)
        if total == 1, let first = takers.first {
            rows.append(Int32(first))
        } else if total == weights.reduce(0, +), let weight = weights.first, weights.allSatisfy({ $0 == weight }) {
            // Equals follow each other; the rule below says the same, but looks at all of them for each row.
            for _ in 0..<weight { rows += takers.map(Int32.init) }
        } else {
            rows = Self.deal(total, to: weights).map { Int32(takers[$0]) }
        }
    }

    /// Who gets each of some rows, by the position in `weights`.
    private static func deal(_ total: Int, to weights: [Int]) -> [Int] {
        var earned = weights.map { _ in 0 }
        return (0..<total).map { _ in
            var best = 0
            var mostRows = -1
            for taker in weights.indices {
                earned[taker] += weights[taker]
                // In full rows, one more than the quotient; hardly anybody needs the division.
                let rows = earned[taker] < 0 ? 0 : earned[taker] < total ? 1 : earned[taker] / total + 1
                if rows > mostRows {
                    mostRows = rows
                    best = taker
                }
            }
            earned[best] -= total
            return best
        }
    }

    private static func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : greatestCommonDivisor(other, one % other)
    }
}
