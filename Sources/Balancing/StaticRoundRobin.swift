/// HAProxy's `balance static-rr`: sessions walk down a table of the servers, row by row, and begin again at its end.
///
/// Servers that are full are passed over, and those rows are lost to them. When the table changes, the walk goes on at the
/// same row. A pick takes constant time for each row that is passed over.
///
/// - Source: HAProxy 2.6 configuration manual, `balance static-rr`; the exact choices follow recordings of HAProxy 2.6
///   (Tests/Recordings).
struct StaticRoundRobin: BalancingAlgorithm {
    private var map: ServerMap
    private var row = 0

    init(map: ServerMap) {
        self.map = map
    }

    mutating func addServer(id: Int) {
        preconditionFailure("a table of servers that was made once gets no others")
    }

    mutating func setShare(_ server: Int, _ share: Int) { map.setShare(server, share) }

    mutating func setOnlyBackup(_ backup: Int?) { map.onlyBackup = backup }

    /// The server that a hash falls on, without a turn being taken.
    ///
    /// - Parameter hash: the hash; it doesn't count while one backup alone is to take traffic.
    /// - Returns: its index, or `nil` without servers.
    mutating func server(of hash: UInt32) -> Int? {
        let count = map.count
        guard count > 0 else { return nil }
        return map[map.onlyBackup == nil ? Int(hash) % count : 0]
    }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        let count = map.count
        guard count > 0 else { return nil }
        if row >= count { row = 0 }
        var avoided: Int?
        var rowAfterAvoided = row
        for offset in 0..<count {
            let current = (row + offset) % count
            let server = map[current]
            guard load(server).hasFreeSlot else { continue }
            if server != session.avoiding {
                row = current + 1
                return server
            }
            avoided = server
            rowAfterAvoided = current + 1
        }
        row = rowAfterAvoided
        return avoided
    }
}
