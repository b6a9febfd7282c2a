/// An embedded broker in the place of a server: its names and its address.
public struct StandIn: Sendable, Hashable {
    /// Its name: the server's, with a suffix where that was taken.
    public let name: String
    /// The address in the configuration file, such as `172.17.0.3:5672`.
    public let replaces: String
    /// The host it listens on, always on loopback.
    public let host: String
    /// The port it listens on; it stays the same while the stand-in exists, also when it is stopped.
    public let port: Int
}

/// A stand-in as it is now.
public struct StandInReport: Sendable, Hashable {
    /// Which.
    public let standIn: StandIn
    /// Whether it answers.
    public let isRunning: Bool
    /// Client connections now.
    public let connections: Int
}
