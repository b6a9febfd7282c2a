import Balancing
import Configuration
import EventLoop
import Model

/// Rebalancing: the fullest servers give up sessions until all have their part (`rebalance`).
extension WorkerLoop {
    /// Begins to spread sessions by order.
    ///
    /// - Parameters:
    ///   - name: the proxy; all that it makes sense for when `nil`.
    ///   - perMinute: how many sessions are closed in a minute, from 1.
    ///   - cause: who ordered it, and why.
    /// - Returns: what is closed where, a line for each proxy.
    /// - Throws: `ActRefusal`, where there is no such proxy, or none that can be spread.
    func rebalance(_ name: String?, perMinute: Int, cause: Cause) throws(ActRefusal) -> String {
        let meant = try backends(named: name)
        let able = meant.filter { $0.obstacleToRebalance == nil }
        guard !able.isEmpty else {
            throw .invalid("\(meant.compactMap(\.obstacleToRebalance).joined(separator: "; ")).\n")
        }
        return able.map { backend in
            let words = beginRebalance(of: backend, perMinute: perMinute, cause: cause) ?? "the servers are even"
            return "\(backend.configuration.name): \(words)\n"
        }.joined()
    }

    /// Does what follows for a backend that spreads its sessions when one of its servers has changed.
    ///
    /// - Parameters:
    ///   - backend: the backend.
    ///   - returned: the server that takes its whole part of new sessions from now on, if one has come to that.
    func noteNewBalance(of backend: Backend, returned: Int?) {
        let running = backend.departure.flatMap { $0.isSteering ? $0 : nil }
        guard running != nil || backend.configuration.rebalance != nil else { return }
        if let running {
            // The plan was made for other servers.
            endDeparture(of: backend, ifItIs: .even)
            guard backend.obstacleToRebalance == nil else {
                tell(.rebalanced, "stopped after \(running.closed) sessions: too few servers take new ones", backend)
                return
            }
            let cause = Cause(actor: running.actor, reason: running.reason)
            if beginRebalance(of: backend, perMinute: running.perMinute, cause: cause) == nil, let plan = running.plan {
                tellOfEnd(of: running, plan, in: backend)
            }
        } else if let returned, let rebalance = backend.configuration.rebalance, backend.departure == nil,
            backend.groups.takesTraffic(returned), backend.obstacleToRebalance == nil
        {
            let server = backend.servers[returned].configuration.name
            let cause = Cause(reason: "server \(server) is back")
            _ = beginRebalance(of: backend, perMinute: rebalance.perMinute, cause: cause)
        }
    }

    /// Tells that sessions have been spread.
    ///
    /// - Parameters:
    ///   - departure: what has ended.
    ///   - plan: its plan.
    ///   - backend: the backend.
    func tellOfEnd(of departure: Departure, _ plan: RebalancePlan, in backend: Backend) {
        var words = "\(departure.closed) sessions were closed"
        if plan.remaining > 0 { words += ", \(plan.remaining) more were not connected" }
        words += ": "
        words += zip(backend.servers, plan.targets).filter { $0.1 != nil }
            .map { "\($0.0.configuration.name) \($0.0.tally.allSessions)" }.joined(separator: ", ")
        tell(.rebalanced, words, backend, cause: Cause(actor: departure.actor, reason: departure.reason))
    }

    /// Makes a plan and begins.
    ///
    /// - Parameters:
    ///   - backend: a backend whose sessions can be spread.
    ///   - perMinute: how many sessions are closed in a minute.
    ///   - cause: who ordered it, and why.
    /// - Returns: what is closed where; `nil` when the servers are even.
    func beginRebalance(of backend: Backend, perMinute: Int, cause: Cause) -> String? {
        let plan = RebalancePlan(backend.loads)
        guard plan.remaining > 0 else { return nil }
        let parts = zip(backend.servers, plan.targets).compactMap { server, target in
            target.map { "\(server.configuration.name) \(server.tally.allSessions) -> \($0)" }
        }
        let words = "closes \(plan.remaining) sessions, \(perMinute) per minute: \(parts.joined(separator: ", "))"
        tell(.rebalance, words, backend, cause: cause)
        let pace = DeparturePace(plan.remaining, perMinute: perMinute)
        begin(Departure(.even(plan), pace: pace, perMinute: perMinute, at: now, cause: cause), in: backend)
        return words
    }
}

/// What spreading the sessions of a proxy would move.
public struct RebalanceView: Sendable, Hashable {
    /// One server of it.
    public struct Server: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its weight now.
        public var weight: Int
        /// How many sessions it has.
        public var sessions: Int
        /// How many it is to have; `nil` where it takes no new sessions, and so no part.
        public var target: Int?
        /// How many of its sessions are closed.
        public var closes: Int
    }

    /// The proxy's name.
    public var proxy: String
    /// Why its sessions can't be spread; `nil` where they can.
    public var obstacle: String?
    /// Its servers in the file's order.
    public var servers: [Server]
}

extension WorkerRequest where Answer == [RebalanceView]? {
    /// What spreading the sessions of proxies would move.
    ///
    /// - Parameter name: the proxy; all with servers when `nil`.
    /// - Returns: the request; its answer is `nil` where there is no such proxy.
    public static func rebalanceViews(_ name: String?) -> Self {
        Self { loop in
            // Nothing but that there is no such proxy can be wrong with the name.
            guard let backends = try? loop.backends(named: name) else { return nil }
            return backends.filter { !$0.namedServers.isEmpty }.map { backend in
                let plan = RebalancePlan(backend.loads)
                return RebalanceView(
                    proxy: backend.configuration.name, obstacle: backend.obstacleToRebalance,
                    servers: backend.namedPlaces.map { index in
                        RebalanceView.Server(
                            name: backend.servers[index].configuration.name,
                            weight: backend.groups.effectiveWeight(of: index),
                            sessions: backend.servers[index].tally.allSessions, target: plan.targets[index],
                            closes: plan.surplus[index])
                    })
            }
        }
    }
}
