/// HAProxy's `balance first`: the server with the smallest number that has a free slot gets the next session.
///
/// Weights don't count, but for 0, which gets nothing. A pick takes time in proportion to the number of full servers in
/// front of the chosen one.
///
/// - Source: HAProxy 2.6 configuration manual, `balance first` and server keyword `id`.
struct FirstAvailable: BalancingAlgorithm {
    private var takesPart: [Bool]
    /// The servers by number.
    private var order: [Int]
    private var ids: [Int]

    init(shares: [Int], ids: [Int]) {
        takesPart = shares.map { $0 > 0 }
        self.ids = ids
        order = shares.indices.sorted { ids[$0] < ids[$1] }
    }

    mutating func addServer(id: Int) {
        order.insert(takesPart.count, at: order.firstIndex { ids[$0] > id } ?? order.count)
        takesPart.append(false)
        ids.append(id)
    }

    mutating func setShare(_ server: Int, _ share: Int) {
        takesPart[server] = share > 0
    }

    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int? {
        var avoided: Int?
        for server in order where takesPart[server] && load(server).hasFreeSlot {
            if server != session.avoiding { return server }
            avoided = server
        }
        return avoided
    }
}
