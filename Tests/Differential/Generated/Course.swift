import Glibc
import Peers

/// What happens in a play, in the order in which it happens: the steps that could be made, and the reactions of servers.
enum Event: Sendable, Equatable {
    /// A client comes from 127.0.0.`source`.
    case connect(source: Int)
    case client(Int, GeneratedCase.Act)
    /// The nth connection of a server.
    case server(Int, connection: Int, GeneratedCase.Act)
    case failCheck(Int)
    case passCheck(Int)
    case wait
}

/// The clients and servers of one play on one side: does what events say, and shows what can be seen.
///
/// Owned by the one thread that plays.
final class Course {
    /// One end of a connection.
    private struct End {
        var peer: Peer
        var seen = Observation.End()
        var isReading = true
        var isOpen = true
        /// Bytes that the kernel has not taken yet.
        var unsent = 0
        /// What is to follow once they have gone.
        var afterwards: [GeneratedCase.Act] = []
        /// How often a server has reacted to what came.
        var reactions: [GeneratedCase.Act]
    }

    private let port: UInt16
    private let behaviours: [GeneratedCase.Behaviour]
    private let servers: [PeerListener]
    private let checks: [PeerListener]
    private let log: LogCollector
    private let statistics: () throws -> Statistics
    private var clients: [End] = []
    private var connections: [[End]]
    private var isAnyoneWaiting = false
    private let chunk = [UInt8](repeating: 42, count: 65_536)
    private var room = [UInt8](repeating: 0, count: 65_536)

    /// Sets the scene.
    ///
    /// - Parameters:
    ///   - port: where clients connect.
    ///   - behaviours: how each server treats its connections.
    ///   - servers: their ports.
    ///   - checks: where they are checked.
    ///   - log: what the side under test logs.
    ///   - statistics: its counters now.
    init(
        port: UInt16, behaviours: [GeneratedCase.Behaviour], servers: [PeerListener], checks: [PeerListener],
        log: LogCollector, statistics: @escaping () throws -> Statistics
    ) {
        self.port = port
        self.behaviours = behaviours
        self.servers = servers
        self.checks = checks
        self.log = log
        self.statistics = statistics
        connections = servers.map { _ in [] }
    }

    deinit {
        for end in clients + connections.flatMap({ $0 }) where end.isOpen { end.peer.close() }
    }

    /// What a step means now; `nil` where there is nobody to make it.
    func event(for step: GeneratedCase.Step) -> Event? {
        switch step {
        case .connect(let source): return .connect(source: source)
        case .client(let number, let act):
            let open = clients.indices.filter { clients[$0].isOpen }
            // Whether HAProxy 2.6 notices that a waiting client broke off depends on how often that one had sent before.
            if open.isEmpty || (act == .reset && isAnyoneWaiting) { return nil }
            return .client(open[number % open.count], act)
        case .server(let number, let act):
            let open = openConnections.filter { behaviours[$0.server] == .obeys }
            guard !open.isEmpty else { return nil }
            let chosen = open[number % open.count]
            return .server(chosen.server, connection: chosen.index, act)
        case .failCheck(let server): return .failCheck(server)
        case .passCheck(let server): return .passCheck(server)
        case .wait: return .wait
        }
    }

    /// What a server does next by itself, if anything.
    var reaction: Event? {
        for place in openConnections {
            let end = connections[place.server][place.index]
            if let act = end.reactions.first, isDue(end, behaviours[place.server]) {
                return .server(place.server, connection: place.index, act)
            }
        }
        return nil
    }

    /// What ends all that is still open: an end after the other, clients first.
    var closing: Event? {
        if let client = clients.firstIndex(where: \.isOpen) { return .client(client, .close) }
        return openConnections.first.map { .server($0.server, connection: $0.index, .close) }
    }

    /// Does what an event says.
    ///
    /// - Throws: `PeerError` when a client can't connect, which a proxy never causes.
    func perform(_ event: Event) throws {
        switch event {
        case .connect(let source):
            clients.append(End(peer: try Peer(port: port, source: "127.0.0.\(source)"), reactions: []))
        case .client(let index, let act): Course.act(act, &clients[index])
        case .server(let server, let index, let act):
            // On a side that did something else there may be no such connection: that shows in what is observed.
            guard connections[server].indices.contains(index) else { return }
            if !connections[server][index].reactions.isEmpty { connections[server][index].reactions.removeFirst() }
            Course.act(act, &connections[server][index])
        case .failCheck(let server): checks[server].stop()
        case .passCheck(let server): try checks[server].listen()
        case .wait: break
        }
    }

