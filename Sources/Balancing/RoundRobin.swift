/// HAProxy's smooth weighted round robin: which server gets the next session.
///
/// Time is counted in picks. A *round* has as many picks as the weights add up to (in steps of `scale`), and a server
/// of weight w is due every sum/w picks of it. Each server waits in one of three places:
///
/// 1. `entering`: it has not been picked in this round; the heaviest goes first, and only when nobody in `current` is due.
/// 2. `current`: it has a position in this round; the smallest position goes first.
/// 3. `following`: its next position lies in the next round. When the first two places are empty, this one becomes
///    `entering`, and a new round begins.
///
/// Servers that come and go, and weights that change, take effect on the sum of the next round at once and on the
/// current round when it ends, so that nobody else's turn jumps. Knows neither sessions nor sockets and never allocates
/// after `init`. A pick takes time in proportion to the logarithm of the number of servers, for each server that it passes
/// over because that one is full.
///
/// - Source: HAProxy 2.6 configuration manual, `balance roundrobin`; the exact choices follow recordings of HAProxy 2.6
///   (Tests/BalancingTests/Recordings).
public struct RoundRobin: BalancingAlgorithm {
    /// The greatest weight that a server may have.
    public static let maximumWeight = Share.maximumWeight

    private enum Place: Sendable {
        case nowhere, entering, current, following
    }

    private struct Seat: Sendable {
        /// What the round counts with; 0 while the server gets nothing.
        var share: Int
        /// The share that it has while it is usable.
        var ownShare: Int
        var isUsable = true
        var place = Place.nowhere
        /// Where it is due, counted in picks; 0 before its first pick of a round.
        var position = 0
        /// Where it was picked last.
        var lastPosition = 0
        /// What the division of the round by `share` left over so far.
        var remainder = 0
        /// The next one of the chain of servers that were passed over in one pick.
        var nextPassedOver = -1
    }

    private var seats: [Seat]
    private var entering: Tournament
    private var current: Tournament
    private var following: Tournament
    private var arrivals = 0
    private var roundWeight: Int
    private var nextRoundWeight: Int
    private var pick: Int

    /// Makes a round robin in which every server is usable.
    ///
    /// - Parameter weights: each server's weight, 0 to `maximumWeight`, by its index; weight 0 gets nothing.
    public init(weights: [Int]) {
        self.init(shares: weights.map(Self.share(of:)))
    }

    /// Makes a round robin in which every server is usable.
    ///
    /// - Parameter shares: each server's share by its index.
    init(shares: [Int]) {
        seats = shares.map { Seat(share: $0, ownShare: $0) }
        entering = Tournament(servers: shares.count)
        current = entering
        following = entering
        let sum = seats.reduce(0) { $0 + $1.share }
        roundWeight = sum
        nextRoundWeight = sum
        pick = sum
        servers = 0
        for server in seats.indices where seats[server].share > 0 {
            enter(server, .entering)
            servers += 1
        }
    }

    /// The sum of the weights that take part.
    public var totalWeight: Int { nextRoundWeight / Share.scale }

    /// How many servers take part.
    public private(set) var servers: Int

    /// Says whether a server may be chosen.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - usable: whether it may be chosen.
    public mutating func setUsable(_ server: Int, _ usable: Bool) {
        guard seats[server].isUsable != usable else { return }
        seats[server].isUsable = usable
        update(server)
    }

    /// Changes a server's weight.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - weight: the new weight, 0 to `maximumWeight`; 0 gets nothing.
    public mutating func setWeight(_ server: Int, _ weight: Int) {
        setShare(server, Self.share(of: weight))
    }

    mutating func setShare(_ server: Int, _ share: Int) {
        guard seats[server].ownShare != share else { return }
        seats[server].ownShare = share
        update(server)
    }

