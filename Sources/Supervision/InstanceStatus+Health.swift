import Model

extension InstanceStatus {
    /// Whether it serves, and each of its proxies has a server that takes traffic.
    public var isHealthy: Bool { ailments.isEmpty }

    /// What keeps it from being healthy, a line each; empty while it is.
    ///
    /// One that doesn't serve has that ailment alone: of its proxies nothing is known then.
    public var ailments: [String] {
        switch state {
        case .running, .reloading:
            proxiesWithoutServer.map { "\(instance)/\($0): no server takes traffic" }
        case .starting, .stopping, .stopped, .backoff, .fatal:
            ["\(instance) is \(state.rawValue)" + (reason.map { ": \($0)" } ?? "")]
        }
    }
}