    /// Moves what can be moved without waiting, and looks.
    func observe() throws -> Observation {
        for server in servers.indices {
            while behaviours[server] != .isSilent, let peer = servers[server].acceptIfAny(within: .zero) {
                connections[server].append(End(peer: peer, reactions: Course.reactions(of: behaviours[server])))
            }
            // A check is over once it is connected.
            while let peer = checks[server].acceptIfAny(within: .zero) { peer.close() }
            for index in connections[server].indices { move(&connections[server][index]) }
        }
        for index in clients.indices { move(&clients[index]) }
        let statistics = try statistics().without(["chkfail"])
        isAnyoneWaiting = statistics.rows.values.contains { $0["qcur", default: "0"] != "0" }
        return Observation(
            clients: clients.map(\.seen), connections: connections.map { $0.map(\.seen) },
            lines: SessionLine.comparable(in: log).sorted(), statistics: statistics)
    }

    /// Whether nothing is left to be sent to somebody who reads.
    var isQuiet: Bool { !(clients + connections.flatMap { $0 }).contains { $0.isOpen && $0.unsent > 0 } }

    private var openConnections: [(server: Int, index: Int)] {
        connections.enumerated().flatMap { server, ends in
            ends.indices.filter { ends[$0].isOpen }.map { (server: server, index: $0) }
        }
    }

    private static func reactions(of behaviour: GeneratedCase.Behaviour) -> [GeneratedCase.Act] {
        switch behaviour {
        case .obeys, .refuses, .isSilent: []
        case .closes: [.close]
        case .resets, .resetsAfter: [.reset]
        case .answers(let count): [.send(count), .close]
        }
    }

    private func isDue(_ end: End, _ behaviour: GeneratedCase.Behaviour) -> Bool {
        switch behaviour {
        case .obeys, .refuses, .isSilent: false
        case .closes, .resets: true
        case .answers: end.seen.received > 0
        case .resetsAfter(let count): end.seen.received >= count
        }
    }

    private static func act(_ act: GeneratedCase.Act, _ end: inout End) {
        guard end.isOpen else { return }
        // A reset takes what is unsent with it; an end in order comes behind it.
        if end.unsent > 0, act == .finish || act == .close {
            end.afterwards.append(act)
            return
        }
        switch act {
        case .send(let count): end.unsent += count
        case .finish: end.peer.finish()
        case .close:
            end.peer.close()
            end.isOpen = false
        case .reset:
            end.peer.reset()
            end.isOpen = false
        case .pause: end.isReading = false
        case .resume: end.isReading = true
        }
    }

    private func move(_ end: inout End) {
        while end.isOpen, end.unsent > 0 {
            let count = chunk.withUnsafeBytes {
                send(
                    end.peer.descriptor, $0.baseAddress, min($0.count, end.unsent),
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count < 0 {
                // Broken: nothing will ever go.
                if errno != EAGAIN { end.unsent = 0 }
                break
            }
            end.unsent -= count
        }
        if end.unsent == 0 {
            let acts = end.afterwards
            end.afterwards = []
            for act in acts { Course.act(act, &end) }
        }
        while end.isOpen, end.isReading, end.seen.ending == .open {
            let count = recv(end.peer.descriptor, &room, room.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                end.seen.received += count
            } else if count == 0 {
                end.seen.ending = .fin
            } else if errno == EAGAIN {
                return
            } else {
                end.seen.ending = .reset
            }
        }
    }
}

extension Event: CustomStringConvertible {
    var description: String {
        switch self {
        case .connect(let source): "client from 127.0.0.\(source)"
        case .client(let number, let act): "client \(number) \(act)"
        case .server(let server, let connection, let act): "rabbit_\(server), connection \(connection), \(act)"
        case .failCheck(let server): "rabbit_\(server) fails its checks"
        case .passCheck(let server): "rabbit_\(server) passes its checks"
        case .wait: "time passes"
        }
    }
}
