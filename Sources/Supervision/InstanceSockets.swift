import Configuration
import EventLoop
import Logging

/// The listening sockets of one instance, and the network namespaces of its servers, opened before its supervisor starts.
///
/// For a process that gives up the right to open them before it has more than one thread, and for one that opens them for
/// others: a successor on the same sockets refuses nobody, and neither does the time between the two.
public struct InstanceSockets: Sendable {
    /// Where none can be opened.
    public struct Failure: Error, Sendable {
        /// What went wrong.
        public var error: SystemError
        /// The proxy whose address it was; `nil` for a stats socket.
        public var proxy: String?
        /// The line with the address.
        public var location: SourceLocation?
    }

    private(set) var listening: ListeningSockets
    private(set) var namespaces = OpenNamespaces()

    /// Begins without open sockets.
    ///
    /// - Parameters:
    ///   - logger: told what was not done as the file asks.
    ///   - areShared: whether another process may listen on the same addresses.
    ///   - inherited: listening descriptors that came with the process, by the address's text.
    public init(logger: Logger, areShared: Bool, inherited: [String: Int32] = [:]) {
        listening = ListeningSockets(logger: logger, areShared: areShared, inherited: inherited)
    }

    /// Takes over sockets that the process before this one gave; `open` finds those that are wanted, and closes the others.
    ///
    /// - Parameters:
    ///   - sockets: what it gave.
    ///   - configuration: the instance's configuration.
    public mutating func receive(_ sockets: [PassedSocket], for configuration: InstanceConfiguration) {
        listening.receive(sockets, for: ListeningSockets.wanted(by: configuration))
    }

    /// The open descriptors by the text of their addresses, for a process that is to inherit them.
    public var descriptors: [String: Int32] { listening.descriptors }

    /// Opens what a configuration wants and is not open yet; where one fails, the sockets are as before.
    ///
    /// Of inherited ones, those that nobody wants are closed then.
    ///
    /// - Parameter configuration: the instance's configuration.
    /// - Throws: `Failure` for the first that cannot be had.
    public mutating func open(for configuration: InstanceConfiguration) throws(Failure) {
        do throws(SystemError) {
            try namespaces.openMissing(configuration.connectedNamespaces)
            try listening.openMissing(ListeningSockets.wanted(by: configuration))
            listening.closeUnclaimed()
        } catch {
            let subject = error.subject
            for proxy in configuration.proxies where proxy.isListening {
                guard let bind = proxy.binds.first(where: { $0.address.description == subject }) else { continue }
                throw Failure(error: error, proxy: proxy.name, location: bind.location)
            }
            let socket = configuration.global.statsSockets.first { $0.address.description == subject }
            throw Failure(error: error, proxy: nil, location: socket?.location)
        }
    }

    /// Closes what a configuration that took effect doesn't want any more.
    ///
    /// - Parameter configuration: the instance's configuration.
    public mutating func settle(for configuration: InstanceConfiguration) {
        listening.settle(ListeningSockets.wanted(by: configuration))
    }

    /// Closes all; the files of Unix sockets go with them.
    public mutating func close() {
        listening.close()
    }
}
