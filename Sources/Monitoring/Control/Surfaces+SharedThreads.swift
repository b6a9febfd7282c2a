import Logging
import NIOPosix

extension Surfaces {
    /// Makes surfaces of no instance, served on the threads that the control API uses too.
    ///
    /// - Parameters:
    ///   - version: the program's version, as the statistics show it.
    ///   - logger: for what goes wrong.
    ///   - history: opens the history; `nil` where none is kept.
    public init(version: String, logger: Logger, history: HistorySource? = nil) {
        self.init(
            group: MultiThreadedEventLoopGroup.singleton, version: version, logger: logger, history: history)
    }
}
