import Balancing
import EventLoop
import Model

/// What the worker that accepts sessions holds of a backend's servers, for those that finish theirs: these check nobody any
/// more, and still have sessions that are looking for a server.
struct TakenStandings: Sendable {
    /// What is to be known of one server.
    struct Entry: Sendable {
        var standing: Standing
        var weight: Int
        /// What traffic sees of it, and where it is: what a fellow thread is to know besides.
        var state: ServerState
        var address: SocketAddress?
        var portMap: Int?
    }

    /// The backend, by name.
    var proxy: String
    /// By the server's name; one that is not among them has gone.
    var servers: [String: Entry]
    /// Which side takes new sessions, for fellow threads; `nil` where nothing is made of the sides.
    var sides: Failback?
    /// Which worker says so: of two that have said something, the younger one knows better.
    var teller: Int
}

extension WorkerLoop {
    /// Tells the other workers what is held of a backend's servers now.
    ///
    /// - Parameter backend: a backend of which a server has changed.
    func tellStandings(of backend: Backend) {
        guard sharesPlaces, isLead, stopping == nil, let member else { return }
        let servers = backend.namedPlaces.map { index in
            let server = backend.servers[index]
            let entry = TakenStandings.Entry(
                standing: server.standing, weight: backend.groups.weight(of: index), state: server.state,
                address: server.address, portMap: server.portMap)
            return (server.configuration.name, entry)
        }
        let standings = TakenStandings(
            proxy: backend.configuration.name, servers: Dictionary(servers, uniquingKeysWith: { first, _ in first }),
            sides: backend.groups.sides, teller: member.ordinal)
        group.tellOthers(than: member) { $0.take(standings) }
    }

    /// Tells the other workers of all servers.
    func tellStandings() {
        for case let backend? in backends where !backend.isDispatching { tellStandings(of: backend) }
    }

    /// Takes over what the worker that accepts sessions holds of servers.
    fileprivate func take(_ standings: TakenStandings) {
        guard let member else { return }
        let isFellow = !isLead && standings.teller == member.ordinal
        guard isFellow || standings.teller > member.ordinal else { return }
        for case let backend? in backends
        where backend.configuration.name == standings.proxy && standings.teller >= backend.standingsTeller {
            backend.standingsTeller = standings.teller
            for index in backend.namedPlaces {
                let server = backend.servers[index]
                let entry = standings.servers[server.configuration.name]
                server.takenStanding = entry?.standing ?? .excluded
                backend.groups.setStanding(index, server.standing)
                // Fixed weights stay what they are.
                if let entry, backend.configuration.algorithm.isDynamic {
                    backend.groups.setWeight(index, entry.weight)
                }
                if isFellow {
                    // Whom they concern beside itself, its lead has told and sent elsewhere already.
                    server.takenState = entry?.state
                    if let entry, entry.address != server.address { server.move(to: entry.address) }
                    if let entry, entry.portMap != server.portMap { server.map(by: entry.portMap) }
                    continue
                }
                backend.publish(index)
                if !backend.groups.isUsable(index) { requeue(from: index, in: backend) }
            }
            if isFellow {
                backend.groups.goOn(after: standings.sides)
                continue
            }
            for index in backend.servers.indices { serveQueue(of: index, in: backend) }
        }
    }
}
