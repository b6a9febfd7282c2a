import History
import Model
import Monitoring
import ServiceLifecycle
import Supervision
import UnixSignals

/// Runs the instances until someone orders the end: a signal, `down`, or the group.
struct InstancesService: Service {
    let supervisor: Supervisor
    let recorder: Recorder
    let tap: AlertTap
    let alerts: AlertService
    /// An element for each address, when it is served.
    let listening: AsyncPrefixSequence<AsyncStream<Void>>
    let addressCount: Int
    /// What reloads instances whose files change, if that is to be.
    let watch: InstanceWatch?
    let guardianship: Guardianship?
    /// The service manager, if it wants to be told.
    let manager: ServiceManager?
    let whenStarted: @Sendable () async -> Void

    /// How long the start waits for the history at the most.
    private static let historyPatience = Duration.seconds(2)

    func run() async throws {
        // A successor serves the addresses last: its predecessor has them as long as it serves the instances.
        if guardianship?.predecessor == nil {
            var served = 0
            for await () in listening.cancelOnGracefulShutdown() { served += 1 }
            // An address is taken: its own service says so, and ends the group.
            guard served == addressCount else { return }
        }
        recorder.start()
        if let crash = guardianship?.crash(at: .now) { recorder.offer(.event(crash)) }
        let telling = Task { [alerts, tap] in await alerts.run(tap) }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await runInstances())
        } catch {
            outcome = .failure(error)
        }
        // What the alerts could not deliver is for the history to tell.
        tap.close()
        await telling.value
        await recorder.stop()
        try outcome.get()
    }

    private func runInstances() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let signals = await UnixSignalsSequence(trapping: SupervisorSignal.trapped)
            group.addTask { [supervisor] in
                for await signal in signals {
                    await SupervisorSignal(signal).act(on: supervisor, name: "\(signal)", telling: manager)
                }
            }
            try await supervisor.start()
            if let watch { group.addTask { try await watch.run() } }
            await giveHistoryTime()
            await whenStarted()
            await withTaskCancellationOrGracefulShutdownHandler {
                await supervisor.waitUntilStopped()
            } onCancelOrGracefulShutdown: { [supervisor] in
                Task { await supervisor.shutDown(by: Operator(name: "supervise")) }
            }
            group.cancelAll()
        }
    }

    /// Waits until the history has what the start offered it, so that who asks it as soon as this is up gets an answer.
    ///
    /// Not for long: a supervisor does not wait for a history that cannot be written.
    private func giveHistoryTime() async {
        let (waiting, end) = AsyncStream.makeStream(of: Void.self)
        Task {
            await recorder.flush()
            end.finish()
        }
        let limit = Task {
            // Cancelled when the history was faster.
            try? await Task.sleep(for: Self.historyPatience)
            end.finish()
        }
        for await () in waiting {}
        limit.cancel()
    }
}
