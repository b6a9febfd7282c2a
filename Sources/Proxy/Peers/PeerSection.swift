import Balancing
import Configuration
import EventLoop

/// The stick tables that a `peers` section shares, and with whom; only the worker's thread touches it.
///
/// What is told and what is learned, without sockets: bytes of a peer come in, and bytes for it are added to its link.
final class PeerSection {
    /// A table and how it is defined to peers.
    struct SharedTable {
        let table: ProxyTable
        let definition: PeerTable
        /// Its name here, which is its proxy's.
        let name: String
    }

    /// How far this process is with learning what others knew before it began.
    enum Resync: Equatable {
        /// Somebody is to be asked, as soon as he is there.
        case needed
        /// A peer has been asked.
        case asked(RemotePeer)
        /// Nobody is asked any more.
        case over(isComplete: Bool)

        static func == (left: Resync, right: Resync) -> Bool {
            switch (left, right) {
            case (.needed, .needed): true
            case (.asked(let one), .asked(let other)): one === other
            case (.over(let one), .over(let other)): one == other
            default: false
            }
        }
    }

    /// How long somebody is looked for who knows what was before.
    static let resyncMilliseconds: Int64 = 5_000
    /// How many slots of a table are taught before it is looked whether there is still room.
    private static let slotsInStep = 64

    let configuration: PeersConfiguration
    let tables: [SharedTable]
    let remotes: [RemotePeer]
    var resync = Resync.needed
    var resyncEndsAt: MonotonicTime

    /// Prepares to share; nothing happens yet.
    ///
    /// - Parameters:
    ///   - configuration: the section.
    ///   - tables: its tables.
    ///   - now: what time it is.
    init(_ configuration: PeersConfiguration, _ tables: [SharedTable], at now: MonotonicTime) {
        self.configuration = configuration
        self.tables = tables
        for shared in tables { shared.table.entries.beginOrder() }
        remotes = configuration.peers.map {
            RemotePeer($0, isLocal: $0.name == configuration.localName, tables: tables.count, at: now)
        }
        resyncEndsAt = now.advanced(byMilliseconds: Self.resyncMilliseconds)
    }

    /// A connection with a peer is ready.
    ///
    /// - Parameters:
    ///   - remote: the peer, whose link is open.
    ///   - now: what time it is.
    func begin(with remote: RemotePeer, at now: MonotonicTime) {
        remote.begin()
        ask(remote, at: now)
    }

    /// A connection with a peer has ended.
    ///
    /// - Parameter remote: the peer.
    func end(with remote: RemotePeer) {
        if resync == .asked(remote) { resync = .needed }
        remote.lesson = nil
    }

    /// Asks a peer for all that it knows, if nobody was asked yet.
    func ask(_ remote: RemotePeer, at now: MonotonicTime) {
        guard resync == .needed, !remote.hasSaidAll, !tables.isEmpty, let link = remote.link, link.phase == .open else {
            return
        }
        resync = .asked(remote)
        resyncEndsAt = now.advanced(byMilliseconds: Self.resyncMilliseconds)
        link.encoder.append(.resyncRequest, to: &link.output)
    }

    // MARK: Learning

    /// Takes in what a peer has said.
    ///
    /// - Parameters:
    ///   - remote: the peer, whose link is open.
    ///   - now: what time it is.
    /// - Returns: false when it is not understood: then the connection is of no use.
    func hear(_ remote: RemotePeer, at now: MonotonicTime) -> Bool {
        guard let link = remote.link else { return true }
        var rest = link.input[...]
        var isUnderstood = true
        reading: while true {
            switch link.decoder.read(rest) {
            case .message(let message, let length):
                rest = rest.dropFirst(length)
                take(message, from: remote, link, at: now)
            case .incomplete: break reading
            case .malformed:
                isUnderstood = false
                break reading
            }
        }
        link.input.removeFirst(rest.startIndex)
        return isUnderstood
    }

    private func take(_ message: PeerMessage, from remote: RemotePeer, _ link: PeerLink, at now: MonotonicTime) {
        switch message {
        case .resyncRequest:
            // What changes from now on is another change, and is told after the lesson.
            for shared in tables { shared.table.entries.noteTold(shared.table.entries.lastUpdate) }
            remote.lesson = RemotePeer.Lesson(beginnings: tables.map { $0.table.entries.lastUpdate })
        case .resyncFinished, .resyncPartial:
            if resync == .asked(remote) {
                resync = message == .resyncFinished ? .over(isComplete: true) : .needed
                remote.hasSaidAll = true
                for other in remotes { ask(other, at: now) }
            }
            link.owesConfirmation = true
        case .heartbeat: remote.counts.receivedHeartbeats += 1
        case .definition(let definition):
            guard let index = index(of: definition) else { break }
            remote.progress[index].remoteNumber = definition.number
            remote.progress[index].remoteBits = definition.bits
        case .update(let update):
            guard let definition = link.decoder.table, let index = index(of: definition) else { break }
            tables[index].table.learn(update, as: definition, at: now.nanoseconds / 1_000_000)
            remote.progress[index].received = update.number
            if resync == .asked(remote) {
                resyncEndsAt = now.advanced(byMilliseconds: Self.resyncMilliseconds)
            }
        case .acknowledgement(let number, let update):
            // What was never told can't be confirmed.
            guard number >= 1, number <= UInt64(tables.count),
                case let index = Int(number) - 1,
                Int32(bitPattern: update &- remote.progress[index].pushed) <= 0
            else { break }
            remote.progress[index].confirmed = update
        case .resyncConfirm, .tableSwitch, .complaint, .unknown: break
        }
    }

