import Balancing
import Model

extension Backend {
    /// Why sessions can't be spread by closing them; `nil` where they can.
    var obstacleToRebalance: String? {
        let name = configuration.name
        switch configuration.balance {
        case .roundRobin, .staticRoundRobin, .leastConnections, .random: break
        case .source: return "clients of \(name) come back to the server that 'balance source' gives them"
        case .first: return "'balance first' fills the servers of \(name) one after the other"
        }
        if !configuration.rules.sticking.isEmpty {
            return "clients of \(name) come back to the server that a stick table remembers"
        }
        if isDispatching || servers.indices.filter(groups.takesTraffic).count < 2 {
            return "\(name) has fewer than two servers that take new sessions"
        }
        return nil
    }

    /// What a plan has to know of the servers; `nil` for those that take no new sessions.
    var loads: [RebalancePlan.Load?] { servers.indices.map { planLoad(of: $0) } }

    /// How many sessions each server has.
    var sessionCounts: [Int] { servers.map(\.tally.allSessions) }

    /// The server that a client is sent to while sessions are being spread.
    ///
    /// - Parameter avoiding: the server that has just failed.
    /// - Returns: its index; `nil` where none has a free slot.
    func emptiestServer(avoiding: Int?) -> Int? {
        RebalancePlan.emptiest(
            servers.indices.lazy.map { $0 != avoiding && self.takesAtOnce($0) ? self.planLoad(of: $0) : nil })
    }

    private func planLoad(of server: Int) -> RebalancePlan.Load? {
        guard groups.takesTraffic(server) else { return nil }
        return RebalancePlan.Load(
            weight: groups.effectiveWeight(of: server), sessions: servers[server].tally.allSessions,
            limit: servers[server].maxconn)
    }
}
