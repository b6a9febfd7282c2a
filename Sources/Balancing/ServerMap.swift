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
        var earned = takers.map { _ in 0 }
        rows.removeAll(keepingCapacity: true)
        if total == 1, let first = takers.first {
            rows.append(Int32(first))
            return
        }
        for _ in 0..<total {
            var best = -1
            var mostRows = -1
            for taker in takers.indices {
                earned[taker] += weights[taker]
                let fullRows = (earned[taker] + total) / total
                if fullRows > mostRows {
                    mostRows = fullRows
                    best = taker
                }
            }
            earned[best] -= total
            rows.append(Int32(takers[best]))
        }
    }

    private static func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : greatestCommonDivisor(other, one % other)
    }
}
