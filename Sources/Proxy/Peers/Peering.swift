import Configuration
import EventLoop

/// A listening socket for peers, handed to a worker.
public struct WorkerPeerListener: Sendable {
    /// The index of its section in `InstanceConfiguration.peers`.
    public var section: Int
    /// The listening descriptor, non-blocking; the worker owns and closes it.
    public var descriptor: Int32

    /// Makes a listener.
    ///
    /// - Parameters:
    ///   - section: the section's index.
    ///   - descriptor: the listening descriptor.
    public init(section: Int, descriptor: Int32) {
        self.section = section
        self.descriptor = descriptor
    }
}

/// All that a worker has to do with peers; only its thread touches it.
final class Peering {
    /// How many connections may be there at once of which nobody knows yet who they are.
    static let mostStrangers = 16

    let sections: [PeerSection]
    /// Where peers connect to.
    var listeners: [(section: PeerSection, descriptor: Int32)] = []
    /// When they are listened at again, after a pause for want of descriptors.
    var listensAgainAt: MonotonicTime?
    /// By their numbers, which nothing has twice.
    var links: [UInt32: PeerLink] = [:]
    var timer = TimerHandle.none
    /// For when the timer is planned.
    var plannedFor: MonotonicTime?
    private var lastNumber: UInt32 = 0

    /// Prepares to share what the file says; nothing happens yet.
    ///
    /// It is `nil` where nothing is shared.
    ///
    /// - Parameters:
    ///   - configuration: the instance's.
    ///   - tables: by the proxy's index: its stick table.
    ///   - handed: the listening sockets.
    ///   - now: what time it is.
    init?(
        _ configuration: InstanceConfiguration, _ tables: [ProxyTable?], listeners handed: [WorkerPeerListener],
        at now: MonotonicTime
    ) {
        let sticking = Set(configuration.proxies.flatMap(\.rules.sticking).map(\.table))
        var byIndex: [Int: PeerSection] = [:]
        for (index, section) in configuration.peers.enumerated() where section.isActive {
            var shared: [PeerSection.SharedTable] = []
            for proxy in section.tables {
                guard let table = tables[proxy] else { continue }
                let name = configuration.proxies[proxy].name
                // A section's own table is known without the section's name, which is each process's own affair.
                let definition = table.definition(
                    number: UInt64(shared.count + 1),
                    name: configuration.proxies[proxy].isTableAlone ? String(name.drop { $0 != "/" }) : name,
                    remembersServers: sticking.contains(proxy))
                shared.append(PeerSection.SharedTable(table: table, definition: definition, name: name))
            }
            byIndex[index] = PeerSection(section, shared, at: now)
        }
        guard !byIndex.isEmpty else { return nil }
        sections = byIndex.sorted { $0.key < $1.key }.map(\.value)
        listeners = handed.compactMap { one in byIndex[one.section].map { ($0, one.descriptor) } }
    }

    /// A number for a new connection.
    func nextNumber() -> UInt32 {
        lastNumber &+= 1
        return lastNumber
    }

    /// How many connections there are of which nobody knows who they are.
    var strangers: Int { links.values.count { $0.remote == nil } }

    /// Whether any peer is to be told anything.
    var hasNews: Bool { sections.contains { section in section.remotes.contains { section.hasNews(for: $0) } } }

    /// When something is to be done even if nothing happens until then; `nil` for never.
    var nextDeadline: MonotonicTime? {
        var deadlines: [MonotonicTime] = links.values.map(\.deadline)
        for remote in sections.flatMap(\.remotes) where remote.link == nil && remote.address != nil {
            deadlines.append(remote.reconnectsAt)
        }
        for section in sections where !section.resync.isOver { deadlines.append(section.resyncEndsAt) }
        if let listensAgainAt { deadlines.append(listensAgainAt) }
        return deadlines.min()
    }
}

extension PeerSection.Resync {
    /// Whether nobody is asked any more.
    var isOver: Bool {
        if case .over = self { true } else { false }
    }
}

extension PeerLink {
    /// After so long without a word a peer says that it is there.
    static let heartbeatMilliseconds: Int64 = 3_000
    /// After so long without a word from a peer, and after so long without an end of the greeting, the connection is given up.
    static let silenceMilliseconds: Int64 = 5_000

    /// When something is to be done on it.
    var deadline: MonotonicTime {
        guard phase == .open else { return beganAt.advanced(byMilliseconds: Self.silenceMilliseconds) }
        return min(
            heardAt.advanced(byMilliseconds: Self.silenceMilliseconds),
            spokeAt.advanced(byMilliseconds: Self.heartbeatMilliseconds))
    }
}
