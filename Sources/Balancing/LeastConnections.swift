/// HAProxy's `balance leastconn`: the server with the fewest sessions for its weight gets the next one.
///
/// Sessions that wait for a server count like its own as soon as one of its sessions begins or ends, and a server that has any is charged with the new one as well: a
/// server of weight 2 with one session comes behind an idle one of weight 1. Among equals, the one that got its place last
/// comes last, so that equal servers take turns. A server that is full is passed over, unless the file sets a `maxqueue`:
/// then that many sessions are sent to wait for it.
///
/// Choosing takes time in proportion to the logarithm of the number of servers for each one that is passed over, and none
/// otherwise; a session that begins or ends moves its server in logarithmic time.
///
/// - Source: HAProxy 2.6 configuration manual, `balance leastconn` and `maxqueue`; the exact choices follow recordings of
///   HAProxy 2.6 (Tests/Recordings).
struct LeastConnections: BalancingAlgorithm {
    private struct Seat: Sendable {
        var share = 0
        var sessions = 0
        var waiting = 0
        /// The next one of the chain of servers that were passed over in one pick.
        var nextPassedOver = -1
    }

    private var seats: [Seat]
    private var order: Tournament
    private var arrivals = 0

    init(shares: [Int]) {
        seats = shares.map { _ in Seat() }
        order = Tournament(servers: shares.count)
        for (server, share) in shares.enumerated() { setShare(server, share) }
    }

    mutating func setShare(_ server: Int, _ share: Int) {
        guard seats[server].share != share else { return }
        seats[server].share = share
        if share > 0 {
            enter(server)
        } else {
            order.leave(server)
        }
    }

    mutating func addServer(id: Int) {
        seats.append(Seat())
        order.addServer()
    }

    mutating func loadChanged(of server: Int, sessions: Int, waiting: Int) {
        seats[server].waiting = waiting
        guard seats[server].sessions != sessions else { return }
        seats[server].sessions = sessions
        // A place that stays the same keeps its turn.
        guard seats[server].share > 0, key(of: server) != order.rank(of: server).key else { return }
        enter(server)
    }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        var chosen: Int?
        var avoided: Int?
        var passedOver = -1
        while chosen == nil, let candidate = order.first {
            if load(candidate).hasRoom {
                if candidate != session.avoiding {
                    chosen = candidate
                    break
                }
                avoided = candidate
            }
            order.leave(candidate)
            seats[candidate].nextPassedOver = passedOver
            passedOver = candidate
        }
        while passedOver >= 0 {
            order.enter(passedOver, order.rank(of: passedOver))
            passedOver = seats[passedOver].nextPassedOver
        }
        return chosen ?? avoided
    }

    private func key(of server: Int) -> Int {
        let seat = seats[server]
        let charged = seat.sessions + seat.waiting
        return charged == 0 ? 0 : (charged + 1) * Share.maximum / seat.share
    }

    private mutating func enter(_ server: Int) {
        order.enter(server, Tournament.Rank(key: key(of: server), arrival: arrivals))
        arrivals += 1
    }
}
