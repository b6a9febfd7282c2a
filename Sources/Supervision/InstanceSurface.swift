import Configuration
import Model

/// A listening socket of an instance that is not its worker's: a statistics address or a stats socket.
public struct SurfaceListener: Sendable {
    /// What is served on it.
    public enum Purpose: Sendable {
        /// The statistics page of the proxy at this index of `InstanceConfiguration.proxies`.
        case statistics(proxy: Int)
        /// The commands of the stats socket at this index of `GlobalConfiguration.statsSockets`.
        case commands(socket: Int)
    }

    /// What is served on it.
    public var purpose: Purpose
    /// The listening descriptor, non-blocking.
    ///
    /// It belongs to whom it is handed to, who closes it; the supervisor keeps a duplicate of its own, so that closing
    /// this one refuses nobody. For the same reason closing it does not take it out of an epoll set: do that first.
    public var descriptor: Int32

    /// Makes a listener.
    ///
    /// - Parameters:
    ///   - purpose: what is served on it.
    ///   - descriptor: the listening descriptor.
    public init(purpose: Purpose, descriptor: Int32) {
        self.purpose = purpose
        self.descriptor = descriptor
    }
}

/// What an instance shows of itself: its statistics pages and stats sockets.
///
/// Monitoring implements it; the supervisor opens one for each instance that comes up and closes it when the instance
/// stops or gets another configuration.
public protocol InstanceSurface: Sendable {
    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - configuration: the instance's configuration.
    ///   - listeners: where to serve; ownership of the descriptors passes to the callee, also when it throws.
    ///   - counters: where to count, by the statistics proxy's index.
    ///   - control: the supervisor.
    /// - Throws: what keeps it from serving.
    func open(
        _ configuration: InstanceConfiguration, listeners: [SurfaceListener], counters: [Int: HTTPFrontendCounters],
        control: any InstanceControl
    ) async throws

    /// Stops serving an instance and closes what was handed over for it; returns when that is done.
    ///
    /// - Parameter instance: its name.
    func close(_ instance: String) async
}
