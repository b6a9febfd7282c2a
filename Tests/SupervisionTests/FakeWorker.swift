import Configuration
import EventLoop
import Model
import Proxy
import Synchronization

@testable import Supervision

/// A worker without a thread: holds its listening sockets and remembers what it was told.
final class FakeWorker: InstanceWorker {
    struct Stop: Equatable {
        var grace: Duration
        var isFinal: Bool
        var actor: String?
    }

    private struct State {
        var stops: [Stop] = []
        var orders: [ServerIdentity: AdministrativeState] = [:]
        var descriptors: [Int32]
        var isAccepting = true
        var hasEnded = false
        var awaitingEnd: [CheckedContinuation<Void, Never>] = []
    }

    let plan: WorkerPlan
    /// Whether its sessions never end, so that only a stop without grace ends it.
    let isStubborn: Bool
    /// Holds its inheritance back.
    private let gate: Gate?
    private let state: Mutex<State>

    init(_ plan: WorkerPlan, isStubborn: Bool, gate: Gate?) {
        self.plan = plan
        self.isStubborn = isStubborn
        self.gate = gate
        state = Mutex(State(descriptors: plan.listeners.map(\.descriptor)))
    }

    var stops: [Stop] { state.withLock { $0.stops } }
    var orders: [ServerIdentity: AdministrativeState] { state.withLock { $0.orders } }
    var isAccepting: Bool { state.withLock { $0.isAccepting } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Ends without being told to.
    func crash() { end() }

    func snapshot() async -> InstanceSnapshot? {
        hasEnded ? nil : InstanceSnapshot(instance: plan.configuration.name, at: WallClock.now())
    }

    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? { nil }

    func carryOut(_ act: RuntimeAct, actor: String, reason: String?) async -> ActResult {
        state.withLock { state in
            guard !state.hasEnded else { return .refused(.notRunning) }
            if case .server(let server, .setState(let order)) = act { state.orders[server] = order }
            return .done
        }
    }

    func stopAccepting() async {
        let descriptors = state.withLock { state in
            defer { state.descriptors = [] }
            state.isAccepting = false
            return state.descriptors
        }
        for descriptor in descriptors { Socket.close(descriptor) }
    }

    func inheritance() async -> [ServerIdentity: InheritedServer] {
        await gate?.wait()
        return hasEnded ? [:] : plan.inherited
    }

    func stop(grace: Duration, isFinal: Bool, actor: String?, reason: String?) async {
        await stopAccepting()
        state.withLock { $0.stops.append(Stop(grace: grace, isFinal: isFinal, actor: actor)) }
        if !isStubborn || grace == .zero { end() }
        await waitUntilEnded()
    }

    func take(_ mark: SessionMark) {}

    func finish(grace: Duration, actor: String?, reason: String?) async -> InstanceSnapshot? {
        await stop(grace: grace, isFinal: false, actor: actor, reason: reason)
        return InstanceSnapshot(instance: plan.configuration.name, at: WallClock.now())
    }

    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.awaitingEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func end() {
        let (waiting, descriptors) = state.withLock { state in
            defer { (state.awaitingEnd, state.descriptors) = ([], []) }
            state.hasEnded = true
            state.isAccepting = false
            return (state.awaitingEnd, state.descriptors)
        }
        for descriptor in descriptors { Socket.close(descriptor) }
        for continuation in waiting { continuation.resume() }
    }
}

/// Makes workers for an instance, and keeps them.
final class FakeWorkers: Sendable {
    private struct State {
        var made: [FakeWorker] = []
        var failures = 0
        var isStubborn = false
        var gate: Gate?
    }

    private let state = Mutex(State())

    /// All of them, oldest first.
    var all: [FakeWorker] { state.withLock { $0.made } }

    /// Lets the next attempts fail.
    func fail(_ times: Int) { state.withLock { $0.failures = times } }

    /// The next ones' sessions never end.
    func beStubborn() { state.withLock { $0.isStubborn = true } }

    /// The next ones hold their inheritance back.
    func hold(at gate: Gate) { state.withLock { $0.gate = gate } }

    func start(_ plan: WorkerPlan) throws(SystemError) -> any InstanceWorker {
        let worker: FakeWorker? = state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                return nil
            }
            let worker = FakeWorker(plan, isStubborn: state.isStubborn, gate: state.gate)
            state.made.append(worker)
            return worker
        }
        if let worker { return worker }
        for listener in plan.listeners { Socket.close(listener.descriptor) }
        throw SystemError("pthread_create", plan.configuration.name, code: 11)
    }
}

/// Keeps what it is offered.
final class FakeHistory: HistorySink {
    private let kept = Mutex<[EventRecord]>([])

    var events: [EventRecord] { kept.withLock { $0 } }
    var kinds: [EventKind] { events.map(\.kind) }

    func offer(_ record: HistoryRecord) {
        guard case .event(let event) = record else { return }
        kept.withLock { $0.append(event) }
    }
}

/// Holds what it is handed.
final class FakeSurface: InstanceSurface {
    private struct State {
        var opened = 0
        var listeners: [SurfaceListener]?
    }

    private let state = Mutex(State())

    var timesOpened: Int { state.withLock { $0.opened } }
    var listeners: [SurfaceListener]? { state.withLock { $0.listeners } }

    func open(
        _ configuration: InstanceConfiguration, listeners: [SurfaceListener], counters: [Int: HTTPFrontendCounters],
        control: any InstanceControl
    ) async throws {
        state.withLock { state in
            state.opened += 1
            state.listeners = listeners
        }
    }

    func close(_ instance: String) async {
        let listeners = state.withLock { state in
            defer { state.listeners = nil }
            return state.listeners
        }
        for listener in listeners ?? [] { Socket.close(listener.descriptor) }
    }
}

/// Holds tasks back until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Whether somebody waits.
    var isAwaited: Bool { state.withLock { !$0.waiting.isEmpty } }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Something that comes to be so once.
final class Flag: Sendable {
    private let value = Mutex(false)

    var isRaised: Bool { value.withLock { $0 } }
    func raise() { value.withLock { $0 = true } }
}

/// Waits until something is so, for at most ten seconds.
///
/// - Parameter condition: what is waited for.
/// - Returns: whether it came about.
func eventually(_ condition: () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if await condition() { return true }
        // Gives way to what is waited for; a cancelled test ends at the deadline all the same.
        try? await Task.sleep(for: .milliseconds(2))
    }
    return await condition()
}
