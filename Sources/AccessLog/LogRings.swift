import Model

/// The rings that a sender's lines may go to.
public enum LogRings {
    /// Takes a line for a ring by the ring's name; never waits.
    public typealias HandOver = @Sendable (_ name: String, _ line: [UInt8]) -> Void

    /// None.
    case none
    /// Rings of the sender's own thread.
    case own([LogRing])
    /// Rings of another thread: what their sections say, and who takes lines for them.
    case elsewhere([LogRingConfiguration], HandOver)

    /// What the sections say.
    var configurations: [LogRingConfiguration] {
        switch self {
        case .none: []
        case .own(let rings): rings.map(\.configuration)
        case .elsewhere(let configurations, _): configurations
        }
    }

    /// Where lines for a ring go.
    ///
    /// - Parameter name: the ring's.
    /// - Returns: a receiver, which loses every line where there is no such ring.
    func receiver(_ name: String) -> LogReceiver {
        switch self {
        case .none: .unreachable
        case .own(let rings): rings.first { $0.configuration.name == name }.map { .ring($0) } ?? .unreachable
        case .elsewhere(let configurations, let handOver):
            configurations.contains { $0.name == name } ? .elsewhere(name: name, handOver) : .unreachable
        }
    }
}
