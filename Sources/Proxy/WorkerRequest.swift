/// Something that a worker is asked between two turns of its loop: to tell, or to do and tell what came of it.
///
/// The requests that exist are its static members, each beside what it is about. The work of one is bounded, since traffic
/// waits for it: what may be long is asked for in pieces.
public struct WorkerRequest<Answer: Sendable>: Sendable {
    let carryOut: @Sendable (WorkerLoop) -> Answer
    /// Whether each of several threads has to carry it out.
    public let isForAllThreads: Bool

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - isForAllThreads: whether each of several threads has to carry it out.
    ///   - carryOut: does it, on the worker's thread.
    init(isForAllThreads: Bool = false, _ carryOut: @escaping @Sendable (WorkerLoop) -> Answer) {
        self.isForAllThreads = isForAllThreads
        self.carryOut = carryOut
    }
}

extension Worker {
    /// Has a request carried out between two turns.
    ///
    /// - Parameter request: what is asked.
    /// - Returns: the answer; `nil` once the worker has ended.
    public func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? {
        await withCheckedContinuation { continuation in
            post(
                .carryOut { loop in
                    continuation.resume(returning: loop.map { loop in loop.withTables { request.carryOut(loop) } })
                })
        }
    }
}
