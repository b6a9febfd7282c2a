import Proxy
import Synchronization

/// The workers of an instance that finish their sessions, for the one that has taken their place.
///
/// All members may be called from every thread.
final class FinishingWorkers: Sendable {
    // Owner: the mutex; changed by the instance, read by the accepting worker's thread.
    private let workers = Mutex<[any InstanceWorker]>([])

    /// Notes that a worker finishes.
    func add(_ worker: any InstanceWorker) { workers.withLock { $0.append(worker) } }

    /// Forgets one that has ended.
    func remove(_ worker: any InstanceWorker) { workers.withLock { $0.removeAll { $0 === worker } } }

    /// Tells each of them what is to become of some sessions.
    func take(_ mark: SessionMark) {
        for worker in workers.withLock({ $0 }) { worker.take(mark) }
    }
}
