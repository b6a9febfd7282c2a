import Synchronization

/// The retention that holds, which any thread may change and the recorder's reads.
final class SharedRetention: Sendable {
    // Owner: the mutex.
    private let retention: Mutex<Retention>

    init(_ retention: Retention) { self.retention = Mutex(retention) }

    var value: Retention {
        get { retention.withLock { $0 } }
        set { retention.withLock { $0 = newValue } }
    }
}
