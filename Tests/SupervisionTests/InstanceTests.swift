import Configuration
import EventLoop
import Glibc
import Model
import Testing

@testable import Supervision

@Suite(.timeLimit(.minutes(1))) struct InstanceTests {
    private let history = FakeHistory()
    private let surface = FakeSurface()
    private let workers = FakeWorkers()
    private let log = LogLines()
    private let ada = Operator(name: "uid 1000 (ada)", reason: "because")

    private func surroundings(_ policy: RestartPolicy = RestartPolicy()) -> InstanceSurroundings {
        let locator = ServerLocator(resolver: Resolver(), standIns: nil, logger: log.logger)
        var surroundings = InstanceSurroundings(
            history: history, surface: surface, locator: locator, logger: log.logger, drain: .seconds(30),
            grace: .seconds(5))
        surroundings.policy = policy
        surroundings.startWorker = { [workers] plan throws(SystemError) in try workers.start(plan) }
        return surroundings
    }

    private func supervisor() -> Supervisor {
        Supervisor(
            settings: SupervisorSettings(directory: "Instances", environment: [:]), surroundings: surroundings())
    }

    private var quick: RestartPolicy {
        var policy = RestartPolicy()
        (policy.firstDelay, policy.fatalDelay) = (.milliseconds(5), .milliseconds(20))
        return policy
    }

    private func state(_ instance: Instance) async -> InstanceState { await instance.status().state }

    @Test("a start opens the sockets, starts a worker and the surface, and tells the history")
    func start() async throws {
        let (relay, page) = (try Example.freeAddress(), try Example.freeAddress())
        var configuration = Example.instance(binds: [relay])
        configuration.proxies.append(Example.statistics(bind: page))
        let supervisor = supervisor()
        let instance = Instance(configuration, surroundings: surroundings(), supervisor: supervisor)
        try await instance.carryOut(.start, with: nil, by: ada)
        let status = await instance.status()
        #expect(status.state == .running)
        #expect(status.listen == ["\(relay)"])
        #expect(status.restarts == 0)
        let worker = try #require(workers.all.first)
        #expect(worker.plan.listeners.map(\.proxy) == [0])
        #expect(worker.plan.httpCounters.keys.sorted() == [1])
        #expect(worker.plan.addresses.count == 2)
        #expect(surface.listeners?.count == 1)
        #expect(history.kinds == [.started])
        #expect(history.events.first?.actor == ada.name)
        #expect(history.events.first?.reason == "because")
        await #expect(throws: ControlError.failed("warren: it is running already")) {
            try await instance.carryOut(.start, with: nil, by: ada)
        }
        await instance.shutDown(by: ada)
        #expect(surface.listeners == nil)
        #expect(worker.stops == [.init(grace: .seconds(30), isFinal: true, actor: ada.name)])
        #expect(history.kinds == [.started, .stopped])
        #expect(throws: SystemError("connect", "\(relay)", code: ECONNREFUSED)) { try Client(connectedTo: relay) }
    }

    @Test("an instance whose address is taken is tried again until it is free")
    func backoff() async throws {
        let address = try Example.freeAddress()
        let other = try Socket.listen(on: Example.address(address), backlog: 1)
        let instance = Instance(
            Example.instance(binds: [address]), surroundings: surroundings(quick), supervisor: nil)
        await #expect(throws: ControlError.failed("warren: bind \(address): Address already in use")) {
            try await instance.carryOut(.start, with: nil, by: nil)
        }
        #expect(await eventually { await state(instance) == .fatal })
        #expect(await instance.status().reason == "bind \(address): Address already in use")
        #expect(history.kinds.prefix(5) == [.backoff, .backoff, .backoff, .backoff, .fatal])
        Socket.close(other)
        #expect(await eventually { await state(instance) == .running })
        #expect(history.kinds.last == .started)
        await instance.shutDown(by: nil)
    }

    @Test("after a crash a new worker is started, connections wait for it, and orders are not forgotten")
    func crash() async throws {
        let address = try Example.freeAddress()
        let instance = Instance(
            Example.instance(binds: [address]), surroundings: surroundings(quick), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        let rabbit = try #require(await instance.servers.first)
        _ = await instance.carryOut(.server(rabbit, .setState(.maint)), by: ada)
        #expect(workers.all[0].orders == [rabbit: .maint])
        workers.all[0].crash()
        _ = try Client(connectedTo: address)
        #expect(await eventually { await state(instance) == .running && workers.all.count == 2 })
        #expect(workers.all[1].plan.inherited[rabbit]?.administrative == .maint)
        #expect(history.kinds == [.started, .crashed, .backoff, .started])
        #expect(await instance.status().restarts == 1)
        await instance.shutDown(by: nil)
    }

    @Test("a restart hands the sockets on, and the old worker gets its grace")
    func restart() async throws {
        let address = try Example.freeAddress()
        let instance = Instance(Example.instance(binds: [address]), surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        try await instance.carryOut(.restart, with: nil, by: ada)
        #expect(workers.all.map(\.isAccepting) == [false, true])
        #expect(
            await eventually { workers.all[0].stops == [.init(grace: .seconds(5), isFinal: false, actor: ada.name)] })
        try await instance.carryOut(.reload, with: nil, by: ada)
        #expect(await eventually { workers.all[1].stops.first?.grace == Instance.unlimitedGrace })
        #expect(history.kinds == [.started, .restarted, .reloaded])
        await instance.shutDown(by: nil)
    }

    @Test("an old worker's sessions get the time that the order or the file says")
    func graces() async throws {
        var configuration = Example.instance()
        let instance = Instance(configuration, surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        try await instance.carryOut(.restart, with: nil, by: ada, grace: .seconds(90))
        #expect(await eventually { workers.all[0].stops.first?.grace == .seconds(90) })
        configuration.global.process.hardStopAfter = .seconds(7)
        configuration.global.logTag = "other"
        try await instance.carryOut(.reload, with: configuration, by: ada)
        #expect(await eventually { workers.all[1].stops.first?.grace == .seconds(7) })
        // What one order said holds for no other.
        try await instance.carryOut(.restart, with: nil, by: ada)
        #expect(await eventually { workers.all[2].stops.first?.grace == .seconds(5) })
        await instance.shutDown(by: nil)
    }

    @Test("a status tells when a failed start is tried again, and what earlier workers still do")
    func statusNotes() async throws {
        workers.beStubborn()
        let instance = Instance(Example.instance(), surroundings: surroundings(), supervisor: nil)
        workers.fail(1)
        await #expect(throws: ControlError.self) { try await instance.carryOut(.start, with: nil, by: nil) }
        let waiting = await instance.status()
        #expect(waiting.state == .backoff)
        let next = try #require(waiting.nextTry)
        #expect(next.millisecondsSinceEpoch > WallClock.now().millisecondsSinceEpoch - 1_000)
        try await instance.carryOut(.start, with: nil, by: ada)
        #expect(await instance.status().nextTry == nil)
        try await instance.carryOut(.restart, with: nil, by: ada)
        #expect(await instance.status().finishingWorkers == 1)
        let stopping = Task { await instance.shutDown(by: nil) }
        #expect(await eventually { await state(instance) == .stopping })
        await instance.endNow()
        await stopping.value
    }

    @Test("of too many workers that finish their sessions the oldest has to hurry")
    func manyFinishing() async throws {
        workers.beStubborn()
        let instance = Instance(Example.instance(), surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        for _ in 0...Instance.mostFinishingWorkers { try await instance.carryOut(.reload, with: nil, by: nil) }
        #expect(await eventually { workers.all[0].stops.map(\.grace) == [Instance.unlimitedGrace, .seconds(30)] })
        #expect(workers.all[1].stops.map(\.grace) == [Instance.unlimitedGrace])
        let stopping = Task { await instance.shutDown(by: nil) }
        #expect(await eventually { await state(instance) == .stopping })
        await instance.endNow()
        await stopping.value
    }

    @Test("clients that connect during restarts are never refused")
    func restartUnderLoad() async throws {
        let address = try Example.freeAddress()
        var configuration = Example.instance(binds: [address])
        configuration.proxies[0].binds[0].backlog = 4_096
        let instance = Instance(configuration, surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        // Fewer than the backlog holds, since nobody accepts here.
        let connections = 2_000
        let hasConnected = Flag()
        let connector = Task.detached {
            defer { hasConnected.raise() }
            for _ in 0..<connections { _ = try Client(connectedTo: address) }
        }
        var restarts = 0
        while !hasConnected.isRaised {
            try await instance.carryOut(restarts % 2 == 0 ? .restart : .reload, with: nil, by: nil)
            restarts += 1
        }
        try await connector.value
        #expect(restarts > 1)
        #expect(workers.all.count == restarts + 1)
        await instance.shutDown(by: nil)
    }

    @Test("a restart that fails leaves the old worker as it was")
    func failedRestart() async throws {
        let (address, taken) = (try Example.freeAddress(), try Example.freeAddress())
        let other = try Socket.listen(on: Example.address(taken), backlog: 1)
        defer { Socket.close(other) }
        let instance = Instance(Example.instance(binds: [address]), surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        await #expect(throws: ControlError.failed("warren: bind \(taken): Address already in use")) {
            try await instance.carryOut(.restart, with: Example.instance(binds: [address, taken]), by: ada)
        }
        workers.fail(1)
        await #expect(throws: ControlError.self) {
            try await instance.carryOut(.restart, with: Example.instance(), by: ada)
        }
        let status = await instance.status()
        #expect(status.state == .running)
        #expect(status.reason == "pthread_create warren: Resource temporarily unavailable")
        #expect(status.listen == ["\(address)"])
        #expect(workers.all.map(\.isAccepting) == [true])
        #expect(workers.all[0].stops.isEmpty)
        #expect(history.kinds == [.started, .reloadRefused, .reloadRefused])
        _ = try Client(connectedTo: address)
        await instance.shutDown(by: nil)
    }

    @Test("a restart with another configuration tells the difference and opens the surface anew")
    func changedConfiguration() async throws {
        let (relay, page) = (try Example.freeAddress(), try Example.freeAddress())
        var configuration = Example.instance(binds: [relay])
        configuration.proxies.append(Example.statistics(bind: page))
        let supervisor = supervisor()
        let instance = Instance(configuration, surroundings: surroundings(), supervisor: supervisor)
        try await instance.carryOut(.start, with: nil, by: nil)
        try await instance.carryOut(.restart, with: configuration, by: ada)
        #expect(surface.timesOpened == 1)
        configuration.proxies[0].servers[0].weight = 5
        try await instance.carryOut(.restart, with: configuration, by: ada)
        #expect(surface.timesOpened == 2)
        #expect(history.kinds == [.started, .restarted, .restarted, .configurationChanged])
        #expect(history.events.last?.detail == "listen rabbitmq_cluster: server rabbit: weight 1 -> 5")
        #expect(history.events.last?.actor == ada.name)
        await instance.shutDown(by: nil)
    }

    @Test("an order for a stopped instance's server is there when it starts")
    func orderWhileStopped() async throws {
        let instance = Instance(Example.instance(), surroundings: surroundings(), supervisor: nil)
        let rabbit = try #require(await instance.servers.first)
        _ = await instance.carryOut(.server(rabbit, .setState(.drain)), by: ada)
        try await instance.carryOut(.start, with: nil, by: nil)
        #expect(workers.all.first?.plan.inherited[rabbit]?.administrative == .drain)
        await instance.shutDown(by: nil)
    }

    @Test("an order that comes while a worker hands over reaches its successor")
    func orderDuringRestart() async throws {
        let gate = Gate()
        workers.hold(at: gate)
        let instance = Instance(Example.instance(), surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        let rabbit = try #require(await instance.servers.first)
        let restart = Task { try await instance.carryOut(.restart, with: nil, by: ada) }
        #expect(await eventually { gate.isAwaited })
        #expect(await state(instance) == .reloading)
        let order = Task { await instance.carryOut(.server(rabbit, .setState(.drain)), by: ada) }
        await #expect(throws: ControlError.failed("warren: it is being restarted already")) {
            try await instance.carryOut(.restart, with: nil, by: ada)
        }
        gate.open()
        try await restart.value
        #expect(await order.value == .done)
        #expect(workers.all[1].orders == [rabbit: .drain])
        #expect(workers.all[0].orders.isEmpty)
        await instance.shutDown(by: nil)
    }

    @Test("a stop that is ordered while a worker hands over is carried out, and nothing stays open")
    func stopDuringRestart() async throws {
        let address = try Example.freeAddress()
        let gate = Gate()
        workers.hold(at: gate)
        let instance = Instance(Example.instance(binds: [address]), surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        let restart = Task { try await instance.carryOut(.restart, with: nil, by: nil) }
        #expect(await eventually { gate.isAwaited })
        let stop = Task { await instance.shutDown(by: ada) }
        #expect(await eventually { await instance.orderedBy == ada })
        gate.open()
        await stop.value
        try await restart.value
        #expect(await state(instance) == .stopped)
        #expect(workers.all.map(\.hasEnded) == [true, true])
        #expect(history.kinds == [.started, .stopped])
        #expect(throws: SystemError("connect", "\(address)", code: ECONNREFUSED)) { try Client(connectedTo: address) }
    }

    @Test("a stop that waits for sessions is ended at once when told so, old workers included")
    func endNow() async throws {
        workers.beStubborn()
        let instance = Instance(Example.instance(), surroundings: surroundings(), supervisor: nil)
        try await instance.carryOut(.start, with: nil, by: nil)
        try await instance.carryOut(.restart, with: nil, by: nil)
        let stopping = Task { await instance.shutDown(by: nil) }
        #expect(await eventually { workers.all[1].stops.count == 1 })
        #expect(await state(instance) == .stopping)
        #expect(workers.all.map(\.hasEnded) == [false, false])
        await instance.endNow()
        await stopping.value
        #expect(await state(instance) == .stopped)
        #expect(workers.all.map(\.hasEnded) == [true, true])
        #expect(workers.all.map { $0.stops.contains { $0.isFinal } } == [false, true])
    }
}