    /// Which of the shared tables a peer means, if it is found by the same kind of key.
    private func index(of definition: PeerTable) -> Int? {
        tables.firstIndex {
            $0.definition.name == definition.name && $0.definition.keyKind == definition.keyKind
        }
    }

    /// Confirms what was taken in: each table once for all that came together.
    ///
    /// Whoever asks on without reading the answers gets them when there is room again, all in one.
    private func acknowledge(_ remote: RemotePeer, _ link: PeerLink) {
        guard link.unsentBytes < PeerLink.mostUnsentBytes else { return }
        for index in remote.progress.indices
        where remote.progress[index].received != remote.progress[index].acknowledged {
            let (number, received) = (remote.progress[index].remoteNumber, remote.progress[index].received)
            link.encoder.append(.acknowledgement(table: number, update: received), to: &link.output)
            remote.progress[index].acknowledged = received
        }
        guard link.owesConfirmation else { return }
        link.encoder.append(.resyncConfirm, to: &link.output)
        link.owesConfirmation = false
    }

    // MARK: Teaching

    /// Whether a peer is to be told anything.
    ///
    /// - Parameter remote: the peer.
    /// - Returns: whether there is something, and a connection on which it can be said.
    func hasNews(for remote: RemotePeer) -> Bool {
        guard let link = remote.link, link.phase == .open else { return false }
        return remote.lesson != nil || link.owesConfirmation
            || zip(tables, remote.progress).contains {
                $0.table.entries.lastUpdate != $1.pushed || $1.received != $1.acknowledged
            }
    }

    /// Adds to a peer's link what it is to be told, answers first, as long as there is room.
    ///
    /// - Parameters:
    ///   - remote: the peer.
    ///   - now: what time it is.
    func teach(_ remote: RemotePeer, at now: MonotonicTime) {
        guard let link = remote.link, link.phase == .open else { return }
        let time = now.nanoseconds / 1_000_000
        acknowledge(remote, link)
        while link.unsentBytes < PeerLink.mostUnsentBytes, remote.lesson != nil { teachStep(remote, link, at: time) }
        for index in tables.indices where remote.lesson == nil {
            while link.unsentBytes < PeerLink.mostUnsentBytes, tellNext(of: index, to: remote, link, at: time) {}
        }
    }

    /// The next slots of a lesson, or its end.
    private func teachStep(_ remote: RemotePeer, _ link: PeerLink, at time: Int64) {
        guard var lesson = remote.lesson else { return }
        guard lesson.table < tables.count else {
            remote.lesson = nil
            link.encoder.append(
                resync == .over(isComplete: true) ? .resyncFinished : .resyncPartial, to: &link.output)
            for index in tables.indices {
                (remote.progress[index].pushed, remote.progress[index].entry) = (lesson.beginnings[index], nil)
            }
            return
        }
        let shared = tables[lesson.table]
        if lesson.slot == 0 { define(lesson.table, to: remote, link) }
        let end = lesson.slot + Self.slotsInStep
        for found in shared.table.entries.entries(inSlots: lesson.slot..<end, at: time) {
            let update = shared.table.update(
                of: found.entry, number: lesson.beginnings[lesson.table],
                millisecondsLeft: link.knowsTimes ? UInt32(clamping: found.millisecondsLeft) : nil,
                as: shared.definition, at: time)
            link.encoder.append(.update(update), in: shared.definition, to: &link.output)
        }
        lesson.slot = end
        if end >= shared.table.entries.slotCount { (lesson.table, lesson.slot) = (lesson.table + 1, 0) }
        remote.lesson = lesson
    }

    /// Tells of the next change.
    ///
    /// - Returns: whether there was one.
    private func tellNext(of index: Int, to remote: RemotePeer, _ link: PeerLink, at time: Int64) -> Bool {
        let shared = tables[index]
        let progress = remote.progress[index]
        guard let next = shared.table.entries.nextUpdate(after: progress.pushed, of: progress.entry) else {
            // The entry of the last change may have gone.
            remote.progress[index].pushed = shared.table.entries.lastUpdate
            return false
        }
        if remote.definedTable != index { define(index, to: remote, link) }
        let update = shared.table.update(
            of: next.entry, number: next.update, millisecondsLeft: nil, as: shared.definition, at: time)
        link.encoder.append(.update(update), in: shared.definition, to: &link.output)
        (remote.progress[index].pushed, remote.progress[index].entry) = (next.update, next.entry)
        shared.table.entries.noteTold(next.update)
        return true
    }

    private func define(_ index: Int, to remote: RemotePeer, _ link: PeerLink) {
        link.encoder.append(.definition(tables[index].definition), to: &link.output)
        remote.definedTable = index
    }
}
