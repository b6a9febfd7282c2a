/// Which servers give up how many sessions so that all have their part, with as few sessions moved as can be.
///
/// A server's part is its share of the weights; where that is no whole number, the servers that have one more already keep
/// it. What a server may not take (`limit`) the others get. Sessions can only be moved by closing them: their clients come
/// back, and `emptiest` says where they are to be sent then. Knows neither time nor sockets.
public struct RebalancePlan: Sendable, Hashable {
    /// What is to be known of a server that takes new sessions.
    public struct Load: Sendable, Hashable {
        /// Its weight, from 1.
        public var weight: Int
        /// How many sessions it has.
        public var sessions: Int
        /// How many it takes at the most; `nil` is no limit.
        public var limit: Int?

        /// Makes a load.
        ///
        /// - Parameters:
        ///   - weight: its weight, from 1.
        ///   - sessions: how many sessions it has.
        ///   - limit: how many it takes at the most; `nil` is no limit.
        public init(weight: Int, sessions: Int, limit: Int? = nil) {
            precondition(weight > 0, "a server that takes part has a weight")
            self.weight = weight
            self.sessions = sessions
            self.limit = limit
        }
    }

    /// How many sessions each server is to have; `nil` for those that take no part.
    public let targets: [Int?]
    /// How many sessions each server has still to give up.
    public private(set) var surplus: [Int]

    /// Makes a plan.
    ///
    /// - Parameter loads: the servers by their index; `nil` for those that take no new sessions, which keep what they have.
    public init(_ loads: [Load?]) {
        let targets = Self.targets(loads)
        self.targets = targets
        surplus = zip(loads, targets).map { load, target in
            guard let load, let target else { return 0 }
            return max(0, load.sessions - target)
        }
        // What nobody may take is better off where it is.
        let room = zip(loads, targets).reduce(0) { $0 + max(0, ($1.1 ?? 0) - ($1.0?.sessions ?? 0)) }
        var excess = surplus.reduce(0, +) - room
        for index in surplus.indices where excess > 0 {
            let kept = min(excess, surplus[index])
            surplus[index] -= kept
            excess -= kept
        }
    }

    /// How many sessions are still to be closed.
    public var remaining: Int { surplus.reduce(0, +) }

    /// Takes in that a server has given up a session.
    ///
    /// - Parameter server: its index.
    public mutating func noteClosed(at server: Int) {
        precondition(surplus[server] > 0, "only a server with too many sessions gives one up")
        surplus[server] -= 1
    }

    /// Forgets what servers have lost by themselves meanwhile.
    ///
    /// - Parameter sessions: how many sessions each server has now.
    public mutating func adjust(to sessions: [Int]) {
        for (index, target) in targets.enumerated() {
            guard let target else { continue }
            surplus[index] = min(surplus[index], max(0, sessions[index] - target))
        }
    }

    /// Says whose sessions are closed next.
    ///
    /// - Parameter count: how many at the most.
    /// - Returns: for each server, how many; always from the one that has most to give up, so that all get done together.
    public func next(_ count: Int) -> [Int] {
        var left = surplus
        var next = [Int](repeating: 0, count: left.count)
        for _ in 0..<min(count, remaining) {
            guard let fullest = left.indices.max(by: { left[$0] < left[$1] || left[$0] == left[$1] && $0 > $1 }) else {
                break
            }
            left[fullest] -= 1
            next[fullest] += 1
        }
        return next
    }

    /// The server that has the fewest sessions for its weight and takes one more.
    ///
    /// - Parameter loads: the servers by their index; `nil` for those that aren't to be chosen.
    /// - Returns: its index, the first of several; `nil` where none takes one more.
    public static func emptiest(_ loads: some Sequence<Load?>) -> Int? {
        var best: (index: Int, load: Load)?
        for (index, load) in loads.enumerated() {
            guard let load, load.sessions < load.limit ?? .max else { continue }
            if let best, (load.sessions + 1) * best.load.weight >= (best.load.sessions + 1) * load.weight { continue }
            best = (index, load)
        }
        return best?.index
    }

    /// Divides the sessions.
    private static func targets(_ loads: [Load?]) -> [Int?] {
        var targets: [Int?] = loads.map { $0 == nil ? nil : 0 }
        var rest = loads.reduce(0) { $0 + ($1?.sessions ?? 0) }
        var open: [(index: Int, load: Load)] = loads.enumerated().compactMap { index, load in load.map { (index, $0) } }
        // Who gets less than its part leaves more to the others, whose parts may exceed their limits by that.
        while true {
            let weight = open.reduce(0) { $0 + $1.load.weight }
            let full = open.filter { entry in entry.load.limit.map { $0 * weight < rest * entry.load.weight } ?? false }
            if full.isEmpty { break }
            for entry in full {
                targets[entry.index] = entry.load.limit
                rest -= entry.load.limit ?? 0
            }
            open.removeAll { entry in full.contains { $0.index == entry.index } }
        }
        let weight = open.reduce(0) { $0 + $1.load.weight }
        guard weight > 0 else { return targets }
        var odd: [(index: Int, keeps: Bool, fraction: Int)] = []
        var given = 0
        for (index, load) in open {
            let (whole, fraction) = (rest * load.weight).quotientAndRemainder(dividingBy: weight)
            targets[index] = whole
            given += whole
            if fraction > 0 { odd.append((index, load.sessions > whole, fraction)) }
        }
        odd.sort { one, other in
            if one.keeps != other.keeps { return one.keeps }
            return (one.fraction, other.index) > (other.fraction, one.index)
        }
        for entry in odd.prefix(rest - given) { targets[entry.index]? += 1 }
        return targets
    }
}
