/// What all algorithms of `balance` have in common: servers with shares of the traffic, and a next one.
///
/// A server is known by its index. Its *share* is its weight in sixteenths, 0 while it gets nothing; sixteenths leave room
/// for slow start. No method allocates, unless its own comment says when.
protocol BalancingAlgorithm: Sendable {
    /// Changes the share of a server.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - share: the new share; 0 gets nothing.
    mutating func setShare(_ server: Int, _ share: Int)

    /// Adds a server, behind the others and without a share; allocates. Only algorithms whose servers may change get any.
    ///
    /// - Parameter id: its number in the proxy.
    mutating func addServer(id: Int)

    /// Learns that the first backup alone is to take traffic; only algorithms with one table for both groups are told.
    ///
    /// - Parameter backup: its index, or `nil` when that is over.
    mutating func setOnlyBackup(_ backup: Int?)

    /// Learns how many sessions a server has.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - sessions: sessions that are connected or being connected.
    ///   - waiting: sessions that wait for this very server.
    mutating func loadChanged(of server: Int, sessions: Int, waiting: Int)

    /// Chooses the next server.
    ///
    /// - Parameters:
    ///   - session: what there is to know of the new session.
    ///   - load: how busy a server is now; asked about candidates only.
    /// - Returns: its index, also when it is full and only this server may take the session; or `nil` when every server
    ///   that could be chosen is full.
    mutating func next(for session: NewSession, load: (Int) -> ServerLoad) -> Int?
}

extension BalancingAlgorithm {
    mutating func setOnlyBackup(_ backup: Int?) {}

    mutating func loadChanged(of server: Int, sessions: Int, waiting: Int) {}
}

/// The units in which shares are counted.
enum Share {
    /// Parts of one unit of weight.
    static let scale = 16
    /// The greatest weight that a server may have.
    static let maximumWeight = 256
    /// The share of a server of the greatest weight.
    static let maximum = scale * maximumWeight
}

/// What the choice of a server may depend on, apart from the servers.
struct NewSession: Sendable {
    /// A server that is taken only if no other can be, such as the one that has just failed.
    var avoiding: Int?
    /// The client, for algorithms that stick to it; `nil` where it has no address.
    var client: ClientKey?
    /// Sessions on all servers of the proxy.
    var sessions = 0
}
