import Configuration

/// How long sessions may be silent, by their frontends and backends.
struct IdleLimitTable: Equatable {
    /// By the frontend's index: the backends that its sessions may go to, nearly always one, and the limits for each.
    private let limits: [[Entry]]

    private struct Entry: Equatable {
        var backend: Int32
        var limits: IdleLimits
    }

    /// Takes the limits from a configuration.
    ///
    /// - Parameter configuration: the instance's configuration.
    init(_ configuration: InstanceConfiguration) {
        limits = configuration.proxies.indices.map { index in
            let proxy = configuration.proxies[index]
            let backends = proxy.backends.union(InstanceLayout.destinations(of: index, in: configuration)).sorted()
            return backends.map { backend in
                let limits = IdleLimits(frontend: proxy.timeouts, backend: configuration.proxies[backend].timeouts)
                return Entry(backend: Int32(backend), limits: limits)
            }
        }
    }

    /// The limits of a session.
    ///
    /// - Parameters:
    ///   - frontend: its frontend's index.
    ///   - backend: its backend's.
    /// - Returns: the limits.
    subscript(_ frontend: Int32, _ backend: Int32) -> IdleLimits {
        for entry in limits[Int(frontend)] where entry.backend == backend { return entry.limits }
        preconditionFailure("a session goes where its frontend may send it")
    }
}
