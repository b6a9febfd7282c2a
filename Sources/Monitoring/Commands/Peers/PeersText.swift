import AccessLog
import EventLoop
import Proxy

/// What `show peers` says of one section.
struct PeersText {
    /// What is known of it.
    let section: PeersSnapshot
    /// Its place among the sections.
    let index: Int
    /// Whether the names of servers are told that stand for numbers.
    let hasNames: Bool

    /// How many names there may be.
    private static let mostNames = 128

    /// The lines.
    var text: String {
        // What HAProxy's own flags mean, as far as there is the same here: who was asked last has nothing more to tell (3), or
        // somebody is asked (1); nobody was there to hand over before (0x10); the time for asking is over (0x20); everything
        // was learned (0x200).
        var flags = section.isSynchronized ? 0x33 : 0x11
        if section.isComplete { flags = 0x213 }
        let date = LogDates.text(of: WallClock.now()).prefix { $0 != "." }
        var text =
            "0x\(hex(place())): [\(date)] id=\(section.name) disabled=\(section.isDisabled ? 1 : 0) "
            + "flags=0x\(hex(flags)) resync_timeout=\(span(section.secondsToResyncEnd)) task_calls=0\n"
        for (position, peer) in section.peers.enumerated() { text += lines(of: peer, position + 1) }
        return text
    }

    private func lines(of peer: PeersSnapshot.Peer, _ position: Int) -> String {
        var flags = 0
        var isOpen = false
        var isActive = false
        var place = ""
        switch peer.link {
        case .none: break
        case .greeting:
            isActive = true
            place = " appctx:0x\(hex(self.place(position, 1))) st0=6 st1=0 task_calls=0 state=TAR"
        case .open(let from):
            (isOpen, isActive) = (true, true)
            flags = 0x2000_0000 | (peer.hasTaughtPart ? 0x200 : 0)
            place = " appctx:0x\(hex(self.place(position, 1))) st0=7 st1=0 task_calls=0 state=EST"
            if let from { place += "\n        xprt=RAW src=\(from) addr=\(ownAddress)" }
        }
        var text =
            "  0x\(hex(self.place(position))): id=\(peer.name)(\(peer.isLocal ? "local" : "remote"),"
            + "\(isActive ? "" : "in")active) addr=\(peer.address) last_status=\(peer.lastStatus) "
            + "last_hdshk=\(span(peer.secondsSinceGreeting))\n"
            + "        reconnect=\(span(peer.secondsToReconnect)) heartbeat=\(span(peer.secondsToHeartbeat)) "
            + "confirm=0 tx_hbt=\(peer.sentHeartbeats) rx_hbt=\(peer.receivedHeartbeats) "
            + "no_hbt=\(peer.missedHeartbeats) new_conn=\(peer.connections) proto_err=\(peer.protocolErrors) "
            + "coll=\(peer.collisions)\n"
            + "        flags=0x\(hex(flags))\(place)\n"
        if isOpen {
            for (word, table) in [("remote_table", peer.lastLearned), ("last_local_table", peer.lastTold)] {
                guard let table else { continue }
                text +=
                    "        \(word):0x\(hex(self.place(position, table + 2))) id=\(peer.tables[table].name) "
                    + "local_id=\(peer.tables[table].number) remote_id=\(peer.tables[table].remoteNumber)\n"
            }
        }
        text += "        shared tables:\n"
        for (number, table) in peer.tables.enumerated().reversed() {
            text += lines(of: table, at: self.place(position, number + 2), shared: self.place(0, number + 1))
            text += hasNames ? names(of: peer) : "        Dictionary cache not dumped (use \"show peers dict\")\n"
        }
        return text
    }

    private func lines(of table: PeersSnapshot.Table, at place: Int, shared: Int) -> String {
        "          0x\(hex(place)) local_id=\(table.number) remote_id=\(table.remoteNumber) flags=0x0 "
            + "remote_data=0x\(hex(table.remoteData))\n"
            + "              last_acked=\(table.acknowledged) last_pushed=\(table.pushed) last_get=\(table.received) "
            + "teaching_origin=0 update=\(table.confirmed)\n"
            + "              table:0x\(hex(shared)) id=\(table.name) update=\(table.changes) "
            + "localupdate=\(table.last) commitupdate=\(table.told) refcnt=1\n"
    }

    private func names(of peer: PeersSnapshot.Peer) -> String {
        var text = "        TX dictionary cache:"
        for (number, name) in peer.toldNames.enumerated() {
            text += number % 4 == 0 ? "\n        " : " "
            text += padded("\(number)") + " -> \(name)"
        }
        text += "\n        RX dictionary cache:"
        for number in 0..<Self.mostNames {
            text += number % 4 == 0 ? "\n        " : " "
            text += padded("\(number)") + " -> \(peer.learnedNames[UInt64(number + 1)] ?? "-")"
        }
        return text + "\n"
    }

    private var ownAddress: String { section.peers.first(where: \.isLocal)?.address ?? "" }

    private func padded(_ number: String) -> String {
        String(repeating: " ", count: max(0, 5 - number.count)) + number
    }

    /// A number that nothing else of the answer has.
    private func place(_ peer: Int = 0, _ table: Int = 0) -> Int { (index + 1) << 32 | peer << 16 | table }

    private func hex(_ number: some BinaryInteger) -> String { String(number, radix: 16) }

    private func span(_ seconds: Int64?) -> String {
        guard let seconds else { return "<NEVER>" }
        return seconds < 0 ? "<PAST>" : HumanTime.text(seconds * 1_000)
    }
}
