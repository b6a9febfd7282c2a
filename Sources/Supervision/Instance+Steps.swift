import Configuration
import EventLoop
import Model
import Proxy

// The three things that an instance can be busy with, one at a time: starting, replacing its worker, stopping.
extension Instance {
    /// Opens what is not open yet and starts a worker.
    func start() async -> InstanceLife.Event {
        if let next = nextConfiguration {
            if next != configuration { await closeSurface() }
            configuration = next
            nextConfiguration = nil
        }
        let wanted = ListeningSockets.wanted(by: configuration)
        let openBefore = sockets.places
        do throws(SystemError) {
            try namespaces.openMissing(configuration.connectedNamespaces)
            try sockets.openMissing(wanted)
            try releaseFrontends()
            let answers = await surroundings.locator.lookUpNames(of: configuration)
            let left = lastRun == nil ? takeOver() : [:]
            var inherited = Inheritance.select(
                from: left, ordered: ordered, last: lastRun ?? configuration, next: configuration)
            if lastRun == nil {
                let kept =
                    surroundings.foundBefore?.serverStates
                    ?? ServerStateFiles.states(for: configuration, at: WallClock.now(), logger: logger)
                // What was ordered of this process is newer.
                inherited.merge(kept) { ordered, _ in ordered }
            }
            let located = await surroundings.locator.locate(configuration, answers: answers, inherited: inherited)
            try launch(
                configuration, located: located, inherited: inherited, tables: keptTables(for: configuration))
        } catch {
            // What was open before belongs to a worker that crashed, and connections wait in it.
            sockets.close(allBut: openBefore)
            return .attemptFailed(error.description)
        }
        sockets.settle(wanted)
        await openSurface()
        return .attemptSucceeded
    }

    /// Puts a new worker in the place of the old one.
    ///
    /// Whatever can fail comes first: as long as the new worker doesn't turn, the old one has lost nothing and simply goes
    /// on. For a moment both accept from the same sockets, so that the kernel gives each connection to one of them and
    /// none is refused; then the old one stops accepting, and its sessions get their time.
    func replace(_ order: InstanceOrder) async -> InstanceLife.Event {
        await untilExchanged()
        let next = nextConfiguration ?? configuration
        nextConfiguration = nil
        if order == .reload { reloadWay = plan(for: next).wayInWords }
        do throws(SystemError) {
            if order == .reload, try await takeInPlace(next) { return .changeApplied }
        } catch {
            return .attemptFailed(error.description)
        }
        let old = worker
        let wanted = ListeningSockets.wanted(by: next)
        let openBefore = sockets.places
        let keepsSurface = isSurfaceOpen && next == configuration
        let tableProxies = configuration.proxiesWithTables
        let tables = await old?.tables(of: tableProxies) ?? TableState()
        do throws(SystemError) {
            try namespaces.openMissing(next.connectedNamespaces)
            try sockets.openMissing(wanted)
            try releaseFrontends()
            let answers = await surroundings.locator.lookUpNames(of: next)
            isExchanging = true
            defer { isExchanging = false }
            let known = await old?.inheritance() ?? [:]
            let inherited = Inheritance.select(from: known, ordered: ordered, last: lastRun, next: next)
            let located = await surroundings.locator.locate(next, answers: answers, inherited: inherited)
            try launch(
                next, located: located, inherited: inherited, following: await old?.ask(.bequest),
                tables: Array(tables.tables.values))
        } catch {
            sockets.close(allBut: openBefore)
            return .attemptFailed(error.description)
        }
        configuration = next
        await old?.stopAccepting()
        // What both knew of the moment in which both accepted.
        if let old, !tableProxies.isEmpty {
            let rest = await old.tables(of: tableProxies, changedSince: tables).tables
            _ = await worker?.ask(.takeTables(Array(rest.values)))
        }
        sockets.settle(wanted)
        if let old { retire(old, grace: grace(of: order, to: next)) }
        if !keepsSurface { await reopenSurface() }
        return .attemptSucceeded
    }

    /// Closes the sockets, then lets the sessions end.
    func stop() async -> InstanceLife.Event {
        sockets.close()
        await keepTables(isLast: true)
        async let surfaceClosed: Void = closeSurface()
        await stopWorkers()
        let rest = finishingSamples.takeRest()
        if !rest.isEmpty { surroundings.history.offer(.samples(rest)) }
        await surfaceClosed
        carried.clear()
        bury()
        return .stopCompleted
    }

    /// Forgets the worker, which has ended.
    func bury() {
        watch?.cancel()
        worker = nil
        runningSince = nil
    }
}

extension Instance {
    /// What a supervisor that ended by itself left of the servers; what persons had ordered of it holds here, too.
    private func takeOver() -> [ServerIdentity: InheritedServer] {
        let kept = surroundings.keeper?.files.read(name) { logger.warning("\($0)") }
        guard let left = kept?.holding(under: configuration) else { return [:] }
        ordered.merge(left.ordered) { here, _ in here }
        return left.known
    }
}

// MARK: - Workers

