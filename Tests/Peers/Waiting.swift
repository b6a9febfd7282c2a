import Foundation

/// Waits for a condition, looking at it again and again.
///
/// - Parameters:
///   - limit: how long it may take at the most.
///   - condition: what is to become true.
/// - Returns: whether it became true in time.
/// - Throws: what the condition throws.
public func eventually(
    within limit: Duration = Peer.patience, _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while !(try await condition()) {
        guard ContinuousClock.now < deadline else { return false }
        _ = try await onThread { usleep(2_000) }
    }
    return true
}

/// Runs a body that blocks on a thread of its own, so that other tests go on meanwhile.
///
/// - Parameter body: what to run.
/// - Returns: what the body returns.
/// - Throws: what the body throws.
public func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// Begins a body that blocks on a thread of its own.
///
/// - Parameter body: what to run.
/// - Returns: the task that ends with it.
public func onThreadInBackground(_ body: @escaping @Sendable () throws -> Void) -> Task<Void, any Error> {
    Task { try await onThread(body) }
}
