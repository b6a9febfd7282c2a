import Glibc

/// The signals that reach this process, one after the other.
///
/// They are held on the first thread before there are others, so that they wait for as long as nobody takes them, and the first
/// thread does nothing from then on but take them: none is lost that comes between listening and serving.
struct HAProxySignals: Sendable {
    /// Their numbers as they come in.
    let numbers: AsyncStream<Int32>
    private let arrival: AsyncStream<Int32>.Continuation

    /// Begins with none.
    init() {
        (numbers, arrival) = AsyncStream.makeStream(of: Int32.self)
    }

    /// Lets signals wait until `passOn` takes them.
    ///
    /// To be called on the first thread before there are others, which have its mask.
    ///
    /// - Parameter wanted: which.
    static func hold(_ wanted: [Int32]) {
        var signals = set(of: wanted)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Passes them on for as long as the process lives.
    ///
    /// - Parameter wanted: which; they have to be held.
    func passOn(_ wanted: [Int32]) -> Never {
        var signals = Self.set(of: wanted)
        while true {
            var number: Int32 = 0
            let code = sigwait(&signals, &number)
            guard code == 0 else { preconditionFailure("signals that exist can be waited for: \(code)") }
            arrival.yield(number)
        }
    }

    private static func set(of numbers: [Int32]) -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        return signals
    }
}