extension Instance {
    /// Starts a worker on duplicates of the sockets and watches it.
    private func launch(
        _ configuration: InstanceConfiguration, located: LocatedServers,
        inherited: [ServerIdentity: InheritedServer], following earlier: EarlierWorker? = nil, tables: [KeptTable]
    ) throws(SystemError) {
        var counters = keptCounters(for: configuration)
        for index in configuration.statisticsProxies where counters[index] == nil {
            counters[index] = HTTPFrontendCounters()
        }
        logHosts = located.logHosts
        var plan = WorkerPlan(
            configuration: configuration.sendingLogs(to: logHosts), listeners: try workerListeners(configuration),
            addresses: located.addresses,
            inherited: inherited, httpCounters: counters, history: surroundings.history)
        do throws(SystemError) {
            plan.peerListeners = try peerListeners(configuration)
        } catch {
            for listener in plan.listeners { Socket.close(listener.descriptor) }
            throw error
        }
        plan.awaitingSystem = located.awaitingSystem
        plan.namespaces = namespaces.byName
        if let earlier { plan.earlier = earlier }
        plan.tables = tables
        plan.finishingSamples = finishingSamples
        plan.group = group
        plan.threads = configuration.threads(orElse: surroundings.threads)
        plan.markSessions = { [finishing] in finishing.take($0) }
        plan.resolver = surroundings.locator.resolver
        let worker = try surroundings.startWorker(plan)
        for thread in worker.threads { surroundings.watchdog?.watch(thread, of: name) }
        self.worker = worker
        keptTableChanges = 0
        self.counters = counters
        runningSince = .now
        if let lastRun { note(ConfigurationDifference(from: lastRun, to: configuration)) }
        lastRun = configuration
        watch?.cancel()
        watch = Task { [weak self] in
            await worker.waitUntilEnded()
            guard !Task.isCancelled else { return }
            await self?.noteEnd(of: worker)
        }
    }

    /// Duplicates of all sockets for sessions, or of none.
    private func workerListeners(_ configuration: InstanceConfiguration) throws(SystemError) -> [WorkerListener] {
        var listeners: [WorkerListener] = []
        do throws(SystemError) {
            for (index, proxy) in configuration.proxies.enumerated() where proxy.acceptsSessions {
                for (bind, place) in proxy.binds.map(\.place).enumerated() {
                    let descriptor = try sockets.duplicate(place)
                    listeners.append(WorkerListener(proxy: index, bind: bind, descriptor: descriptor))
                }
            }
        } catch {
            for listener in listeners { Socket.close(listener.descriptor) }
            throw error
        }
        return listeners
    }

    /// Duplicates of all sockets for peers, or of none.
    private func peerListeners(_ configuration: InstanceConfiguration) throws(SystemError) -> [WorkerPeerListener] {
        var listeners: [WorkerPeerListener] = []
        do throws(SystemError) {
            for (index, section) in configuration.peers.enumerated() where section.isActive {
                for bind in section.binds {
                    listeners.append(WorkerPeerListener(section: index, descriptor: try sockets.duplicate(bind.place)))
                }
            }
        } catch {
            for listener in listeners { Socket.close(listener.descriptor) }
            throw error
        }
        return listeners
    }

    /// Ends the worker, and those that it replaced, each within what is left of its time.
    func stopWorkers() async {
        let (current, who, grace) = (worker, orderedBy, drain)
        let goesOn = surroundings.custody?.hasSuccessor ?? false
        await withTaskGroup(of: Void.self) { group in
            for worker in retired + [current].compactMap({ $0 }) {
                group.addTask {
                    await worker.stop(
                        grace: grace, isFinal: worker === current && !goesOn, actor: who?.name, reason: who?.reason)
                }
            }
        }
    }
}

// MARK: - The surface

extension Instance {
    /// What statistics proxies have counted that the next configuration has, too.
    private func keptCounters(for next: InstanceConfiguration) -> [Int: HTTPFrontendCounters] {
        let names = lastRun?.proxies.map(\.name) ?? []
        var kept: [Int: HTTPFrontendCounters] = [:]
        for index in next.statisticsProxies {
            kept[index] = names.firstIndex(of: next.proxies[index].name).flatMap { counters[$0] }
        }
        return kept
    }

    /// Shows the instance as it is now.
    func reopenSurface() async {
        await closeSurface()
        await openSurface()
    }

    /// Opens the statistics and the stats sockets; an instance that cannot show itself still carries its traffic.
    private func openSurface() async {
        guard !isSurfaceOpen, let supervisor else { return }
        do {
            let listeners = try surfaceListeners()
            guard !listeners.isEmpty else { return }
            isSurfaceOpen = true
            try await surroundings.surface.open(
                configuration.sendingLogs(to: logHosts), listeners: listeners, counters: counters, control: supervisor)
        } catch {
            logger.error("\(name): no statistics and no stats socket: \(error)")
        }
    }

    private func closeSurface() async {
        guard isSurfaceOpen else { return }
        isSurfaceOpen = false
        await surroundings.surface.close(name)
    }

    private func surfaceListeners() throws(SystemError) -> [SurfaceListener] {
        var listeners: [SurfaceListener] = []
        do throws(SystemError) {
            for index in configuration.statisticsProxies {
                for bind in configuration.proxies[index].binds {
                    let descriptor = try sockets.duplicate(bind.place)
                    listeners.append(SurfaceListener(purpose: .statistics(proxy: index), descriptor: descriptor))
                }
            }
            for (index, socket) in configuration.global.statsSockets.enumerated() {
                let descriptor = try sockets.duplicate(BindPlace(socket.address))
                listeners.append(SurfaceListener(purpose: .commands(socket: index), descriptor: descriptor))
            }
        } catch {
            for listener in listeners { Socket.close(listener.descriptor) }
            throw error
        }
        return listeners
    }
}
