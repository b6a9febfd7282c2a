/// HAProxy's `balance source` with `hash-type map-based`: a client's address chooses a row of a table of the servers.
///
/// The same client comes to the same server as long as the same servers take traffic, also when that server is full or
/// refuses. A pick takes constant time. Clients without an address, behind Unix sockets, walk down the table by turns.
///
/// - Source: HAProxy 2.6 configuration manual, `balance source` and `hash-type`; the exact choices follow recordings of
///   HAProxy 2.6 (Tests/Recordings).
struct SourceHash: BalancingAlgorithm {
    private var table: StaticRoundRobin
    private let isAvalanched: Bool

    init(map: ServerMap, isAvalanched: Bool) {
        table = StaticRoundRobin(map: map)
        self.isAvalanched = isAvalanched
    }

    mutating func addServer(id: Int) {
        preconditionFailure("a table of servers that was made once gets no others")
    }

    mutating func setShare(_ server: Int, _ share: Int) { table.setShare(server, share) }

    mutating func setOnlyBackup(_ backup: Int?) { table.setOnlyBackup(backup) }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        guard let client = session.client else { return table.next(for: session, load: load) }
        return table.server(of: isAvalanched ? client.avalanched : client.value)
    }
}
