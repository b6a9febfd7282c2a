/// How busy a server is, as the choice of a server sees it.
public struct ServerLoad: Sendable, Hashable {
    /// Sessions that are connected to it or being connected.
    public var sessions: Int
    /// Sessions that wait for this very server.
    public var waiting: Int
    /// The most sessions that it takes now (`maxconn`, made smaller by `minconn` and `slowstart`); `nil` for no limit.
    public var limit: Int?
    /// The most sessions that may wait for it (`maxqueue`); 0 where the file sets none.
    public var maxqueue: Int

    /// Makes a load.
    ///
    /// - Parameters:
    ///   - sessions: sessions that are connected or being connected.
    ///   - waiting: sessions that wait for this very server.
    ///   - limit: the most sessions that it takes now; `nil` for no limit.
    ///   - maxqueue: the most sessions that may wait for it; 0 where the file sets none.
    public init(sessions: Int, waiting: Int = 0, limit: Int? = nil, maxqueue: Int = 0) {
        self.sessions = sessions
        self.waiting = waiting
        self.limit = limit
        self.maxqueue = maxqueue
    }

    /// Whether a session could be connected at once.
    public var hasFreeSlot: Bool {
        guard let limit else { return true }
        return waiting == 0 && sessions < limit
    }

    /// Whether a session could be connected, or wait in a queue that the file bounds for this purpose.
    ///
    /// - Source: HAProxy 2.6 configuration manual, server keyword `maxqueue`.
    public var hasRoom: Bool {
        guard let limit else { return true }
        return sessions + waiting < limit + maxqueue
    }
}
