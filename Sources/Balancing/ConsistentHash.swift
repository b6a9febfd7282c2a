/// HAProxy's `hash-type consistent`: a hash belongs to the server that has the closest point on a ring.
///
/// With `hash-balance-factor`, a server that has more than that many percent of its fair part of all sessions is passed
/// over, and the next point of the ring gets the session. A pick takes time in proportion to the logarithm of the number of
/// points, and constant time for each point that is passed over. Clients without an address, behind Unix sockets, take the
/// points by turns.
///
/// - Source: HAProxy 2.6 configuration manual, `balance source`, `hash-type` and `hash-balance-factor`; the exact choices
///   follow recordings of HAProxy 2.6 (Tests/Recordings).
struct ConsistentHash: BalancingAlgorithm {
    private var ring: HashRing
    private var fairParts: FairParts?
    /// Where the last client without an address was on the ring.
    private var lastPosition: UInt32?
    private let isAvalanched: Bool

    /// Makes the algorithm.
    ///
    /// - Parameters:
    ///   - shares: each server's share by its index.
    ///   - ids: each server's number in the proxy.
    ///   - isAvalanched: whether the client's address is mixed first.
    ///   - balanceFactor: the most that a server may have, in percent of its fair part; `nil` for no bound.
    init(shares: [Int], ids: [Int], isAvalanched: Bool, balanceFactor: Int?) {
        ring = HashRing(shares: shares, ids: ids)
        fairParts = balanceFactor.map { FairParts(shares: shares, percent: $0) }
        self.isAvalanched = isAvalanched
    }

    mutating func addServer(id: Int) {
        ring.addServer(id: id)
        fairParts?.addServer()
    }

    mutating func setShare(_ server: Int, _ share: Int) {
        ring.setShare(server, share)
        fairParts?.setShare(server, share)
    }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        guard let client = session.client else { return nextInTurn(for: session, load: load) }
        return server(at: isAvalanched ? client.avalanched : client.value, for: session, load: load)
    }

    /// The server of the point after the last one so taken, for clients that have no address.
    private mutating func nextInTurn(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        guard let start = ring.firstPoint(after: lastPosition) else { return nil }
        var avoided: Int?
        for offset in 0..<ring.count {
            let point = (start + offset) % ring.count
            let server = ring[point]
            guard load(server).hasFreeSlot else { continue }
            if server != session.avoiding {
                lastPosition = ring.position(of: point)
                return server
            }
            avoided = server
        }
        return avoided
    }

    /// The server that a hash belongs to.
    ///
    /// - Parameters:
    ///   - hash: the hash.
    ///   - session: the new session.
    ///   - load: how busy a server is now; asked only with a balance factor.
    /// - Returns: its index, or `nil` without servers.
    func server(at hash: UInt32, for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        guard let closest = ring.closestPoint(to: hash) else { return nil }
        for offset in 0..<ring.count {
            let server = ring[(closest + offset) % ring.count]
            if server == session.avoiding { continue }
            guard let part = fairParts?.sessions(for: server, of: session.sessions + 1) else { return server }
            if load(server).sessions < part { return server }
        }
        // Nobody has a fair part left: HAProxy ends where the ring does.
        return ring[ring.count - 1]
    }
}

/// How many sessions each server may have when none may have much more than its fair part (`hash-balance-factor`).
///
/// - Source: HAProxy 2.6 configuration manual, `hash-balance-factor`; how the rest of the division is handed out follows
///   recordings of HAProxy 2.6 (Tests/Recordings).
struct FairParts: Sendable {
    private let percent: Int
    private var shares: [Int]
    /// For each server, the sum of the shares in front of it when the proxy began, 0 for those that had none.
    ///
    /// HAProxy never counts them again.
    private var sharesBefore: [Int]
    private var total: Int

    init(shares: [Int], percent: Int) {
        self.percent = percent
        self.shares = shares
        var total = 0
        sharesBefore = shares.map { share in
            defer { total += share }
            return share > 0 ? total : 0
        }
        self.total = total
    }

    mutating func addServer() {
        shares.append(0)
        sharesBefore.append(0)
    }

    mutating func setShare(_ server: Int, _ share: Int) {
        total += share - shares[server]
        shares[server] = share
    }

    /// The most sessions that a server may have.
    ///
    /// All sessions, taken times the percentage, are dealt out to the shares: what doesn't divide goes to servers evenly in
    /// their order, and nobody gets fewer than one.
    ///
    /// - Parameters:
    ///   - server: its index; it has a share.
    ///   - all: the sessions of all servers, with the new one.
    /// - Returns: the number.
    func sessions(for server: Int, of all: Int) -> Int {
        let (whole, rest) = ((all * percent + 99) / 100).quotientAndRemainder(dividingBy: total)
        let before = sharesBefore[server]
        let ofRest = (before + shares[server]) * rest / total - before * rest / total
        return max(shares[server] * whole + ofRest, 1)
    }
}
