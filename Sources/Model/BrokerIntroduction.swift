/// What a broker says of itself when it is connected to.
///
/// - Source: AMQP 0-9-1 specification, `connection.start`, `server-properties`.
public struct BrokerIntroduction: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What it is, such as `RabbitMQ`; empty where it doesn't say.
    public var product: String
    /// Its version.
    public var version: String
    /// The name of its cluster.
    public var cluster: String
    /// What it can do beyond the protocol, such as `connection.blocked`, in the alphabet's order.
    public var capabilities: [String]

    /// Makes an introduction.
    ///
    /// - Parameters:
    ///   - product: what it is.
    ///   - version: its version.
    ///   - cluster: the name of its cluster.
    ///   - capabilities: what it can do beyond the protocol.
    public init(product: String, version: String, cluster: String, capabilities: [String]) {
        self.product = product
        self.version = version
        self.cluster = cluster
        self.capabilities = capabilities
    }

    /// `RabbitMQ 3.10.8 (rabbit@node)`, as far as it is known.
    public var description: String {
        [product, version, cluster.isEmpty ? "" : "(\(cluster))"].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
