import Model

/// Yielding: sessions of workers that finish theirs are closed for the one that has taken their place, where clients are to
/// come back elsewhere (`rebalance`, `failback-drain`).
extension WorkerLoop {
    /// Has the other workers close sessions, the oldest worker first; what one of them hasn't got it asks the next one for.
    ///
    /// - Parameters:
    ///   - counts: how many, by the server's index.
    ///   - backend: the backend.
    ///   - outcome: what becomes of them.
    /// - Returns: whether there is anybody to be asked.
    func askOthers(for counts: [Int], in backend: Backend, as outcome: Session.Outcome) -> Bool {
        guard let member else { return false }
        let names = backend.servers.map(\.configuration.name)
        let wanted = Dictionary(zip(names, counts).filter { $0.1 > 0 }, uniquingKeysWith: +)
        let order = YieldOrder(
            proxy: backend.configuration.name, wanted: wanted, outcome: outcome, asked: [member.number])
        return group.tellNext(after: order.asked) { $0.yield(order) }
    }

    /// How many sessions each server of a backend has at other workers.
    ///
    /// - Parameter backend: the backend.
    /// - Returns: the numbers, by the server's index.
    func sessionsOfOthers(in backend: Backend) -> [Int] {
        guard sharesPlaces else { return backend.servers.map { _ in 0 } }
        return backend.servers.map { max(0, $0.tally.allSessions - $0.tally.currentSessions) }
    }

    fileprivate func yield(_ order: YieldOrder) {
        var order = order
        for (proxy, backend) in backends.enumerated() {
            guard let backend, backend.configuration.name == order.proxy else { continue }
            var meant: [SessionIdentifier] = []
            sessions.forEach { session in
                guard session.pointee.holdsServer, Int(session.pointee.backend) == proxy,
                    session.pointee.outcome == .running, session.pointee.isRelaying || order.outcome == .activeUp
                else { return }
                let name = backend.servers[Int(session.pointee.serverIndex)].configuration.name
                guard let left = order.wanted[name], left > 0 else { return }
                order.wanted[name] = left - 1
                meant.append(session.pointee.identifier)
            }
            for identifier in meant {
                guard let session = sessions.find(identifier) else { continue }
                shutDown(session, as: order.outcome)
            }
        }
        order.wanted = order.wanted.filter { $0.value > 0 }
        guard let member, !order.wanted.isEmpty else { return }
        order.asked.append(member.number)
        let rest = order
        group.tellNext(after: rest.asked) { $0.yield(rest) }
    }
}

/// How many sessions of which servers end, wherever they are.
private struct YieldOrder: Sendable {
    /// The backend, by name.
    var proxy: String
    /// How many are still to be found, by the server's name.
    var wanted: [String: Int]
    var outcome: Session.Outcome
    /// The numbers of the workers that have none of them left.
    var asked: [UInt16]
}
