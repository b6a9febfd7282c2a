import Balancing
import Configuration
import EventLoop

/// What is known of one of the peers, this process included; only the worker's thread touches it.
final class RemotePeer {
    /// How far both are with one table.
    struct Progress {
        /// The last change that was told, and the entry that it was of.
        var pushed: UInt32 = 0
        var entry: StickTable<StickRecord>.Entry?
        /// The last change that the other side has confirmed.
        var confirmed: UInt32 = 0
        /// The last change of the other side that was taken in, and the last one that was confirmed.
        var received: UInt32 = 0
        var acknowledged: UInt32 = 0
        /// The table's number over there, and what its updates hold; 0 until it was defined.
        var remoteNumber: UInt64 = 0
        var remoteBits: UInt64 = 0
    }

    /// All entries, on their way to a peer that has asked for them.
    struct Lesson {
        /// Which table, and which of its slots is next.
        var table = 0
        var slot = 0
        /// For each table, the number of its last change when the lesson began.
        var beginnings: [UInt32]
    }

    /// What has been counted of it.
    struct Counts {
        var sentHeartbeats = 0
        var receivedHeartbeats = 0
        var missedHeartbeats = 0
        var connections = 0
        var protocolErrors = 0
        var collisions = 0
    }

    let configuration: PeersConfiguration.Peer
    /// Where it is; `nil` when it is not connected to, or its name has no address yet.
    private(set) var address: SocketAddress?
    /// Whether it is this process: one with the same name may connect, to hand over what it knows.
    let isLocal: Bool

    /// The connection, from its first moment on.
    var link: PeerLink?
    /// When it is connected to again, unless there is a connection by then.
    var reconnectsAt: MonotonicTime
    /// What its last connection came to: a status as HAProxy shows it.
    var lastStatus = "NONE"
    /// When the last greeting was; `nil` before the first.
    var greetedAt: MonotonicTime?
    /// By the table.
    var progress: [Progress]
    /// What it is being taught; `nil` most of the time.
    var lesson: Lesson?
    /// Whether it has asked for everything, or was taught everything, since it connected.
    var hasSaidAll = false
    /// The table that it was told of last, which updates are of.
    var definedTable: Int?
    var counts = Counts()

    /// Describes a peer.
    ///
    /// - Parameters:
    ///   - configuration: its line.
    ///   - isLocal: whether it is this process.
    ///   - tables: how many tables are shared.
    ///   - now: what time it is.
    init(_ configuration: PeersConfiguration.Peer, isLocal: Bool, tables: Int, at now: MonotonicTime) {
        self.configuration = configuration
        self.isLocal = isLocal
        switch isLocal ? nil : configuration.address {
        case .host(let host, let port)?: address = SocketAddress(ip: host, port: port)
        case .unix(let path)?: address = .unix(path: path)
        case .abstract(let name)?: address = .abstract(name: name)
        case nil: address = nil
        }
        reconnectsAt = now
        progress = Array(repeating: Progress(), count: tables)
    }

    /// The address of a host has been found.
    ///
    /// - Parameters:
    ///   - host: its name.
    ///   - address: where it is.
    func locate(_ host: String, at address: IPEndpoint) {
        guard !isLocal, case .host(host, let port)? = configuration.address else { return }
        var endpoint = address
        endpoint.port = port
        self.address = .ip(endpoint)
    }

    /// A connection begins: what was told on the last one and not confirmed is told again.
    func begin() {
        for index in progress.indices {
            let confirmed = progress[index].confirmed
            progress[index] = Progress(pushed: confirmed, confirmed: confirmed)
        }
        (lesson, definedTable, hasSaidAll) = (nil, nil, false)
    }
}
