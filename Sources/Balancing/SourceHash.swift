/// HAProxy's `balance source` with `hash-type map-based`: a client's address chooses a row of a table of the servers.
///
/// The same client comes to the same server as long as the same servers take traffic, also when that server is full or
/// refuses. A pick takes constant time.
///
/// - Source: HAProxy 2.6 configuration manual, `balance source` and `hash-type`; the exact choices follow recordings of
///   HAProxy 2.6 (Tests/Recordings).
struct SourceHash: BalancingAlgorithm {
    private var map: ServerMap
    private let isAvalanched: Bool

    init(map: ServerMap, isAvalanched: Bool) {
        self.map = map
        self.isAvalanched = isAvalanched
    }

    mutating func setShare(_ server: Int, _ share: Int) { map.setShare(server, share) }

    mutating func setOnlyBackup(_ backup: Int?) { map.onlyBackup = backup }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        let count = map.count
        guard let client = session.client, count > 0 else { return nil }
        if map.onlyBackup != nil { return map[0] }
        return map[Int(isAvalanched ? client.avalanched : client.value) % count]
    }
}