    mutating func addServer(id: Int) {
        seats.append(Seat(share: 0, ownShare: 0))
        entering.addServer()
        current.addServer()
        following.addServer()
    }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        next(avoiding: session.avoiding) { load($0).hasFreeSlot }
    }

    /// Chooses the next server.
    ///
    /// Servers that are passed over keep their place in the order.
    ///
    /// - Parameters:
    ///   - avoiding: a server that is taken only if no other can be, such as the one that has just failed.
    ///   - isFree: whether a server can take a session now; asked about each candidate in turn.
    /// - Returns: its index, or `nil` when no usable server is free.
    public mutating func next(avoiding: Int?, isFree: (Int) -> Bool) -> Int? {
        var chosen: Int?
        var avoided: Int?
        var passedOver = -1
        var hasSwitched = false

        if roundWeight == 0 {
            roundWeight = nextRoundWeight
            pick = nextRoundWeight
        }
        while chosen == nil {
            guard let candidate = firstDue() else {
                if hasSwitched {
                    chosen = avoided
                    break
                }
                hasSwitched = true
                beginRound()
                continue
            }
            advance(candidate)
            pick += 1
            if isFree(candidate) {
                if candidate != avoiding || avoided != nil {
                    chosen = candidate
                    break
                }
                avoided = candidate
            }
            leave(candidate)
            seats[candidate].nextPassedOver = passedOver
            passedOver = candidate
        }
        if let chosen { queue(chosen) }
        // Those that were passed over count as served, unless the round ended meanwhile: then their positions mean
        // nothing any more, and they begin the new round by weight.
        while passedOver >= 0 {
            let server = passedOver
            passedOver = seats[server].nextPassedOver
            if server == chosen { continue }
            if hasSwitched {
                enter(server, .entering)
            } else {
                queue(server)
            }
        }
        return chosen
    }

    // MARK: - One pick

    /// The first of `current` that is due, else the first of `entering`, else the first of `current`.
    private mutating func firstDue() -> Int? {
        let due = current.first
        if let due, seats[due].position <= pick { return due }
        guard let entrant = entering.first else { return due }
        seats[entrant].position = 0
        seats[entrant].remainder = 0
        return entrant
    }

    /// Moves a server that is being picked to the position at which it is due again.
    private mutating func advance(_ server: Int) {
        if seats[server].position == 0 { seats[server].position = pick }
        seats[server].lastPosition = seats[server].position
        let share = seats[server].share
        let (step, rest) = nextRoundWeight.quotientAndRemainder(dividingBy: share)
        seats[server].position += step
        seats[server].remainder += rest
        if seats[server].remainder >= share {
            seats[server].remainder -= share
            seats[server].position += 1
        }
    }

    /// Begins a round, when nobody is left in the first two places; all servers are looked at, but once for each round.
    private mutating func beginRound() {
        for server in seats.indices where seats[server].place == .following {
            seats[server].place = .entering
        }
        swap(&entering, &following)
        roundWeight = nextRoundWeight
        pick = nextRoundWeight
    }

    // MARK: - Places

    /// Puts a server where its position says.
    private mutating func queue(_ server: Int) {
        let position = seats[server].position
        // A position is due in this round only if it lies in this round's length and in the next one's.
        if position >= 2 * roundWeight || position >= roundWeight + nextRoundWeight {
            seats[server].position -= roundWeight
            enter(server, .following)
        } else {
            enter(server, .current)
        }
    }

    private mutating func enter(_ server: Int, _ place: Place) {
        if seats[server].place != place {
            leave(server)
            seats[server].place = place
        }
        let arrival = arrivals
        arrivals += 1
        switch place {
        case .nowhere:
            break
        case .entering:
            entering.enter(server, Tournament.Rank(key: -seats[server].share, arrival: arrival))
        case .following:
            following.enter(server, Tournament.Rank(key: -seats[server].share, arrival: arrival))
        case .current:
            // At the same position, the one that is owed more goes first, rounded to whole units of weight.
            let owed = Share.maximum + seats[server].remainder - seats[server].share
            let key = Self.maximumWeight * seats[server].position + owed / Share.scale
            current.enter(server, Tournament.Rank(key: key, arrival: arrival))
        }
    }

    private mutating func leave(_ server: Int) {
        switch seats[server].place {
        case .nowhere: break
        case .entering: entering.leave(server)
        case .current: current.leave(server)
        case .following: following.leave(server)
        }
        seats[server].place = .nowhere
    }

    // MARK: - Changes

    private static func share(of weight: Int) -> Int {
        precondition((0...maximumWeight).contains(weight), "a weight is between 0 and \(maximumWeight)")
        return weight * Share.scale
    }

    /// Makes `isUsable` and `ownShare` take effect.
    private mutating func update(_ server: Int) {
        let old = seats[server].share
        let new = seats[server].isUsable ? seats[server].ownShare : 0
        nextRoundWeight += new - old
        servers += (new > 0 ? 1 : 0) - (old > 0 ? 1 : 0)
        seats[server].share = new
        switch (old > 0, new > 0) {
        case (false, false):
            break
        case (true, false):
            leave(server)
        case (false, true):
            seats[server].position = pick + (nextRoundWeight + roundWeight - pick) / new
            queue(server)
        case (true, true):
            move(server)
        }
    }

    /// Finds a new place for a server whose weight changed.
    private mutating func move(_ server: Int) {
        switch seats[server].place {
        case .nowhere:
            preconditionFailure("a server with a weight waits in one of the three places")
        case .entering:
            enter(server, .entering)
        case .following, .current:
            if seats[server].place == .following { seats[server].position += roundWeight }
            let step = nextRoundWeight / seats[server].share
            seats[server].position = min(seats[server].position, seats[server].lastPosition + step)
            seats[server].remainder = 0
            if seats[server].position < pick + 2 { seats[server].position = pick + step }
            queue(server)
        }
    }
}
