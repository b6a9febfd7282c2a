import Configuration
import EventLoop
import Model

/// How a configuration becomes names to ask for.
extension InstanceLayout {
    /// The names to ask the system for, each with all its servers.
    ///
    /// - Parameters:
    ///   - backends: all backends.
    ///   - servers: whose names.
    ///   - logHosts: the names of hosts that log lines go to.
    /// - Returns: the names in the file's order.
    static func lookUps(
        of backends: [Backend?], awaiting servers: Set<ServerIdentity>, logHosts: Set<String>
    ) -> [SystemLookUp] {
        var lookUps: [SystemLookUp] = []
        for (index, backend) in backends.enumerated() {
            guard let backend else { continue }
            for (position, server) in backend.servers.enumerated() where servers.contains(server.identity) {
                guard case .name(let host, _) = server.configuration.address else { continue }
                if let known = lookUps.firstIndex(where: { $0.host == host }) {
                    lookUps[known].servers.append((index, position))
                } else {
                    lookUps.append(SystemLookUp(host: host, servers: [(index, position)]))
                }
            }
        }
        for host in logHosts.sorted() {
            if let known = lookUps.firstIndex(where: { $0.host == host }) {
                lookUps[known].isLogHost = true
            } else {
                lookUps.append(SystemLookUp(host: host, servers: [], isLogHost: true))
            }
        }
        return lookUps
    }

    /// The `resolvers` sections that servers use, with the names that they are to be asked for.
    ///
    /// - Parameters:
    ///   - configuration: the instance's configuration.
    ///   - backends: all backends.
    ///   - now: what time it is.
    /// - Returns: the sections in the file's order.
    static func nameServices(
        of configuration: InstanceConfiguration, _ backends: [Backend?], now: MonotonicTime
    ) -> [NameService] {
        configuration.resolvers.compactMap { section in
            let users = backends.enumerated().map { index, backend in
                let servers = backend?.servers ?? []
                return (index, servers.indices.filter { servers[$0].configuration.isResolved(by: section) }, servers)
            }
            guard users.contains(where: { !$0.1.isEmpty }) else { return nil }
            let service = NameService(section)
            for (index, positions, servers) in users {
                for position in positions {
                    service.add(servers[position].configuration, .init(backend: index, server: position), at: now)
                }
            }
            return service
        }
    }
}

extension ServerConfiguration {
    /// Whether a section says where the server is.
    fileprivate func isResolved(by section: ResolversConfiguration) -> Bool {
        guard resolution.resolvers == section.name else { return false }
        switch address {
        case .name, .service: return true
        case .ip, .unix, .abstract, .destination: return false
        }
    }
}
