import Dispatch
import Foundation

/// The signals that reach this process, one after the other, for as long as this lives.
final class HAProxySignals {
    /// Their numbers as they come in.
    let numbers: AsyncStream<Int32>

    private let sources: [any DispatchSourceSignal]

    /// Takes signals from now on; they don't do anything else any more.
    ///
    /// - Parameter wanted: which.
    init(_ wanted: [Int32]) {
        let (numbers, arrival) = AsyncStream.makeStream(of: Int32.self)
        sources = wanted.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { arrival.yield(number) }
            source.resume()
            return source
        }
        self.numbers = numbers
    }
}
