import Balancing
import Configuration
import EventLoop
import Model

extension WorkerRequest where Answer == ActResult {
    /// Lets the worker take a server that a command has added.
    ///
    /// - Parameters:
    ///   - added: the server, and all that runs from now on.
    ///   - plan: where it is, and how it is reached.
    ///   - actor: who has ordered it.
    /// - Returns: the request.
    public static func addition(_ added: AddedServer, _ plan: WorkerPlan, by actor: String) -> Self {
        Self { $0.add(added, plan, cause: WorkerLoop.Cause(actor: actor)) }
    }

    /// Lets the worker give up a server, if that is in maintenance and nothing is connected to it.
    ///
    /// - Parameters:
    ///   - server: the server.
    ///   - rest: all that runs without it.
    ///   - actor: who has ordered it.
    /// - Returns: the request.
    public static func removal(of server: ServerIdentity, leaving rest: InstanceConfiguration, by actor: String) -> Self
    {
        Self { $0.remove(server, leaving: rest, cause: WorkerLoop.Cause(actor: actor)) }
    }
}

/// Servers that come and go by commands: nobody else's place, turn or session changes.
///
/// One that goes leaves its place empty, so that rules, checks and sessions need not be told; the next one that gets its
/// number gets the place.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `add server` and `del server`; texts recorded from 2.6.12.
extension WorkerLoop {
    fileprivate func add(_ added: AddedServer, _ plan: WorkerPlan, cause: Cause) -> ActResult {
        guard stopping == nil, let backend = backends[added.proxy] else { return .refused(.notRunning) }
        let server = InstanceLayout.server(
            of: plan, proxy: configuration.proxies[added.proxy], configuration: added.server, now: now)
        // Commands turn them on, as in HAProxy.
        server.check?.isEnabled = false
        server.agent?.isEnabled = false
        server.share(with: group)
        carryOutShutdowns()
        sample()
        let lines = added.configuration.proxies[added.proxy].servers
        configuration.proxies[added.proxy].servers = lines
        let hadServer = backend.isUp
        let index = backend.add(server, lines: lines, inUse: serversInUse()[added.proxy] ?? [])
        if let reference = added.server.tracks {
            let tracked = self.backend(reference.proxy).servers[reference.server]
            server.tracked = tracked
            tracked.trackers.append(ServerReference(proxy: added.proxy, server: index))
        }
        if server.check != nil { addCheck(CheckPlace(backend: added.proxy, server: index, isAgent: false)) }
        if server.agent != nil { addCheck(CheckPlace(backend: added.proxy, server: index, isAgent: true)) }
        backend.groups.setStanding(index, server.standing)
        if !hadServer, backend.isUp { backend.outage.note(isDown: false, at: now) }
        offerInventory()
        recordFirstState(of: server)
        serveQueue(of: index, in: backend)
        noteSides(of: backend, cause: cause)
        return .done
    }

    fileprivate func remove(_ identity: ServerIdentity, leaving rest: InstanceConfiguration, cause: Cause) -> ActResult
    {
        carryOutShutdowns()
        guard stopping == nil, let (index, backend) = place(of: identity),
            let proxy = backends.firstIndex(where: { $0 === backend })
        else { return .refused(.invalid("No such server.")) }
        let server = backend.servers[index]
        guard server.administrative == .maint || server.isUnresolved else {
            return .refused(.invalid("Only servers in maintenance mode can be deleted."))
        }
        let isInUse = serversInUse()[proxy]?.contains(index) ?? false
        guard !isInUse, server.tally.currentSessions == 0, backend.queue.count(in: .server(index)) == 0 else {
            return .refused(.invalid("Server still has connections attached to it, cannot remove it."))
        }
        sample()
        removeChecks(of: index, server, proxy)
        forgetNames(of: index, proxy)
        timers.cancel(&server.warmup.timer)
        server.tracked?.trackers.removeAll { $0 == ServerReference(proxy: proxy, server: index) }
        record(server, as: .unknown, in: backend, cause: Cause(actor: cause.actor, reason: "deleted"))
        server.leave()
        backend.groups.setStanding(index, server.standing)
        configuration.proxies[proxy].servers = rest.proxies[proxy].servers
        backend.take(rest.proxies[proxy].servers)
        offerInventory()
        return .done
    }

    private func addCheck(_ place: CheckPlace) {
        if let empty = checks.firstIndex(where: { $0 == nil }) { checks[empty] = place } else { checks.append(place) }
    }

    private func removeChecks(of index: Int, _ server: Server, _ proxy: Int) {
        giveUpCheck(of: server)
        if let agent = server.agent { stop(agent) }
        for position in checks.indices
        where checks[position].map({ ($0.backend, $0.server) == (proxy, index) }) ?? false {
            checks[position] = nil
        }
    }

    /// Lets nobody ask for a server's name any more.
    private func forgetNames(of index: Int, _ proxy: Int) {
        for position in lookUps.indices { lookUps[position].servers.removeAll { $0 == (proxy, index) } }
        forget(.init(backend: proxy, server: index))
    }

    private func offerInventory() {
        history.offer(
            .inventory(at: WallClock.now(), instance: configuration.name, servers: allServers.map(\.identity)))
    }
}
