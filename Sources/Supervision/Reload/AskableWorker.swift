import Proxy

/// One of the workers that have sessions of an instance, for whoever asks each of them: the one that accepts, or one that
/// finishes its own.
public struct AskableWorker: Sendable {
    private let worker: any InstanceWorker

    /// Makes one.
    ///
    /// - Parameter worker: the worker.
    init(_ worker: any InstanceWorker) { self.worker = worker }

    /// Has it carry out a request.
    ///
    /// - Parameter request: what is asked.
    /// - Returns: its answer; `nil` once it has ended.
    public func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? { await worker.ask(request) }
}

extension Instance {
    /// All threads that have sessions: those of the worker that accepts first, then of those that finish theirs, the oldest
    /// first.
    var workers: [any InstanceWorker] { ([worker].compactMap(\.self) + retired).flatMap(\.threads) }
}
