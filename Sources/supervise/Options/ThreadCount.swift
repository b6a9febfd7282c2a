import ArgumentParser
import Configuration
import Foundation

/// A number of threads, or as many as there are cores.
struct ThreadCount: ExpressibleByArgument, Sendable, Hashable {
    /// One thread an instance.
    static let one = ThreadCount(count: 1)

    /// How many, 1 to `ThreadSet.most`.
    let count: Int

    private init(count: Int) { self.count = count }

    /// Reads one.
    ///
    /// - Parameter argument: a number, or `auto`.
    init?(argument: String) {
        if argument == "auto" {
            self.init(count: min(ProcessInfo.processInfo.activeProcessorCount, ThreadSet.most))
        } else {
            guard let count = Int(argument), (1...ThreadSet.most).contains(count) else { return nil }
            self.init(count: count)
        }
    }

    var defaultValueDescription: String { String(count) }
}
