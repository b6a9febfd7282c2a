import Configuration
import EventLoop

/// What `show peers` tells of a `peers` section: plain values of one moment.
public struct PeersSnapshot: Sendable {
    /// One of the tables, as it stands between this process and a peer.
    public struct Table: Sendable {
        /// Its name.
        public var name: String
        /// Its number among those that are shared.
        public var number: Int
        /// Its number at the peer; 0 until the peer has defined it.
        public var remoteNumber: UInt64
        /// What the peer's updates hold, bit by bit; 0 until the peer has defined it.
        public var remoteData: UInt64
        /// The last change of the peer's that was confirmed.
        public var acknowledged: UInt32
        /// The last change of the peer's that was taken in.
        public var received: UInt32
        /// The last change that the peer was told of.
        public var pushed: UInt32
        /// The last change that the peer has confirmed.
        public var confirmed: UInt32
        /// The last change there was.
        public var last: UInt32
        /// How many changes there have been, the peers' included.
        public var changes: UInt64
        /// The last change that anybody was told of.
        public var told: UInt32
    }

    /// One of the peers.
    public struct Peer: Sendable {
        /// How a connection with it is now.
        public enum Link: Sendable {
            /// There is none.
            case none
            /// The greeting is not over.
            case greeting
            /// Both tell what they know; its own address, where it connected to this process.
            case open(from: String?)
        }

        /// Its name.
        public var name: String
        /// Where it is, as the file says it.
        public var address: String
        /// Whether it is this process.
        public var isLocal: Bool
        /// How a connection with it is now.
        public var link: Link
        /// What its last connection came to.
        public var lastStatus: String
        /// How long ago the last greeting was, in seconds; `nil` before the first.
        public var secondsSinceGreeting: Int64?
        /// In how many seconds it is connected to again, or given up; negative when that is over, `nil` for never.
        public var secondsToReconnect: Int64?
        /// In how many seconds it gets a sign of life; `nil` for never.
        public var secondsToHeartbeat: Int64?
        /// How many signs of life it got.
        public var sentHeartbeats: Int
        /// How many came from it.
        public var receivedHeartbeats: Int
        /// How often it was given up because none came.
        public var missedHeartbeats: Int
        /// How often it was connected to.
        public var connections: Int
        /// How often it has said what isn't understood.
        public var protocolErrors: Int
        /// How often its connection was replaced by another one.
        public var collisions: Int
        /// Whether it has taught all that it knows, though others may know more.
        public var hasTaughtPart: Bool
        /// The table that it was told of last.
        public var lastTold: Int?
        /// The table that it has told of last.
        public var lastLearned: Int?
        /// The tables, in the file's order.
        public var tables: [Table]
        /// The names of servers that it was told, by the numbers less one that stand for them.
        public var toldNames: [String]
        /// The names of servers that it has told, by their numbers.
        public var learnedNames: [UInt64: String]

        /// Whether there is a connection with it, or will be in a moment.
        public var isActive: Bool {
            if case .none = link { false } else { true }
        }

        /// Whether both tell what they know.
        public var isConnected: Bool {
            if case .open = link { true } else { false }
        }
    }

    /// Its name.
    public var name: String
    /// Whether it is not used.
    public var isDisabled: Bool
    /// In how many seconds nobody is asked any more what was before; negative when that is over.
    public var secondsToResyncEnd: Int64
    /// Whether nobody is asked any more what was before.
    public var isSynchronized: Bool
    /// Whether everything was learned that was before.
    public var isComplete: Bool
    /// The peers, the last one of the file first.
    public var peers: [Peer]
}

extension WorkerRequest where Answer == [PeersSnapshot] {
    /// All `peers` sections that share anything, in the file's order.
    public static var peers: Self {
        Self { loop in loop.withTables { loop.peering?.sections.map { $0.snapshot(at: loop.now) } ?? [] } }
    }
}

extension PeerSection {
    fileprivate func snapshot(at now: MonotonicTime) -> PeersSnapshot {
        PeersSnapshot(
            name: configuration.name, isDisabled: false,
            secondsToResyncEnd: Self.seconds(until: resyncEndsAt, now),
            isSynchronized: resync.isOver, isComplete: resync == .over(isComplete: true),
            peers: remotes.reversed().map { peer($0, at: now) })
    }

    private static func seconds(until time: MonotonicTime, _ now: MonotonicTime) -> Int64 {
        let milliseconds = time.milliseconds(since: now)
        return milliseconds < 0 ? -1 : milliseconds / 1_000
    }

    private func peer(_ remote: RemotePeer, at now: MonotonicTime) -> PeersSnapshot.Peer {
        let isOpen = remote.link?.phase == .open
        let link: PeersSnapshot.Peer.Link =
            if let link = remote.link, isOpen {
                .open(from: link.isIncoming ? link.clientAddress : nil)
            } else {
                remote.link == nil ? .none : .greeting
            }
        var reconnectsAt: MonotonicTime? = remote.isLocal ? nil : remote.reconnectsAt
        if let link = remote.link, isOpen {
            reconnectsAt = link.heardAt.advanced(byMilliseconds: PeerLink.silenceMilliseconds)
        }
        return PeersSnapshot.Peer(
            name: remote.configuration.name,
            address: (remote.isLocal ? localAddress : nil) ?? remote.configuration.address?.description ?? "",
            isLocal: remote.isLocal, link: link, lastStatus: remote.lastStatus,
            secondsSinceGreeting: remote.greetedAt.map { now.milliseconds(since: $0) / 1_000 },
            secondsToReconnect: reconnectsAt.map { Self.seconds(until: $0, now) },
            secondsToHeartbeat: isOpen
                ? remote.link.map {
                    Self.seconds(until: $0.spokeAt.advanced(byMilliseconds: PeerLink.heartbeatMilliseconds), now)
                } : nil,
            sentHeartbeats: remote.counts.sentHeartbeats,
            receivedHeartbeats: remote.counts.receivedHeartbeats, missedHeartbeats: remote.counts.missedHeartbeats,
            connections: remote.counts.connections, protocolErrors: remote.counts.protocolErrors,
            collisions: remote.counts.collisions, hasTaughtPart: isOpen && remote.hasSaidAll,
            lastTold: isOpen ? remote.definedTable : nil,
            lastLearned: isOpen
                ? remote.link?.decoder.table.flatMap { told in
                    remote.progress.firstIndex { $0.remoteNumber == told.number }
                } : nil,
            tables: zip(tables, remote.progress).map { Self.table($0, $1) },
            toldNames: remote.link?.encoder.knownNames ?? [],
            learnedNames: remote.link?.decoder.knownNames ?? [:])
    }

    private var localAddress: String? { configuration.binds.first?.address.description }

    private static func table(_ shared: SharedTable, _ progress: RemotePeer.Progress) -> PeersSnapshot.Table {
        PeersSnapshot.Table(
            name: shared.name, number: Int(shared.definition.number),
            remoteNumber: progress.remoteNumber, remoteData: progress.remoteBits,
            acknowledged: progress.acknowledged, received: progress.received, pushed: progress.pushed,
            confirmed: progress.confirmed, last: shared.table.entries.lastUpdate,
            changes: shared.table.entries.changes, told: shared.table.entries.lastTold)
    }
}
